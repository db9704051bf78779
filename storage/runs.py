"""Runs: what one proposal, spreading or training job was made with. Tracks and masks name the run they are from."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage import schema
from storage.errors import NotFound
from storage.row_values import MACHINE_PREFIX


@dataclass(frozen=True)
class Run:
    """One run. ``unmapped``: classes it proposed that the project has no category for, with their counts."""

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
        """The author of the edits that this run writes."""
        return MACHINE_PREFIX + self.id


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
    """Record that a run begins; its state is "running"."""
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
    """Record how a run ended ("done", "failed", "cancelled") and what it could not place. Raises NotFound."""
    get_run(tx, run_id)
    values = {"state": state, "unmapped": unmapped, "finished": time.time()}
    tx.execute(update(schema.runs).where(schema.runs.c.id == run_id).values(**values))
    return get_run(tx, run_id)


def get_run(tx: Connection, run_id: str) -> Run:
    """The run with this id. Raises NotFound."""
    row = tx.execute(select(schema.runs).where(schema.runs.c.id == run_id)).first()
    if row is None:
        raise NotFound("run", run_id)
    return Run(**row._mapping)


def list_runs(tx: Connection, project_id: str, *, video_id: str | None = None) -> tuple[Run, ...]:
    """The runs of a project, or of one of its videos, newest first."""
    table = schema.runs
    query = select(table).where(table.c.project_id == project_id).order_by(table.c.created.desc(), table.c.id)
    if video_id is not None:
        query = query.where(table.c.video_id == video_id)
    return tuple(Run(**row._mapping) for row in tx.execute(query))
