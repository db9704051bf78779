"""Background jobs: putting them in the queue, keeping a worker alive for them, and telling how they go.

Jobs live in the database and run in processes of their own, so they outlive a page reload and a server restart.
"""

import fcntl
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.errors import BadInput
from app.machine import lower_process_priority
from app.settings import ROOT, Settings
from storage import jobs
from storage.database import Database

LOG_TAIL = 4000
ENDED = frozenset({"done", "failed", "cancelled"})
RESUMABLE = frozenset({"propose"})
"""Kinds of jobs that store their results as they go, and go on from there in another process."""


def lock_path(settings: Settings) -> Path:
    """The file that the worker of this machine and device holds locked as long as it lives."""
    device = (settings.device or "auto").replace(":", "")
    return settings.data / "logs" / f"worker-{socket.gethostname()}-{device}.lock"


def log_path(settings: Settings) -> Path:
    """Where the worker that the server starts writes its log."""
    return settings.logs / "worker.log"


@contextmanager
def worker_lock(settings: Settings) -> Iterator[bool]:
    """True while this process is the one worker of this machine and device; false when another one is alive.

    The lock goes with the process however it ends, so a dead worker can never seem alive.
    """
    path = lock_path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield True


def worker_pid(settings: Settings) -> int | None:
    """Process id of the live worker of this machine and device, or ``None`` when there is none."""
    path = lock_path(settings)
    if not path.exists():
        return None
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text.isdigit() else 0
        return None


def worker_command(settings: Settings) -> list[str]:
    """The command that starts a worker for these settings."""
    return [sys.executable, "-m", "app.commands", "worker", *settings.flags()]


def ensure_worker(settings: Settings, *, command: Sequence[str] | None = None) -> bool:
    """Starts a detached worker when none is alive; true when one was started.

    The worker leads a session of its own and logs to ``data/logs/worker.log``, so it outlives the server. Two callers
    at once do no harm: the second worker finds the lock taken and leaves.
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
    # Somebody must wait for the child, or it stays a zombie as long as this server lives.
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
    """Puts a job in the queue and sees to it that a worker is alive to take it."""
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind=kind, project_id=project_id, video_id=video_id, parameters=dict(parameters or {}))
    ensure_worker(settings, command=command)
    return job


def cancel(database: Database, job_id: str) -> jobs.Job:
    """Asks a job to stop: a queued one is cancelled at once, a running one at its next step."""
    with database.atomic() as tx:
        if jobs.get_job(tx, job_id).status not in ENDED:
            jobs.request_cancel(tx, job_id)
        return jobs.get_job(tx, job_id)


def care(database: Database, settings: Settings, *, command: Sequence[str] | None = None) -> None:
    """What must happen from time to time: dead jobs are marked failed, and queued ones get a worker.

    A dead job that can go on from what it has stored (``RESUMABLE``) is queued again instead. A running job whose
    worker was of this machine, and is gone, is dead at once; one of another machine is dead after
    ``settings.stale_seconds`` without a heartbeat.
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
    """Whether the job's worker was a process of this machine that is no more."""
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
    """Jobs of one kind that wait or run, for one video or for all."""
    with database.read() as tx:
        found = jobs.list_jobs(tx, active=True)
    return tuple(job for job in found if job.kind == kind and video_id in (None, job.video_id))


def require_no_active(database: Database, *, kind: str, video_id: str, doing: str) -> None:
    """Raises `BadInput` when such a job already waits or runs for the video; ``doing`` says what it does."""
    if active_jobs(database, kind=kind, video_id=video_id):
        raise BadInput(f"This video is already {doing}; wait for that job or cancel it.")
