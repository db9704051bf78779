"""Files and folders that appear whole or not at all: made beside their place, then renamed.

The rename alone is not enough. The operating system writes names and contents to the disk at different times, so a
power failure can leave the new name with an empty file. The content is therefore flushed (``fsync``) before the rename.
On POSIX the folder is flushed after it, so that the new name survives as well.
"""

import errno
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{32}\.partial", re.DOTALL)
"""Name of a temporary file or folder: one being written, or one left by a killed process."""

ABANDONED_SECONDS = 3600.0
# The file in a temporary folder that its writer keeps locked.
_HELD = ".held"
# Characters of the target's name that its temporary repeats; file systems allow 255 bytes in all.
_NAME = 40
# Errors of flushing a folder that are accepted: some network file systems cannot do it, and a folder may be
# writable but not readable.
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield an empty temporary file beside ``path``; at the end of the block it replaces ``path``.

    After an error the temporary is removed and the old ``path`` stays unchanged. The permissions are those of any new
    file. If several writers run at once, the last one to finish wins. Temporaries of the same ``path`` that were last
    written over an hour ago were left by a killed process; they are removed. Raises OSError.
    """
    temporary = _beside(path)
    _remove_abandoned(path)
    # O_EXCL: the temporary is a new file, never a link that another user placed there.
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write a text, or an iterable of pieces, as UTF-8 without changing line ends. Raises OSError."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines([text] if isinstance(text, str) else text)


def put_in_place(part: Path, path: Path) -> None:
    """Flush a finished file and rename it to ``path`` (same disk), replacing an existing file. Raises OSError."""
    _flush(part, os.O_RDWR)
    part.replace(path)
    if os.name == "posix":
        _flush_folder(path.parent)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path``; at the end of the block it is renamed to ``path``.

    After an error the temporary folder is removed with its content. Its files are not flushed, because a folder (an
    export, the frames of a video) can be made again. What killed writers of the same ``path`` left is removed first.
    Raises OSError, also if ``path`` is a non-empty folder by then.
    """
    temporary = _beside(path)
    _remove_abandoned_folders(path)
    temporary.mkdir(parents=True)
    try:
        with _held(temporary):
            yield temporary
        os.rename(temporary, path)  # noqa: PTH104 - fails if a non-empty folder appeared meanwhile
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def work_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside ``path``, on the same disk; it is removed at the end. Raises OSError."""
    temporary = _beside(path)
    temporary.mkdir(parents=True)
    try:
        with _held(temporary):
            yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def temporary_of(path: Path) -> re.Pattern[str]:
    """Names of the temporary files and folders of ``path``, which lie beside it."""
    return re.compile(rf"\.{re.escape(path.name[:_NAME])}\.[0-9a-f]{{32}}\.partial")


def remove_abandoned_folder(folder: Path, *, first: Callable[[Path], None] = lambda _: None) -> bool:
    """Remove a temporary folder of `new_folder` or `work_folder` that a killed process left; returns whether it was.

    A folder that a process of any machine still writes stays. On a disk without locks it stays for
    `ABANDONED_SECONDS`. ``first`` is called with the folder before it is removed. Raises OSError.
    """
    if not (folder / _HELD).is_file():
        if folder.stat().st_mtime > time.time() - ABANDONED_SECONDS:
            return False
        first(folder)
        shutil.rmtree(folder)
        return True
    lock = _lock(folder)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    try:
        first(folder)
        shutil.rmtree(folder)
    finally:
        lock.release()
    return True


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Show other processes that this one writes the folder; the system ends that with the process."""
    lock = _lock(folder)
    try:
        lock.acquire()
    except NotImplementedError:
        # Some network disks have no locks; there the age of the folder decides.
        (folder / _HELD).unlink(missing_ok=True)
        yield
        return
    try:
        yield
    finally:
        lock.release()
        (folder / _HELD).unlink(missing_ok=True)


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / _HELD, fallback_to_soft=False)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:_NAME]}.{uuid.uuid4().hex}.partial")


def _remove_abandoned(path: Path) -> None:
    before = time.time() - ABANDONED_SECONDS
    start = f".{path.name[:_NAME]}."
    # Cleaning up must not fail the write: another writer may be faster, or the folder may not be listable.
    with suppress(FileNotFoundError, PermissionError), os.scandir(path.parent) as entries:
        for entry in entries:
            ours = entry.name.startswith(start) and TEMPORARY.fullmatch(entry.name)
            if ours and entry.stat(follow_symlinks=False).st_mtime < before:
                Path(entry.path).unlink()


def _remove_abandoned_folders(path: Path) -> None:
    # As in `_remove_abandoned`: a folder that cannot be removed is no reason not to write another.
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if temporary_of(path).fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                remove_abandoned_folder(Path(entry.path))


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
