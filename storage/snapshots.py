"""Snapshots: the frozen, hashed set of masks that a training run used."""

import hashlib
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from storage import schema
from storage.errors import NotFound


@dataclass(frozen=True)
class Snapshot:
    """The data of a training run. ``masks`` and ``videos`` are JSON; ``hash`` is the SHA-256 (hex) of both."""

    id: str
    project_id: str
    hash: str
    masks: Sequence[Any]
    videos: Sequence[Any]
    created: float


def add_snapshot(tx: Connection, *, project_id: str, masks: Sequence[Any], videos: Sequence[Any]) -> Snapshot:
    """Store a set of masks; the same set in the same project is stored once.

    Args:
        masks: one JSON value per mask, such as [track id, frame, hash, weight]; the order matters.
        videos: one JSON value per video, with its complete ranges.
    """
    content = json.dumps([list(masks), list(videos)], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    name = hashlib.sha256(content.encode()).hexdigest()
    table = schema.snapshots
    known = tx.execute(select(table.c.id).where(table.c.project_id == project_id, table.c.hash == name)).scalar()
    if known is not None:
        return get_snapshot(tx, known)
    snapshot_id = str(uuid.uuid4())
    values = {"id": snapshot_id, "project_id": project_id, "hash": name, "created": time.time()}
    tx.execute(insert(table).values(masks=list(masks), videos=list(videos), **values))
    return get_snapshot(tx, snapshot_id)


def find_snapshot(tx: Connection, project_id: str, name: str) -> Snapshot | None:
    """The snapshot of a project with the hash ``name``, or None."""
    table = schema.snapshots
    row = tx.execute(select(table).where(table.c.project_id == project_id, table.c.hash == name)).first()
    return None if row is None else Snapshot(**row._mapping)


def get_snapshot(tx: Connection, snapshot_id: str) -> Snapshot:
    """The snapshot with this id. Raises NotFound."""
    row = tx.execute(select(schema.snapshots).where(schema.snapshots.c.id == snapshot_id)).first()
    if row is None:
        raise NotFound("snapshot", snapshot_id)
    return Snapshot(**row._mapping)
