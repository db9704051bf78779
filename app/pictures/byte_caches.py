"""Caches of compressed pictures, in memory and on disk; neither ever exceeds its limit in bytes."""

import contextlib
import logging
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from queue import Full, Queue

log = logging.getLogger(__name__)
# File systems allocate whole blocks, so a file counts with the blocks that it occupies.
BLOCK = 4096
PART = ".part"
# At most this many pictures wait to be written: if the disk is slower than the decoders, more would only take memory.
WAITING = 32
ANYTHING = re.compile(r".*", re.DOTALL)


class MemoryCache:
    """Pictures by key, at most ``limit`` bytes; the least recently used ones are dropped first. Thread safe."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._items: OrderedDict[str, bytes] = OrderedDict()
        self.size = 0

    def get(self, key: str) -> bytes | None:
        """The picture, or None if it is not in the cache."""
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
            return found

    def put(self, key: str, picture: bytes) -> None:
        """Add a picture, unless it alone is larger than the limit."""
        if len(picture) > self._limit:
            return
        with self._lock:
            self.size += len(picture) - len(self._items.pop(key, b""))
            self._items[key] = picture
            while self.size > self._limit:
                self.size -= len(self._items.popitem(last=False)[1])


class DiskCache:
    """Files under one folder, least recently used removed first; the folder may be deleted at any time. Thread safe.

    ``limit`` is in bytes as the file system counts them, and room is made before a picture is written, so that the
    folder never exceeds it. Files of an earlier run count too if their keys match ``ours``; other files in the folder
    are left alone. If the disk is full, the pictures are not cached, which is logged once.

    A thread of its own first counts the files, which takes seconds if there are many, and then writes the queued
    pictures; neither `get` nor `put` waits for it.
    """

    def __init__(self, folder: Path, limit: int, *, ours: re.Pattern[str] = ANYTHING) -> None:
        self._folder = folder
        self._ours = ours
        self._limit = limit
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        self._complained = False
        self.size = 0
        self._counted = False
        self._closing = threading.Event()
        self._waiting: Queue[tuple[str, bytes] | None] = Queue(WAITING)
        self._thread = threading.Thread(target=self._work, name="frame cache", daemon=True)
        self._thread.start()

    def get(self, key: str) -> bytes | None:
        """The picture, or None if it has no file."""
        path = self._folder / key
        try:
            picture = path.read_bytes()
            # The next run reads from the time of the file when the picture was last used.
            os.utime(path)
        except OSError:
            # Removed, never written, or unreadable: in each case the frame is decoded again.
            return None
        with self._lock:
            if key in self._sizes:
                self._sizes.move_to_end(key)
        return picture

    def put(self, key: str, picture: bytes) -> None:
        """Queue a picture to be written; it is dropped if `WAITING` pictures are queued already."""
        if _on_disk(len(picture)) <= self._limit:
            with contextlib.suppress(Full):
                self._waiting.put_nowait((key, picture))

    def flush(self) -> None:
        """Wait until all queued pictures are written."""
        self._waiting.join()

    def close(self) -> None:
        """Write the queued pictures and end the thread; while it still counts the files, nothing is written."""
        self._closing.set()
        with contextlib.suppress(Full):
            # Wakes the thread if its queue is empty.
            self._waiting.put_nowait(None)
        self._thread.join()

    def _work(self) -> None:
        self._count_files()
        while not (self._closing.is_set() and (self._waiting.empty() or not self._counted)):
            found = self._waiting.get()
            if found is not None:
                self._keep(*found)
            self._waiting.task_done()

    def _keep(self, key: str, picture: bytes) -> None:
        self._reserve(key, _on_disk(len(picture)))
        try:
            self._write(self._folder / key, picture)
        except OSError as error:
            self._forget(key)
            if not self._complained:
                log.warning("The frame cache %s cannot be written (%s); frames are decoded anew.", key, error)
            self._complained = True

    def _write(self, path: Path, picture: bytes) -> None:
        """Write a temporary file and rename it, so that no reader sees half a picture."""
        part = path.with_suffix(f"{path.suffix}{PART}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(picture)
            part.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    def _reserve(self, key: str, room: int) -> None:
        with self._lock:
            self.size -= self._sizes.pop(key, 0)
            self._make_room(room)
            self._sizes[key] = room
            self.size += room

    def _forget(self, key: str) -> None:
        with self._lock:
            self.size -= self._sizes.pop(key, 0)

    def _make_room(self, room: int) -> None:
        """Remove files until ``room`` more bytes fit; the caller holds the lock."""
        while self._sizes and self.size + room > self._limit:
            oldest, size = self._sizes.popitem(last=False)
            self.size -= size
            try:
                (self._folder / oldest).unlink(missing_ok=True)
            except OSError as error:
                log.warning("The frame cache cannot remove %s (%s).", oldest, error)

    def _count_files(self) -> None:
        """Count the files of an earlier run, least recently used first, and remove those above the limit."""
        found = sorted(self._files(self._folder))
        if self._closing.is_set():
            return
        with self._lock:
            for _, key, size in found:
                self._sizes[key] = size
                self.size += size
            self._make_room(0)
        self._counted = True

    def _files(self, folder: Path) -> Iterator[tuple[float, str, int]]:
        """(time of last use, key, bytes on disk) of every picture; removes temporary files of an interrupted write."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if self._closing.is_set():
                        return
                    if entry.is_dir(follow_symlinks=False):
                        yield from self._files(Path(entry.path))
                        continue
                    key = Path(entry.path).relative_to(self._folder).as_posix()
                    if entry.is_symlink() or not self._ours.fullmatch(key.removesuffix(PART)):
                        continue
                    if key.endswith(PART):
                        Path(entry.path).unlink(missing_ok=True)
                    else:
                        stat = entry.stat(follow_symlinks=False)
                        yield stat.st_mtime, key, _on_disk(stat.st_size)
        except OSError:
            # There is no folder yet, or it was removed meanwhile: there is nothing to count.
            return


def _on_disk(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
