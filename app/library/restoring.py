"""Use case: put a copy of the database in the place of that of a data folder; the replaced one is kept beside it."""

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

from app.errors import BadInput, Busy
from app.jobs import lock
from app.settings import Settings
from storage import projects
from storage.atomic import replacing
from storage.database import Database
from storage.database_copy import fold_log, read_copy
from storage.regular_files import is_regular

LOGS = ("-wal", "-shm")
"""Endings of the files that SQLite keeps beside a database."""


@dataclass(frozen=True)
class Restored:
    """The database, where the one before is kept (None: there was none), and how many projects it has now."""

    database: Path
    kept: Path | None
    projects: int


def restore(settings: Settings, copy: Path) -> Restored:
    """Replace the database of the data folder by a copy of it, which is checked and upgraded first.

    Raises `BadInput` if the copy is no file, is the database itself, or the database is no SQLite file; `Busy` while a
    worker of this machine runs; `storage.database.DatabaseError` for a copy that cannot be used, or while a server or
    worker has the database open. Nothing has changed then.
    """
    file = _file_of(settings)
    if not copy.is_file() or not is_regular(copy):
        raise BadInput(f"There is no file {copy}; give a copy of the database.")
    if file.exists() and copy.samefile(file):
        raise BadInput(f"{copy} is the database itself; give a copy of it.")
    settings.make_folders()
    taken = lock.take(settings)
    if taken is None:
        raise Busy("A worker is running on this machine; stop it and the server first.")
    try:
        return _replaced(file, copy)
    finally:
        taken.release()


def _replaced(file: Path, copy: Path) -> Restored:
    kept = None
    try:
        with replacing(file) as part:
            read_copy(copy, part)
            count = _checked(part, copy)
            kept = _set_aside(file)
    except BaseException:
        if kept is not None and not file.exists():
            _move(kept, file)
        raise
    return Restored(file, kept, count)


def _file_of(settings: Settings) -> Path:
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BadInput("Only a SQLite database is restored from a file; use the tools of the database server.")
    return Path(url.database)


def _checked(part: Path, copy: Path) -> int:
    """Upgrade the tables of a database, and check them; returns the number of its projects."""
    with Database.open(URL.create("sqlite", database=str(part)).render_as_string()) as database:
        problems = database.check()
        if problems:
            raise BadInput(f"{copy} cannot be used: {problems[0]}")
        with database.read() as tx:
            count = len(projects.list_projects(tx, archived=True))
    fold_log(part)
    return count


def _set_aside(file: Path) -> Path | None:
    """Rename the database that is there, with what SQLite keeps beside it; returns its new place."""
    if not file.exists():
        return None
    fold_log(file)
    name = f"{file.stem}-replaced-{time.strftime('%Y%m%d-%H%M%S')}"
    numbers = ("", *(f"-{number}" for number in range(2, 1000)))
    kept = next(one for one in (file.with_name(f"{name}{more}{file.suffix}") for more in numbers) if not one.exists())
    _move(file, kept)
    return kept


def _move(file: Path, new: Path) -> None:
    """Rename a database with what SQLite keeps beside it."""
    file.replace(new)
    for ending in LOGS:
        beside = file.with_name(f"{file.name}{ending}")
        if beside.exists():
            beside.replace(new.with_name(f"{new.name}{ending}"))
