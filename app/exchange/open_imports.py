"""Imports that were begun: which are running, going on with a broken one, clearing up after it, taking one back.

An import shows one video after another, so a broken one leaves whole videos, rows that no list shows, and a record with
which it goes on.
"""

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, exists, select

from app.errors import Busy
from app.exchange.turns import Turns
from app.jobs import processes
from app.library.removal import remove_in, restore_in
from storage import imports, jobs, projects, removal, schema, videos
from storage.database import Database, DatabaseError
from storage.imports import Import
from storage.videos import Video

log = logging.getLogger(__name__)
TRIES, TRY_SECONDS = 5, 1.0  # to clear up while the database is busy
SILENT_SECONDS = 120.0  # without a write, after which an import on another machine counts as broken off
# Keys of `Import.made`.
NEW_PROJECT, NEW_CATEGORIES, NEW_ATTRIBUTES, REPLACED = "project", "categories", "attributes", "replaced"
# Imports that this process is working on; another import of the same process may have been broken off.
_running: set[str] = set()
_lock = threading.Lock()


def is_running(found: Import) -> bool:
    """Whether a process is working on an import; one of another machine is, until it has been silent too long."""
    if found.owner is None:
        return False
    if found.owner == processes.own_name():
        with _lock:
            return found.id in _running
    state = processes.state(found.owner)
    if state == "unknown":
        return (found.heartbeat or found.created) > time.time() - SILENT_SECONDS
    return state == "alive"


def require_idle(found: Import) -> None:
    """Raise `Busy` if a process is working on an import."""
    if is_running(found):
        raise Busy("This file is being imported already; wait for that import or stop it.")


def find_open(tx: Connection, project_id: str, *, digest: str, frames: str, stride: int | None) -> Import | None:
    """The latest open import of the same file with the same pictures into a project."""
    same = [
        found
        for found in imports.open_imports(tx)
        if found.project_id == project_id
        and found.content_hash == digest
        and dict(found.settings or {}).get("frames") == frames
        and dict(found.settings or {}).get("stride") == stride
    ]
    return same[-1] if same else None


def own(tx: Connection, import_id: str) -> None:
    """Make this process the one that works on an import. Raises `Busy` if another one does."""
    require_idle(imports.get_import(tx, import_id))
    imports.set_owner(tx, import_id, processes.own_name())
    with _lock:
        _running.add(import_id)


def hold(tx: Connection, import_id: str) -> None:
    """Record that this process is still working on an import. Raises `Busy` if it was given to another one."""
    if not imports.beat(tx, import_id, owner=processes.own_name()):
        raise Busy("This import was taken for dead and is no longer in the hands of this process; start it again.")


def shown_videos(tx: Connection, found: Import) -> tuple[Video, ...]:
    """The videos of an import that are in the library."""
    return tuple(video for video in videos.list_videos(tx, found.project_id) if video.import_id == found.id)


def leave(database: Database, import_id: str) -> None:
    """End the work of this process on an import that is not finished, so that it can go on later.

    Rows that no list shows are removed. If no video has come in, the import leaves no trace. A database that refuses
    for a while is logged; `clear_broken_imports` tries again when this process has ended.
    """
    try:
        for left in reversed(range(TRIES)):
            try:
                with database.read() as tx:
                    if imports.get_import(tx, import_id).owner != processes.own_name():
                        return  # another process goes on with it
                return _clear(database, import_id)
            except DatabaseError as error:
                log.warning("The broken import %s could not be cleared up: %s", import_id, error)
                if left:
                    time.sleep(TRY_SECONDS)
    finally:
        forget(import_id)


def forget(import_id: str) -> None:
    """This process no longer works on the import."""
    with _lock:
        _running.discard(import_id)


def clear_broken_imports(database: Database) -> int:
    """Clear up after imports whose process was killed, see `leave`; returns their number."""
    with database.read() as tx:
        broken = [found for found in imports.open_imports(tx) if found.owner is not None and not is_running(found)]
    for found in broken:
        _clear(database, found.id)
    return len(broken)


def _clear(database: Database, import_id: str) -> None:
    turns = Turns(database)
    with database.read() as tx:
        hidden = videos.staged_videos(tx, import_id)
    for video_id in hidden:
        removal.delete_staged(turns.atomic, video_id)
    with turns.atomic() as tx:
        found = imports.get_import(tx, import_id)
        if found.finished is not None:
            return
        imports.set_owner(tx, import_id, None)
        if not _any_video(tx, import_id):
            _delete_without_trace(tx, found)


def _any_video(tx: Connection, import_id: str) -> bool:
    """Whether the library has a video of the import, shown or removed."""
    return bool(tx.execute(select(exists().where(schema.videos.c.import_id == import_id))).scalar())


