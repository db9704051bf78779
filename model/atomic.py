"""A file that appears whole or not at all; for every file of weights that ``model`` writes.

``storage.atomic`` does the same for all other files of the program: neither package imports the other.
"""

import errno
import os
import re
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

if sys.platform != "win32":
    import fcntl

ABANDONED_SECONDS = 3600.0
# Some network file systems cannot flush a folder, and a folder may be open for writing but not for reading.
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; the file takes the place of ``path`` when the block ends.

    Content and name are flushed to the disk (``fsync``): without that, a loss of power soon after the rename may leave
    an empty file. After an error the new file is removed, and what ``path`` was before stays as it is. Of several
    writers at once the last to end wins. The new file is locked while it is written, and the block must not put another
    file in its place. Files of weights are large: one of this ``path`` without a lock, which a killed writer left, is
    removed first; on a disk without locks, once nobody has written to it for an hour. Raises OSError.
    """
    _remove_abandoned(path)
    temporary, handle = _new_file(path)
    try:
        yield temporary
        _flush(temporary, os.O_RDWR)
        temporary.replace(path)
        if os.name == "posix":
            _flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)  # ends the lock


def _new_file(path: Path) -> tuple[Path, int | None]:
    """A new, empty file beside ``path``, and the handle that holds its lock; None on a system without such locks."""
    while True:
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
        # Made here and not by the caller, so that it cannot be a link that somebody else put there.
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        if sys.platform == "win32":
            # An open file cannot be renamed there.
            os.close(handle)
            return temporary, None
        # Until it has the lock, another writer of ``path`` may take the file for an abandoned one.
        if _locked(handle) is not False and os.fstat(handle).st_nlink:
            return temporary, handle
        temporary.unlink(missing_ok=True)
        os.close(handle)


def _locked(handle: int) -> bool | None:
    """Lock an open file for its handle; False if another handle has the lock, None where there are no locks."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove_abandoned(path: Path) -> None:
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{32}}\.partial")
    # Removing them is a courtesy: another writer may be quicker, or the folder may let us write but not list.
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if ours.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_if_abandoned(Path(entry.path))


def _remove_if_abandoned(file: Path) -> None:
    # Windows has another kind of lock, which would keep the file from being renamed; there its age decides.
    handle = None if sys.platform == "win32" else os.open(file, os.O_RDWR | os.O_NOFOLLOW)
    try:
        free = None if handle is None else _locked(handle)
        if free or (free is None and file.stat().st_mtime < time.time() - ABANDONED_SECONDS):
            file.unlink()
    finally:
        if handle is not None:
            os.close(handle)


def _flush(path: Path, mode: int) -> None:
    handle = os.open(path, mode)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_folder(folder: Path) -> None:
    try:
        _flush(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno not in _NO_FLUSH:
            raise
