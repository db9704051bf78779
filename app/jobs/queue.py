"""The queue of background jobs, and the worker process that takes them.

Jobs are rows of the database and run in processes of their own, so they outlive a page reload and a server restart.
"""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput
from app.jobs import lock, processes
from app.machine import lower_process_priority
from app.settings import ROOT, Settings
from storage import jobs
from storage.database import Database

log = logging.getLogger(__name__)
LOG_TAIL = 4000  # characters of a failed job's log that are stored
ENDED = frozenset({"done", "failed", "cancelled"})
RESUMABLE = frozenset({"propose", "import", "retrain", "spread"})
"""Kinds of jobs that store their results as they go, and that another process can continue."""


# Workers that this process has started, by their lock: on a slow machine one may take long until it holds that.
_started: "dict[Path, subprocess.Popen[bytes]]" = {}
_starting = threading.Lock()


def log_path(settings: Settings) -> Path:
    """The log of a worker that the server started."""
    return settings.logs / "worker.log"


def worker_command(settings: Settings) -> list[str]:
    """The command line that starts a worker with these settings."""
    return [sys.executable, "-m", "app.commands", "worker", *settings.flags()]


def ensure_worker(settings: Settings, *, command: Sequence[str] | None = None) -> bool:
    """Start a detached worker if none is alive; returns whether one was started.

    The worker has a session of its own and logs to ``data/logs/worker.log``, so it outlives the server. If this process
    has started one that has not taken the lock yet, it waits for that one. If several processes start one each, all but
    the first to take the lock end at once.
    """
    with _starting:
        if lock.worker_pid(settings) is not None or _on_its_way(settings):
            return False
        _started[lock.lock_path(settings)] = _start(settings, command or worker_command(settings))
    return True


def _on_its_way(settings: Settings) -> bool:
    process = _started.get(lock.lock_path(settings))
    return process is not None and process.poll() is None and not lock.has_taken(settings, process.pid)


def _start(settings: Settings, command: Sequence[str]) -> "subprocess.Popen[bytes]":
    settings.logs.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "TEVIT_WORKER_IDLE_SECONDS": str(max(1, round(settings.worker_idle_seconds)))}
    with log_path(settings).open("ab") as output:
        process = subprocess.Popen(
            list(command),
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
    return process


def enqueue(
    database: Database,
    settings: Settings,
    *,
    kind: str,
    project_id: str | None,
    video_id: str | None = None,
    parameters: dict[str, Any] | None = None,
    command: Sequence[str] | None = None,
    check: Callable[[Connection], object] = lambda tx: None,
) -> jobs.Job:
    """Put a job in the queue, and start a worker if none is alive; if none can start, the job has the reason.

    ``check`` is called in the same transaction before, and refuses the job by raising an error.
    """
    with database.atomic() as tx:
        check(tx)
        job = jobs.enqueue(tx, kind=kind, project_id=project_id, video_id=video_id, parameters=dict(parameters or {}))
    _ensure_worker_for(database, settings, [job], command)
    return job


def enqueue_all(
    database: Database,
    settings: Settings,
    *,
    kind: str,
    project_id: str,
    video_ids: Sequence[str],
    parameters: dict[str, Any] | None = None,
    command: Sequence[str] | None = None,
) -> tuple[jobs.Job, ...]:
    """Put one job for each of these videos in the queue, in this order, all or none; as `enqueue` otherwise."""
    with database.atomic() as tx:
        made = tuple(
            jobs.enqueue(tx, kind=kind, project_id=project_id, video_id=video_id, parameters=dict(parameters or {}))
            for video_id in video_ids
        )
    if made:
        _ensure_worker_for(database, settings, made, command)
    return made


def cancel(database: Database, job_id: str) -> jobs.Job:
    """Cancel a job: a queued one at once, a running one at its next step. Raises `storage.errors.NotFound`."""
    with database.atomic() as tx:
        if jobs.get_job(tx, job_id).status not in ENDED:
            jobs.request_cancel(tx, job_id)
        return jobs.get_job(tx, job_id)


def care(database: Database, settings: Settings, *, command: Sequence[str] | None = None) -> int:
    """Mark dead jobs as failed, and start a worker for queued ones; to be called from time to time.

    Returns the number of dead jobs, whose left-overs the caller may clear away. A dead job of a ``RESUMABLE`` kind is
    queued again instead, and one that had written its folder already is done. A job is dead if its worker, a process of
    this machine, has ended; a job of a living process is never dead, however late its heartbeat. Only where the process
    cannot be asked, on another machine, the job is dead after ``settings.stale_seconds`` without a heartbeat.
    """
    with database.read() as tx:
        active = jobs.list_jobs(tx, active=True)
    ended: tuple[jobs.Job, ...] = ()
    if any(_is_dead(job, settings.stale_seconds) for job in active):
        with database.atomic() as tx:
            # Judged again: a job may have ended, gone to another process, or sent its heartbeat meanwhile.
            ended = jobs.reap(
                tx,
                dead=lambda job: _is_dead(job, settings.stale_seconds),
                resumable=RESUMABLE,
                written=_has_written,
            )
        active += ended
    queued = [job for job in active if job.status == "queued"]
    if queued:
        _ensure_worker_for(database, settings, queued, command)
    return len(ended)


def _has_written(job: jobs.Job) -> bool:
    """Whether the folder of an export has got its name, which happens only when all is in it."""
    written = dict(job.result or {}).get("annotations")
    return isinstance(written, str) and Path(written).is_file()


def _is_dead(job: jobs.Job, stale_seconds: float) -> bool:
    """Whether the process of a running job has ended; on another machine: whether its heartbeat is overdue."""
    if job.status not in {"running", "cancelling"}:
        return False
    process = processes.state(job.worker)
    return jobs.is_silent(job, stale_seconds) if process == "unknown" else process == "gone"


def _ensure_worker_for(
    database: Database, settings: Settings, queued: Sequence[jobs.Job], command: Sequence[str] | None
) -> None:
    try:
        ensure_worker(settings, command=command)
    except OSError as error:
        # The disk may be full. The jobs are stored and stay so; the server tries again every few seconds.
        where = f": {error.filename}" if error.filename else ""
        message = f"The worker could not be started ({error.strerror or error}{where})."
        log.warning("%s", message)
        with database.atomic() as tx:
            for job in queued:
                jobs.set_message(tx, job.id, message)


def active_jobs(database: Database, *, kind: str, video_id: str | None = None) -> tuple[jobs.Job, ...]:
    """Queued and running jobs of one kind, for one video or for all."""
    with database.read() as tx:
        found = jobs.list_jobs(tx, active=True)
    return tuple(job for job in found if job.kind == kind and video_id in (None, job.video_id))


def require_no_active(database: Database, *, kind: str, video_id: str, doing: str) -> None:
    """Raise `BadInput` if such a job is queued or running; ``doing`` completes the sentence "This video is already"."""
    if active_jobs(database, kind=kind, video_id=video_id):
        raise BadInput(f"This video is already {doing}; wait for that job or cancel it.")
