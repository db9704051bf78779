"""Files and folders that appear whole or not at all: made beside their place, then renamed.

The rename alone is not enough. The operating system writes names and contents to the disk at different times, so a
power failure can leave the new name with an empty file. The content is therefore flushed (``fsync``) before the rename.
On POSIX the folder is flushed after it, so that the new name survives as well.
"""

import errno
import os
import re
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

if sys.platform != "win32":
    import fcntl

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{32}\.partial", re.DOTALL)
"""Name of a temporary file or folder: one being written, or one left by a killed process."""

ABANDONED_SECONDS = 3600.0
# The file in a temporary folder that its writer keeps locked.
_HELD = ".held"
# The file in its place on a disk without locks.
_LOCKLESS = ".lockless"
# Characters of the target's name that its temporary repeats; file systems allow 255 bytes in all.
_NAME = 40
# Errors of flushing a folder that are accepted: some network file systems cannot do it, and a folder may be
# writable but not readable.
_NO_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield an empty temporary file beside ``path``; at the end of the block it replaces ``path``.

    After an error the temporary is removed and the old ``path`` stays unchanged. The permissions are those of any new
    file. If several writers run at once, the last one to finish wins. The temporary is locked while it is written:
    those of the same ``path`` that a killed process left are removed first (see `remove_abandoned_file`). The block
    writes into the temporary; a file that it puts in its place has no lock. Raises OSError.
    """
    _remove_abandoned_files(path)
    temporary, handle = _new_file(path)
    try:
        yield temporary
        put_in_place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)  # ends the lock


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


def remove_abandoned_file(file: Path) -> bool:
    """Remove a temporary file of `replacing` that a killed process left; returns whether it was removed.

    A file that a process of any machine still writes stays. On a disk or system without locks it stays until nobody has
    written to it for `ABANDONED_SECONDS`. Links stay. Raises OSError, also if the file is gone.
    """
    # Windows has another kind of lock, which would keep the file from being renamed; there its age decides.
    handle = None if sys.platform == "win32" else os.open(file, os.O_RDWR | os.O_NOFOLLOW)
    try:
        free = None if handle is None else _try_lock(handle)
        if free is None:
            free = file.stat().st_mtime < time.time() - ABANDONED_SECONDS
        if free:
            file.unlink()
        return free
    finally:
        if handle is not None:
            os.close(handle)


def remove_abandoned_folder(folder: Path, *, first: Callable[[Path], None] = lambda _: None) -> bool:
    """Remove a temporary folder of `new_folder` or `work_folder` that a killed process left; returns whether it was.

    A folder that a process of any machine still writes stays. On a disk without locks it stays for
    `ABANDONED_SECONDS`. ``first`` is called with the folder before it is removed. Raises OSError.
    """
    if not (folder / _HELD).is_file():
        with suppress(OSError):
            folder.rmdir()  # an empty one: a writer that has not locked it yet makes it again
            return True
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
        while not _acquired(lock, folder):
            folder.mkdir(exist_ok=True)
    except NotImplementedError:
        # Some network disks have no locks; there the age of the folder decides. An empty one would count as left over.
        (folder / _HELD).unlink(missing_ok=True)
        (folder / _LOCKLESS).touch()
        try:
            yield
        finally:
            (folder / _LOCKLESS).unlink(missing_ok=True)
        return
    try:
        yield
    finally:
        lock.release()
        (folder / _HELD).unlink(missing_ok=True)


def _acquired(lock: FileLock, folder: Path) -> bool:
    """Take the lock; False if another process took the folder, still empty, for one that was left, and removed it."""
    try:
        lock.acquire()
    except FileNotFoundError:
        return False
    if (folder / _HELD).is_file():
        return True
    lock.release()
    return False


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / _HELD, fallback_to_soft=False)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:_NAME]}.{uuid.uuid4().hex}.partial")


def _new_file(path: Path) -> tuple[Path, int | None]:
    """A new, empty temporary of ``path``, and the handle that holds its lock; None on a system without such locks."""
    while True:
        temporary = _beside(path)
        # O_EXCL: the temporary is a new file, never a link that another user placed there.
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        if sys.platform == "win32":
            # An open file cannot be renamed there.
            os.close(handle)
            return temporary, None
        # Another process may take the file, which has no lock for a moment, for an abandoned one.
        if _try_lock(handle) is not False and os.fstat(handle).st_nlink:
            return temporary, handle
        temporary.unlink(missing_ok=True)
        os.close(handle)


def _try_lock(handle: int) -> bool | None:
    """Lock an open file for its handle; False if another handle has the lock, None where there are no locks."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Some network disks have no locks, and say so with different errors.
        return None
    return True


def _remove_abandoned_files(path: Path) -> None:
    # Cleaning up must not fail the write: another writer may be faster, or the folder may not be listable.
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if temporary_of(path).fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    remove_abandoned_file(Path(entry.path))


def _remove_abandoned_folders(path: Path) -> None:
    # As in `_remove_abandoned_files`: a folder that cannot be removed is no reason not to write another.
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
