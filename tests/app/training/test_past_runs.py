"""The retrainings of a project: jobs and checkpoints joined, the newest first."""

from typing import Any

import pytest

from app.training.past_runs import past_runs
from storage import checkpoints, jobs
from storage.database import Database
from storage.projects import Project
from tests.app.made import add_checkpoint, project_with


@pytest.fixture
def street(database: Database) -> Project:
    return project_with(database, "dog")[0]


def made(database: Database, project: Project, name: str) -> str:
    facts: dict[str, Any] = {"path": name, "sha256": name, "config": "tevit_tiny", "size_bytes": 1}
    with database.atomic() as tx:
        return checkpoints.add_checkpoint(
            tx, name=name, categories=["dog"], project_id=project.id, metrics={"set": "a"}, **facts
        ).id


def test_jobs_and_checkpoints_without_one_are_listed_once_each(database: Database, street: Project) -> None:
    add_checkpoint(database, "dog", name="not retrained")
    lost, kept = made(database, street, "lost"), made(database, street, "kept")
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=street.id)
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id, result={"checkpoint": kept, "name": "kept"})
        waiting = jobs.enqueue(tx, kind="retrain", project_id=street.id)
    with database.read() as tx:
        found = past_runs(tx, street.id)
    assert [run.id for run in found] == [waiting.id, job.id, lost]
    assert [run.result.get("name") for run in found] == [None, "kept", "lost"]
    assert [run.created for run in found] == sorted((run.created for run in found), reverse=True)


def test_what_the_job_recorded_goes_before_what_the_checkpoint_has(database: Database, street: Project) -> None:
    kept = made(database, street, "kept")
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=street.id)
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id, result={"checkpoint": kept, "set": "b", "seconds": 3})
    with database.read() as tx:
        (run,) = past_runs(tx, street.id)
    assert (run.result["set"], run.result["seconds"], run.result["removed"]) == ("b", 3, False)
