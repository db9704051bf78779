"""Removes what killed copies, uploads, exports and trainings left, when the server starts and after a job has died.

Only temporary files and folders with a name that `storage.atomic` gives, which no process writes any more: among the
videos, checkpoints, exports and unpacked archives of the data folder, and beside what export jobs were to write; the
files that such a process had moved from such a folder to their place without storing their row (`storage.arrivals`);
unpacked archives that no video uses; and what retrainings have kept whose jobs have ended. What a database that the
command restore has kept may know of stays until that is removed.
"""

import logging
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from app.library.kept_runs import newest_kept
from app.library.unpacked import GLANCES, UNPACKED, discard_all_unused
from app.opening import kept_databases
from app.own_files import files_named, folders_named
from app.settings import Settings
from storage import checkpoints, jobs, videos
from storage.arrivals import remove_arrival
from storage.atomic import TEMPORARY, remove_abandoned_file, remove_abandoned_folder, temporary_of
from storage.database import Database

log = logging.getLogger(__name__)


def clear_abandoned(database: Database, settings: Settings) -> int:
    """Remove these files and folders; returns the number of temporary ones. A failure is logged, and the thing left."""

    def has_row(place: Path) -> bool:
        if kept_databases(settings.database_url):
            return True
        with database.read() as tx:
            if place.parent == settings.checkpoints:
                return checkpoints.has_path(tx, str(place.relative_to(settings.data)))
            return videos.has_path(tx, str(place))

    discard_all_unused(database, settings)
    clear_retrainings(database, settings)
    return sum(_remove(found, has_row) for found in {*_candidates(database, settings)})


def clear_retrainings(database: Database, settings: Settings) -> None:
    """Remove the folders of retrainings whose jobs have ended; a failure is logged, and the folder left.

    Of each project the newest one stays that was stopped or failed and can go on (`app.training.retrain.go_on`). All
    stay while a database that a copy has replaced is kept: their jobs may be there.
    """
    if kept_databases(settings.database_url):
        return
    folder = settings.retrainings
    # The folders first: a job gets its folder only while it is active.
    found = list(folder.iterdir()) if folder.is_dir() else []
    with database.read() as tx:
        kept = {job.id for job in (*jobs.list_jobs(tx, active=True), *newest_kept(tx, settings).values())}
    for left in found:
        if left.name in kept:
            continue
        try:
            shutil.rmtree(left)
        except FileNotFoundError:
            continue  # its own process removes it at this moment
        except OSError as error:
            log.warning("What the retraining %s has kept could not be removed: %s", left, error)


def _candidates(database: Database, settings: Settings) -> Iterator[Path]:
    unpacked = (settings.data / UNPACKED, settings.data / GLANCES)
    for place in (settings.videos, settings.checkpoints, settings.exports, *unpacked):
        yield from _named(place, TEMPORARY)
    with database.read() as tx:
        exports = [job.parameters.get("out") for job in jobs.list_jobs(tx, kind="export")]
    for out in exports:
        if isinstance(out, str):
            yield from _named(Path(out).parent, temporary_of(Path(out)))


def _named(place: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    try:
        yield from folders_named(place, pattern)
        yield from files_named(place, pattern)
    except OSError as error:
        # The disk of an export may be away, or its rights may have changed.
        log.warning("The folder %s could not be searched for leftovers: %s", place, error)


def _remove(found: Path, has_row: Callable[[Path], bool]) -> bool:
    try:
        if found.is_file():
            return remove_abandoned_file(found)
        return remove_abandoned_folder(found, first=lambda folder: remove_arrival(folder, has_row=has_row))
    except FileNotFoundError:
        return False  # its writer has ended meanwhile
    except OSError as error:
        log.warning("The leftover %s could not be removed: %s", found, error)
        return False
