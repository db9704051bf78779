"""Files and folders that appear whole or not at all: made beside their place, then renamed.

The rename alone would not be enough. Names and contents reach the disk at different times, so that after a loss of
power a new name may stand for an empty file. The content is therefore flushed (``fsync``) before the rename, and on
POSIX the folder after it, which makes the new name itself last.
"""

import errno
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{32}\.partial", re.DOTALL)
"""The name of a file that is being written, or was when its process was killed."""

ABANDONED_SECONDS = 3600.0
# The most of a target's name in the name of its temporary: the longest name on a disk has 255 bytes.
_NAME = 40
# Some network file systems cannot flush a folder, and a folder may be open for writing but not for reading.
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give an empty file beside ``path`` to write to; it takes the place of ``path`` when the block ends.

    After an error it is removed, and what ``path`` was before stays as it is. Its permissions are those of any new
    file. Of several writers at once the last to end wins. Temporaries of this ``path`` that nobody has written to for
    an hour belong to a process that was killed, and are removed. Raises OSError.
    """
    temporary = _beside(path)
    _remove_abandoned(path)
    # Made here and not by the caller, so that it cannot be a link that somebody else put there.
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write a text, or the pieces of one, as UTF-8 with line ends as they are. Raises OSError."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines([text] if isinstance(text, str) else text)


def put_in_place(part: Path, path: Path) -> None:
    """Flush a finished file and rename it to ``path`` on the same disk, in place of what is there. Raises OSError."""
    _flush(part, os.O_RDWR)
    part.replace(path)
    if os.name == "posix":
        _flush_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside ``path`` to fill; it is renamed to ``path`` when the block ends.

    After an error it is removed with all that is in it. Its files are not flushed: a folder (an export, the frames of
    a video) can be made again. Raises OSError, also where ``path`` is a folder that holds something by then.
    """
    temporary = _beside(path)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        os.rename(temporary, path)  # noqa: PTH104 - never replaces a folder that appeared meanwhile with files in it
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:_NAME]}.{uuid.uuid4().hex}.partial")


def _remove_abandoned(path: Path) -> None:
    before = time.time() - ABANDONED_SECONDS
    start = f".{path.name[:_NAME]}."
    # Removing them is a courtesy: another writer may be quicker, or the folder may let us write but not list.
    with suppress(FileNotFoundError, PermissionError), os.scandir(path.parent) as entries:
        for entry in entries:
            ours = entry.name.startswith(start) and TEMPORARY.fullmatch(entry.name)
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
