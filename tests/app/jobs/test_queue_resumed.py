"""Jobs that can go on: back in the queue when their worker is killed or told to stop, but not for ever."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.jobs import queue as jobs
from app.settings import Settings
from storage import jobs as store
from storage.database import Database
from tests.app.jobs.test_queue import command, ended, job_in, start, wait_for


@pytest.fixture(autouse=True)
def no_worker_left(settings: Settings) -> Iterator[None]:
    yield
    pid = jobs.worker_pid(settings)
    if pid:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: jobs.worker_pid(settings) is None)


def worker_of(settings: Settings) -> int:
    found: int = wait_for(lambda: jobs.worker_pid(settings))
    return found


def test_a_killed_workers_job_is_taken_up_by_the_next_one(database: Database, settings: Settings) -> None:
    job = start(database, settings, "propose", steps=20)
    wait_for(lambda: job_in(database, job.id).progress > 0)
    os.kill(worker_of(settings), signal.SIGKILL)
    wait_for(lambda: jobs.worker_pid(settings) is None)

    def queued_again() -> bool:
        jobs.care(database, settings, command=command(settings))
        return job_in(database, job.id).attempts == 2

    wait_for(queued_again)
    assert ended(database, job.id).status == "done"


def test_a_worker_that_is_told_to_stop_puts_its_job_back(database: Database, settings: Settings) -> None:
    job = start(database, settings, "propose", steps=600)
    wait_for(lambda: job_in(database, job.id).progress > 0)
    os.kill(worker_of(settings), signal.SIGTERM)

    waiting = wait_for(lambda: (now := job_in(database, job.id)).status == "queued" and now)

    assert "stopped" in waiting.message and waiting.worker is None and waiting.progress > 0
    assert jobs.cancel(database, job.id).status == "cancelled", "so that no other worker takes it up in this test"


def test_a_cancelled_job_stays_cancelled_when_its_worker_is_told_to_stop(
    database: Database, settings: Settings
) -> None:
    job = start(database, settings, "propose", steps=600)
    wait_for(lambda: job_in(database, job.id).progress > 0)
    jobs.cancel(database, job.id)
    os.kill(worker_of(settings), signal.SIGTERM)

    assert ended(database, job.id).status == "cancelled"


def dead(database: Database, settings: Settings, job_id: str) -> store.Job:
    """The job after a worker of another machine took it up and was never heard of again."""
    with database.atomic() as tx:
        store.claim(tx, worker="elsewhere:1", kinds=["propose"])
    jobs.care(database, replace(settings, stale_seconds=0.0))
    return job_in(database, job_id)


def test_a_job_that_kills_every_worker_is_given_up(
    database: Database, settings: Settings, started_workers: list[Settings]
) -> None:
    with database.atomic() as tx:
        job = store.enqueue(tx, kind="propose", project_id=None)

    assert [dead(database, settings, job.id).status for _ in range(store.MOST_ATTEMPTS)] == [
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
        job = store.enqueue(tx, kind="propose", project_id=None)

    for _ in range(2 * store.MOST_ATTEMPTS):
        with database.atomic() as tx:
            store.claim(tx, worker="elsewhere:1", kinds=["propose"])
            store.got_on(tx, job.id)
        jobs.care(database, replace(settings, stale_seconds=0.0))
        assert job_in(database, job.id).status == "queued"


def test_a_process_that_was_given_up_learns_that_another_one_has_its_job(
    database: Database, settings: Settings, started_workers: list[Settings]
) -> None:
    with database.atomic() as tx:
        job = store.enqueue(tx, kind="propose", project_id=None)
        store.claim(tx, worker="slow:1", kinds=["propose"])
    with jobs.JobReporter(database, job.id, worker="slow:1") as report:
        jobs.care(database, replace(settings, stale_seconds=0.0))
        with database.atomic() as tx:
            assert store.claim(tx, worker="quick:2", kinds=["propose"]) is not None
        wait_for(report.cancelled)
    assert (job_in(database, job.id).status, job_in(database, job.id).worker) == ("running", "quick:2")


def test_the_time_left_of_a_job_that_goes_on_is_not_taken_from_what_was_done_before(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("app.jobs.queue.time.monotonic", lambda: now[0])
    report = jobs.JobReporter(database, "job", worker="w")
    for moment, progress in ((101.0, 0.0), (102.0, 0.8), (112.0, 0.9)):
        now[0] = moment
        report(progress, "on")
    assert report._eta == pytest.approx(10.0)
