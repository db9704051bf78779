"""Retrainings that end before their work is done: what they keep, and how they go on."""

from typing import Any

import pytest

from app.errors import BadInput, Cancelled
from app.library.kept_runs import STATE
from app.settings import Settings
from app.training import retrain, retrain_run, retraining
from storage import checkpoints, jobs, projects, snapshots
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import project_with
from tests.app.training.corrected_project import drawn
from tests.app.training.test_retrain_run import queued, run


def test_a_run_that_ctrl_c_or_a_kill_ended_goes_on_from_what_it_kept_and_says_so(
    database: Database, settings: Settings, project: tuple[Project, list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, clips = project
    job_id = queued(database, made, steps=2, leave_out=[[clips[0].id, 99, 0]])
    trained: list[str] = []
    adapt = retraining.adapt

    def counted_adapt(*arguments: Any, **more: Any) -> Any:
        trained.append(more["state_path"].name)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return adapt(*arguments, **more)

    monkeypatch.setattr(retraining, "adapt", counted_adapt)
    with pytest.raises(KeyboardInterrupt):
        run(database, settings, job_id)
    with database.read() as tx:
        [fish] = [c for c in projects.list_categories(tx, made.id) if c.name == "fish"]
    drawn(database, clips[1], fish.id, frames=9)  # a person goes on while the run is dead
    result = run(database, settings, job_id)
    assert trained == ["training-0.pt", "training-1.pt", "training-1.pt", "training-2.pt"]
    assert result["notes"] == [retrain_run.WENT_ON, *retrain_run.left_out_note(1)]
    assert result["plan"]["masks_drawn"] == 12 and result["seconds"] is None
    [reason] = [one for one in result["decision"]["reasons"] if one["code"] == "suspicious"]
    assert reason["text"] == "8 % of the corrections look spoiled, counting those that were left out.", "1 of 13"
    with database.read() as tx:
        assert retrain_run.WENT_ON in jobs.get_job(tx, job_id).log
        first = snapshots.find_snapshot(tx, made.id, result["snapshot"])
    assert first is not None and len(first.masks) == 12
    assert not list((settings.data / "retraining").iterdir())


def test_without_memory_it_ends_with_a_sentence_and_can_go_on(
    database: Database, settings: Settings, project: tuple[Project, list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = queued(database, project[0], steps=1)

    def full(*given: Any, **more: Any) -> Any:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(retraining, "measure", full)
    with pytest.raises(retrain_run.TooLittleMemory, match=r"not enough memory .* what was done is kept") as ended:
        retrain_run.run_job(database, settings, job_id=job_id, worker="test")
    assert "\n" not in str(ended.value)
    with database.atomic() as tx:
        assert "It failed: There is not enough memory" in jobs.get_job(tx, job_id).log
        jobs.fail(tx, job_id, error=str(ended.value))
        active = checkpoints.active_checkpoint(tx, project[0].id)
        kept = retrain.stopped(tx, settings, project[0].id)
    assert active is not None and active.name == "start" and kept is not None and kept.id == job_id


def test_a_process_that_was_taken_for_dead_leaves_the_job_to_the_next_one(
    database: Database, settings: Settings, project: tuple[Project, list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = queued(database, project[0], steps=1)
    with database.atomic() as tx:
        jobs.requeue(tx, job_id, message="again")
        jobs.claim(tx, worker="another", kinds=["retrain"])
    with pytest.raises(Cancelled):
        retrain_run.run_job(database, settings, job_id=job_id, worker="test")
    with database.read() as tx:
        assert (jobs.get_job(tx, job_id).status, jobs.get_job(tx, job_id).worker) == ("running", "another")


@pytest.mark.parametrize("ending", [Cancelled, BadInput])
def test_cancelling_or_an_error_makes_no_checkpoint_and_keeps_what_was_done(
    database: Database,
    settings: Settings,
    project: tuple[Project, list[Video]],
    monkeypatch: pytest.MonkeyPatch,
    ending: type[Exception],
) -> None:
    job_id = queued(database, project[0], steps=500)

    def end(*_: object, **__: object) -> None:
        if ending is Cancelled:
            with database.atomic() as tx:
                jobs.request_cancel(tx, job_id)
        raise ending

    monkeypatch.setattr(retraining, "adapt", end)
    with pytest.raises(ending):
        retrain_run.run_job(database, settings, job_id=job_id, worker="test")
    if ending is BadInput:
        with database.atomic() as tx:
            jobs.fail(tx, job_id, error="The disk with the videos is away.")  # as the worker does
    with database.read() as tx:
        found = retrain.stopped(tx, settings, project[0].id)
        assert found is not None and found.id == job_id
        assert [found.name for found in checkpoints.list_checkpoints(tx)] == ["start"]
    assert [path.name for path in settings.checkpoints.iterdir()] == ["start.safetensors"]


def test_a_run_that_never_begins_leaves_what_the_stopped_one_before_it_has_kept(
    database: Database, settings: Settings
) -> None:
    made, _ = project_with(database, "fish", name="empty")
    stopped, second = (queued(database, made) for _ in range(2))
    (settings.retrainings / stopped).mkdir(parents=True)
    (settings.retrainings / stopped / STATE).touch()
    with database.atomic() as tx:
        jobs.cancelled(tx, stopped)
    with pytest.raises(BadInput, match="review"):
        retrain_run.run_job(database, settings, job_id=second, worker="test")
    with database.atomic() as tx:
        jobs.fail(tx, second, error="There is nothing to train on.")
        found = retrain.stopped(tx, settings, made.id)
    assert found is not None and found.id == stopped


def test_the_report_says_how_many_masks_were_left_out() -> None:
    assert retrain_run.left_out_note(0) == ()
    assert retrain_run.left_out_note(1) == ("1 mask that looked spoiled was left out.",)
    assert retrain_run.left_out_note(12) == ("12 masks that looked spoiled were left out.",)
