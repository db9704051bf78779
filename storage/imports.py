"""Imports: the files that videos of a project came from, and how far an import has got.

An import is open until it is finished: it was broken off, or a process is still working on it.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from storage import schema
from storage.errors import NotFound


@dataclass(frozen=True)
class Import:
    """An imported file with its data that has no column elsewhere; times are in unix seconds.

    ``content_hash`` is the SHA-256 of the file. ``owner`` is the process that works on the import, None if none does,
    and ``heartbeat`` the time of its last write. ``finished`` is None while the import is open. ``settings`` holds what
    is needed to go on with an open import, and ``made`` what it has changed in the project besides adding videos; both
    belong to `app.exchange`.
    """

    id: str
    project_id: str
    path: str
    content_hash: str | None
    info: Mapping[str, Any] | None
    extra: Mapping[str, Any] | None
    created: float
    owner: str | None = None
    heartbeat: float | None = None
    finished: float | None = None
    settings: Mapping[str, Any] | None = None
    made: Mapping[str, Any] | None = None


def add_import(
    tx: Connection,
    *,
    project_id: str,
    path: str,
    content_hash: str | None = None,
    info: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> str:
    """Record an import that begins; returns the id of the record."""
    import_id = str(uuid.uuid4())
    file = {"path": path, "content_hash": content_hash, "info": info, "extra": extra}
    state = {"created": time.time(), "settings": settings, "made": {}}
    tx.execute(insert(schema.imports).values(id=import_id, project_id=project_id, **file, **state))
    return import_id


def get_import(tx: Connection, import_id: str) -> Import:
    """The import with this id. Raises NotFound."""
    row = tx.execute(select(schema.imports).where(schema.imports.c.id == import_id)).first()
    if row is None:
        raise NotFound("import", import_id)
    return _import(row)


def list_imports(tx: Connection, project_id: str) -> tuple[Import, ...]:
    """The imports of a project, oldest first."""
    table = schema.imports
    query = select(table).where(table.c.project_id == project_id).order_by(table.c.created, table.c.id)
    return tuple(_import(row) for row in tx.execute(query))


def open_imports(tx: Connection) -> tuple[Import, ...]:
    """The open imports of all projects, oldest first."""
    table = schema.imports
    query = select(table).where(table.c.finished.is_(None)).order_by(table.c.created, table.c.id)
    return tuple(_import(row) for row in tx.execute(query))


def set_owner(tx: Connection, import_id: str, owner: str | None) -> None:
    """Record which process works on an open import; None: none does."""
    _change(tx, import_id, owner=owner, heartbeat=None if owner is None else time.time())


def beat(tx: Connection, import_id: str, *, owner: str) -> bool:
    """Record that ``owner`` is still working on an import; false if it is no longer its owner."""
    table = schema.imports
    own = update(table).where(table.c.id == import_id, table.c.owner == owner, table.c.finished.is_(None))
    return tx.execute(own.values(heartbeat=time.time())).rowcount == 1


def record_made(tx: Connection, import_id: str, **made: Any) -> None:
    """Add entries to ``made``."""
    known = dict(get_import(tx, import_id).made or {})
    _change(tx, import_id, made={**known, **made})


def finish_import(tx: Connection, import_id: str) -> None:
    """Record that an import is over; one that is over already stays as it is."""
    table = schema.imports
    over = update(table).where(table.c.id == import_id, table.c.finished.is_(None))
    tx.execute(over.values(finished=time.time(), owner=None))


def delete_import(tx: Connection, import_id: str) -> None:
    """Delete the record of an import that has no video."""
    tx.execute(delete(schema.imports).where(schema.imports.c.id == import_id))


def _change(tx: Connection, import_id: str, **values: Any) -> None:
    tx.execute(update(schema.imports).where(schema.imports.c.id == import_id).values(**values))


def _import(row: Row[Any]) -> Import:
    return Import(**row._mapping)
