"""The queue of background jobs, and the worker process that takes them.

Jobs are rows of the database and run in processes of their own, so they outlive a page reload and a server restart.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from app.errors import BadInput
from app.machine import lower_process_priority
from app.settings import ROOT, Settings
from storage import jobs
from storage.database import Database

LOG_TAIL = 4000  # characters of a failed job's log that are stored
ENDED = frozenset({"done", "failed", "cancelled"})
RESUMABLE = frozenset({"propose"})
"""Kinds of jobs that store their results as they go, and that another process can continue."""
# A test whether the lock is held takes it for an instant. Whoever wants it meanwhile tries again for so many seconds.
LOCK_SECONDS = 0.1


def lock_path(settings: Settings) -> Path:
    """The file that the worker of this machine and device keeps locked until it ends."""
    device = (settings.device or "auto").replace(":", "")
    return settings.logs / f"worker-{socket.gethostname()}-{device}.lock"


def pid_path(settings: Settings) -> Path:
    """The file with the process id of the worker. It is not the locked file, which Windows lets nobody else read."""
    return lock_path(settings).with_suffix(".pid")


def log_path(settings: Settings) -> Path:
    """The log of a worker that the server started."""
    return settings.logs / "worker.log"


@contextmanager
def worker_lock(settings: Settings) -> Iterator[bool]:
    """Make this process the only worker of this machine and device; yields false if there is one already.

    The system releases the lock however the process ends, so a dead worker never looks alive.
    """
    lock_path(settings).parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(settings)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        pid_path(settings).write_text(str(os.getpid()))
        yield True
    finally:
        lock.release()


def worker_pid(settings: Settings) -> int | None:
    """Process id of the live worker of this machine and device (0 while it is starting), or ``None`` without one."""
    if not lock_path(settings).exists():
        return None
    try:
        with _lock(settings):
            return None
    except Timeout:
        path = pid_path(settings)
        text = path.read_text().strip() if path.exists() else ""
        return int(text) if text.isdigit() else 0


def _lock(settings: Settings) -> FileLock:
    # Without the system's own locks there is no lock that ends with its process: then an error is better.
    return FileLock(lock_path(settings), timeout=LOCK_SECONDS, poll_interval=0.01, fallback_to_soft=False)


def worker_command(settings: Settings) -> list[str]:
    """The command line that starts a worker with these settings."""
    return [sys.executable, "-m", "app.commands", "worker", *settings.flags()]


def ensure_worker(settings: Settings, *, command: Sequence[str] | None = None) -> bool:
    """Start a detached worker if none is alive; returns whether one was started.

    The worker leads a session of its own and logs to ``data/logs/worker.log``, so it outlives the server. Two callers
    at the same time do no harm: the second worker finds the lock taken and ends.
    """
    if worker_pid(settings) is not None:
        return False
    settings.logs.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TEVIT_WORKER_IDLE_SECONDS": str(max(1, round(settings.worker_idle_seconds)))}
    with log_path(settings).open("ab") as output:
        process = subprocess.Popen(
            list(command or worker_command(settings)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
        )
    lower_process_priority(process.pid)
    # Without a waiting parent, a child that has ended stays a zombie as long as the server runs.
    threading.Thread(target=process.wait, name="worker-waiter", daemon=True).start()
    return True


def enqueue(
    database: Database,
    settings: Settings,
    *,
    kind: str,
    project_id: str | None,
    video_id: str | None = None,
    parameters: dict[str, Any] | None = None,
    command: Sequence[str] | None = None,
) -> jobs.Job:
    """Put a job in the queue, and start a worker if none is alive."""
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind=kind, project_id=project_id, video_id=video_id, parameters=dict(parameters or {}))
    ensure_worker(settings, command=command)
    return job


def cancel(database: Database, job_id: str) -> jobs.Job:
    """Cancel a job: a queued one at once, a running one at its next step. Raises `storage.errors.NotFound`."""
    with database.atomic() as tx:
        if jobs.get_job(tx, job_id).status not in ENDED:
            jobs.request_cancel(tx, job_id)
        return jobs.get_job(tx, job_id)


def care(database: Database, settings: Settings, *, command: Sequence[str] | None = None) -> None:
    """Mark dead jobs as failed, and start a worker for queued ones; to be called from time to time.

    A dead job of a ``RESUMABLE`` kind is queued again instead. A job is dead as soon as its worker, a process of this
    machine, has ended; on another machine after ``settings.stale_seconds`` without a heartbeat.
    """
    with database.read() as tx:
        active = jobs.list_jobs(tx, active=True)
    if not active:
        return
    running = [job for job in active if job.status in {"running", "cancelling"}]
    if running:
        with database.atomic() as tx:
            given_up = list(jobs.reap(tx, older_than_seconds=settings.stale_seconds, resumable=RESUMABLE))
            for job in running:
                now = jobs.get_job(tx, job.id)
                if now.worker == job.worker and now.active and _died_here(job):
                    given_up.append(jobs.give_up(tx, now, resumable=RESUMABLE))
        active += tuple(given_up)
    if any(job.status == "queued" for job in active):
        ensure_worker(settings, command=command)


def _died_here(job: jobs.Job) -> bool:
    """Whether the job's worker was a process of this machine that has ended."""
    host, _, pid = (job.worker or "").rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def active_jobs(database: Database, *, kind: str, video_id: str | None = None) -> tuple[jobs.Job, ...]:
    """Queued and running jobs of one kind, for one video or for all."""
    with database.read() as tx:
        found = jobs.list_jobs(tx, active=True)
    return tuple(job for job in found if job.kind == kind and video_id in (None, job.video_id))


def require_no_active(database: Database, *, kind: str, video_id: str, doing: str) -> None:
    """Raise `BadInput` if such a job is queued or running; ``doing`` completes the sentence "This video is already"."""
    if active_jobs(database, kind=kind, video_id=video_id):
        raise BadInput(f"This video is already {doing}; wait for that job or cancel it.")
