"""Registered checkpoints, the active one of each project, and the map from a checkpoint's classes to categories."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage import schema
from storage.errors import NameTaken, NotFound


@dataclass(frozen=True)
class Checkpoint:
    """A registered checkpoint file.

    ``project_id`` None: shared by all projects. ``path`` is relative to the data folder, or absolute. ``config`` is the
    configuration's name, ``categories`` the class names in the order of the network's outputs, ``size_bytes`` the size
    of the file, ``created`` and ``removed`` unix seconds.
    """

    id: str
    project_id: str | None
    name: str
    path: str
    sha256: str
    config: str
    categories: Sequence[str]
    parent_sha256: str | None
    provenance: Mapping[str, Any] | None
    metrics: Mapping[str, Any] | None
    size_bytes: int
    created: float
    removed: float | None

    @property
    def is_retrained(self) -> bool:
        """Whether a retraining of a project made it: only those belong to a project."""
        return self.project_id is not None


def add_checkpoint(
    tx: Connection,
    *,
    name: str,
    path: str,
    sha256: str,
    config: str,
    categories: Sequence[str],
    size_bytes: int,
    project_id: str | None = None,
    parent_sha256: str | None = None,
    provenance: Mapping[str, Any] | None = None,
    metrics: Mapping[str, Any] | None = None,
) -> Checkpoint:
    """Register a checkpoint file. Raises NameTaken."""
    holder = select(schema.checkpoints.c.id).where(schema.checkpoints.c.name == name)
    if tx.execute(holder).first() is not None:
        raise NameTaken("checkpoint", name)
    checkpoint = Checkpoint(
        id=str(uuid.uuid4()),
        project_id=project_id,
        name=name,
        path=path,
        sha256=sha256,
        config=config,
        categories=list(categories),
        parent_sha256=parent_sha256,
        provenance=provenance,
        metrics=metrics,
        size_bytes=size_bytes,
        created=time.time(),
        removed=None,
    )
    tx.execute(insert(schema.checkpoints).values(**checkpoint.__dict__))
    return checkpoint


def list_checkpoints(tx: Connection, project_id: str | None = None, *, removed: bool = False) -> tuple[Checkpoint, ...]:
    """Checkpoints of a project and the shared ones (None: all), oldest first; removed ones only with ``removed``."""
    table = schema.checkpoints
    query = select(table).order_by(table.c.created, table.c.name)
    if not removed:
        query = query.where(table.c.removed.is_(None))
    if project_id is not None:
        query = query.where((table.c.project_id == project_id) | table.c.project_id.is_(None))
    return tuple(_checkpoint(row) for row in tx.execute(query))


def get_checkpoint(tx: Connection, checkpoint_id: str) -> Checkpoint:
    """The checkpoint with this id, removed or not. Raises NotFound."""
    row = tx.execute(select(schema.checkpoints).where(schema.checkpoints.c.id == checkpoint_id)).first()
    if row is None:
        raise NotFound("checkpoint", checkpoint_id)
    return _checkpoint(row)


def find_checkpoint(tx: Connection, name: str) -> Checkpoint | None:
    """The checkpoint with this name, or None; removed ones do not count."""
    table = schema.checkpoints
    row = tx.execute(select(table).where(table.c.name == name, table.c.removed.is_(None))).first()
    return None if row is None else _checkpoint(row)


def has_path(tx: Connection, path: str) -> bool:
    """Whether a checkpoint, removed or not, has this file."""
    table = schema.checkpoints
    return tx.execute(select(table.c.id).where(table.c.path == path).limit(1)).first() is not None


def rename_checkpoint(tx: Connection, checkpoint_id: str, name: str) -> Checkpoint:
    """Give a checkpoint another name. Raises NotFound, NameTaken."""
    get_checkpoint(tx, checkpoint_id)
    holder = find_checkpoint(tx, name)
    if holder is not None and holder.id != checkpoint_id:
        raise NameTaken("checkpoint", name)
    table = schema.checkpoints
    tx.execute(update(table).where(table.c.id == checkpoint_id).values(name=name))
    return get_checkpoint(tx, checkpoint_id)


def remove_checkpoint(tx: Connection, checkpoint_id: str) -> None:
    """Hide a checkpoint and free its name; its row stays for the runs that used it. Raises NotFound."""
    found = get_checkpoint(tx, checkpoint_id)
    active, table = schema.active_checkpoints, schema.checkpoints
    tx.execute(delete(active).where(active.c.checkpoint_id == checkpoint_id))
    hidden = {"removed": time.time(), "name": f"{found.name} (removed, {checkpoint_id})"}
    tx.execute(update(table).where(table.c.id == checkpoint_id).values(**hidden))


def activate(tx: Connection, project_id: str, checkpoint_id: str) -> None:
    """Make a checkpoint the active one of a project: proposals use it. Raises NotFound."""
    if get_checkpoint(tx, checkpoint_id).removed is not None:
        raise NotFound("checkpoint", checkpoint_id)
    table = schema.active_checkpoints
    tx.execute(delete(table).where(table.c.project_id == project_id))
    tx.execute(insert(table).values(project_id=project_id, checkpoint_id=checkpoint_id))


def active_checkpoint(tx: Connection, project_id: str) -> Checkpoint | None:
    """The active checkpoint of a project, or None if none was chosen."""
    active, table = schema.active_checkpoints, schema.checkpoints
    query = select(table).join(active, active.c.checkpoint_id == table.c.id).where(active.c.project_id == project_id)
    row = tx.execute(query).first()
    return None if row is None else _checkpoint(row)


def class_map(tx: Connection, checkpoint_id: str, project_id: str) -> dict[str, str | None]:
    """Class name -> category id of the project, for the classes that were mapped; None: leave this class out."""
    table = schema.class_maps
    query = select(table.c.class_name, table.c.category_id).order_by(table.c.class_name)
    rows = tx.execute(query.where(table.c.checkpoint_id == checkpoint_id, table.c.project_id == project_id))
    return {name: category_id for name, category_id in rows}


def set_class_map(tx: Connection, checkpoint_id: str, project_id: str, mapping: Mapping[str, str | None]) -> None:
    """Replace the whole map from a checkpoint's classes to a project's category ids; see ``class_map``."""
    table = schema.class_maps
    tx.execute(delete(table).where(table.c.checkpoint_id == checkpoint_id, table.c.project_id == project_id))
    pair = {"checkpoint_id": checkpoint_id, "project_id": project_id}
    rows = [{**pair, "class_name": name, "category_id": category_id} for name, category_id in mapping.items()]
    if rows:
        tx.execute(insert(table), rows)


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(**row._mapping)
