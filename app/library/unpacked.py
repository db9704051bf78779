"""The folders with what came in archives, in the data folder: they stay while a video has its pictures there.

Each is named by the SHA-256 of its archive, and holds what the archive held.
"""

import logging
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from app.opening import kept_databases
from app.own_files import folders_named
from app.settings import Settings
from storage import imports, jobs, schema
from storage.atomic import ABANDONED_SECONDS
from storage.database import Database

log = logging.getLogger(__name__)

UNPACKED = "unpacked"
GLANCES = "glances"
"""The folder in the data folder where archives are unpacked for a glance."""
_LETTERS = 32  # of a SHA-256 in the name of a folder
_OWN = re.compile(rf"[0-9a-f]{{{_LETTERS}}}")


@contextmanager
def unpacked_for(database: Database, settings: Settings, digest: str) -> Iterator[Path]:
    """The folder for the content of an archive with this SHA-256, which the block may make and read.

    It is gone at the end, also after an error, unless a video has its pictures there by then; see `discard_unused`.
    """
    place = settings.data / UNPACKED / digest[:_LETTERS]
    try:
        yield place
    finally:
        discard_unused(database, settings, place)


def discard_all_unused(database: Database, settings: Settings) -> None:
    """Remove the unpacked archives that no video uses and that are old enough, as killed imports leave them.

    A younger one may be read by an import that is no job. A folder that cannot be read is logged and left.
    """
    before, root = time.time() - ABANDONED_SECONDS, settings.data / UNPACKED
    try:
        places = [*folders_named(root, _OWN)]
    except OSError as error:
        log.warning("The folder %s could not be searched for unpacked archives: %s", root, error)
        return
    for place in places:
        try:
            old = place.stat().st_mtime < before
        except FileNotFoundError:
            continue  # another process has removed it meanwhile
        except OSError as error:
            log.warning("The unpacked archive %s could not be read: %s", place, error)
            continue
        if old:
            discard_after_delete(database, settings, place)


def discard_unused(database: Database, settings: Settings, path: Path) -> None:
    """Remove the unpacked archive in which ``path`` lies, if no video has its pictures there, removed ones included.

    It stays while an import of the archive is open, and while a database that a copy has replaced is kept: that one
    may know videos there. A path elsewhere is left alone.
    """
    place = None if kept_databases(settings.database_url) else _unpacked_above(settings, path)
    if place is None or place.is_symlink() or not place.is_dir():
        return
    with database.read() as tx:
        paths = tx.execute(select(schema.videos.c.path).where(schema.videos.c.path.startswith(str(place)))).scalars()
        used = any(Path(one).is_relative_to(place) for one in paths)
        waits = any((found.content_hash or "").startswith(place.name) for found in imports.open_imports(tx))
    if not used and not waits:
        shutil.rmtree(place, ignore_errors=True)


def discard_after_delete(database: Database, settings: Settings, path: Path) -> None:
    """As `discard_unused`, unless an import is active: it may have unpacked the same archive a moment ago."""
    with database.read() as tx:
        active = any(job.kind == "import" for job in jobs.list_jobs(tx, active=True))
    if not active:
        discard_unused(database, settings, path)


def _unpacked_above(settings: Settings, path: Path) -> Path | None:
    root = settings.data / UNPACKED
    if not path.is_relative_to(root) or path == root:
        return None
    name = path.relative_to(root).parts[0]
    return root / name if _OWN.fullmatch(name) else None
