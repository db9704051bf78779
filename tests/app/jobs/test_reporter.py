"""How a running job reports: progress, message, log, curves, the time left; and that it is cancelled or lost."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from app.jobs import queue, reporter
from app.settings import Settings
from storage import jobs
from storage.database import Database, DatabaseBusy
from tests.app.jobs.following import job_in
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporter, "BEAT_SECONDS", 0.02)


def claimed(database: Database) -> str:
    """A job that the worker "me:1" has taken."""
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="count", project_id=None)
        jobs.claim(tx, worker="me:1", kinds=["count"])
    return job.id


def test_a_reporter_estimates_the_time_left_and_sees_a_cancel(database: Database) -> None:
    job = claimed(database)
    with reporter.JobReporter(database, job, worker="me:1") as report:
        report(0.5, "half")
        wait_for(lambda: job_in(database, job).progress == 0.5)
        found = job_in(database, job)
        assert found.message == "half" and found.eta_seconds is not None
        assert not report.cancelled()
        queue.cancel(database, job)
        wait_for(report.cancelled)


def test_a_reporter_keeps_the_last_message_and_bounds_what_it_is_told(database: Database) -> None:
    job = claimed(database)
    with reporter.JobReporter(database, job, worker="me:1") as report:
        report(0.25, "loading", eta_seconds=90)
        report(7.0)
        wait_for(lambda: job_in(database, job).progress == 1.0)
        assert job_in(database, job).message == "loading"
        report.log("one\n")
        report.log("two\n")
        report.point("loss", 1, 0.5)
        report.point("loss", 1, 0.75)
    found = job_in(database, job)
    assert found.log == "one\ntwo\n"
    with database.read() as tx:
        assert jobs.points(tx, job) == {"loss": [(1, 0.5)]}


def test_the_attempts_start_again_when_something_new_is_stored(database: Database) -> None:
    job, attempts = claimed(database), []
    report = reporter.JobReporter(database, job, worker="me:1")
    for when in (5, 5, 4, 6):
        report.stored(when)
        attempts.append(job_in(database, job).attempts)
    assert attempts == [1, 1, 1, 0]


def test_a_reporter_that_has_nothing_to_say_leaves_what_another_process_said(database: Database) -> None:
    job = claimed(database)
    with database.atomic() as tx:
        jobs.heartbeat(tx, job, progress=0.5, message="training", eta_seconds=120, worker="me:1")
    before = job_in(database, job).heartbeat
    assert before is not None
    with reporter.JobReporter(database, job, worker="me:1"):
        wait_for(lambda: (job_in(database, job).heartbeat or 0) > before)
    found = job_in(database, job)
    assert (found.progress, found.message, found.eta_seconds) == (0.5, "training", 120)


def test_a_process_that_was_given_up_learns_that_another_one_has_its_job(
    database: Database, settings: Settings, started_workers: list[Settings]
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=None)
        jobs.claim(tx, worker="slow:1", kinds=["propose"])
    with reporter.JobReporter(database, job.id, worker="slow:1") as report:
        queue.care(database, replace(settings, stale_seconds=0.0))
        with database.atomic() as tx:
            assert jobs.claim(tx, worker="quick:2", kinds=["propose"]) is not None
        wait_for(report.cancelled)
    assert (job_in(database, job.id).status, job_in(database, job.id).worker) == ("running", "quick:2")


def test_the_time_left_of_a_job_that_goes_on_is_not_taken_from_what_was_done_before(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(reporter.time, "monotonic", lambda: now[0])
    report = reporter.JobReporter(database, "job", worker="w")
    for moment, progress in ((101.0, 0.0), (102.0, 0.8), (112.0, 0.9)):
        now[0] = moment
        report(progress, "on")
    assert report._eta == pytest.approx(10.0)


def test_a_cancel_is_seen_while_another_process_keeps_the_write_lock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = claimed(database)
    beat = jobs.heartbeat
    lock_is_held = threading.Event()

    def refused(*arguments: Any, **named: Any) -> str:
        if lock_is_held.is_set():
            raise DatabaseBusy("Another process has been writing for over 30 s; try again.")
        return beat(*arguments, **named)

    monkeypatch.setattr(jobs, "heartbeat", refused)
    with reporter.JobReporter(database, job, worker="me:1") as report:
        lock_is_held.set()
        queue.cancel(database, job)
        wait_for(report.cancelled)
