"""Earlier versions of a track: who changed it, a mask of each edit, and the whole track as it was then."""

from fastapi.testclient import TestClient

from storage.videos import Video
from tests.app.made import edit, new_track, square
from tests.app.web.requests import get, send


def test_versions_are_listed_with_their_author_and_a_mask(client: TestClient, video: Video) -> None:
    track, made = new_track(None, {2: square(1, 1)})
    first, second = edit(made), edit([change(track, 2, {"rle": square(5, 5)}, version=1)], kind="brush")
    for one in (first, second):
        assert [result["status"] for result in send(client, video, one)] == ["applied"]
    lines = get(client, f"videos/{video.id}/tracks/{track}/versions")["versions"]
    assert [(line["kind"], line["frame"], line["mask"]) for line in lines] == [
        ("brush", 2, square(5, 5)["counts"]),
        (first["kind"], 2, square(1, 1)["counts"]),
    ]
    assert {"number", "id", "author", "created", "undone", "count"} <= set(lines[0])
    (newest,) = get(client, f"videos/{video.id}/tracks/{track}/versions?limit=1")["versions"]
    older = get(client, f"videos/{video.id}/tracks/{track}/versions?limit=1&before={newest['number']}")["versions"]
    assert [newest, *older] == lines
    last = older[0]["number"]
    assert get(client, f"videos/{video.id}/tracks/{track}/versions?before={last}")["versions"] == []
    assert len(get(client, f"videos/{video.id}/tracks/{track}/versions?before={10**30}")["versions"]) == 2


def test_a_version_has_its_rows_and_the_masks_that_the_track_lost_since(client: TestClient, video: Video) -> None:
    track, made = new_track(None, {2: square(1, 1), 3: square(2, 2)})
    (result,) = send(client, video, edit(made))
    send(client, video, edit([change(track, 2, {"rle": square(5, 5)}, version=result["number"])]))
    found = get(client, f"videos/{video.id}/tracks/{track}/versions/{result['number']}")
    assert found["number"] == result["number"] and found["own"]["rejected"] is False
    rows = dict(found["rows"])
    assert sorted(rows) == [2, 3] and rows[2]["review"] == "corrected"
    assert found["blobs"] == {rows[2]["mask"]: square(1, 1)["counts"]}, "frame 3 has its mask still"


def test_a_version_goes_into_an_edit_as_it_came(client: TestClient, video: Video) -> None:
    track, made = new_track(None, {2: square(1, 1)})
    (first,) = send(client, video, edit(made))
    absent = {"state": "absent", "source": "drawn", "review": "corrected"}
    (second,) = send(client, video, edit([change(track, 2, absent, version=first["number"])]))
    address = f"videos/{video.id}/tracks/{track}/versions"
    ((frame, after),) = get(client, f"{address}/{first['number']}")["rows"]
    (third,) = send(client, video, edit([change(track, frame, after, version=second["number"])], kind="restore"))
    assert third["status"] == "applied"
    assert get(client, f"{address}/{third['number']}")["rows"] == [[frame, after]]


def test_tracks_and_versions_that_are_not_there_are_not_found(client: TestClient, video: Video) -> None:
    for path in (f"{video.id}/tracks/none/versions/3", "none/tracks/none/versions", "none/tracks/none/versions/1"):
        answer = client.get(f"/data/videos/{path}")
        assert answer.status_code == 404 and answer.json()["error"]
    assert get(client, f"videos/{video.id}/tracks/none/versions") == {"versions": []}


def change(track: str, frame: int, after: dict[str, object], *, version: int) -> dict[str, object]:
    return {"track": track, "frame": frame, "before_version": version, "after": after}


def test_a_row_is_sent_as_a_machine_wrote_it(client: TestClient, video: Video) -> None:
    track, made = new_track(None, {2: square(1, 1)})
    made[1]["after"] |= {"source": "imported", "review": "unreviewed"}
    (first,) = send(client, video, edit(made, kind="import"))
    send(client, video, edit([change(track, 2, {"rle": square(5, 5)}, version=first["number"])]))
    address = f"videos/{video.id}/tracks/{track}/proposed"
    row = get(client, f"{address}?frame=2")["row"]
    assert (row["source"], row["mask"]) == ("imported", square(1, 1)["counts"])
    assert get(client, f"{address}?frame=3") == {"row": None}
    assert client.get(f"/data/{address}").status_code == 422
    for frame in (-1, 10**300):
        assert client.get(f"/data/{address}?frame={frame}").status_code == 400


def test_a_number_beyond_any_edit_is_the_latest_version(client: TestClient, video: Video) -> None:
    track, made = new_track(None, {2: square(1, 1)})
    send(client, video, edit(made))
    address = f"videos/{video.id}/tracks/{track}/versions"
    assert [frame for frame, _ in get(client, f"{address}/{10**300}")["rows"]] == [2]
    assert client.get(f"/data/{address}/-{10**300}").status_code == 404
