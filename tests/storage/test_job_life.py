"""Every step of a job's life from every status, and random lives under two workers that come, go silent and die."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import Connection, update

from storage import jobs, schema
from storage.database import Database, DatabaseError
from storage.errors import NotFound
from storage.jobs import Job, JobOver
from tests.storage.machines import DatabaseMachine, as_test

Step = Callable[[Connection, str], Any]

STEPS: dict[str, Step] = {
    "finish": lambda tx, job: jobs.finish(tx, job, result={"n": 1}),
    "fail": lambda tx, job: jobs.fail(tx, job, error="It broke."),
    "cancelled": lambda tx, job: jobs.cancelled(tx, job),
    "request_cancel": lambda tx, job: jobs.request_cancel(tx, job),
    "heartbeat": lambda tx, job: jobs.heartbeat(tx, job, progress=0.25, worker="w"),
}
# What a job of the first status becomes; None: the step is refused and changes nothing.
LIFE: dict[tuple[str, str], str | None] = {
    ("queued", "finish"): None,
    ("queued", "fail"): None,
    ("queued", "cancelled"): None,
    ("queued", "request_cancel"): "cancelled",
    ("queued", "heartbeat"): "queued",
    ("running", "finish"): "done",
    ("running", "fail"): "failed",
    ("running", "cancelled"): "cancelled",
    ("running", "request_cancel"): "cancelling",
    ("running", "heartbeat"): "running",
    ("cancelling", "finish"): "done",
    ("cancelling", "fail"): "failed",
    ("cancelling", "cancelled"): "cancelled",
    ("cancelling", "request_cancel"): "cancelling",
    ("cancelling", "heartbeat"): "cancelling",
    **{(over, step): None for over in ("done", "failed", "cancelled") for step in ("finish", "fail", "cancelled")},
    **{(over, step): over for over in ("done", "failed", "cancelled") for step in ("request_cancel", "heartbeat")},
}


def job_of(tx: Connection, status: str) -> Job:
    """A job that has come to this status by the ordinary way."""
    job = jobs.enqueue(tx, kind="propose", project_id=None)
    if status == "queued":
        return job
    jobs.claim(tx, worker="w", kinds=["propose"])
    if status == "cancelling":
        jobs.request_cancel(tx, job.id)
    elif status == "done":
        jobs.finish(tx, job.id, result={"n": 0})
    elif status == "failed":
        jobs.fail(tx, job.id, error="Earlier.")
    elif status == "cancelled":
        jobs.cancelled(tx, job.id)
    found = jobs.get_job(tx, job.id)
    assert found.status == status
    return found


def test_the_table_of_steps_is_whole() -> None:
    assert set(LIFE) == {(status, step) for status in schema.JOB_STATUSES for step in STEPS}


@pytest.mark.parametrize(("status", "step"), sorted(LIFE))
def test_each_step_from_each_status(database: Database, status: str, step: str) -> None:
    becomes = LIFE[(status, step)]
    with database.atomic() as tx:
        before = job_of(tx, status)
        if becomes is None:
            with pytest.raises(JobOver, match=f"is {status} and cannot become"):
                STEPS[step](tx, before.id)
            assert jobs.get_job(tx, before.id) == before
            return
        STEPS[step](tx, before.id)
        after = jobs.get_job(tx, before.id)
    assert after.status == becomes
    assert (after.finished is not None) is (becomes in ("done", "failed", "cancelled"))
    if before.finished is not None:
        assert after == before, "what has ended does not change any more"


@pytest.mark.parametrize("step", [*sorted(STEPS), "append_log"])
def test_a_job_that_does_not_exist_is_named(database: Database, step: str) -> None:
    with database.atomic() as tx, pytest.raises(NotFound, match="job 'nothing'"):
        if step == "append_log":
            jobs.append_log(tx, "nothing", "text")
        else:
            STEPS[step](tx, "nothing")


def test_all_are_listed_however_many_there_are(database: Database) -> None:
    with database.atomic() as tx:
        first = jobs.enqueue(tx, kind="propose", project_id=None)
        jobs.claim(tx, worker="w", kinds=["propose"])
        for _ in range(120):
            jobs.enqueue(tx, kind="index", project_id=None)
        active = jobs.list_jobs(tx, active=True)
        assert len(active) == 121 and active[-1].id == first.id, "the oldest is the one that runs"
        assert len(jobs.list_jobs(tx)) == 121 and len(jobs.list_jobs(tx, limit=7)) == 7


def test_jobs_of_one_moment_are_claimed_in_a_settled_order(database: Database) -> None:
    with database.atomic() as tx:
        for _ in range(6):
            jobs.enqueue(tx, kind="propose", project_id=None)
        tx.execute(update(schema.jobs).values(created=1000.0))
        waiting = sorted(job.id for job in jobs.list_jobs(tx))
        claimed = [jobs.claim(tx, worker="w", kinds=["propose"]) for _ in range(6)]
        assert [job.id for job in claimed if job] == waiting
        assert jobs.claim(tx, worker="w", kinds=["propose"]) is None
        assert jobs.claim(tx, worker="w", kinds=[]) is None


def test_a_claim_that_is_rolled_back_leaves_the_job_in_the_queue(database: Database) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=None)
    with pytest.raises(RuntimeError), database.atomic() as tx:
        assert jobs.claim(tx, worker="dies", kinds=["propose"]) is not None
        raise RuntimeError
    with database.atomic() as tx:
        again = jobs.claim(tx, worker="lives", kinds=["propose"])
    assert again is not None and (again.id, again.worker) == (job.id, "lives")


@pytest.mark.parametrize(("said", "kept"), [(-1.0, 0.0), (0.0, 0.0), (0.4, 0.4), (7.0, 1.0)])
def test_progress_stays_between_nothing_and_all(database: Database, said: float, kept: float) -> None:
    with database.atomic() as tx:
        job = job_of(tx, "running")
        jobs.heartbeat(tx, job.id, progress=said, message="on", eta_seconds=3)
        assert jobs.get_job(tx, job.id).progress == kept
        jobs.heartbeat(tx, job.id)
        quiet = jobs.get_job(tx, job.id)
        assert (quiet.progress, quiet.message, quiet.eta_seconds) == (kept, "on", None)


def test_a_status_that_does_not_exist_cannot_be_stored(database: Database) -> None:
    with pytest.raises(DatabaseError, match="CHECK constraint"), database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=None)
        tx.execute(update(schema.jobs).where(schema.jobs.c.id == job.id).values(status="asleep"))


WORKERS = st.sampled_from(["one", "two"])


class JobLives(DatabaseMachine):
    """Two workers on one queue; the model keeps who runs what, and what has been told of it."""

    @initialize()
    def begin(self) -> None:
        self.status: dict[str, str] = {}
        self.runs: dict[str, str] = {}
        self.progress: dict[str, float] = {}

    @rule()
    def enqueue(self) -> None:
        with self.database.atomic() as tx:
            job = jobs.enqueue(tx, kind="propose", project_id=None)
        self.status[job.id] = "queued"
        self.progress[job.id] = 0.0

    @rule(worker=WORKERS)
    def claim(self, worker: str) -> None:
        waiting = [job for job, status in self.status.items() if status == "queued"]
        with self.database.atomic() as tx:
            job = jobs.claim(tx, worker=worker, kinds=["propose"])
        assert (None if job is None else job.id) == (waiting[0] if waiting else None), "the oldest one"
        if job is not None:
            self.status[job.id], self.runs[job.id] = "running", worker

    @rule(worker=WORKERS, pick=st.integers(0, 20), progress=st.floats(0, 1))
    def beat(self, worker: str, pick: int, progress: float) -> None:
        if not self.runs:
            return
        job = list(self.runs)[pick % len(self.runs)]
        with self.database.atomic() as tx:
            told = jobs.heartbeat(tx, job, progress=progress, worker=worker)
        if self.runs[job] == worker:
            assert told == self.status[job]
            if self.status[job] in ("running", "cancelling"):
                self.progress[job] = progress
        else:
            assert told != "running" or self.status[job] == "running"

    @rule(pick=st.integers(0, 20))
    def cancel(self, pick: int) -> None:
        if self.status:
            job = list(self.status)[pick % len(self.status)]
            with self.database.atomic() as tx:
                told = jobs.request_cancel(tx, job).status
            becomes = {"queued": "cancelled", "running": "cancelling"}
            self.status[job] = becomes.get(self.status[job], self.status[job])
            assert told == self.status[job]

    @rule(pick=st.integers(0, 20), how=st.sampled_from(["finish", "fail", "cancelled"]))
    def end(self, pick: int, how: str) -> None:
        if not self.status:
            return
        job = list(self.status)[pick % len(self.status)]
        becomes = LIFE[(self.status[job], how)]
        with self.database.atomic() as tx:
            if becomes is None:
                with pytest.raises(JobOver):
                    STEPS[how](tx, job)
                return
            STEPS[how](tx, job)
        self.status[job] = becomes
        self.progress[job] = 1.0 if becomes == "done" else self.progress[job]

    @rule(worker=WORKERS)
    def a_worker_dies_and_is_noticed(self, worker: str) -> None:
        running = {job for job, status in self.status.items() if status in ("running", "cancelling")}
        dead = {job for job in running if self.runs[job] == worker}
        with self.database.atomic() as tx:
            tx.execute(update(schema.jobs).where(schema.jobs.c.worker == worker).values(heartbeat=1.0))
            reaped = {job.id: job for job in jobs.reap(tx, dead=lambda job: jobs.is_silent(job, 60))}
        assert set(reaped) == dead
        for job in dead:
            self.status[job] = "failed" if self.status[job] == "running" else "cancelled"
            assert reaped[job].status == self.status[job]

    @invariant()
    def the_queue_is_what_was_told(self) -> None:
        with self.database.read() as tx:
            found = {job.id: job for job in jobs.list_jobs(tx)}
        assert {job: row.status for job, row in found.items()} == self.status
        for job, row in found.items():
            assert row.progress == self.progress[job]
            assert row.worker == self.runs.get(job)
            assert (row.finished is None) is row.active
            assert (row.error is not None) is (row.status == "failed")


TestJobLives = as_test(JobLives, examples=10, steps=16)
