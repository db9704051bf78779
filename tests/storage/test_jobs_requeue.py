"""A job whose process is gone: back into the queue where it can go on, else given up with a reason."""

import pytest

from storage import jobs
from storage.database import Database
from storage.errors import NotFound
from storage.jobs import Job, JobOver


def running(database: Database, *, kind: str = "propose", worker: str = "w") -> Job:
    with database.atomic() as tx:
        jobs.enqueue(tx, kind=kind, project_id=None)
        job = jobs.claim(tx, worker=worker, kinds=[kind])
    assert job is not None
    return job


def given_up(database: Database, job_id: str, *resumable: str) -> Job:
    with database.atomic() as tx:
        return jobs.give_up(tx, jobs.get_job(tx, job_id), resumable=resumable)


def test_a_job_in_the_queue_again_keeps_how_far_it_was_and_belongs_to_nobody(database: Database) -> None:
    job = running(database)
    with database.atomic() as tx:
        jobs.heartbeat(tx, job.id, progress=0.5, message="half", eta_seconds=3.0, worker="w")
        waiting = jobs.requeue(tx, job.id, message="waiting to go on")
        assert (waiting.status, waiting.progress, waiting.message) == ("queued", 0.5, "waiting to go on")
        assert (waiting.worker, waiting.heartbeat, waiting.started, waiting.eta_seconds) == (None, None, None, None)
        again = jobs.claim(tx, worker="v", kinds=["propose"])
    assert again is not None and (again.id, again.worker, again.attempts) == (job.id, "v", 2)


@pytest.mark.parametrize("status", ["queued", "cancelling", "done", "failed", "cancelled"])
def test_only_a_running_job_goes_back(database: Database, status: str) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=None)
        if status != "queued":
            jobs.claim(tx, worker="w", kinds=["propose"])
        if status in {"cancelling", "cancelled"}:
            jobs.request_cancel(tx, job.id)
        if status == "cancelled":
            jobs.cancelled(tx, job.id)
        if status == "done":
            jobs.finish(tx, job.id)
        if status == "failed":
            jobs.fail(tx, job.id, error="no")
    with pytest.raises(JobOver, match=status), database.atomic() as tx:
        jobs.requeue(tx, job.id, message="again")
    with database.read() as tx:
        assert jobs.get_job(tx, job.id).status == status


def test_a_job_that_does_not_exist_cannot_go_back(database: Database) -> None:
    with database.atomic() as tx, pytest.raises(NotFound):
        jobs.requeue(tx, "nothing", message="again")


def test_only_kinds_that_can_go_on_are_queued_again(database: Database) -> None:
    job = running(database, kind="export")
    assert given_up(database, job.id, "propose").status == "failed"


def test_a_job_that_was_to_stop_is_cancelled_when_its_process_is_gone(database: Database) -> None:
    job = running(database)
    with database.atomic() as tx:
        jobs.request_cancel(tx, job.id)
    assert given_up(database, job.id, "propose").status == "cancelled"


def test_attempts_count_until_the_job_gets_on(database: Database) -> None:
    job = running(database)
    assert job.attempts == 1
    assert given_up(database, job.id, "propose").status == "queued"
    with database.atomic() as tx:
        jobs.claim(tx, worker="w", kinds=["propose"])
        jobs.reset_attempts(tx, job.id)
        assert jobs.get_job(tx, job.id).attempts == 0
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        assert given_up(database, job.id, "propose").status == "queued"
        with database.atomic() as tx:
            taken = jobs.claim(tx, worker="w", kinds=["propose"])
        assert taken is not None and taken.attempts == attempt
    with database.atomic() as tx:
        jobs.append_log(tx, job.id, "first\nlast words\n\n")
    failed = given_up(database, job.id, "propose")
    assert failed.status == "failed" and "3 times in a row" in str(failed.error) and "last words" in str(failed.error)


def test_a_worker_that_lost_its_job_is_told_and_changes_nothing(database: Database) -> None:
    job = running(database, worker="slow")
    with database.atomic() as tx:
        jobs.requeue(tx, job.id, message="waiting")
        assert jobs.heartbeat(tx, job.id, progress=0.9, worker="slow") == "taken"
        jobs.claim(tx, worker="quick", kinds=["propose"])
        assert jobs.heartbeat(tx, job.id, progress=0.9, worker="slow") == "taken"
        assert jobs.heartbeat(tx, job.id, worker="quick") == "running"
        assert jobs.get_job(tx, job.id).progress == 0.0


def test_silent_jobs_that_can_go_on_are_queued_by_the_reaper(database: Database) -> None:
    able, unable = running(database), running(database, kind="export")
    with database.atomic() as tx:
        assert jobs.reap(tx, dead=lambda job: jobs.is_silent(job, 60.0), resumable={"propose"}) == ()
        reaped = jobs.reap(tx, dead=lambda job: jobs.is_silent(job, -1.0), resumable={"propose"})
    assert {job.id: job.status for job in reaped} == {able.id: "queued", unable.id: "failed"}
