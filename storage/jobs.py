"""Background jobs: a queue in the database, from which workers claim and to which they report.

A job is queued, then running (cancelling once somebody asked it to stop), then done, failed or cancelled. What it
shows lives here and not in a process, so it outlives a page reload and a restart of the server.
"""

import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Update, case, func, insert, select, update

from storage import schema
from storage.database import insert_missing
from storage.errors import NotFound, StorageError

LOG_CHARACTERS = 20_000
"""Only the end of a job's log is kept."""

ACTIVE = ("queued", "running", "cancelling")

MOST_ATTEMPTS = 3
"""So often a resumable job is taken up without getting on before it is given up."""


class JobOver(StorageError):
    """A report about a job that is not running: it was given up, or has ended."""


@dataclass(frozen=True)
class Job:
    """One job. ``progress`` is 0..1, ``log`` the end of its log; times are unix seconds, ``eta_seconds`` from now.

    ``attempts`` counts how often a worker took it up since it last got on (`got_on`).
    """

    id: str
    kind: str
    project_id: str | None
    video_id: str | None
    parameters: Mapping[str, Any]
    status: str
    progress: float
    message: str
    eta_seconds: float | None
    log: str
    result: Mapping[str, Any] | None
    error: str | None
    worker: str | None
    heartbeat: float | None
    created: float
    started: float | None
    finished: float | None
    attempts: int = 0

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.status in ACTIVE


