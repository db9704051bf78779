"""Edits over HTTP: whole or not at all, repeats, conflicts, undo and redo, and what is refused."""

import time
import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.web.routes.edits import LONGEST_WAIT
from storage.videos import Video
from tests.app.made import FRAMES, PERSON, edit, new_track, square
from tests.app.web.requests import draw, get, send


def step(client: TestClient, video: Video, what: str, **more: Any) -> dict[str, Any]:
    body = {"author": PERSON, "id": str(uuid.uuid4()), **more}
    answer = client.post(f"/data/videos/{video.id}/{what}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows_of(client: TestClient, video: Video) -> dict[str, list[Any]]:
    return {track["id"]: track["rows"] for track in get(client, f"videos/{video.id}/tracks")["tracks"]}


def test_a_stroke_is_stored_with_its_mask_and_gets_a_number(client: TestClient, video: Video) -> None:
    track, result = draw(client, video, {3: square(5, 5)})
    own = next(row for row in result["rows"] if row["frame"] is None)
    assert own["after"]["number"] == 1
    [[frame, state, source, review, *_]] = rows_of(client, video)[track]
    assert (frame, state, source, review) == (3, 1, "drawn", "corrected")
    masks = get(client, f"videos/{video.id}/masks?start=0&stop={FRAMES}")
    [[owner, digest]] = masks["frames"]["3"]
    assert owner == track
    assert masks["blobs"][digest] == square(5, 5)["counts"]
    other, _ = draw(client, video, {3: square(9, 9)})
    assert len(get(client, f"videos/{video.id}/masks?stop=4")["blobs"]) == 2
    for ids, found in ((f"&track={other}", [other]), (f"&track={track}&track={other}", [track, other])):
        masks = get(client, f"videos/{video.id}/masks?start=0&stop=4{ids}")
        assert sorted(owner for owner, _ in masks["frames"]["3"]) == sorted(found)
        assert len(masks["blobs"]) == len(found)


def test_a_repeated_edit_changes_nothing_and_says_so(client: TestClient, video: Video) -> None:
    _, changes = new_track(None, {0: square(1, 1)})
    body = edit(changes)
    first, again = send(client, video, body, body)
    assert (first["status"], again["status"]) == ("applied", "repeated")
    assert first["number"] == again["number"]


def test_an_edit_that_waited_is_logged_at_the_time_of_its_gesture(client: TestClient, video: Video) -> None:
    for waited, ago in ((600, 600), (1e12, LONGEST_WAIT)):
        [result] = send(client, video, {**edit(new_track(None, {0: square(1, 1)})[1]), "waited": waited})
        newest = get(client, f"videos/{video.id}/history")["edits"][0]
        assert newest["number"] == result["number"]
        assert time.time() - newest["created"] == pytest.approx(ago, abs=60)


def test_a_stale_edit_is_refused_whole_and_shows_the_rows_that_differ(client: TestClient, video: Video) -> None:
    track, made = draw(client, video, {0: square(1, 1), 1: square(2, 2)})
    version = made["number"]
    send(client, video, edit([{"track": track, "frame": 0, "before_version": version, "after": {"rle": square(9, 9)}}]))
    stale = [
        {"track": track, "frame": 0, "before_version": version, "after": {"rle": square(3, 3)}},
        {"track": track, "frame": 1, "before_version": version, "after": {"rle": square(4, 4)}},
    ]
    [result] = send(client, video, edit(stale))
    assert result["status"] == "conflict"
    assert [row["frame"] for row in result["rows"]] == [0]
    hashes = {row[0]: row[8] for row in rows_of(client, video)[track]}
    assert len({hashes[0], hashes[1]}) == 2
    assert next(row for row in made["rows"] if row["frame"] == 1)["after"]["mask"] == hashes[1]


def test_a_queue_of_strokes_on_one_row_does_not_collide_with_itself(client: TestClient, video: Video) -> None:
    track, changes = new_track(None, {0: square(1, 1)})
    queue = [edit(changes)]
    for k in range(5):
        change = {"track": track, "frame": 0, "before_version": -1, "after": {"rle": square(k + 2, 3)}}
        queue.append(edit([change], base=queue[-1]["id"]))
    assert {result["status"] for result in send(client, video, *queue)} == {"applied"}


def test_undo_and_redo_bring_the_rows_back_and_forth(client: TestClient, video: Video) -> None:
    track, _ = draw(client, video, {2: square(1, 1)})
    undone = step(client, video, "undo")
    assert (undone["status"], undone["kind"], undone["frame"]) == ("applied", "draw", 2)
    assert track not in rows_of(client, video)
    redone = step(client, video, "redo")
    assert redone["status"] == "applied"
    assert len(rows_of(client, video)[track]) == 1
    assert step(client, video, "redo")["status"] == "nothing"


def test_undo_names_the_later_edit_that_stands_in_its_way(client: TestClient, video: Video) -> None:
    track, made = draw(client, video, {2: square(1, 1)})
    other = edit(
        [{"track": track, "frame": 2, "before_version": made["number"], "after": {"rle": square(5, 5)}}], kind="brush"
    )
    send(client, video, other, author="person:other")
    answer = step(client, video, "undo")
    assert answer["status"] == "conflict"
    assert "brush" in answer["error"] and "person:other" in answer["error"]


def test_a_range_that_is_declared_complete_is_in_the_facts_of_the_video(client: TestClient, video: Video) -> None:
    after = {"start": 2, "stop": 9, "categories": []}
    [made] = send(client, video, edit([{"range_id": "r", "before_version": 0, "after": after}], kind="complete"))
    assert get(client, f"videos/{video.id}")["complete"] == [{"id": "r", **after, "version": made["number"]}]


def test_history_lists_edits_newest_first_and_by_track(client: TestClient, video: Video) -> None:
    first, _ = draw(client, video, {2: square(1, 1), 4: square(1, 1)})
    _, more = new_track(None, {5: square(1, 1)})
    send(client, video, edit(more, kind="polygon"))
    edits = get(client, f"videos/{video.id}/history")["edits"]
    assert [entry["kind"] for entry in edits] == ["polygon", "draw"]
    [only] = get(client, f"videos/{video.id}/history?track={first}")["edits"]
    assert only["frames"] == [2, 4] and only["tracks"] == [first]


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ({"rle": square(1, 1, size=(32, 32))}, "size"),
        ({"rle": {"size": [48, 64], "counts": "!!"}}, "mask"),
        ({"rle": {"size": [48, 64], "counts": "0"}}, "pixels"),
        ({"mask": "0" * 64}, "not stored"),
        ({"rle": "nonsense"}, "size"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_row_is_refused_with_a_sentence_and_stores_nothing(
    client: TestClient, video: Video, after: dict[str, Any], words: str
) -> None:
    _, changes = new_track(None, {})
    changes.append({"track": changes[0]["track"], "frame": 0, "before_version": 0, "after": after})
    [result] = send(client, video, edit(changes))
    assert result["status"] == "refused"
    assert words in result["error"]
    assert rows_of(client, video) == {}


def test_a_frame_beyond_the_video_is_refused(client: TestClient, video: Video) -> None:
    _, changes = new_track(None, {FRAMES: square(1, 1)})
    [result] = send(client, video, edit(changes))
    assert result["status"] == "refused"
    assert str(FRAMES) in result["error"]


def test_an_edit_after_a_refused_one_still_counts(client: TestClient, video: Video) -> None:
    _, bad = new_track(None, {FRAMES: square(1, 1)})
    _, good = new_track(None, {0: square(1, 1)})
    assert [result["status"] for result in send(client, video, edit(bad), edit(good))] == ["refused", "applied"]


def test_a_page_cannot_sign_as_a_job(client: TestClient, video: Video) -> None:
    _, changes = new_track(None, {0: square(1, 1)})
    send(client, video, edit(changes))
    later = edit(new_track(None, {0: square(2, 2)})[1])
    for what, body in {"edits": {"edits": []}, "undo": {"id": "u"}, "redo": {"id": "r"}}.items():
        answer = client.post(f"/data/videos/{video.id}/{what}", json={"author": "run:1", **body})
        assert answer.status_code == 400
        assert "job" in answer.json()["error"]
    answer = client.post(f"/data/videos/{video.id}/edits", json={"author": "run:", "edits": [later]})
    assert answer.status_code == 400
    assert len(client.get(f"/data/videos/{video.id}/history").json()["edits"]) == 1


@pytest.mark.parametrize("body", [{}, {"author": "p"}, {"author": "p", "edits": [{"id": 1}]}, [], "text"])
def test_a_body_of_another_form_is_answered_with_one_sentence(client: TestClient, video: Video, body: Any) -> None:
    answer = client.post(f"/data/videos/{video.id}/edits", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith("The request is not understood")


def test_an_unknown_video_is_not_found(client: TestClient) -> None:
    answers = [
        client.get(f"/data/videos/nothing{path}") for path in ("", "/tracks", "/masks", "/history", "/frames/0.jpg")
    ]
    answers += [
        client.post(f"/data/videos/nothing/{what}", json={"author": PERSON, **body})
        for what, body in {"edits": {"edits": []}, "undo": {"id": "u"}, "redo": {"id": "r"}}.items()
    ]
    for answer in answers:
        assert answer.status_code == 404
        assert "nothing" in answer.json()["error"]
