"""A file that appears whole or not at all; for every file of weights that ``model`` writes.

``storage.atomic`` does the same for all other files of the program: neither package imports the other.
"""

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ABANDONED_SECONDS = 3600.0
# Some network file systems cannot flush a folder, and a folder may be open for writing but not for reading.
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside ``path`` to write to; the file takes the place of ``path`` when the block ends.

    Content and name are flushed to the disk (``fsync``): without that, a loss of power soon after the rename may leave
    an empty file. After an error the new file is removed, and what ``path`` was before stays as it is. Of several
    writers at once the last to end wins. Files of weights are large, so what a killed writer of this ``path`` left
    beside it is removed once nobody has written to it for an hour. Raises OSError.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    _remove_abandoned(path)
    # Made here and not by the caller, so that it cannot be a link that somebody else put there.
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        _flush(temporary, os.O_RDWR)
        temporary.replace(path)
        if os.name == "posix":
            _flush_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_abandoned(path: Path) -> None:
    before = time.time() - ABANDONED_SECONDS
    # Removing them is a courtesy: another writer may be quicker, or the folder may let us write but not list.
    with suppress(FileNotFoundError, PermissionError), os.scandir(path.parent) as entries:
        for entry in entries:
            ours = entry.name.startswith(f".{path.name}.") and entry.name.endswith(".partial")
            if ours and entry.stat(follow_symlinks=False).st_mtime < before:
                Path(entry.path).unlink()


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
