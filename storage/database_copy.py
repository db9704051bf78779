"""Copies of a SQLite database: reading one as a file, the names of replaced ones, and whether one is in use."""

import contextlib
import glob
import sqlite3
import time
from pathlib import Path

from storage.database import DatabaseBusy, DatabaseDamaged

LOGS = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside a database; it takes any that it finds there for that database's."""
_REPLACED = "-replaced-"
_HEADER = b"SQLite format 3\x00"
_REVISIONS = "alembic_version"
"""The table that each database of this program has (`storage.migrations`)."""


def read_copy(copy: Path, part: Path) -> None:
    """Write what a copy of a database holds to the empty file ``part``; the copy itself is only read.

    A log beside it (``-wal``) belongs to it. Raises `DatabaseDamaged` if it is no database of this program or is
    damaged, OSError.
    """
    with copy.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            raise DatabaseDamaged(f"The file {copy} is no SQLite database; give a copy of the database.")
    log = copy.with_name(f"{copy.name}-wal")
    # Without a log nothing of it is written, not even the lock that a folder may refuse.
    mode = "mode=ro" if log.exists() else "mode=ro&immutable=1"
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{copy.absolute().as_uri()}?{mode}", uri=True)) as source,
            contextlib.closing(sqlite3.connect(part)) as target,
        ):
            problems = [row[0] for row in source.execute("PRAGMA integrity_check") if row[0] != "ok"]
            if problems:
                raise DatabaseDamaged(f"The file {copy} is damaged ({problems[0]}); give another copy.")
            if not source.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (_REVISIONS,)).fetchone():
                raise DatabaseDamaged(f"The file {copy} is a database of another program; give a copy of this one's.")
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE").close()
    except sqlite3.Error as error:
        raise DatabaseDamaged(f"The file {copy} cannot be read as a database ({error}); give another copy.") from error


def fold_log(file: Path) -> None:
    """Write the log beside a database into it; what is damaged stays as it is. Raises `DatabaseBusy` if it is in use.

    SQLite lets a database leave the mode with a log only where no other connection is open, of whatever process.
    """
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=0)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.DatabaseError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise DatabaseBusy(f"The database {file} is in use; stop the server and the workers first.") from error


def name_for_replaced(file: Path) -> Path:
    """A path beside a database under which it can be kept when a copy takes its place; nothing has that name yet."""
    name = f"{file.stem}{_REPLACED}{time.strftime('%Y%m%d-%H%M%S')}"
    numbers = ("", *(f"-{number}" for number in range(2, 1000)))
    paths = (file.with_name(f"{name}{more}{file.suffix}") for more in numbers)
    return next(one for one in paths if not any(Path(f"{one}{ending}").exists() for ending in ("", *LOGS)))


def replaced_beside(file: Path) -> list[Path]:
    """The databases that were kept when copies took the place of ``file``, by name."""
    return sorted(file.parent.glob(f"{glob.escape(file.stem)}{_REPLACED}*{glob.escape(file.suffix)}"))
