"""Opening the database of a data folder, which is not to be taken for a new one where its content was lost."""

import time
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from app.errors import SettingsError
from storage.database import Database
from storage.database_copy import replaced_beside

# Folders of the data folder, and what their entries are.
OTHER_THINGS = {"videos": "copied videos", "checkpoints": "checkpoints", "exports": "exports"}
# An empty file may be one that another process is just making a database of.
PATIENCE_SECONDS = 1.0


def database_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for another database, and for text that is no URL (opening says what is wrong).

    The path in a URL may be written with %, as that of a folder with ?, # or letters beyond ASCII is.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        return None
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def kept_databases(url: str) -> list[Path]:
    """The databases that the command restore has kept beside that at ``url``, by name."""
    file = database_file(url)
    return [] if file is None else replaced_beside(file)


def open_database(url: str, data: Path) -> Database:
    """The database at ``url`` of the data folder ``data``, made if it is missing.

    Raises `SettingsError` as `refuse_lost` does, and `storage.database.DatabaseError`.
    """
    refuse_lost(url, data)
    return Database.open(url)


def refuse_lost(url: str, data: Path) -> None:
    """Raise `SettingsError` if the file at ``url`` was lost.

    It is empty while ``data`` holds things of a project, or missing beside one that a copy has replaced.
    """
    file = database_file(url)
    if file is None:
        return
    replaced = replaced_beside(file)
    if replaced and not file.exists():
        raise SettingsError(
            f"The database {file} is missing, but one that a copy has replaced is beside it: {replaced[-1]}; put that "
            "or another copy in its place with the command restore. To begin anew, move what is kept there elsewhere."
        )
    if not _is_empty(file):
        return
    found = [name for name in OTHER_THINGS if _holds_something(data / name)]
    if not found:
        return
    until = time.monotonic() + PATIENCE_SECONDS
    while _is_empty(file):
        if time.monotonic() >= until:
            raise SettingsError(
                f"The database {file} is empty, but {data} holds {_listed([OTHER_THINGS[name] for name in found])}, so "
                "its content was lost; put a copy of it in its place, or name another folder with --data. To begin "
                f"anew, remove the empty file and move {_listed([str(data / name) for name in found])} elsewhere."
            )
        time.sleep(0.02)


def _is_empty(file: Path) -> bool:
    log = file.with_name(f"{file.name}-wal")
    return file.is_file() and file.stat().st_size == 0 and not (log.is_file() and log.stat().st_size)


def _holds_something(folder: Path) -> bool:
    """Whether a file or folder that is not hidden is in it."""
    return folder.is_dir() and any(not entry.name.startswith(".") for entry in folder.iterdir())


def _listed(words: list[str]) -> str:
    return " and ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} and {words[-1]}"