def enqueue(
    tx: Connection,
    *,
    kind: str,
    project_id: str | None,
    video_id: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Job:
    """Put a job at the end of the queue."""
    job_id = str(uuid.uuid4())
    values: dict[str, Any] = {
        "kind": kind,
        "project_id": project_id,
        "video_id": video_id,
        "parameters": dict(parameters or {}),
    }
    values |= {"status": "queued", "progress": 0.0, "message": "waiting", "log": "", "created": time.time()}
    tx.execute(insert(schema.jobs).values(id=job_id, **values))
    return get_job(tx, job_id)


def claim(tx: Connection, *, worker: str, kinds: Sequence[str]) -> Job | None:
    """Take the oldest queued job of these kinds; None where there is none. No two workers get the same."""
    table = schema.jobs
    waiting = select(table.c.id).where(table.c.status == "queued", table.c.kind.in_(kinds))
    # Rows that another worker is claiming at this moment are passed over (SQLite: writers take turns anyway).
    waiting = waiting.order_by(table.c.created, table.c.id).limit(1).with_for_update(skip_locked=True)
    job_id = tx.execute(waiting).scalar()
    if job_id is None:
        return None
    now = time.time()
    values: dict[str, Any] = {"status": "running", "worker": worker, "started": now, "heartbeat": now}
    values |= {"message": "starting", "attempts": table.c.attempts + 1}
    tx.execute(update(table).where(table.c.id == job_id, table.c.status == "queued").values(**values))
    return get_job(tx, job_id)


def heartbeat(
    tx: Connection,
    job_id: str,
    *,
    progress: float | None = None,
    message: str | None = None,
    eta_seconds: float | None = None,
    worker: str | None = None,
) -> str:
    """Say that a job is alive and how far it is; returns its status, so that it sees "cancelling".

    Where another worker has the job by now, nothing is changed and the status is "taken".

    Args:
        progress: 0..1; None leaves it, as None does for ``message``.
        eta_seconds: seconds it will still take, None where that is not known.
        worker: who runs it.

    Raises:
        NotFound: there is no such job.
    """
    values: dict[str, Any] = {"heartbeat": time.time(), "eta_seconds": eta_seconds}
    if progress is not None:
        values["progress"] = min(max(progress, 0.0), 1.0)
    if message is not None:
        values["message"] = message
    statement = _running(job_id)
    if worker is not None:
        statement = statement.where(schema.jobs.c.worker == worker)
    tx.execute(statement.values(**values))
    job = get_job(tx, job_id)
    return "taken" if worker is not None and job.worker != worker else job.status


def got_on(tx: Connection, job_id: str) -> None:
    """Part of a job's work is stored for good: earlier attempts that broke off no longer count."""
    tx.execute(_running(job_id).values(attempts=0))


def requeue(tx: Connection, job_id: str, *, message: str) -> Job:
    """Put a running job back into the queue, where its process ended and it can go on. Raises JobOver, NotFound."""
    waiting = {"status": "queued", "worker": None, "heartbeat": None, "started": None, "message": message}
    table = schema.jobs
    changed = tx.execute(
        update(table).where(table.c.id == job_id, table.c.status == "running").values(**waiting, eta_seconds=None)
    )
    job = get_job(tx, job_id)
    if changed.rowcount == 0:
        raise JobOver(f"The {job.kind} job {job_id} is {job.status} and cannot go back into the queue.")
    return job


def append_log(tx: Connection, job_id: str, text: str) -> None:
    """Add to a job's log, of which the last ``LOG_CHARACTERS`` are kept. Raises NotFound."""
    log = (get_job(tx, job_id).log + text)[-LOG_CHARACTERS:]
    tx.execute(update(schema.jobs).where(schema.jobs.c.id == job_id).values(log=log))


def add_points(tx: Connection, job_id: str, series: str, values: Iterable[tuple[int, float]]) -> None:
    """Add (step, value) points to a live curve; a step that is there already stays as it is."""
    rows = [{"job_id": job_id, "series": series, "step": step, "value": float(value)} for step, value in values]
    insert_missing(tx, schema.job_points, rows)


def points(tx: Connection, job_id: str) -> dict[str, list[tuple[int, float]]]:
    """The job's curves: for each series its (step, value) points by step."""
    table = schema.job_points
    query = select(table.c.series, table.c.step, table.c.value).where(table.c.job_id == job_id)
    curves: dict[str, list[tuple[int, float]]] = {}
    for series, step, value in tx.execute(query.order_by(table.c.series, table.c.step)):
        curves.setdefault(series, []).append((step, value))
    return curves


def finish(tx: Connection, job_id: str, *, result: Mapping[str, Any] | None = None, message: str = "done") -> Job:
    """End a running job well. Raises JobOver, NotFound."""
    return _end(tx, job_id, status="done", progress=1.0, result=result, message=message)


def fail(tx: Connection, job_id: str, *, error: str) -> Job:
    """End a running job with one sentence of what went wrong. Raises JobOver, NotFound."""
    return _end(tx, job_id, status="failed", error=error, message="failed")


def cancelled(tx: Connection, job_id: str, *, message: str = "cancelled") -> Job:
    """End a running job that was asked to stop. Raises JobOver, NotFound."""
    return _end(tx, job_id, status="cancelled", message=message)


def request_cancel(tx: Connection, job_id: str) -> Job:
    """Ask a job to stop: a waiting one is cancelled at once, a running one sees it at its next heartbeat.

    A job that has ended stays as it is. Raises NotFound.
    """
    table = schema.jobs
    running = table.c.status == "running"
    status = case((running, "cancelling"), else_="cancelled")
    finished = case((running, table.c.finished), else_=time.time())
    message = case((running, "stopping"), else_="cancelled")
    waiting = update(table).where(table.c.id == job_id, table.c.status.in_(("queued", "running")))
    tx.execute(waiting.values(status=status, finished=finished, message=message))
    return get_job(tx, job_id)


def get_job(tx: Connection, job_id: str) -> Job:
    """The job with this id. Raises NotFound."""
    row = tx.execute(select(schema.jobs).where(schema.jobs.c.id == job_id)).first()
    if row is None:
        raise NotFound("job", job_id)
    return _job(row)


def list_jobs(
    tx: Connection,
    project_id: str | None = None,
    *,
    active: bool = False,
    video_id: str | None = None,
    limit: int | None = None,
) -> tuple[Job, ...]:
    """The newest jobs, newest first: of all projects or one, of one video, only those that wait or run.

    Without a ``limit`` the newest 100 come, but of those that wait or run all: the oldest are the ones that run.
    """
    table = schema.jobs
    query = select(table).order_by(table.c.created.desc(), table.c.id)
    query = query.limit(100 if limit is None and not active else limit)
    if project_id is not None:
        query = query.where(table.c.project_id == project_id)
    if video_id is not None:
        query = query.where(table.c.video_id == video_id)
    if active:
        query = query.where(table.c.status.in_(ACTIVE))
    return tuple(_job(row) for row in tx.execute(query))


def reap(tx: Connection, *, older_than_seconds: float, resumable: Collection[str] = ()) -> tuple[Job, ...]:
    """Give up jobs whose process has not reported for that long, see `give_up`, and return them."""
    table = schema.jobs
    last = time.time() - older_than_seconds
    silent = func.coalesce(table.c.heartbeat, table.c.created) < last
    dead = tx.execute(select(table).where(table.c.status.in_(("running", "cancelling")), silent)).all()
    return tuple(give_up(tx, _job(row), resumable=resumable) for row in dead)


def give_up(tx: Connection, job: Job, *, resumable: Collection[str] = ()) -> Job:
    """What becomes of a running job whose process is gone; its log is kept.

    A job of a ``resumable`` kind waits in the queue again, until it was taken up ``MOST_ATTEMPTS`` times without
    getting on; any other one has failed, or is cancelled where that was asked for.
    """
    if job.status == "cancelling":
        return _end(tx, job.id, status="cancelled", message="cancelled; its process has ended")
    if job.kind in resumable and job.attempts < MOST_ATTEMPTS:
        return requeue(tx, job.id, message="its process ended; waiting to go on")
    lines = [line for line in job.log.splitlines() if line.strip()]
    times = f" {job.attempts} times in a row" if job.kind in resumable else ""
    error = f"The process of this job died{times}; start the job again."
    if lines:
        error += f" The last line of its log: {lines[-1].strip()}"
    return _end(tx, job.id, status="failed", error=error, message="the process died")


def _running(job_id: str) -> Update:
    table = schema.jobs
    return update(table).where(table.c.id == job_id, table.c.status.in_(("running", "cancelling")))


def _end(tx: Connection, job_id: str, **values: Any) -> Job:
    ended = tx.execute(_running(job_id).values(finished=time.time(), eta_seconds=None, **values))
    job = get_job(tx, job_id)
    if ended.rowcount == 0:
        raise JobOver(f"The {job.kind} job {job_id} is {job.status} and cannot become {values['status']}.")
    return job


def _job(row: Row[Any]) -> Job:
    return Job(**row._mapping)
