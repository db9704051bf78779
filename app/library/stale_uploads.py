"""Removes abandoned uploads from the data folder when the server starts."""

import json
import logging
import re
import time
from collections.abc import Iterable
from pathlib import Path

from app.library import uploads
from app.own_files import files_named, folders_named, remove_own
from app.settings import Settings
from storage import imports, jobs
from storage.database import Database

log = logging.getLogger(__name__)
KEPT_SECONDS = 24 * 3600.0
# Only files with a name that this program or Gradio gives are touched; any other file there belongs to a person.
RECEIVED = re.compile(r"[0-9a-f]{64}")
BROKEN_OFF = re.compile(r"tmp[a-z0-9_]{8}")
# Uploads of videos by earlier versions, which broke off.
VIDEO_PART = re.compile(r"\.[0-9a-f]{32}(\.[^.]*)?\.part")


def temporary_folder(settings: Settings) -> Path:
    """The folder in which Gradio keeps uploaded files until a job takes them."""
    return settings.data / "tmp"


def clear_stale_uploads(database: Database, settings: Settings, *, now: float | None = None) -> int:
    """Remove uploads older than a day that no active job and no open import names; returns the number of removed files.

    These are files of forms, uploads of videos that were interrupted, and files whose job was cancelled before it took
    them. Files that a person put into the same folders stay. ``now`` is in unix seconds. A file or folder that cannot
    be removed is logged and left.
    """
    before = (time.time() if now is None else now) - KEPT_SECONDS
    with database.read() as tx:
        waiting = [dict(job.parameters) for job in jobs.list_jobs(tx, active=True)]
        named = json.dumps([*waiting, *(dict(found.settings or {}) for found in imports.open_imports(tx))])
    received = temporary_folder(settings)
    cleared = 0
    for folder, pattern in (
        (settings.data / uploads.IMPORTS, uploads.ID),
        (settings.data / uploads.CHECKPOINTS, uploads.ID),
        (received, RECEIVED),
    ):
        places = [place for place in folders_named(folder, pattern) if place.name not in named]
        cleared += sum(_clear(place, before) for place in places)
    loose = [*files_named(received, BROKEN_OFF), *files_named(settings.videos, VIDEO_PART)]
    return cleared + sum(_remove_old(path, before) for path in loose)


def _clear(place: Path, before: float) -> int:
    """Remove the folder of an upload if it and its file are old; returns the number of removed files."""
    try:
        names = [path.name for path in place.iterdir()]
        if RECEIVED.fullmatch(place.name):
            # Gradio puts one file into each folder; with two files, it is unknown which one a person added.
            own = names if len(names) == 1 else []
        else:
            own = [name for name in names if uploads.belongs(place.name, name)]
        # A hard link may be older than the upload, but the folder has the time of the upload.
        return remove_own(place, own) if _is_old([place, *(place / name for name in own)], before) else 0
    except OSError as error:
        # A file may have been added meanwhile, or the rights are missing.
        log.warning("The leftover %s could not be removed: %s", place, error)
        return 0


def _remove_old(path: Path, before: float) -> bool:
    try:
        if not _is_old([path], before):
            return False
        path.unlink()
    except OSError as error:
        log.warning("The leftover %s could not be removed: %s", path, error)
        return False
    return True


def _is_old(paths: Iterable[Path], before: float) -> bool:
    return all(path.lstat().st_mtime < before for path in paths)
