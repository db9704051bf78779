"""Pictures of videos as JPEG, quickly: a few open decoders, a memory cache and a disk cache, all bounded.

Frames are wanted in bursts (scrubbing, playing, several tabs). Decoders are kept open because a forward step costs a
millisecond and a seek hundreds; a step backwards decodes its whole group of pictures anyway, so the frames before the
wanted one are kept too.
"""

import contextlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from storage import frames

log = logging.getLogger(__name__)
JPEG_QUALITY = 85
BACKWARD_CHUNK = 12
EVICT_TO = 0.8


class _Decoder:
    """One open reader; ``lock`` is held while it decodes."""

    def __init__(self, reader: frames.Reader) -> None:
        self.reader = reader
        self.lock = threading.Lock()
        self.retired = False
        self.position = -1

    def close_when_free(self) -> None:
        """Closes a retired reader unless a thread decodes with it; that thread calls this again when it is done."""
        if self.retired and self.lock.acquire(blocking=False):
            self.reader.close()
            self.lock.release()


class DecoderPool:
    """At most ``size`` open readers, one per video, least recently used closed first. Thread safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._decoders: OrderedDict[str, _Decoder] = OrderedDict()

    @contextmanager
    def borrow(self, index: frames.FrameIndex) -> Iterator[_Decoder]:
        """The decoder of this index, for this thread alone while the block runs."""
        while True:
            decoder = self._decoder(index)
            try:
                with decoder.lock:
                    if not decoder.retired:
                        yield decoder
                        return
            finally:
                decoder.close_when_free()

    def drop(self, content_hash: str) -> None:
        """Closes the decoders of one source, for example before its file is removed."""
        with self._lock:
            doomed = [key for key in self._decoders if key.startswith(content_hash)]
            for key in doomed:
                self._retire(self._decoders.pop(key))

    def close(self) -> None:
        """Closes every decoder."""
        with self._lock:
            while self._decoders:
                self._retire(self._decoders.popitem()[1])

    def _decoder(self, index: frames.FrameIndex) -> _Decoder:
        key = f"{index.content_hash}:{index.confirmed}:{index.count}:{index.path}"
        with self._lock:
            found = self._decoders.get(key)
            if found is None:
                found = self._decoders[key] = _Decoder(frames.open_reader(index))
                while len(self._decoders) > self._size:
                    self._retire(self._decoders.popitem(last=False)[1])
            self._decoders.move_to_end(key)
            return found

    @staticmethod
    def _retire(decoder: _Decoder) -> None:
        decoder.retired = True
        decoder.close_when_free()


class MemoryCache:
    """JPEG bytes by key, bounded in bytes, least recently used out first. Thread safe."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._items: OrderedDict[str, bytes] = OrderedDict()
        self.size = 0

    def get(self, key: str) -> bytes | None:
        """The picture, or ``None`` when it is not kept (any more)."""
        with self._lock:
            found = self._items.get(key)
            if found is not None:
                self._items.move_to_end(key)
            return found

    def put(self, key: str, picture: bytes) -> None:
        """Keeps a picture; one that is larger than the whole cache is not kept."""
        if len(picture) > self._limit:
            return
        with self._lock:
            self.size += len(picture) - len(self._items.pop(key, b""))
            self._items[key] = picture
            while self.size > self._limit:
                self.size -= len(self._items.popitem(last=False)[1])


class DiskCache:
    """JPEG files under one folder, bounded in bytes; the folder may be deleted at any time. Thread safe.

    A full disk costs only the cache: it is said once in the log and the picture is served all the same.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._size = sum(path.stat().st_size for path in folder.rglob("*.jpg")) if folder.is_dir() else 0
        self._complained = False

    def get(self, key: str) -> bytes | None:
        """The picture, or ``None`` when no file of it is there."""
        try:
            return (self._folder / key).read_bytes()
        except OSError:
            # Evicted, never written, or unreadable: in each case the frame is decoded.
            return None

    def put(self, key: str, picture: bytes) -> None:
        """Writes the picture beside its place and renames it there, so that no reader meets half of it."""
        path = self._folder / key
        part = path.with_suffix(f".{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(picture)
            part.replace(path)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            if not self._complained:
                log.warning("The frame cache %s cannot be written (%s); frames are decoded anew.", self._folder, error)
            self._complained = True
            return
        with self._lock:
            self._size += len(picture)
            if self._size > self._limit:
                self._evict()

    def _evict(self) -> None:
        files = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in self._folder.rglob("*.jpg"))
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= self._limit * EVICT_TO:
                break
            path.unlink(missing_ok=True)
            total -= size
        self._size = total


class FrameCache:
    """JPEG pictures of frames by content hash, frame and width."""

    def __init__(self, folder: Path, *, memory_bytes: int, disk_bytes: int, decoders: int = 4) -> None:
        self._memory = MemoryCache(memory_bytes)
        self._disk = DiskCache(folder, disk_bytes)
        self.pool = DecoderPool(decoders)

    def jpeg(self, index: frames.FrameIndex, frame: int, width: int | None) -> bytes:
        """JPEG of frame ``frame``, scaled to ``width`` pixels (full resolution without it); blocks while decoding.

        Raises `storage.frames.VideoError` when the source is gone, changed or does not decode.
        """
        key = picture_key(index, frame, width)
        found = self._memory.get(key) or self._disk.get(key)
        if found is None:
            found = self._decode(index, frame, width)
        self._memory.put(key, found)
        return found

    def cached(self, index: frames.FrameIndex, frame: int, width: int | None) -> bytes | None:
        """The JPEG if it is in memory; never blocks."""
        return self._memory.get(picture_key(index, frame, width))

    def close(self) -> None:
        """Closes the open decoders."""
        self.pool.close()

    def _decode(self, index: frames.FrameIndex, frame: int, width: int | None) -> bytes:
        with self.pool.borrow(index) as decoder:
            again = self._memory.get(picture_key(index, frame, width))
            if again is not None:
                return again
            backwards = index.kind == "video" and frame <= decoder.position
            first = max(0, frame - BACKWARD_CHUNK) if backwards else frame
            picture = b""
            for k in range(first, frame + 1):
                picture = self._keep(index, k, width, decoder.reader.read(k))
            decoder.position = frame
            return picture

    def _keep(self, index: frames.FrameIndex, frame: int, width: int | None, pixels: np.ndarray) -> bytes:
        picture = frames.encode_jpeg(pixels, quality=JPEG_QUALITY, width=width)
        key = picture_key(index, frame, width)
        self._memory.put(key, picture)
        self._disk.put(key, picture)
        return picture


def picture_key(index: frames.FrameIndex, frame: int, width: int | None) -> str:
    """Relative path of one cached picture; the confirmed state is in it because a provisional number may change."""
    state = "c" if index.confirmed else "p"
    return f"{index.content_hash[:24]}{state}/{width or 'full'}/{frame:06d}.jpg"
