"""Background jobs: a queue in the database; workers claim jobs from it and report progress to it.

A job is queued, then running (cancelling after a request to stop), then done, failed or cancelled. Its state is stored
here and not in a process, so it survives a page reload and a restart of the server.
"""

import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Update, case, insert, select, update

from storage import schema
from storage.database import insert_missing
from storage.errors import NotFound, StorageError

LOG_CHARACTERS = 20_000
"""The last characters of a job's log, which are kept."""

ACTIVE = ("queued", "running", "cancelling")

BACKGROUND = "background"
"""The parameter of a job that waits until nothing else does: true if nobody asked for this very job."""

MAX_ATTEMPTS = 3
"""Attempts without stored progress after which a resumable job fails."""

_WAITING = {"status": "queued", "worker": None, "heartbeat": None, "started": None}


class JobOver(StorageError):
    """A report about a job that is not running: it has ended, or it was given up as dead."""


@dataclass(frozen=True)
class Job:
    """One job. ``progress`` is 0..1, ``log`` the end of its log; times are unix seconds, ``eta_seconds`` from now.

    ``attempts`` counts how often a worker started it since it last stored progress (`reset_attempts`), without the
    attempts that ended because somebody stopped the worker.
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
    def in_background(self) -> bool:
        """Whether it waits until nothing else does."""
        return bool(self.parameters.get(BACKGROUND))

    @property
    def active(self) -> bool:
        """Whether it is queued or running."""
        return self.status in ACTIVE


def enqueue(
    tx: Connection,
    *,
    kind: str,
    project_id: str | None,
    video_id: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> Job:
    """Add a job at the end of the queue."""
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


def claim(tx: Connection, *, worker: str, kinds: Sequence[str], only: str | None = None) -> Job | None:
    """Take the oldest queued job of these kinds (``only``: the one with this id), or None; no two get the same.

    Those in the `BACKGROUND` come after all others.
    """
    table = schema.jobs
    waiting = select(table.c.id).where(table.c.status == "queued", table.c.kind.in_(kinds))
    if only is not None:
        waiting = waiting.where(table.c.id == only)
    # Skips rows that another worker is claiming at this moment (SQLite: writers take turns anyway).
    last = case((table.c.parameters[BACKGROUND].as_boolean(), 1), else_=0)
    waiting = waiting.order_by(last, table.c.created, table.c.id).limit(1).with_for_update(skip_locked=True)
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
    """Report that a job is alive, and its progress. Returns its status, for example "cancelling".

    If another worker has taken the job meanwhile, nothing is changed and the status is "taken".

    Args:
        progress: 0..1; None leaves the stored value, as None does for ``message``.
        eta_seconds: estimated seconds left; None if unknown.
        worker: name of the worker that runs the job.

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


def reset_attempts(tx: Connection, job_id: str) -> None:
    """Record that a job has stored progress: the count of its attempts starts again."""
    tx.execute(_running(job_id).values(attempts=0))


def requeue(tx: Connection, job_id: str, *, message: str, counts: bool = True) -> Job:
    """Put a running job whose process ended back into the queue, to be resumed. Raises JobOver, NotFound.

    ``counts``: whether the attempt counts against the job; not where somebody stopped its worker.
    """
    table = schema.jobs
    waiting: dict[str, Any] = dict(_WAITING)
    if not counts:
        waiting["attempts"] = case((table.c.attempts > 0, table.c.attempts - 1), else_=0)
    changed = tx.execute(
        update(table)
        .where(table.c.id == job_id, table.c.status == "running")
        .values(**waiting, message=message, eta_seconds=None)
    )
    job = get_job(tx, job_id)
    if changed.rowcount == 0:
        raise JobOver(f"The {job.kind} job {job_id} is {job.status} and cannot go back into the queue.")
    return job


def set_message(tx: Connection, job_id: str, message: str) -> None:
    """Store the reason why a queued job still waits; the message of a job that runs by now stays."""
    table = schema.jobs
    tx.execute(update(table).where(table.c.id == job_id, table.c.status == "queued").values(message=message))


