"""Tracks and masks as the canvas reads them: by range, without what is deleted, and never more than was asked for."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from app.web.routes.tracks import LONGEST_RANGE
from storage import projects, runs
from storage.database import Database
from storage.videos import Video
from tests.app.made import FRAMES, PERSON, add_checkpoint, edit, new_track, project_with, square, video_in
from tests.app.web.requests import draw, get, send


@pytest.fixture
def two_tracks(client: TestClient, video: Video) -> Video:
    """The video with a track in every frame and one in frames 4 to 6."""
    for frames in (range(0, FRAMES), range(4, 7)):
        draw(client, video, {k: square(k, 3) for k in frames})
    return video


def apply(client: TestClient, video: Video, *edits: dict[str, Any]) -> None:
    assert {result["status"] for result in send(client, video, *edits)} == {"applied"}


def masks(client: TestClient, video: Video, query: str = "") -> dict[str, Any]:
    return dict(get(client, f"videos/{video.id}/masks{query}"))


def tracks(client: TestClient, video: Video, query: str = "") -> dict[str, Any]:
    return dict(get(client, f"videos/{video.id}/tracks{query}"))


def test_an_empty_video_has_no_tracks_and_says_where_the_log_ends(client: TestClient, video: Video) -> None:
    assert tracks(client, video) == {"last_edit": 0, "tracks": [], "runs": {}}
    assert masks(client, video) == {"size": [48, 64], "blobs": {}, "frames": {}}


def test_each_distinct_mask_is_sent_once_and_each_frame_names_its_own(client: TestClient, video: Video) -> None:
    one, first = new_track(None, {0: square(1, 1), 1: square(1, 1), 2: square(9, 9)})
    two, second = new_track(None, {1: square(1, 1)})
    apply(client, video, edit(first), edit(second))
    found = masks(client, video)
    assert len(found["blobs"]) == 2 and square(1, 1)["counts"] in found["blobs"].values()
    named = {frame: {owner for owner, _ in rows} for frame, rows in found["frames"].items()}
    assert named == {"0": {one}, "1": {one, two}, "2": {one}}
    assert {digest for rows in found["frames"].values() for _, digest in rows} == set(found["blobs"])


RANGES = (
    ("", [0, 4, 5, 11]),
    ("?start=4&stop=6", [4, 5]),
    ("?start=0&stop=0", []),
    ("?start=5&stop=5", []),
    (f"?start=11&stop={11 + LONGEST_RANGE}", [11]),
    ("?start=6&stop=11", []),
    ("?stop=1", [0]),
    (f"?start={FRAMES}&stop=2000", []),
    (f"?start=0&stop={LONGEST_RANGE}", [0, 4, 5, 11]),
    (f"?start={10**30}&stop={10**30 + 1}", []),
)


def test_masks_and_rows_come_by_range_its_stop_not_included(client: TestClient, video: Video) -> None:
    apply(client, video, edit(new_track(None, {frame: square(frame, 2) for frame in (0, 4, 5, 11)})[1]))
    for query, frames in RANGES:
        found = masks(client, video, query)
        assert sorted(map(int, found["frames"])) == frames and len(found["blobs"]) == len(frames), query
        [track] = tracks(client, video, query)["tracks"]
        assert [row[0] for row in track["rows"]] == frames, query


def test_a_range_that_is_none_or_too_long_is_refused_in_one_sentence(client: TestClient, video: Video) -> None:
    for query in ("?start=-1", "?start=5&stop=4", f"?stop={LONGEST_RANGE + 1}", f"?stop={10**30}"):
        answer = client.get(f"/data/videos/{video.id}/masks{query}")
        assert answer.status_code == 400 and str(LONGEST_RANGE) in answer.json()["error"], query
    for query in ("?start=x", "?start=1.5", "?stop=", "?start=NaN"):
        answer = client.get(f"/data/videos/{video.id}/masks{query}")
        assert answer.status_code == 422 and "not understood" in answer.json()["error"], query


def test_absent_rows_are_told_with_the_track_and_bring_no_mask(client: TestClient, video: Video) -> None:
    track, changes = new_track(None, {0: square(1, 1)})
    changes.append({"track": track, "frame": 1, "before_version": 0, "after": {"state": "absent"}})
    apply(client, video, edit(changes))
    (sent,) = tracks(client, video)["tracks"]
    assert [(row[0], row[1], row[8], row[9]) for row in sent["rows"]][1] == (1, 0, None, 0)
    assert list(masks(client, video)["frames"]) == ["0"]


def test_a_deleted_track_is_not_sent_and_comes_back_with_its_rows(client: TestClient, video: Video) -> None:
    track, _ = draw(client, video, {0: square(1, 1), 3: square(2, 2)})
    apply(client, video, edit([{"track": track, "frame": None, "before_version": 1, "after": {"deleted": True}}]))
    assert tracks(client, video) == {"last_edit": 2, "tracks": [], "runs": {}}
    assert masks(client, video)["frames"] == {}
    client.post(f"/data/videos/{video.id}/undo", json={"author": PERSON, "id": "undo"})
    (sent,) = tracks(client, video)["tracks"]
    assert len(sent["rows"]) == 2 and sorted(masks(client, video)["frames"]) == ["0", "3"]


def test_a_rejected_row_is_still_shown_with_its_mask(client: TestClient, video: Video) -> None:
    track, _ = draw(client, video, {0: square(1, 1)})
    apply(client, video, edit([{"track": track, "frame": 0, "before_version": 1, "after": {"review": "rejected"}}]))
    (sent,) = tracks(client, video)["tracks"]
    assert sent["rows"][0][3] == "rejected" and list(masks(client, video)["frames"]) == ["0"]


def test_tracks_come_by_number_with_their_class_and_category(
    client: TestClient, video: Video, database: Database
) -> None:
    with database.read() as tx:
        (dog,) = projects.list_categories(tx, video.project_id)
    _, first = new_track(dog.id, {}, name="Rex")
    _, second = new_track(None, {}, extra={"class": "zebra"}, score=0.5)
    apply(client, video, edit(second), edit(first))
    sent = tracks(client, video)["tracks"]
    assert [(one["number"], one["category"], one["class"], one["name"]) for one in sent] == [
        (1, None, "zebra", None),
        (2, dog.id, None, "Rex"),
    ]


def test_the_number_of_the_log_covers_all_videos_so_that_a_page_misses_nothing(
    client: TestClient, video: Video, database: Database, settings: Settings, tmp_path: Path
) -> None:
    project, _ = project_with(database, name="other")
    other = video_in(database, settings, project, tmp_path, name="other")
    apply(client, other, edit(new_track(None, {})[1]))
    apply(client, video, edit(new_track(None, {})[1]))
    apply(client, other, edit(new_track(None, {})[1]))
    assert tracks(client, video)["last_edit"] == 3


def test_stretches_add_up_to_the_whole(client: TestClient, two_tracks: Video) -> None:
    whole = tracks(client, two_tracks)
    parts = [tracks(client, two_tracks, f"?start={start}&stop={start + 5}") for start in range(0, FRAMES, 5)]
    for number, track in enumerate(whole["tracks"]):
        rows = [row for part in parts for row in part["tracks"][number]["rows"]]
        assert rows == track["rows"]
        assert {**track, "rows": []} == {**parts[0]["tracks"][number], "rows": []}
    assert {part["last_edit"] for part in parts} == {whole["last_edit"]}


def test_every_answer_names_all_tracks_also_those_without_a_row_there(client: TestClient, two_tracks: Video) -> None:
    found = tracks(client, two_tracks, "?start=8&stop=9")
    assert [[row[0] for row in track["rows"]] for track in found["tracks"]] == [[8], []]
    beyond = tracks(client, two_tracks, f"?start={FRAMES}&stop={10**12}")
    assert [track["rows"] for track in beyond["tracks"]] == [[], []]


@pytest.mark.parametrize("query", ["?start=5&stop=3", "?start=-1", "?stop=-1"])
def test_a_stretch_that_cannot_be_is_refused(client: TestClient, two_tracks: Video, query: str) -> None:
    answer = client.get(f"/data/videos/{two_tracks.id}/tracks{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_an_unknown_video_has_no_tracks(client: TestClient) -> None:
    assert client.get("/data/videos/nothing/tracks").status_code == 404
    assert client.get("/data/videos/nothing/counted").status_code == 404
    assert client.get("/data/videos/nothing/frames/0.jpg").status_code == 404


def test_what_proposed_is_named_by_checkpoint_or_source(client: TestClient, database: Database, video: Video) -> None:
    checkpoint = add_checkpoint(database, "dog", name="round 1")
    with database.atomic() as tx:
        facts: dict[str, Any] = {"kind": "proposal", "project_id": video.project_id, "video_id": video.id}
        ours = runs.start_run(tx, **facts, checkpoint_id=checkpoint.id)
        theirs = runs.start_run(tx, **facts, settings={runs.SOURCE: "DVIS"})
        runs.start_run(tx, **facts)
    assert tracks(client, video)["runs"] == {ours.id: "round 1", theirs.id: "DVIS"}
