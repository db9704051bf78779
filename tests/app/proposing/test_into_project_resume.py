"""An interrupted run resumes with the same result; edits that people make meanwhile stay; one undo takes a run back."""

from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput, Cancelled
from app.proposing.into_project import is_proposed
from app.proposing.run import ProposalRun
from app.settings import Settings
from model.tracking.settings import ProposeSettings
from model.tracking.stitch_state import StateMismatch
from storage import checkpoints, jobs, runs
from tests.app.made import FRAMES, project_with, square, video_in
from tests.app.proposing.fake_windows import FakeWindows
from tests.app.proposing.one_video import Desk

# --- broken off and taken up again


def undisturbed(desk: Desk, fake: FakeWindows, folder: Path) -> Desk:
    """The same run over the same pictures in another project, from begin to end."""
    project, _ = project_with(desk.database, "dog", name="other")
    with desk.database.atomic() as tx:
        chosen = checkpoints.active_checkpoint(tx, desk.video.project_id)
        assert chosen is not None
        checkpoints.activate(tx, project.id, chosen.id)
    folder.mkdir()
    other = Desk(desk.database, desk.settings, video_in(desk.database, desk.settings, project, folder), fake)
    other.propose()
    return other


def test_a_cancelled_run_keeps_the_windows_that_were_done(desk: Desk, fake: FakeWindows) -> None:
    with pytest.raises(Cancelled, match=f"^8 of {FRAMES} frames are kept; Propose goes on there.$"):
        desk.propose(cancelled=lambda: len(fake.windows_done) == 2)

    assert {frame for _, frame in desk.rows()} == set(range(8))
    assert desk.run().state == "cancelled"
    assert {track.score for track in desk.tracks()} == {0.58}
    desk.assert_log_explains_tables()


@pytest.mark.parametrize("windows", [0, 1, 2])
def test_a_run_that_goes_on_ends_like_an_undisturbed_one(
    desk: Desk, fake: FakeWindows, tmp_path: Path, windows: int
) -> None:
    with pytest.raises(Cancelled) as stopped:
        asked: list[int] = []
        desk.propose(cancelled=lambda: asked.append(0) or len(asked) > windows)  # type: ignore[func-returns-value]
    first = desk.run()
    assert str(stopped.value) == (
        f"{4 * windows} of {FRAMES} frames are kept; Propose goes on there." if windows else ""
    )
    done = desk.propose()

    assert done.resumed_at == 4 * windows
    assert (desk.run().id == first.id) == (windows > 0), "nothing stored: nothing to go on with"
    assert fake.windows_done == [0, 4, 8]
    other = undisturbed(desk, fake, tmp_path / "other")
    assert desk.shown() == other.shown()
    assert [one[2:] for one in desk.opinions()] == [one[2:] for one in other.opinions()]
    desk.assert_log_explains_tables()


def test_a_cancel_that_comes_after_the_last_window_is_too_late(desk: Desk, fake: FakeWindows) -> None:
    done = desk.propose(cancelled=lambda: len(fake.windows_done) == 3)

    assert done.added == 2 and desk.run().state == "done"


