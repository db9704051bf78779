"""The decode queue: a waiting person comes first, cancelled frames are not decoded, errors reach their request."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.pictures.decode_queue import DecodeQueue, Urgency
from storage import frames
from tests.storage.made_videos import make_video
from tests.waiting import PATIENCE_SECONDS, wait_for


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> frames.FrameIndex:
    return frames.index(make_video(tmp_path_factory.mktemp("video") / "a.mp4", frames=30, gop=10))


class Held:
    """A queue whose first request keeps its thread until `go`; ``order`` is the order in which others were served."""

    def __init__(self, index: frames.FrameIndex, *, workers: int = 1) -> None:
        self.queue = DecodeQueue(workers=workers)
        self.index = index
        self.order: list[int] = []
        self.gate = threading.Event()
        begun = threading.Event()

        def wait(pixels: np.ndarray) -> bytes:
            begun.set()
            assert self.gate.wait(PATIENCE_SECONDS)
            return pixels.tobytes()

        self.first = self.queue.add(index, 0, urgency=Urgency.NOW, use=wait)
        assert begun.wait(PATIENCE_SECONDS)

    def ask(self, frame: int, urgency: Urgency, index: frames.FrameIndex | None = None) -> "Future[bytes]":
        def note(pixels: np.ndarray) -> bytes:
            self.order.append(frame)
            return pixels.tobytes()

        return self.queue.add(index or self.index, frame, urgency=urgency, use=note)

    def go(self, *requests: "Future[bytes]") -> None:
        self.gate.set()
        for request in requests:
            request.result(20)


@pytest.fixture
def held(index: frames.FrameIndex) -> Iterator[Held]:
    made = Held(index)
    yield made
    made.gate.set()
    made.queue.close()


def test_a_request_gives_what_its_use_makes_of_the_frame(index: frames.FrameIndex) -> None:
    queue = DecodeQueue()
    request = queue.add(index, 12, urgency=Urgency.NOW, use=lambda pixels: pixels.tobytes())
    with frames.open_reader(index) as reader:
        assert request.result(20) == reader.read(12).tobytes()
    queue.close()


def test_a_waiting_person_comes_first_the_newest_request_at_once(index: frames.FrameIndex) -> None:
    held = Held(index, workers=2)
    # The second thread is busy as well, so that all of these wait and are chosen among.
    other = threading.Event()
    busy = held.queue.add(
        index, 1, urgency=Urgency.NOW, use=lambda pixels: pixels[:0].tobytes() * other.wait(PATIENCE_SECONDS)
    )
    wait_for(busy.running)
    ahead = [held.ask(k, Urgency.AHEAD) for k in (20, 21)]
    now = [held.ask(k, Urgency.NOW) for k in (5, 6)]
    held.go()
    for request in now:
        request.result(20)
    other.set()
    held.go(busy, *ahead)
    assert held.order == [6, 5, 20, 21]
    held.queue.close()


def test_a_cancelled_request_is_not_decoded(held: Held) -> None:
    stale, wanted = held.ask(3, Urgency.NOW), held.ask(4, Urgency.NOW)
    assert stale.cancel()
    held.go(wanted)
    held.queue.close()
    assert held.order == [4]
    with pytest.raises(CancelledError):
        stale.result(1)


def test_frames_ahead_never_take_every_thread(index: frames.FrameIndex) -> None:
    held = Held(index, workers=2)
    begun, gate = threading.Event(), threading.Event()

    def slow(_: np.ndarray) -> bytes:
        begun.set()
        assert gate.wait(PATIENCE_SECONDS)
        return b""

    other = replace(index, content_hash="f" * 64)
    held.gate.set()
    held.first.result(20)
    ahead = held.queue.add(index, 9, urgency=Urgency.AHEAD, use=slow)
    assert begun.wait(PATIENCE_SECONDS)
    second = held.ask(10, Urgency.AHEAD, other)
    assert held.ask(11, Urgency.NOW).result(20)
    assert not second.done()
    gate.set()
    assert ahead.result(20) == b""
    held.queue.close()


def test_stand_ins_have_a_thread_of_their_own(held: Held) -> None:
    assert held.ask(7, Urgency.STAND_IN).result(20)
    assert held.order == [7]


def test_an_error_reaches_whoever_asked_and_the_queue_goes_on(tmp_path: Path, index: frames.FrameIndex) -> None:
    queue = DecodeQueue(workers=1)
    gone = replace(index, path=tmp_path / "gone.mp4")
    request = queue.add(gone, 0, urgency=Urgency.NOW, use=lambda pixels: b"")
    with pytest.raises(frames.SourceMissing):
        request.result(20)
    assert queue.add(index, 0, urgency=Urgency.NOW, use=lambda pixels: b"x").result(20) == b"x"
    queue.close()


def test_closing_cancels_what_waits_and_later_requests(held: Held) -> None:
    waiting = held.ask(2, Urgency.AHEAD)
    closing = threading.Thread(target=held.queue.close)
    closing.start()
    with pytest.raises(CancelledError):
        waiting.result(20)
    held.gate.set()
    closing.join(PATIENCE_SECONDS)
    assert not closing.is_alive()
    with pytest.raises(CancelledError):
        held.ask(3, Urgency.NOW).result(1)
