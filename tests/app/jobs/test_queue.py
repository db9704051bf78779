"""Background jobs through a real worker process: from the queue to the end, cancelled, killed, and taken up again."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.jobs import lock, queue
from app.settings import Settings
from storage import jobs
from storage.database import Database
from tests.app.jobs.following import end_worker, ended, job_in, worker_of
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("no_worker_left")


def command(settings: Settings, idle: float = 1.0) -> list[str]:
    return [sys.executable, "-m", "tests.app.worker.fake_worker", str(settings.data), str(idle)]


def start(database: Database, settings: Settings, kind: str, **parameters: Any) -> jobs.Job:
    return queue.enqueue(
        database, settings, kind=kind, project_id=None, parameters=parameters, command=command(settings)
    )


def start_held(database: Database, settings: Settings, kind: str = "count") -> tuple[jobs.Job, Path]:
    """A job that is held in the middle until the file exists, and that file."""
    free = settings.data / "free"
    job = start(database, settings, kind, steps=3, until=str(free))
    wait_for(lambda: job_in(database, job.id).progress > 0)
    return job, free


def test_a_job_runs_in_another_process_and_stores_its_result(database: Database, settings: Settings) -> None:
    job = start(database, settings, "count", steps=3)
    done = ended(database, job.id)
    assert (done.status, done.progress, done.result) == ("done", 1.0, {"counted": 3})
    assert done.worker is not None and not done.worker.endswith(f":{os.getpid()}")
    with database.read() as tx:
        assert jobs.points(tx, job.id)["steps"] == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_a_worker_takes_one_job_after_another_and_leaves_when_idle(database: Database, settings: Settings) -> None:
    first = start(database, settings, "count", steps=1)
    second = start(database, settings, "count", steps=1)
    assert ended(database, first.id).worker == ended(database, second.id).worker
    wait_for(lambda: lock.worker_pid(settings) is None)


def test_a_cancelled_job_stops_at_its_next_step(database: Database, settings: Settings) -> None:
    job, _ = start_held(database, settings)
    assert queue.cancel(database, job.id).status == "cancelling"
    assert ended(database, job.id).status == "cancelled"


def test_a_queued_job_is_cancelled_at_once(database: Database, settings: Settings) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="count", project_id=None, parameters={})
    assert queue.cancel(database, job.id).status == "cancelled"
    assert queue.cancel(database, job.id).status == "cancelled"


def test_a_persons_mistake_is_one_sentence_and_the_worker_lives_on(database: Database, settings: Settings) -> None:
    wrong = start(database, settings, "mistake")
    broken = start(database, settings, "bug")
    right = start(database, settings, "count", steps=1)
    assert ended(database, wrong.id).error == "The file is not right; give another."
    assert ended(database, wrong.id).log == ""
    failed = ended(database, broken.id)
    assert failed.error == "division by nothing."
    assert "ZeroDivisionError" in failed.log and "Traceback" in failed.log
    assert ended(database, right.id).status == "done"


def test_a_killed_workers_job_is_failed_and_can_be_asked_for_again(database: Database, settings: Settings) -> None:
    job, _ = start_held(database, settings)
    end_worker(settings)

    def dead() -> bool:
        queue.care(database, settings, command=command(settings))
        return job_in(database, job.id).status == "failed"

    wait_for(dead)
    assert "died" in (job_in(database, job.id).error or "")
    again = start(database, settings, "count", steps=1)
    assert ended(database, again.id).status == "done"


def test_a_stopped_worker_fails_its_job_with_a_sentence(database: Database, settings: Settings) -> None:
    job, _ = start_held(database, settings)
    os.kill(worker_of(settings), signal.SIGTERM)
    failed = ended(database, job.id)
    assert (failed.status, failed.error) == ("failed", "The worker was stopped; ask again.")


def test_a_second_worker_leaves_at_once(database: Database, settings: Settings) -> None:
    job, free = start_held(database, settings)
    second = subprocess.run(command(settings), capture_output=True, text=True, check=True, cwd=queue.ROOT)
    assert "another worker is alive" in second.stdout
    free.touch()
    assert ended(database, job.id).status == "done"


def test_queued_jobs_find_a_worker_after_a_restart(database: Database, settings: Settings) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="count", project_id=None, parameters={"steps": 1})
    assert lock.worker_pid(settings) is None
    queue.care(database, settings, command=command(settings))
    assert ended(database, job.id).status == "done"


def test_a_silent_job_of_another_machine_is_given_up_after_a_while(database: Database, settings: Settings) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="count", project_id=None, parameters={})
        jobs.claim(tx, worker="elsewhere:1", kinds=["count"])
    queue.care(database, settings)
    assert job_in(database, job.id).status == "running"
    queue.care(database, replace(settings, stale_seconds=0.0))
    assert job_in(database, job.id).status == "failed"
