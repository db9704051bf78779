"""Runs: the checkpoint and settings of one proposal, spreading or training job. Tracks and masks refer to their run.

A proposal run stores its results window by window. Each window is one transaction together with the state that the next
window needs (`RunProgress`), so that the run can be resumed after any interruption.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import schema
from storage.authors import machine_author
from storage.errors import NotFound, StorageError

SOURCE = "source"
"""The key of a run's settings with the name of what made it, where that is no checkpoint of the database."""


@dataclass(frozen=True)
class Run:
    """One run. ``unmapped``: counts of proposed classes that have no category in the project. Times: unix seconds."""

    id: str
    kind: str
    project_id: str
    video_id: str | None
    checkpoint_id: str | None
    job_id: str | None
    state: str
    settings: Mapping[str, Any] | None
    unmapped: Mapping[str, Any] | None
    created: float
    finished: float | None

    @property
    def author(self) -> str:
        """The author name of this run's edits."""
        return machine_author(self.id)


class RunMoved(StorageError):
    """Another process has resumed the run meanwhile and stored this window already."""


@dataclass(frozen=True)
class RunProgress:
    """Progress of a run: frames 0..``done``-1 are stored; the next frame to read is ``next_frame``.

    ``state`` is the model's state for the next window, ``ledger`` (JSON) matches the run's tracks to the video's.
    """

    done: int
    next_frame: int
    state: bytes
    ledger: Mapping[str, Any]


def start_run(
    tx: Connection,
    *,
    kind: str,
    project_id: str,
    video_id: str | None = None,
    checkpoint_id: str | None = None,
    job_id: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Run:
    """Record a new run, with state "running"."""
    run_id = str(uuid.uuid4())
    values: dict[str, Any] = {
        "kind": kind,
        "project_id": project_id,
        "video_id": video_id,
        "checkpoint_id": checkpoint_id,
    }
    values |= {"job_id": job_id, "settings": settings, "state": "running", "created": time.time()}
    tx.execute(insert(schema.runs).values(id=run_id, **values))
    return get_run(tx, run_id)


def finish_run(tx: Connection, run_id: str, *, state: str = "done", unmapped: Mapping[str, Any] | None = None) -> Run:
    """Record the final state of a run ("done", "failed", "cancelled") and its unmapped classes. Raises NotFound.

    Its progress is kept for resuming unless it is done.
    """
    values: dict[str, Any] = {"state": state, "finished": time.time()}
    if unmapped is not None:
        values["unmapped"] = dict(unmapped)
    if state == "done":
        drop_progress(tx, run_id)
    return _change(tx, run_id, **values)


def resume_run(tx: Connection, run_id: str, *, job_id: str | None) -> Run:
    """Record that an interrupted run is resumed by this job. Raises NotFound."""
    return _change(tx, run_id, state="running", finished=None, job_id=job_id)


def save_progress(tx: Connection, run_id: str, progress: RunProgress, *, after: int) -> None:
    """Store the progress of a run. ``after`` is its ``done`` before this window (0: this is the first one).

    Call it in the transaction that stores the window's rows.

    Raises:
        RunMoved: the stored ``done`` is not ``after``.
    """
    table = schema.run_progress
    known = tx.execute(select(table.c.done).where(table.c.run_id == run_id).with_for_update()).scalar()
    if (known or 0) != after:
        raise RunMoved(f"Run {run_id} is at frame {known or 0} and not at {after}: another process goes on with it.")
    values = {
        "done": progress.done,
        "next_frame": progress.next_frame,
        "state": progress.state,
        "ledger": dict(progress.ledger),
        "updated": time.time(),
    }
    if known is None:
        tx.execute(insert(table).values(run_id=run_id, **values))
    else:
        tx.execute(update(table).where(table.c.run_id == run_id).values(**values))


def progress_of(tx: Connection, run_id: str) -> RunProgress | None:
    """The progress of a run; None if it has stored nothing yet, is done, or was abandoned."""
    table = schema.run_progress
    row = tx.execute(select(table).where(table.c.run_id == run_id)).first()
    return None if row is None else RunProgress(row.done, row.next_frame, bytes(row.state), row.ledger)


def frames_done(tx: Connection, run_id: str) -> int | None:
    """How many frames, from the first on, a run has stored; None where `progress_of` is None. Reads no state."""
    table = schema.run_progress
    done = tx.execute(select(table.c.done).where(table.c.run_id == run_id)).scalar()
    return None if done is None else int(done)


def broken_off(tx: Connection, project_id: str) -> dict[str, tuple[Run, int]]:
    """By video: the latest proposal run, where it did not come to its end, and how many frames it has stored.

    A run that is under way counts too. Runs that have stored nothing, and those of removed videos, are left out.
    """
    table, progress, videos = schema.runs, schema.run_progress, schema.videos
    place = func.row_number().over(partition_by=table.c.video_id, order_by=(table.c.created.desc(), table.c.id))
    newest = (
        select(table.c.id, place.label("place"))
        .join(videos, videos.c.id == table.c.video_id)
        .where(videos.c.project_id == project_id, videos.c.removed.is_(None), table.c.kind == "proposal")
        .subquery()
    )
    query = (
        select(table, progress.c.done)
        .join(newest, (newest.c.id == table.c.id) & (newest.c.place == 1))
        .join(progress, progress.c.run_id == table.c.id)
        .where(table.c.state != "done")
    )
    found = {}
    for row in tx.execute(query):
        values = dict(row._mapping)
        done = int(values.pop("done"))
        found[row.video_id] = (Run(**values), done)
    return found


def drop_progress(tx: Connection, run_id: str) -> None:
    """Delete the progress of a run, which then cannot be resumed."""
    tx.execute(delete(schema.run_progress).where(schema.run_progress.c.run_id == run_id))


def latest_run(tx: Connection, video_id: str, *, kind: str = "proposal") -> Run | None:
    """The newest run of this kind on a video, or None."""
    return next(iter(runs_of(tx, video_id, kind=kind, limit=1)), None)


def runs_of(tx: Connection, video_id: str, *, kind: str = "proposal", limit: int | None = None) -> tuple[Run, ...]:
    """The runs of this kind on a video, newest first; at most ``limit`` of them."""
    table = schema.runs
    query = select(table).where(table.c.video_id == video_id, table.c.kind == kind)
    query = query.order_by(table.c.created.desc(), table.c.id).limit(limit)
    return tuple(Run(**row._mapping) for row in tx.execute(query))


def names(tx: Connection, video_id: str) -> dict[str, str]:
    """Run id -> the name of the checkpoint, or of the source of a file, that made it; for the runs of a video."""
    table, made_by = schema.runs, schema.checkpoints
    query = (
        select(table.c.id, table.c.settings, made_by.c.name)
        .outerjoin(made_by, made_by.c.id == table.c.checkpoint_id)
        .where(table.c.video_id == video_id)
    )
    return {
        run_id: str(name or dict(settings or {}).get(SOURCE))
        for run_id, settings, name in tx.execute(query)
        if name or dict(settings or {}).get(SOURCE)
    }


def get_run(tx: Connection, run_id: str) -> Run:
    """The run with this id. Raises NotFound."""
    row = tx.execute(select(schema.runs).where(schema.runs.c.id == run_id)).first()
    if row is None:
        raise NotFound("run", run_id)
    return Run(**row._mapping)


def _change(tx: Connection, run_id: str, **values: Any) -> Run:
    tx.execute(update(schema.runs).where(schema.runs.c.id == run_id).values(**values))
    return get_run(tx, run_id)
