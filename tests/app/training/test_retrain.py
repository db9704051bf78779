"""A retraining is put in the queue only where there is something to train on."""

import socket

import pytest

from app.errors import BadInput
from app.jobs import processes, queue
from app.library.kept_runs import STATE
from app.settings import Settings
from app.training import retrain
from storage import jobs
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import project_with


def test_without_corrections_there_is_a_reason(database: Database, settings: Settings) -> None:
    made, _ = project_with(database, "fish", name="empty")
    with pytest.raises(BadInput, match="review"):
        retrain.start(database, settings, project_id=made.id)


def test_one_project_is_retrained_once_at_a_time_and_the_second_learns_why(
    database: Database, settings: Settings, project: tuple[Project, list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "ensure_worker", lambda settings, **more: False)
    job = retrain.start(database, settings, project_id=project[0].id)
    with pytest.raises(BadInput, match="already retraining: that run waits in the queue"):
        retrain.start(database, settings, project_id=project[0].id)
    with database.atomic() as tx:
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.heartbeat(tx, job.id, progress=0.42)
    with pytest.raises(BadInput, match="that run is at 42 %; wait for it or cancel it"):
        retrain.start(database, settings, project_id=project[0].id)
    with database.read() as tx:
        assert len(jobs.list_jobs(tx, project[0].id, kind="retrain")) == 1
    with database.atomic() as tx:
        jobs.finish(tx, job.id)
    assert retrain.start(database, settings, project_id=project[0].id).status == "queued"


def test_a_retraining_whose_process_has_died_goes_on_without_a_server(
    database: Database, settings: Settings, project: tuple[Project, list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "ensure_worker", lambda settings, **more: False)
    made = project[0].id
    job = retrain.start(database, settings, project_id=made)
    (settings.retrainings / job.id).mkdir(parents=True)
    (settings.retrainings / job.id / STATE).touch()

    def die() -> None:
        with database.atomic() as tx:
            jobs.claim(tx, worker=f"{socket.gethostname()}:4194305", kinds=["retrain"])  # above the largest number
            jobs.heartbeat(tx, job.id, progress=0.42)

    die()
    with pytest.raises(BadInput, match="waits in the queue"):
        retrain.start(database, settings, project_id=made)
    die()
    again = retrain.go_on(database, settings, project_id=made)
    assert (again.id, again.status) == (job.id, "queued")
    with database.atomic() as tx:
        jobs.claim(tx, worker=processes.own_name(), kinds=["retrain"])
    with pytest.raises(BadInput, match="already retraining"):
        retrain.go_on(database, settings, project_id=made)


@pytest.mark.parametrize(
    ("said", "uses"),
    [
        ({}, True),
        ({"device": "cuda:1"}, True),
        ({"device": "cuda:0"}, False),
        ({"device": "cpu"}, False),
        ({"device": "cuda:0", "session": "s"}, True),
        ({"device": "cpu", "session": "s"}, False),
    ],
)
def test_a_retraining_uses_its_own_device_and_under_torchrun_every_gpu(
    database: Database, said: dict[str, str], uses: bool
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=None, parameters=said)
    assert retrain.trains_on(job, "cuda:1") is uses


def test_a_stopped_retraining_goes_on_while_it_is_the_newest_and_has_kept_something(
    database: Database, settings: Settings, project: tuple[Project, list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "ensure_worker", lambda settings, **more: False)
    made = project[0].id
    job = retrain.start(database, settings, project_id=made, steps=7)
    with pytest.raises(BadInput, match="already retraining"):
        retrain.go_on(database, settings, project_id=made)
    queue.cancel(database, job.id)
    with pytest.raises(BadInput, match="no stopped retraining"):
        retrain.go_on(database, settings, project_id=made)
    (settings.retrainings / job.id).mkdir(parents=True)
    (settings.retrainings / job.id / STATE).touch()
    assert retrain.go_on(database, settings, project_id=made).id == job.id
    with database.read() as tx:
        again = jobs.get_job(tx, job.id)
    assert (again.status, again.finished, again.parameters["steps"]) == ("queued", None, 7)
    queue.cancel(database, job.id)
    queue.cancel(database, retrain.start(database, settings, project_id=made).id)
    assert retrain.go_on(database, settings, project_id=made).id == job.id, "the newer one has kept nothing"
    with database.atomic() as tx:
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.fail(tx, job.id, error="The disk is away.")
    again = retrain.go_on(database, settings, project_id=made)
    assert (again.id, again.status, again.error) == (job.id, "queued", None)
    with database.atomic() as tx:
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id)
    with pytest.raises(BadInput, match="no stopped retraining"):
        retrain.go_on(database, settings, project_id=made)
