"""Removes what killed copies, uploads, exports and trainings left, when the server starts and after a job has died.

Only temporary folders with a name that `storage.atomic` gives, which no process writes any more: among the videos,
checkpoints and exports of the data folder, and beside the folders that export jobs were to write; and the files that
such a process had moved from there to their place without storing their row (`storage.arrivals`).
"""

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from app.own_files import folders_named
from app.settings import Settings
from storage import checkpoints, jobs, videos
from storage.arrivals import remove_arrival
from storage.atomic import TEMPORARY, remove_abandoned_folder, temporary_of
from storage.database import Database

log = logging.getLogger(__name__)


def clear_abandoned_folders(database: Database, settings: Settings) -> int:
    """Remove these folders; returns their number. One that cannot be removed is logged and left."""

    def has_row(place: Path) -> bool:
        with database.read() as tx:
            if place.parent == settings.checkpoints:
                return checkpoints.has_path(tx, str(place.relative_to(settings.data)))
            return videos.has_path(tx, str(place))

    return sum(_remove(folder, has_row) for folder in {*_candidates(database, settings)})


def _candidates(database: Database, settings: Settings) -> Iterator[Path]:
    for place in (settings.videos, settings.checkpoints, settings.exports):
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


def _remove(folder: Path, has_row: Callable[[Path], bool]) -> bool:
    try:
        return remove_abandoned_folder(folder, first=lambda found: remove_arrival(found, has_row=has_row))
    except OSError as error:
        log.warning("The leftover %s could not be removed: %s", folder, error)
        return False
