"""Removes, when the server starts, the folders that killed copies and exports left half written.

Only temporary folders with a name that `storage.atomic` gives, which no process writes any more: among the videos and
exports of the data folder, and beside the folders that export jobs were to write.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from app.own_files import folders_named
from app.settings import Settings
from storage import jobs
from storage.atomic import TEMPORARY, remove_abandoned_folder, temporary_of
from storage.database import Database

log = logging.getLogger(__name__)


def clear_abandoned_folders(database: Database, settings: Settings) -> int:
    """Remove these folders; returns their number. One that cannot be removed is logged and left."""
    return sum(_remove(folder) for folder in {*_candidates(database, settings)})


def _candidates(database: Database, settings: Settings) -> Iterator[Path]:
    for place in (settings.videos, settings.exports):
        yield from _folders(place, TEMPORARY)
    with database.read() as tx:
        exports = [job.parameters.get("out") for job in jobs.list_jobs(tx) if job.kind == "export"]
    for out in exports:
        if isinstance(out, str):
            yield from _folders(Path(out).parent, temporary_of(Path(out)))


def _folders(place: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    try:
        yield from folders_named(place, pattern)
    except OSError as error:
        # The disk of an export may be away, or its rights may have changed.
        log.warning("The folder %s could not be searched for leftovers: %s", place, error)


def _remove(folder: Path) -> bool:
    try:
        return remove_abandoned_folder(folder)
    except OSError as error:
        log.warning("The leftover %s could not be removed: %s", folder, error)
        return False
