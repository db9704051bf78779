"""Who decodes which frame next: wishes wait at one desk, and a few threads serve the most urgent one first.

Frames are wanted in bursts (scrubbing, playing, several tabs), most of them ahead of time, and many are no longer
wanted when their turn comes. FFmpeg, swscale and the JPEG encoder run without Python's lock, so that threads here do
not slow the server's other routes.
"""

import os
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from app.machine import lower_thread_priority
from app.pictures.decoders import DecoderPool, source_of
from storage import frames

# Threads that serve one source at the same time: a second one answers while the first is still on a long way.
PER_SOURCE = 2


class Hurry(IntEnum):
    """How urgent a wish is: somebody waits for it; it is likely to be wanted soon; it only stands in for others."""

    NOW = 0
    AHEAD = 1
    PROXY = 2


@dataclass(eq=False)
class Wish:
    """One frame that somebody wants; ``picture`` is what ``use`` makes of its pixels (uint8 H x W x 3 RGB).

    Cancel ``picture`` when nobody waits any more: unless it has begun, the frame is then not decoded.
    """

    index: frames.FrameIndex
    frame: int
    hurry: Hurry
    use: Callable[[np.ndarray], bytes]
    picture: "Future[bytes]" = field(default_factory=Future)


class DecodeDesk:
    """Serves wishes with ``workers`` threads, and stand-ins with one more of low priority; ``decoders`` stay open."""

    def __init__(self, *, decoders: int = 4, workers: int | None = None) -> None:
        self._workers = workers or max(3, min(6, os.cpu_count() or 1))
        self._pool = DecoderPool(decoders)
        # Stand-ins have a decoder of their own, so that those which follow somebody's way keep their place.
        self._aside = DecoderPool(1)
        self._changed = threading.Condition()
        self._waiting: list[Wish] = []
        self._running: Counter[object] = Counter()
        self._ahead = 0
        self._closed = False
        self._threads: list[threading.Thread] = []

    def ask(self, index: frames.FrameIndex, frame: int, *, hurry: Hurry, use: Callable[[np.ndarray], bytes]) -> Wish:
        """Queues a wish; its ``picture`` is set later, by another thread, to the result or the error."""
        wish = Wish(index, frame, hurry, use)
        with self._changed:
            if self._closed:
                wish.picture.cancel()
                return wish
            self._start()
            self._waiting.append(wish)
            self._changed.notify_all()
        return wish

    def release(self, content_hash: str) -> None:
        """Closes the free decoders of one source, for example before its file is removed or replaced."""
        self._pool.drop(content_hash)
        self._aside.drop(content_hash)

    def close(self) -> None:
        """Ends the threads once they are done with what they decode, and gives up what still waits."""
        with self._changed:
            self._closed = True
            for wish in self._waiting:
                wish.picture.cancel()
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._pool.close()
        self._aside.close()

    def _start(self) -> None:
        if self._threads:
            return
        works = [self._serve] * self._workers + [self._serve_aside]
        self._threads = [threading.Thread(target=work, name=f"decode {n}", daemon=True) for n, work in enumerate(works)]
        for thread in self._threads:
            thread.start()

    def _serve(self) -> None:
        while (wish := self._wait_for(self._next)) is not None:
            try:
                _fulfil(wish, self._pool)
            finally:
                with self._changed:
                    self._running[source_of(wish.index)] -= 1
                    self._ahead -= wish.hurry is Hurry.AHEAD
                    self._changed.notify_all()

    def _serve_aside(self) -> None:
        lower_thread_priority()
        while (wish := self._wait_for(self._next_aside)) is not None:
            _fulfil(wish, self._aside)

    def _wait_for(self, choose: Callable[[], Wish | None]) -> Wish | None:
        """Takes the next wish when there is one; None at the end."""
        with self._changed:
            while not self._closed:
                self._waiting = [wish for wish in self._waiting if not wish.picture.cancelled()]
                found = choose()
                if found is not None:
                    self._waiting.remove(found)
                    return found
                self._changed.wait()
        return None

    def _next(self) -> Wish | None:
        """The newest wish that somebody waits for, else the oldest for later; counted as running."""
        urgent = [w for w in self._waiting if w.hurry is Hurry.NOW and self._in_work(w) < PER_SOURCE]
        # One at a time for a source: its decoder goes forward, and a second one would only repeat the way.
        later = [w for w in self._waiting if w.hurry is Hurry.AHEAD and not self._in_work(w)]
        if self._ahead >= self._workers - 1:
            later = []
        found = urgent[-1] if urgent else next(iter(later), None)
        if found is not None:
            self._running[source_of(found.index)] += 1
            self._ahead += found.hurry is Hurry.AHEAD
        return found

    def _next_aside(self) -> Wish | None:
        return next((wish for wish in self._waiting if wish.hurry is Hurry.PROXY), None)

    def _in_work(self, wish: Wish) -> int:
        return self._running[source_of(wish.index)]


def _fulfil(wish: Wish, pool: DecoderPool) -> None:
    if not wish.picture.set_running_or_notify_cancel():
        return
    try:
        with pool.borrow(wish.index, wish.frame) as decoder:
            pixels = decoder.read(wish.frame)
        wish.picture.set_result(wish.use(pixels))
    except Exception as error:
        # Whoever waits for the picture gets the error; the thread goes on with the next wish.
        wish.picture.set_exception(error)
