"""The retrainings of a project: jobs and checkpoints joined, the newest first."""

from typing import Any

import pytest

from app.training.past_runs import last_pace, past_runs, start_config
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


def done(
    database: Database,
    project: Project,
    pace: dict[str, float],
    *,
    before: str = "",
    config: str = "tiny",
    **typed: int,
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id, parameters=typed)
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id, result={"pace": pace, "lineage": {"config": config, "before": before}})


def test_the_pace_is_the_median_of_the_last_three_runs_that_chose_their_steps_and_trained(
    database: Database, street: Project
) -> None:
    other = project_with(database, "dog", name="other")[0]
    done(database, other, {"train": 3.0})
    done(database, street, {"train": 99.0}, steps=1)
    done(database, street, {"measure": 9.0})
    with database.read() as tx:
        assert last_pace(tx, street.id, "tiny") == {"train": 3.0}
    for pace in (50.0, 1.0, 8.0, 2.0):
        done(database, street, {"train": pace, "measure": pace / 10} if pace > 1 else {"train": pace})
    with database.read() as tx:
        assert last_pace(tx, street.id, "tiny") == {"train": 2.0, "measure": 0.2}
        assert last_pace(tx, street.id, "large") == {}


def test_a_run_starts_where_the_last_one_with_the_same_checkpoint_in_use_did(
    database: Database, street: Project
) -> None:
    lite, own = (add_checkpoint(database, "dog", name=name) for name in ("lite", "own"))
    done(database, street, {}, before=lite.id, config="tiny")
    done(database, street, {}, before="another", config="large")
    with database.read() as tx:
        assert start_config(tx, street.id, lite) == "tiny"
        assert start_config(tx, street.id, own) == own.config
