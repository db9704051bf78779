"""Jobs that can go on: back in the queue when their worker is killed or told to stop, but not for ever."""

import os
import signal
from dataclasses import replace

import pytest

from app.jobs import queue
from app.settings import Settings
from storage import jobs
from storage.database import Database
from tests.app.jobs.following import end_worker, ended, job_in, worker_of
from tests.app.jobs.test_queue import command, start_held
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("no_worker_left")


def test_a_killed_workers_job_is_taken_up_by_the_next_one(database: Database, settings: Settings) -> None:
    job, free = start_held(database, settings, "propose")
    killed = job_in(database, job.id).worker
    end_worker(settings)
    free.touch()

    def taken_from_the_dead() -> bool:
        queue.care(database, settings, command=command(settings))
        return job_in(database, job.id).worker != killed

    wait_for(taken_from_the_dead)
    done = ended(database, job.id)
    assert (done.status, done.attempts) == ("done", 2)


def test_a_worker_that_is_told_to_stop_puts_its_job_back(database: Database, settings: Settings) -> None:
    job, _ = start_held(database, settings, "propose")
    os.kill(worker_of(settings), signal.SIGTERM)

    wait_for(lambda: job_in(database, job.id).status == "queued")

    waiting = job_in(database, job.id)
    assert "stopped" in waiting.message and waiting.worker is None and waiting.progress > 0
    assert queue.cancel(database, job.id).status == "cancelled", "so that no other worker takes it up in this test"


def test_a_cancelled_job_stays_cancelled_when_its_worker_is_told_to_stop(
    database: Database, settings: Settings
) -> None:
    job, _ = start_held(database, settings, "propose")
    queue.cancel(database, job.id)
    os.kill(worker_of(settings), signal.SIGTERM)

    assert ended(database, job.id).status == "cancelled"


def dead(database: Database, settings: Settings, job_id: str) -> jobs.Job:
    """The job after a worker of another machine took it up and was never heard of again."""
    with database.atomic() as tx:
        jobs.claim(tx, worker="elsewhere:1", kinds=["propose"])
    queue.care(database, replace(settings, stale_seconds=0.0))
    return job_in(database, job_id)


def test_a_job_that_kills_every_worker_is_given_up(
    database: Database, settings: Settings, started_workers: list[Settings]
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=None)

    assert [dead(database, settings, job.id).status for _ in range(jobs.MAX_ATTEMPTS)] == [
        "queued",
        "queued",
        "failed",
    ]

    assert "3 times in a row" in (job_in(database, job.id).error or "")
    assert len(started_workers) == 2, "each time it is queued again, a worker is started"


def test_a_job_that_gets_on_between_crashes_is_never_given_up(
    database: Database, settings: Settings, started_workers: list[Settings]
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=None)

    for _ in range(2 * jobs.MAX_ATTEMPTS):
        with database.atomic() as tx:
            jobs.claim(tx, worker="elsewhere:1", kinds=["propose"])
            jobs.reset_attempts(tx, job.id)
        queue.care(database, replace(settings, stale_seconds=0.0))
        assert job_in(database, job.id).status == "queued"
