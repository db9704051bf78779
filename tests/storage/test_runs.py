"""Runs that go on: what they need is kept with what they stored, and one at a time."""

import pytest

from storage import runs, videos
from storage.checkpoints import add_checkpoint
from storage.database import Database
from storage.errors import NotFound
from storage.runs import RunMoved, RunProgress
from tests.storage.scenes import Scene


def begun(scene: Scene) -> runs.Run:
    with scene.database.atomic() as tx:
        return runs.start_run(
            tx, kind="proposal", project_id=scene.project.id, video_id=scene.video.id, settings={"rule": "review"}
        )


def progress(done: int, *, state: bytes = b"\x00\xff") -> RunProgress:
    return RunProgress(done, max(done - 2, 0), state, {"bound": [[0, "t"]], "done": done})


def test_what_a_run_needs_comes_back_as_it_was_kept(scene: Scene) -> None:
    run = begun(scene)
    with scene.database.atomic() as tx:
        assert runs.progress_of(tx, run.id) is None and runs.frames_done(tx, run.id) is None
        runs.save_progress(tx, run.id, progress(6), after=0)
        assert runs.progress_of(tx, run.id) == progress(6)
        assert runs.frames_done(tx, run.id) == 6
        runs.save_progress(tx, run.id, progress(9, state=b""), after=6)
        assert runs.progress_of(tx, run.id) == progress(9, state=b"")


@pytest.mark.parametrize("after", [0, 5, 7])
def test_only_who_knows_how_far_it_is_goes_on_with_a_run(scene: Scene, after: int) -> None:
    run = begun(scene)
    with scene.database.atomic() as tx:
        runs.save_progress(tx, run.id, progress(6), after=0)
    with pytest.raises(RunMoved, match="frame 6"), scene.database.atomic() as tx:
        runs.save_progress(tx, run.id, progress(9), after=after)
    with scene.database.read() as tx:
        assert runs.progress_of(tx, run.id) == progress(6)


def test_a_run_that_has_not_begun_is_at_nothing(scene: Scene) -> None:
    run = begun(scene)
    with pytest.raises(RunMoved), scene.database.atomic() as tx:
        runs.save_progress(tx, run.id, progress(9), after=6)


@pytest.mark.parametrize(("state", "kept"), [("done", False), ("failed", True), ("cancelled", True)])
def test_only_a_run_that_is_done_needs_nothing_any_more(scene: Scene, state: str, kept: bool) -> None:
    run = begun(scene)
    with scene.database.atomic() as tx:
        runs.save_progress(tx, run.id, progress(6), after=0)
        ended = runs.finish_run(tx, run.id, state=state, unmapped={"star": 2})
        assert (runs.progress_of(tx, run.id) is not None) == kept
    assert (ended.state, ended.unmapped) == (state, {"star": 2}) and ended.finished is not None


def test_a_run_that_goes_on_is_running_again_for_another_job(scene: Scene) -> None:
    run = begun(scene)
    with scene.database.atomic() as tx:
        runs.finish_run(tx, run.id, state="failed", unmapped={"star": 1})
        again = runs.resume_run(tx, run.id, job_id=None)
        assert (again.id, again.state, again.finished, again.unmapped) == (run.id, "running", None, {"star": 1})
        assert runs.finish_run(tx, run.id).unmapped == {"star": 1}, "what is not said stays"
        with pytest.raises(NotFound):
            runs.resume_run(tx, "nothing", job_id=None)
        with pytest.raises(NotFound):
            runs.finish_run(tx, "nothing")


def test_the_latest_run_is_of_its_kind_and_video(scene: Scene, database: Database) -> None:
    first, second = begun(scene), begun(scene)
    with database.atomic() as tx:
        other = runs.start_run(tx, kind="spreading", project_id=scene.project.id, video_id=scene.video.id)
        assert first.created <= second.created
        latest = runs.latest_run(tx, scene.video.id)
        assert latest is not None and latest.id in {first.id, second.id} and latest.created == second.created
        assert runs.latest_run(tx, scene.video.id, kind="spreading") == other
        assert runs.latest_run(tx, "nowhere") is None


def test_cuts_of_a_window_replace_those_that_were_seen_there_before(scene: Scene) -> None:
    def cuts() -> object:
        with scene.database.read() as tx:
            return videos.get_video(tx, scene.video.id).cuts

    def keep(found: list[int], start: int, stop: int) -> None:
        with scene.database.atomic() as tx:
            videos.set_cuts(tx, scene.video.id, found, start=start, stop=stop)

    assert cuts() is None
    keep([], 0, 10)
    assert cuts() == []
    keep([12, 19], 10, 20)
    keep([3], 0, 10)
    assert cuts() == [3, 12, 19]
    keep([10], 10, 19)
    assert cuts() == [3, 10, 19]


def test_a_run_records_what_it_was_made_with_and_what_it_could_not_place(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        checkpoint = add_checkpoint(
            tx, name="demo", path="x.safetensors", sha256="ab", config="tevit_tiny", categories=["disc"], size_bytes=10
        )
        run = runs.start_run(
            tx,
            kind="proposal",
            project_id=scene.project.id,
            video_id=scene.video.id,
            checkpoint_id=checkpoint.id,
            settings={"window": 36},
        )
        assert (run.state, run.finished, run.author) == ("running", None, f"run:{run.id}")
        done = runs.finish_run(tx, run.id, unmapped={"zebra": 3})
        assert (done.state, done.unmapped, done.settings) == ("done", {"zebra": 3}, {"window": 36})
        assert runs.get_run(tx, run.id) == done
        runs.start_run(tx, kind="training", project_id=scene.project.id)
        assert runs.latest_run(tx, scene.video.id) == done
        with pytest.raises(NotFound):
            runs.finish_run(tx, "nothing")


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_a_run_ends_in_the_state_that_was_said(scene: Scene, state: str) -> None:
    with scene.database.atomic() as tx:
        run = runs.start_run(tx, kind="proposal", project_id=scene.project.id)
        ended = runs.finish_run(tx, run.id, state=state)
        assert (ended.state, ended.unmapped) == (state, None)
        assert ended.finished is not None and ended.finished >= ended.created


def test_runs_that_broke_off_are_told_by_video_with_how_far_they_came(scene: Scene, database: Database) -> None:
    def found() -> dict[str, tuple[str, int]]:
        with database.read() as tx:
            return {video: (run.id, done) for video, (run, done) in runs.broken_off(tx, scene.project.id).items()}

    first = begun(scene)
    assert found() == {}, "nothing is stored yet"
    with database.atomic() as tx:
        runs.save_progress(tx, first.id, progress(6), after=0)
        runs.finish_run(tx, first.id, state="cancelled")
    assert found() == {scene.video.id: (first.id, 6)}
    second = begun(scene)
    assert found() == {}, "a newer run begins again"
    with database.atomic() as tx:
        runs.save_progress(tx, second.id, progress(9), after=0)
    assert found() == {scene.video.id: (second.id, 9)}
    with database.atomic() as tx:
        runs.finish_run(tx, second.id)
    assert found() == {}
    with database.read() as tx:
        assert runs.broken_off(tx, "another project") == {}