def add_parameters(tx: Connection, job_id: str, values: Mapping[str, Any]) -> None:
    """Add to a job's parameters what its run has found out or decided, for those who look on. Raises NotFound."""
    parameters = {**get_job(tx, job_id).parameters, **values}
    tx.execute(update(schema.jobs).where(schema.jobs.c.id == job_id).values(parameters=parameters))


def append_log(tx: Connection, job_id: str, text: str) -> None:
    """Append to a job's log; its last ``LOG_CHARACTERS`` are kept. Raises NotFound."""
    log = (get_job(tx, job_id).log + text)[-LOG_CHARACTERS:]
    tx.execute(update(schema.jobs).where(schema.jobs.c.id == job_id).values(log=log))


def add_points(tx: Connection, job_id: str, series: str, values: Iterable[tuple[int, float]]) -> None:
    """Add (step, value) points to a curve; steps that exist already stay unchanged."""
    rows = [{"job_id": job_id, "series": series, "step": step, "value": float(value)} for step, value in values]
    insert_missing(tx, schema.job_points, rows)


def points(tx: Connection, job_id: str) -> dict[str, list[tuple[int, float]]]:
    """The job's curves: series name -> its (step, value) points, ordered by step."""
    table = schema.job_points
    query = select(table.c.series, table.c.step, table.c.value).where(table.c.job_id == job_id)
    curves: dict[str, list[tuple[int, float]]] = {}
    for series, step, value in tx.execute(query.order_by(table.c.series, table.c.step)):
        curves.setdefault(series, []).append((step, value))
    return curves


def prepare(tx: Connection, job_id: str, *, result: Mapping[str, Any]) -> None:
    """Store the result of a running job whose last step is not in the database (a folder gets its name).

    If its process dies then, the step itself shows whether the job was done. Raises JobOver, NotFound.
    """
    if tx.execute(_running(job_id).values(result=result)).rowcount == 0:
        job = get_job(tx, job_id)
        raise JobOver(f"The {job.kind} job {job_id} is {job.status}; its result is not wanted any more.")


def finish(tx: Connection, job_id: str, *, result: Mapping[str, Any] | None = None, message: str = "done") -> Job:
    """Mark a running job as done. Raises JobOver, NotFound."""
    return _end(tx, job_id, status="done", progress=1.0, result=result, message=message)


def fail(tx: Connection, job_id: str, *, error: str, result: Mapping[str, Any] | None = None) -> Job:
    """Mark a running job as failed, with one sentence on the reason. Raises JobOver, NotFound."""
    return _end(tx, job_id, status="failed", error=error, result=result, message="failed")


def set_result(tx: Connection, job_id: str, result: Mapping[str, Any] | None) -> None:
    """Replace the result of a job that has ended."""
    tx.execute(update(schema.jobs).where(schema.jobs.c.id == job_id).values(result=result))


def cancelled(tx: Connection, job_id: str, *, message: str = "cancelled") -> Job:
    """Mark a running job as cancelled. Raises JobOver, NotFound."""
    return _end(tx, job_id, status="cancelled", result=None, message=message)


def request_cancel(tx: Connection, job_id: str) -> Job:
    """Ask a job to stop. A queued job is cancelled at once; a running one gets the request at its next heartbeat.

    A job that has ended stays unchanged. Raises NotFound.
    """
    table = schema.jobs
    running = table.c.status == "running"
    status = case((running, "cancelling"), else_="cancelled")
    finished = case((running, table.c.finished), else_=time.time())
    message = case((running, "stopping"), else_="cancelled")
    waiting = update(table).where(table.c.id == job_id, table.c.status.in_(("queued", "running")))
    tx.execute(waiting.values(status=status, finished=finished, message=message))
    return get_job(tx, job_id)


