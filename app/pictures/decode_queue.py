"""A queue of frames to decode: a few threads serve the most urgent request first.

Frames are requested in bursts (scrubbing, playing, several tabs), most of them ahead of time, and many are no longer
needed when their turn comes. FFmpeg, swscale and the JPEG encoder run without Python's lock, so that the threads of
this queue do not slow the server's other routes.
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
from app.pictures.decoders import DecoderPool, Source, source_of
from storage.frames import FrameIndex

# Threads that serve one source at the same time: a second one answers while the first is still on a long way.
PER_SOURCE = 2


class Urgency(IntEnum):
    """NOW: a person waits for the frame. AHEAD: it will probably be needed soon. STAND_IN: a small preview of it."""

    NOW = 0
    AHEAD = 1
    STAND_IN = 2


@dataclass(eq=False)
class FrameRequest:
    """One frame to decode; ``result`` is what ``use`` makes of its pixels (uint8 H x W x 3 RGB).

    ``width``: as many pixels across are enough; None: all.
    """

    index: FrameIndex
    frame: int
    urgency: Urgency
    use: Callable[[np.ndarray], bytes]
    width: int | None = None
    result: "Future[bytes]" = field(default_factory=Future)


class DecodeQueue:
    """Serves requests with ``workers`` threads, stand-ins with one more of low priority; keeps ``decoders`` open."""

    def __init__(self, *, decoders: int = 4, workers: int | None = None) -> None:
        self._workers = workers or max(3, min(6, os.cpu_count() or 1))
        self._pool = DecoderPool(decoders)
        # Stand-ins have a decoder of their own, so that the decoders of a video that is played keep their position.
        self._stand_in_pool = DecoderPool(1)
        self._changed = threading.Condition()
        self._waiting: list[FrameRequest] = []
        self._running: Counter[Source] = Counter()
        self._ahead = 0
        self._closed = False
        self._threads: list[threading.Thread] = []

    def add(
        self,
        index: FrameIndex,
        frame: int,
        *,
        urgency: Urgency,
        use: Callable[[np.ndarray], bytes],
        width: int | None = None,
    ) -> "Future[bytes]":
        """Queue a frame; the future gets what ``use`` makes of its pixels, ``width`` across or more, or the error.

        Cancel the future when nobody waits any more: a frame whose decoding has not begun is then not decoded.
        """
        request = FrameRequest(index, frame, urgency, use, width)
        with self._changed:
            if self._closed:
                request.result.cancel()
                return request.result
            self._start()
            self._waiting.append(request)
            self._changed.notify_all()
        return request.result

    def release(self, content_hash: str) -> None:
        """Close the free decoders of one source, for example before its file is removed or replaced."""
        self._pool.drop(content_hash)
        self._stand_in_pool.drop(content_hash)

    def close(self) -> None:
        """Cancel the waiting requests, and end the threads once the running ones are done."""
        with self._changed:
            self._closed = True
            for request in self._waiting:
                request.result.cancel()
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._pool.close()
        self._stand_in_pool.close()

    def _start(self) -> None:
        if self._threads:
            return
        works = [self._serve] * self._workers + [self._serve_stand_ins]
        self._threads = [threading.Thread(target=work, name=f"decode {n}", daemon=True) for n, work in enumerate(works)]
        for thread in self._threads:
            thread.start()

    def _serve(self) -> None:
        while (request := self._wait_for(self._next)) is not None:
            try:
                _decode(request, self._pool)
            finally:
                with self._changed:
                    self._running[source_of(request.index)] -= 1
                    self._ahead -= request.urgency is Urgency.AHEAD
                    self._changed.notify_all()

    def _serve_stand_ins(self) -> None:
        lower_thread_priority()
        while (request := self._wait_for(self._next_stand_in)) is not None:
            _decode(request, self._stand_in_pool)

    def _wait_for(self, choose: Callable[[], FrameRequest | None]) -> FrameRequest | None:
        """Take the next request out of the queue once there is one; None when the queue is closed."""
        with self._changed:
            while not self._closed:
                self._waiting = [request for request in self._waiting if not request.result.cancelled()]
                found = choose()
                if found is not None:
                    self._waiting.remove(found)
                    return found
                self._changed.wait()
        return None

    def _next(self) -> FrameRequest | None:
        """The newest request with a person waiting, else the oldest one ahead of time; it is counted as running."""
        urgent = [r for r in self._waiting if r.urgency is Urgency.NOW and self._running_for(r) < PER_SOURCE]
        # One at a time for a source: its decoder goes forward, and a second one would only repeat the way.
        later = [r for r in self._waiting if r.urgency is Urgency.AHEAD and not self._running_for(r)]
        if self._ahead >= self._workers - 1:
            later = []
        found = urgent[-1] if urgent else next(iter(later), None)
        if found is not None:
            self._running[source_of(found.index)] += 1
            self._ahead += found.urgency is Urgency.AHEAD
        return found

    def _next_stand_in(self) -> FrameRequest | None:
        return next((request for request in self._waiting if request.urgency is Urgency.STAND_IN), None)

    def _running_for(self, request: FrameRequest) -> int:
        return self._running[source_of(request.index)]


def _decode(request: FrameRequest, pool: DecoderPool) -> None:
    if not request.result.set_running_or_notify_cancel():
        return
    try:
        with pool.borrow(request.index, request.frame) as decoder:
            pixels = decoder.read(request.frame, request.width)
        request.result.set_result(request.use(pixels))
    except Exception as error:
        # The error goes to the request for this frame; the thread continues with the next request.
        request.result.set_exception(error)
