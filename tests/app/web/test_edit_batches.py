"""What a page asks for as edits, below HTTP: each edit on its own, refusals that say why, undo of people and runs."""

import uuid
from dataclasses import asdict, replace
from typing import Any

import pytest

import storage.database
from app.errors import BadInput
from app.web.edit_batches import apply_batch, history, require_person, take_back
from app.web.routes.edits import ChangeBody, EditBody
from storage import rle
from storage.database import Database, DatabaseBusy
from storage.edits import Change, Edit, apply_edit
from storage.edits.rebuild import check_video
from storage.errors import NotFound
from storage.videos import Video
from tests.app.made import project_with
from tests.storage.scenes import make_video, square

Json = dict[str, Any]
OTHER_WAY_ROUND = {"size": [16, 12], "counts": rle.empty(16, 12)["counts"]}


@pytest.fixture
def video(database: Database) -> Video:
    project, _ = project_with(database, "dog")
    with database.atomic() as tx:
        return make_video(tx, project.id, confirmed=20)


def request(*changes: Change, kind: str = "draw", base: str | None = None, name: str = "") -> EditBody:
    bodies = [ChangeBody(**asdict(change)) for change in changes]
    return EditBody(id=name or str(uuid.uuid4()), kind=kind, base=base, changes=bodies)


def new_track(track: str, *frames: int) -> list[Change]:
    own = Change(track, None, 0, {})
    return [own, *(Change(track, frame, 0, {"rle": square(frame % 9)}) for frame in frames)]


def send(database: Database, video: Video, *requests: EditBody, author: str = "ann") -> list[Json]:
    return apply_batch(database, [request.signed(author, video.id) for request in requests])


def step(database: Database, video: Video, *, redo: bool = False, author: str = "ann", **more: Any) -> Json:
    return take_back(database, video=video.id, author=author, new_id=str(uuid.uuid4()), redo=redo, **more)


def test_each_edit_of_a_queue_is_kept_or_refused_on_its_own(database: Database, video: Video) -> None:
    results = send(
        database,
        video,
        request(*new_track("a", 0)),
        request(*new_track("b", 99)),
        request(Change("a", 0, 0, None)),
        request(Change("a", 1, 0, {"rle": square(2)})),
    )
    assert [result["status"] for result in results] == ["applied", "refused", "conflict", "applied"]
    assert [result["rows"] != [] for result in results] == [True, False, True, True]
    assert results[1]["error"] and results[2]["error"] and "error" not in results[0]
    with database.read() as tx:
        assert check_video(tx, video.id) == []


def test_what_builds_on_a_refused_edit_is_in_conflict_with_the_rows_as_they_are(
    database: Database, video: Video
) -> None:
    bad = request(*new_track("a", 99), name="bad")
    on_it = request(Change("a", 3, -1, {"rle": square(1)}), base="bad")
    first, second = send(database, video, bad, on_it)
    assert (first["status"], second["status"]) == ("refused", "conflict")
    assert second["rows"] == [{"track": "a", "frame": 3, "version": 0, "after": None}]


def test_a_queue_that_is_sent_again_after_a_lost_answer_changes_nothing(database: Database, video: Video) -> None:
    queue = [request(*new_track("a", 0), name="one")]
    queue.append(request(Change("a", 0, -1, {"rle": square(5)}), base="one", name="two"))
    first = send(database, video, *queue)
    again = send(database, video, *queue)
    assert [result["status"] for result in again] == ["repeated", "repeated"]
    assert [(result["number"], result["rows"]) for result in again] == [(r["number"], r["rows"]) for r in first]
    assert len(history(database, video=video.id, track=None, limit=10)) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("a", 20, 0, None), "only the first 20 frames"),
        (Change("a", 20, 7, {"rle": square(1)}), "only the first 20 frames"),
        (Change("a", 40, 0, {"rle": square(1)}), "frames 0 to 39"),
        (Change("a", 5, 0, {"rle": None}), "mask must be"),
        (Change("a", 5, 0, {"rle": [1]}), "mask must be"),
        (Change("a", 5, 0, {"rle": OTHER_WAY_ROUND}), "a on frame 5: a mask of 12 x 16 pixels does not fit"),
        (Change("a", 5, 0, {"rle": {"size": [16, 12], "counts": "0"}}), "pixels"),
        (Change("a", 5, 0, {"rle": {"size": [12, 16], "counts": "0"}}), "pixels"),
        (Change("a", 5, 0, {"rle": {"size": [12, 16]}}), "mask must be"),
        (Change("a", 5, 0, {"rle": {"size": [float("inf"), 16], "counts": "0"}}), "mask must be"),
        (Change("a", 5, 0, {"rle": {"size": [1 << 62, 16], "counts": "0"}}), "larger than any picture"),
        (Change("a", -7, 0, None), "frame from 0"),
        (Change(None, 5, 0, None), "frame from 0"),
        (Change(None, None, 0, None), "frame from 0"),
        (Change("nobody", 5, 0, {"rle": square(1)}), "has no track nobody"),
        (Change(None, None, 0, {"start": 0, "stop": 99}, range_id="r"), "frames 0 to 39"),
        (Change("new", None, 0, {"score": float("nan")}), "score holds"),
        (Change("a", 5, 0, {"rle": square(1), "extra": {"x": "\ud800"}}), "extra holds"),
    ],
)
def test_a_refusal_says_why_and_keeps_nothing(database: Database, video: Video, change: Change, words: str) -> None:
    send(database, video, request(*new_track("a")))
    (result,) = send(database, video, request(Change("fresh", None, 0, {}), change))
    assert result["status"] == "refused" and words in result["error"]
    assert len(history(database, video=video.id, track=None, limit=10)) == 1