def _delete_without_trace(tx: Connection, found: Import) -> None:
    made = dict(found.made or {})
    imports.delete_import(tx, found.id)
    users = (schema.tracks, schema.class_maps)
    unused = [~exists().where(table.c.category_id == schema.categories.c.id) for table in users]
    tx.execute(delete(schema.categories).where(schema.categories.c.id.in_(made.get(NEW_CATEGORIES, ())), *unused))
    _delete_unused_attributes(tx, made.get(NEW_ATTRIBUTES, ()))
    if made.get(NEW_PROJECT):
        delete_empty_project(tx, found.project_id)


def _delete_unused_attributes(tx: Connection, attribute_ids: Sequence[str]) -> None:
    """Delete those of which no track and no mask has a value."""
    users = (schema.tracks, schema.masks)
    for one in attribute_ids:
        used = [exists().where(cast(table.c.attributes, Text).contains(one)) for table in users]
        tx.execute(delete(schema.attributes).where(schema.attributes.c.id == one, *(~use for use in used)))


def delete_empty_project(tx: Connection, project_id: str) -> None:
    """Delete a project in which nothing is yet; any row that refers to it keeps it, but not its checkpoint in use."""
    chosen = schema.active_checkpoints
    users = [table for table in schema.metadata.sorted_tables if "project_id" in table.c and table is not chosen]
    if not any(tx.execute(select(exists().where(table.c.project_id == project_id))).scalar() for table in users):
        tx.execute(delete(chosen).where(chosen.c.project_id == project_id))
        tx.execute(delete(schema.projects).where(schema.projects.c.id == project_id))


@dataclass(frozen=True)
class TakenBack:
    """What went and came when an import was taken back: names of videos, and of categories no longer offered."""

    removed: tuple[str, ...]
    restored: tuple[str, ...]
    categories: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The lists of names."""
        return asdict(self)


def take_back(database: Database, *, import_id: str) -> TakenBack:
    """Remove what an import made, finished or not, in one transaction.

    Its videos go to the removed videos, from which they can be restored with the work on them. Videos that they
    replaced come back. Categories that the import added and that no other video uses are no longer offered.

    Raises `Busy` while the import is running, `storage.errors.NotFound`.
    """
    with database.read() as tx:
        found = imports.get_import(tx, import_id)
        if is_running(found):
            raise Busy("This import is still running; stop it first, then it can be taken back.")
        hidden = videos.staged_videos(tx, import_id)
    if hidden:
        _clear(database, import_id)
    with database.atomic() as tx:
        made: Mapping[str, Any] = dict(imports.get_import(tx, import_id).made or {})
        removed = shown_videos(tx, found)
        for video in removed:
            remove_in(tx, video.id)
        restored = _restored(tx, made.get(REPLACED, ()))
        retired = _retired(tx, found.project_id, made.get(NEW_CATEGORIES, ()))
        imports.finish_import(tx, import_id)
        imports.record_made(tx, import_id, **{REPLACED: [], NEW_CATEGORIES: []})
        _tell_jobs(tx, import_id)
    return TakenBack(tuple(video.name for video in removed), restored, retired)


def _tell_jobs(tx: Connection, import_id: str) -> None:
    """Record in the results of the import's jobs that it was taken back."""
    for job in jobs.list_jobs(tx, kind="import"):
        if (job.result or {}).get("import_id") == import_id:
            jobs.set_result(tx, job.id, {**(job.result or {}), "taken_back": True})


def _restored(tx: Connection, video_ids: list[str]) -> tuple[str, ...]:
    # A removed video may have been deleted for good since.
    table = schema.videos
    known = tx.execute(select(table.c.id).where(table.c.id.in_(video_ids)).order_by(table.c.created)).scalars().all()
    return tuple(restore_in(tx, video_id).name for video_id in known)


def _retired(tx: Connection, project_id: str, category_ids: list[str]) -> tuple[str, ...]:
    tracks, shown = schema.tracks, schema.videos
    used = set(
        tx.execute(
            select(tracks.c.category_id)
            .join(shown, tracks.c.video_id == shown.c.id)
            .where(shown.c.project_id == project_id, shown.c.removed.is_(None), tracks.c.deleted.is_(False))
        ).scalars()
    )
    offered = [category for category in projects.list_categories(tx, project_id) if category.id in category_ids]
    return tuple(projects.retire_category(tx, one.id).name for one in offered if one.id not in used)


def latest(tx: Connection, project_id: str, *, path: str, digest: str | None) -> Import | None:
    """The latest import of a file into a project that is open or has videos in the library.

    The file is known by its path or, if ``digest`` is given, by its content.
    """
    same = [
        found
        for found in imports.list_imports(tx, project_id)
        if (found.path == path or (digest is not None and found.content_hash == digest))
        and (found.finished is None or shown_videos(tx, found))
    ]
    return same[-1] if same else None
