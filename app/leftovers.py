"""What uploads leave behind in the data folder, cleared away when the server starts."""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from app import checkpoints, importing
from app.settings import Settings
from app.videos import TEMPORARY
from storage import jobs
from storage.database import Database

log = logging.getLogger(__name__)
KEPT_SECONDS = 24 * 3600.0


def temporary_folder(settings: Settings) -> Path:
    """Where files that come through a page's form are kept until their job has them."""
    return settings.data / "tmp"


def clear_leftovers(database: Database, settings: Settings, *, now: float | None = None) -> int:
    """Removes uploads older than a day that no waiting or running job names; returns how many files went.

    These are forms' files, uploads of videos that broke off, and files whose job was cancelled before it took them.
    ``now`` is in unix seconds. A file or folder that cannot be removed is left, and the server's log says so.
    """
    before = (time.time() if now is None else now) - KEPT_SECONDS
    with database.read() as tx:
        active = jobs.list_jobs(tx, active=True)
    used = {str(value) for job in active for value in job.parameters.values()}
    cleared = 0
    for folder in (temporary_folder(settings), settings.data / importing.UPLOADS, settings.data / checkpoints.UPLOADS):
        cleared += sum(_remove_old(path, before) for path in _files(folder) if str(path) not in used)
        _remove_empty(folder)
    cleared += sum(_remove_old(path, before) for path in settings.videos.glob(f".*{TEMPORARY}") if path.is_file())
    return cleared


def _files(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place) / name for name in names)


def _remove_old(path: Path, before: float) -> bool:
    try:
        # A link counts as itself: what it points at is not ours.
        if path.lstat().st_mtime >= before:
            return False
        path.unlink()
    except OSError as error:
        log.warning("The leftover %s could not be removed: %s", path, error)
        return False
    return True


def _remove_empty(folder: Path) -> None:
    for place, _, _ in os.walk(folder, topdown=False):
        path = Path(place)
        try:
            if path != folder and not any(path.iterdir()):
                path.rmdir()
        except OSError as error:
            # Somebody may put something into it meanwhile, or it is not ours to remove.
            log.warning("The folder %s of leftovers could not be removed: %s", path, error)