def test_a_video_that_went_away_meanwhile_refuses_each_edit(database: Database, video: Video) -> None:
    gone = Video(**{**video.__dict__, "id": "gone"})
    (result,) = send(database, gone, request(*new_track("a")))
    assert result["status"] == "refused" and "'gone'" in result["error"]


def test_a_database_that_is_busy_is_no_refusal_and_the_rest_of_the_queue_waits(
    database: Database, video: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = [request(*new_track("a")), request(*new_track("b"))]
    with monkeypatch.context() as patch:
        patch.setattr(storage.database, "BUSY_MILLISECONDS", 30)
        with (
            Database.open(f"sqlite:///{database.place}") as impatient,
            database.atomic(),
            pytest.raises(DatabaseBusy),
        ):
            send(impatient, video, *queue)
    assert [result["status"] for result in send(database, video, *queue)] == ["applied", "applied"]


@pytest.mark.parametrize("author", ["run:1", "run:"])
def test_nobody_signs_as_a_job(author: str) -> None:
    with pytest.raises(BadInput, match="name of a job"):
        require_person(author)


@pytest.mark.parametrize("author", ["runner", "Run:1", "person:run:1", " run:1"])
def test_names_that_only_look_like_jobs_are_peoples(author: str) -> None:
    require_person(author)


def test_stepping_where_there_is_nothing(database: Database, video: Video) -> None:
    assert step(database, video) == step(database, video, redo=True) == {"status": "nothing", "rows": []}
    with pytest.raises(NotFound):
        step(database, Video(**{**video.__dict__, "id": "gone"}))


def test_a_step_tells_what_came_back_and_where_to_look(database: Database, video: Video) -> None:
    (made,) = send(database, video, request(*new_track("a", 7, 4), kind="brush", name="stroke"))
    undone = step(database, video)
    assert (undone["status"], undone["kind"], undone["undoes"], undone["frame"]) == ("applied", "brush", "stroke", 4)
    assert undone["last_frame"] == 7
    assert undone["number"] == made["number"] + 1
    assert {row["frame"]: row["after"] is None for row in undone["rows"]} == {None: False, 7: True, 4: True}
    redone = step(database, video, redo=True)
    assert (redone["kind"], redone["undoes"], redone["frame"]) == ("brush", undone["edit"], 4)
    assert redone["last_frame"] == 7


def test_a_step_that_touched_no_mask_has_no_frames(database: Database, video: Video) -> None:
    send(database, video, request(Change("a", None, 0, {}), kind="new"))
    undone = step(database, video)
    assert (undone["status"], undone["frame"], undone["last_frame"]) == ("applied", None, None)


@pytest.mark.parametrize(("redo", "words"), [(False, "Undo is not"), (True, "Redo is not")])
def test_a_step_that_is_in_the_way_of_another_names_it(
    database: Database, video: Video, redo: bool, words: str
) -> None:
    (made,) = send(database, video, request(*new_track("a", 3)), author="bob")
    change = Change("a", 3, made["number"], {"rle": square(8)})
    send(database, video, request(change))
    version = made["number"] + 1
    if redo:
        version = step(database, video)["number"]
    send(database, video, request(replace(change, before_version=version), kind="lasso"), author="bob")
    answer = step(database, video, redo=redo)
    assert answer["status"] == "conflict" and answer["error"].startswith(words)
    assert "(lasso, by bob)" in answer["error"]
    assert answer["by"]["kind"] == "lasso" and [row["frame"] for row in answer["rows"]] == [3]


def test_a_person_takes_a_run_back_by_name_and_no_run_is_taken_by_chance(database: Database, video: Video) -> None:
    changes = (Change("t", None, 0, {}), Change("t", 0, 0, {"rle": square(1)}))
    with database.atomic() as tx:
        apply_edit(tx, Edit("proposal", "propose", "run:1", video.id, changes))
    assert step(database, video)["status"] == "nothing"
    undone = step(database, video, edit="proposal")
    assert (undone["status"], undone["kind"]) == ("applied", "propose")
    assert step(database, video, redo=True, author="bob")["status"] == "nothing", "bob has taken nothing back"
    assert step(database, video, redo=True)["status"] == "applied"


def test_the_history_is_the_newest_first_and_as_long_as_asked_for(database: Database, video: Video) -> None:
    send(database, video, *(request(*new_track(name, 0), kind=name) for name in ("a", "b", "c")))
    assert [entry["kind"] for entry in history(database, video=video.id, track=None, limit=2)] == ["c", "b"]
    (only,) = history(database, video=video.id, track="b", limit=9)
    assert (only["kind"], only["tracks"], only["frames"], only["count"]) == ("b", ("b",), (0, 0), 2)
    assert history(database, video=video.id, track="nobody", limit=9) == []
