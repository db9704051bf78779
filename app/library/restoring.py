"""Use case: put a copy of the database in the place of that of a data folder; the replaced one is kept beside it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from app.errors import BadInput, Busy
from app.jobs import lock
from app.opening import database_file
from app.settings import Settings
from storage import projects
from storage.atomic import replacing
from storage.database import Database
from storage.database_copy import LOGS, fold_log, name_for_replaced, read_copy
from storage.regular_files import is_regular


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
    kept, before = name_for_replaced(file), _number(file)
    try:
        with replacing(file) as part:
            read_copy(copy, part)
            count = _checked(part, copy)
            if before is not None:
                _keep(file, kept)
            # Also where the database itself is gone: SQLite would take its old log for that of the copy.
            _move_logs(file, kept)
    except BaseException:
        if _number(file) == before:
            kept.unlink(missing_ok=True)
            _move_logs(kept, file)
        raise
    return Restored(file, None if before is None else kept, count)


def _file_of(settings: Settings) -> Path:
    file = database_file(settings.database_url)
    if file is None:
        raise BadInput("Only a SQLite database is restored from a file; use the tools of the database server.")
    return file


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


def _keep(file: Path, kept: Path) -> None:
    """Give the database a second name. It keeps its own until the copy takes that: one is always there."""
    fold_log(file)
    try:
        kept.hardlink_to(file)
    except OSError:  # some disks have no links
        with replacing(kept) as part:
            shutil.copyfile(file, part)


def _move_logs(file: Path, new: Path) -> None:
    """Rename what SQLite keeps beside a database."""
    for ending in LOGS:
        beside = Path(f"{file}{ending}")
        if beside.exists():
            beside.replace(f"{new}{ending}")


def _number(file: Path) -> int | None:
    """The number that the disk gives a file, which tells it from another of the same name; None if there is none."""
    return file.stat().st_ino if file.exists() else None