def go_on(tx: Connection, job_id: str) -> Job:
    """Put a cancelled or failed job back into the queue, to be resumed from what it has kept.

    Raises JobOver, NotFound.
    """
    begins_again = {**_WAITING, "finished": None, "attempts": 0, "error": None, "message": "waiting to go on"}
    table = schema.jobs
    ended = update(table).where(table.c.id == job_id, table.c.status.in_(("cancelled", "failed")))
    changed = tx.execute(ended.values(**begins_again))
    job = get_job(tx, job_id)
    if changed.rowcount == 0:
        raise JobOver(f"The {job.kind} job {job_id} is {job.status}; only one that was cancelled or failed can go on.")
    return job


def get_job(tx: Connection, job_id: str) -> Job:
    """The job with this id. Raises NotFound."""
    row = tx.execute(select(schema.jobs).where(schema.jobs.c.id == job_id)).first()
    if row is None:
        raise NotFound("job", job_id)
    return _job(row)


def find_jobs(tx: Connection, job_ids: Collection[str]) -> tuple[Job, ...]:
    """Those of these jobs that are there, newest first."""
    table = schema.jobs
    query = select(table).where(table.c.id.in_(job_ids)).order_by(table.c.created.desc(), table.c.id)
    return tuple(_job(row) for row in tx.execute(query))


def list_jobs(
    tx: Connection,
    project_id: str | None = None,
    *,
    active: bool = False,
    video_id: str | None = None,
    kind: str | None = None,
    limit: int | None = None,
) -> tuple[Job, ...]:
    """Jobs, newest first; optionally of one project, video or kind, or only the queued and running ones (``active``).

    ``limit``: only the newest so many; None: all.
    """
    table = schema.jobs
    query = select(table).order_by(table.c.created.desc(), table.c.id)
    query = query.limit(limit)
    if project_id is not None:
        query = query.where(table.c.project_id == project_id)
    if video_id is not None:
        query = query.where(table.c.video_id == video_id)
    if kind is not None:
        query = query.where(table.c.kind == kind)
    if active:
        query = query.where(table.c.status.in_(ACTIVE))
    return tuple(_job(row) for row in tx.execute(query))


def reap(
    tx: Connection,
    *,
    dead: Callable[[Job], bool],
    resumable: Collection[str] = (),
    written: Callable[[Job], bool] = lambda job: False,
) -> tuple[Job, ...]:
    """Give up the running jobs for which ``dead`` is true, see `give_up`; returns them.

    ``written``: whether the last step of a job that has prepared its result (`prepare`) was taken; then it is done.
    """
    table = schema.jobs
    running = tx.execute(select(table).where(table.c.status.in_(("running", "cancelling")))).all()
    return tuple(
        finish(tx, job.id, result=job.result)
        if job.result is not None and written(job)
        else give_up(tx, job, resumable=resumable)
        for job in map(_job, running)
        if dead(job)
    )


def is_silent(job: Job, seconds: float) -> bool:
    """Whether the last heartbeat of a job is older than that."""
    return (job.created if job.heartbeat is None else job.heartbeat) < time.time() - seconds


def give_up(tx: Connection, job: Job, *, resumable: Collection[str] = ()) -> Job:
    """End or requeue a running job whose process is gone; its log is kept.

    A job of a ``resumable`` kind goes back into the queue, unless it was started ``MAX_ATTEMPTS`` times without stored
    progress. Any other job has failed, or is cancelled if a stop was requested.
    """
    if job.status == "cancelling":
        return _end(tx, job.id, status="cancelled", result=None, message="cancelled; its process has ended")
    if job.kind in resumable and job.attempts < MAX_ATTEMPTS:
        return requeue(tx, job.id, message="its process ended; waiting to go on")
    lines = [line for line in job.log.splitlines() if line.strip()]
    times = f" {job.attempts} times in a row" if job.kind in resumable else ""
    error = f"The process of this job died{times}; start the job again."
    if lines:
        error += f" The last line of its log: {lines[-1].strip()}"
    return _end(tx, job.id, status="failed", error=error, result=None, message="the process died")


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