def test_a_run_that_broke_off_after_its_last_window_only_has_its_last_words_to_say(
    desk: Desk, fake: FakeWindows, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*given: Any, **more: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(ProposalRun, "end", broken)
        with pytest.raises(MemoryError):
            desk.propose()

    assert desk.propose().resumed_at == FRAMES
    assert fake.windows_done == [0, 4, 8]
    other = undisturbed(desk, fake, tmp_path / "other")
    assert desk.shown() == other.shown()
    assert [one[2:] for one in desk.opinions()] == [one[2:] for one in other.opinions()]


def test_a_run_that_fails_in_the_middle_can_go_on(desk: Desk, fake: FakeWindows, tmp_path: Path) -> None:
    def broken(start: int) -> None:
        if start == 8:
            raise MemoryError("out of memory")

    fake.before = broken
    with pytest.raises(MemoryError):
        desk.propose()
    assert desk.run().state == "failed"
    assert {frame for _, frame in desk.rows()} == set(range(8))

    fake.before = lambda start: None
    assert desk.propose().resumed_at == 8
    assert desk.shown() == undisturbed(desk, fake, tmp_path / "other").shown()


def test_a_failure_in_the_first_window_stores_no_track(
    desk: Desk, fake: FakeWindows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(start: int) -> None:
        raise MemoryError("out of memory")

    fake.before = broken
    with pytest.raises(MemoryError):
        desk.propose()

    assert desk.run().state == "failed" and desk.tracks() == []


def test_a_state_that_the_model_cannot_go_on_from_is_told_and_forgotten(desk: Desk, fake: FakeWindows) -> None:
    with pytest.raises(Cancelled):
        desk.propose(cancelled=lambda: len(fake.windows_done) == 1)

    def refuse(start: int) -> None:
        raise StateMismatch("this video was begun with another window")

    fake.before = refuse
    with pytest.raises(BadInput, match=r"another window.*begin anew"):
        desk.propose()
    fake.before = lambda start: None
    done = desk.propose()
    assert (done.resumed_at, done.replaced, done.added) == (0, 2, 0)


def test_other_settings_begin_anew(desk: Desk, fake: FakeWindows) -> None:
    with pytest.raises(Cancelled):
        desk.propose(cancelled=lambda: len(fake.windows_done) == 1)
    first = desk.run()

    done = desk.propose(propose_settings=ProposeSettings(rule="published"))

    assert done.resumed_at == 0 and done.run_id != first.id
    assert (done.added, done.replaced) == (0, 2), "the tracks of the first run are matched"
    with desk.database.read() as tx:
        assert runs.progress_of(tx, first.id) is None


def test_a_run_that_was_done_is_not_gone_on_with(desk: Desk) -> None:
    first, second = desk.propose(), desk.propose()

    assert first.run_id != second.run_id and (second.resumed_at, second.replaced, second.added) == (0, 2, 0)


def test_a_run_that_another_process_goes_on_with_is_left_to_it(desk: Desk, fake: FakeWindows) -> None:
    def meanwhile(start: int) -> None:
        if start == 4:
            with desk.database.atomic() as tx:
                progress = runs.RunProgress(8, 8, b"", {})
                runs.save_progress(tx, desk.run().id, progress, after=4)

    fake.before = meanwhile
    with pytest.raises(runs.RunMoved, match="another process"):
        desk.propose()

    assert {frame for _, frame in desk.rows()} == set(range(4))


def test_is_proposed_knows_what_is_done(desk: Desk, settings: Settings) -> None:
    def known(propose_settings: ProposeSettings) -> bool:
        return is_proposed(
            desk.database, settings, video_id=desk.video.id, checkpoint_id=None, propose_settings=propose_settings
        )

    assert not known(ProposeSettings())
    desk.propose()
    assert known(ProposeSettings()) and not known(ProposeSettings(rule="published"))
    desk.undo_run()
    assert not known(ProposeSettings())


def test_storing_a_window_lets_a_job_start_afresh_after_a_crash(desk: Desk, fake: FakeWindows) -> None:
    with desk.database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=None)
        jobs.claim(tx, worker="w", kinds=["propose"])
    attempts: list[int] = []

    def look(start: int) -> None:
        with desk.database.read() as tx:
            attempts.append(jobs.get_job(tx, job.id).attempts)

    fake.before = look
    desk.propose(job_id=job.id)

    assert attempts == [1, 0, 0, 0]


# --- people at work meanwhile


def test_a_persons_edits_meanwhile_stay_and_do_not_break_the_run(desk: Desk, fake: FakeWindows) -> None:
    def meanwhile(start: int) -> None:
        if start == 4:
            [dog, star] = desk.tracks()
            ahead = {
                "track": dog.id,
                "frame": 6,
                "before_version": 0,
                "after": {"state": "present", "rle": square(1, 1)},
            }
            name = {"track": dog.id, "frame": None, "before_version": dog.version, "after": {"name": "Rex"}}
            gone = {"track": star.id, "frame": None, "before_version": star.version, "after": {"deleted": True}}
            desk.person("draw", ahead, name, gone)

    fake.before = meanwhile
    desk.propose()

    [dog] = desk.tracks()
    rows = desk.rows()
    assert (dog.name, dog.score) == ("Rex", pytest.approx(0.62))
    assert (rows[1, 6].source, rows[1, 6].review) == ("drawn", "corrected")
    assert {rows[1, frame].source for frame in (0, 5, 7, 11)} == {"proposed"}
    desk.assert_log_explains_tables()


def test_a_category_that_a_person_gave_meanwhile_stays(desk: Desk, fake: FakeWindows) -> None:
    fake.label = lambda number, stop: 0 if stop <= 4 else 1  # type: ignore[method-assign]
    given: list[str | None] = []

    def meanwhile(start: int) -> None:
        if start == 4:
            dog = desk.tracks()[0]
            given.append(dog.category_id)
            version = desk.rows()[1, 0].version
            desk.person(
                "accept", {"track": dog.id, "frame": 0, "before_version": version, "after": {"review": "accepted"}}
            )

    fake.before = meanwhile
    desk.propose()

    dog, other = desk.tracks()
    assert dog.category_id == given[0] is not None
    assert other.category_id is None, "nobody touched this one, so it follows the model"
    assert (dog.extra or {})["class"] == "star", "what the model thinks can still be seen"


def test_a_track_that_a_person_rejects_meanwhile_gets_no_more_rows(desk: Desk, fake: FakeWindows) -> None:
    def meanwhile(start: int) -> None:
        if start == 8:
            dog = desk.tracks()[0]
            change = {"track": dog.id, "frame": None, "before_version": dog.version, "after": {"rejected": True}}
            desk.person("reject", change)

    fake.before = meanwhile
    desk.propose()

    assert {frame for number, frame in desk.rows() if number == 1} == set(range(8))


def test_taking_the_run_back_ends_it(desk: Desk, fake: FakeWindows) -> None:
    def meanwhile(start: int) -> None:
        if start == 8:
            assert desk.undo_run()["status"] == "applied"

    fake.before = meanwhile
    with pytest.raises(Cancelled):
        desk.propose()

    assert desk.tracks() == [] and desk.run().state == "cancelled"
    fake.before = lambda start: None
    assert desk.propose().resumed_at == 0, "what a person took back is not gone on with"
    desk.assert_log_explains_tables()


# --- undo


def test_one_undo_takes_all_windows_back_and_one_redo_brings_them(desk: Desk) -> None:
    desk.propose()
    before = desk.shown()
    logged = len(desk.edits())
    assert logged > 2

    done = desk.undo_run()

    assert (done["status"], done["kind"]) == ("applied", "propose")
    assert len(desk.edits()) == logged + 1
    assert desk.tracks() == []
    assert desk.take_back(redo=True)["status"] == "applied"
    assert desk.shown() == before
    desk.assert_log_explains_tables()


def test_an_undo_of_a_second_run_brings_the_first_ones_rows_back(desk: Desk, fake: FakeWindows) -> None:
    desk.propose()
    before, opinions = desk.shown(), desk.opinions()
    fake.places = {0: {frame: (frame + 1, 5) for frame in range(12)}, 7: {frame: (30, 12) for frame in range(6, 9)}}
    fake.labels = {0: 0, 7: 1}
    done = desk.propose()
    assert (done.replaced, done.added, done.deleted) == (1, 1, 1)

    assert desk.undo_run()["status"] == "applied"

    assert desk.shown() == before and desk.opinions() == opinions
    desk.assert_log_explains_tables()


def test_undoing_a_run_is_refused_where_a_person_has_worked_on_it(desk: Desk) -> None:
    desk.propose()
    row = desk.rows()[1, 0]
    change = {"track": row.track_id, "frame": 0, "before_version": row.version, "after": {"review": "accepted"}}
    desk.person("accept", change)
    before = desk.shown()

    answer = desk.undo_run()

    assert answer["status"] == "conflict" and "accept" in answer["error"]
    assert desk.shown() == before
