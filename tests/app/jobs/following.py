"""Following jobs and their worker processes from a test."""

import os
import signal
from contextlib import suppress

from app.jobs import lock
from app.settings import Settings
from storage import jobs
from storage.database import Database
from tests.waiting import PATIENCE_SECONDS, wait_for


def job_in(database: Database, job_id: str) -> jobs.Job:
    """The job as it is stored now."""
    with database.read() as tx:
        return jobs.get_job(tx, job_id)


def ended(database: Database, job_id: str, *, seconds: float = PATIENCE_SECONDS) -> jobs.Job:
    """The job once it has ended, however it did."""
    wait_for(lambda: not job_in(database, job_id).active, seconds=seconds, every=0.05)
    return job_in(database, job_id)


def worker_of(settings: Settings) -> int:
    """Process id of the worker, as soon as one is alive."""
    return wait_for(lambda: lock.worker_pid(settings) or 0)


def end_worker(settings: Settings) -> None:
    """Kill the worker of these settings, if one is alive."""

    def gone() -> bool:
        pid = lock.worker_pid(settings)
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return pid is None

    wait_for(gone)
