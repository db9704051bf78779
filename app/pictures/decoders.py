"""A pool of open video decoders; a frame is read with the decoder that is nearest to it."""

import sys
import threading
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from storage import frames

# A reader keeps at least this many frames before its position decoded.
HELD_BEHIND = 6
# Cost of a seek, in decoded pictures.
SEEKING = 4

# Pixels across below which no picture is scaled while it is converted.
SMALLEST = 16

Source = tuple[str, int, bool, Path]


def source_of(index: frames.FrameIndex) -> Source:
    """Identifies one file with one numbering of its frames; comparing whole indexes would take milliseconds."""
    return (index.content_hash, index.count, index.confirmed, index.path)


class Decoder:
    """An open reader of one source, the frame that it read last, and the state of the file when it was opened."""

    def __init__(self, index: frames.FrameIndex) -> None:
        """Open the source. Raises `storage.frames.VideoError` if it is gone or its bytes have changed."""
        self._seen = _look_of(index)
        if index.kind == "video":
            frames.verify(index)
        self.index = index
        self.source = source_of(index)
        self.position = -1
        self._reader = frames.open_reader(index)

    def cost(self, frame: int) -> int:
        """Roughly how many pictures must be decoded to read this frame."""
        if self.position - HELD_BEHIND < frame <= self.position:
            return 0
        usable = bisect_right(self.index.keyframes, frame)
        by_seeking = SEEKING + frame - (self.index.keyframes[usable - 1] if usable else 0)
        return min(by_seeking, frame - self.position if frame > self.position else sys.maxsize)

    def read(self, frame: int, width: int | None = None) -> np.ndarray:
        """A frame, uint8 H x W x 3 RGB, at least ``width`` pixels across where one is given.

        Raises `storage.frames.VideoError`, also if the file was replaced.
        """
        look = _look_of(self.index)
        if look != self._seen:
            frames.verify(self.index)
            self._seen = look
        # Above half the size, scaling the converted picture is quicker.
        if width is not None and width >= SMALLEST and 2 * width < self.index.width:
            pixels = self._reader.read_small(frame, width)
        else:
            pixels = self._reader.read(frame)
        self.position = frame
        return pixels

    def close(self) -> None:
        """Close the file."""
        self._reader.close()


def _look_of(index: frames.FrameIndex) -> tuple[int, ...]:
    """Values that change when a file is replaced or written to, without reading it; empty if it is gone."""
    try:
        found = index.path.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns) if index.kind == "video" else (found.st_ino,)


class DecoderPool:
    """Keeps at most ``size`` unused decoders open; the least recently used one is closed first. Thread safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._open: list[Decoder] = []

    @contextmanager
    def borrow(self, index: frames.FrameIndex, frame: int) -> Iterator[Decoder]:
        """The unused decoder nearest to the frame, or a new one, for this thread alone while the block runs.

        If the block fails, the decoder is closed, because its position is unknown then.
        """
        decoder = self._claim(source_of(index), frame) or Decoder(index)
        try:
            yield decoder
        except BaseException:
            decoder.close()
            raise
        for old in self._give_back(decoder):
            old.close()

    def drop(self, content_hash: str) -> None:
        """Close the unused decoders of one source, for example before its file is removed."""
        with self._lock:
            doomed = [found for found in self._open if found.index.content_hash == content_hash]
            self._open = [found for found in self._open if found not in doomed]
        for decoder in doomed:
            decoder.close()

    def close(self) -> None:
        """Close every unused decoder."""
        with self._lock:
            doomed, self._open = self._open, []
        for decoder in doomed:
            decoder.close()

    def _claim(self, source: Source, frame: int) -> Decoder | None:
        with self._lock:
            own = [found for found in self._open if found.source == source]
            if not own:
                return None
            best = min(own, key=lambda found: found.cost(frame))
            self._open.remove(best)
            return best

    def _give_back(self, decoder: Decoder) -> list[Decoder]:
        """Return a decoder to the pool; gives those back that exceed its size."""
        with self._lock:
            self._open.append(decoder)
            spare, self._open = self._open[: -self._size], self._open[-self._size :]
            return spare
