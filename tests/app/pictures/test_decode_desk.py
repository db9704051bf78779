"""The desk: who waits comes first, what nobody wants is not decoded, errors reach whoever asked."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.pictures.decode_desk import DecodeDesk, Hurry, Wish
from storage import frames
from tests.storage.made_videos import make_video


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> frames.FrameIndex:
    return frames.index(make_video(tmp_path_factory.mktemp("video") / "a.mp4", frames=30, gop=10))


class Held:
    """A desk whose first wish keeps its thread until `go`; ``order`` says in which order wishes were served."""

    def __init__(self, index: frames.FrameIndex, *, workers: int = 1) -> None:
        self.desk = DecodeDesk(workers=workers)
        self.index = index
        self.order: list[int] = []
        self.gate = threading.Event()
        begun = threading.Event()

        def wait(pixels: np.ndarray) -> bytes:
            begun.set()
            assert self.gate.wait(20)
            return pixels.tobytes()

        self.first = self.desk.ask(index, 0, hurry=Hurry.NOW, use=wait)
        assert begun.wait(20)

    def ask(self, frame: int, hurry: Hurry, index: frames.FrameIndex | None = None) -> Wish:
        def note(pixels: np.ndarray) -> bytes:
            self.order.append(frame)
            return pixels.tobytes()

        return self.desk.ask(index or self.index, frame, hurry=hurry, use=note)

    def go(self, *wishes: Wish) -> None:
        self.gate.set()
        for wish in wishes:
            wish.picture.result(20)


@pytest.fixture
def held(index: frames.FrameIndex) -> Iterator[Held]:
    made = Held(index)
    yield made
    made.gate.set()
    made.desk.close()


def test_a_wish_gives_what_its_use_makes_of_the_frame(index: frames.FrameIndex) -> None:
    desk = DecodeDesk()
    wish = desk.ask(index, 12, hurry=Hurry.NOW, use=lambda pixels: pixels.tobytes())
    with frames.open_reader(index) as reader:
        assert wish.picture.result(20) == reader.read(12).tobytes()
    desk.close()


def test_who_waits_comes_first_the_newest_of_them_at_once(index: frames.FrameIndex) -> None:
    held = Held(index, workers=2)
    # The second thread is busy as well, so that all of these wait and are chosen among.
    other = threading.Event()
    busy = held.desk.ask(index, 1, hurry=Hurry.NOW, use=lambda pixels: pixels[:0].tobytes() * other.wait(20))
    ahead = [held.ask(k, Hurry.AHEAD) for k in (20, 21)]
    now = [held.ask(k, Hurry.NOW) for k in (5, 6)]
    held.go()
    for wish in now:
        wish.picture.result(20)
    other.set()
    held.go(busy, *ahead)
    assert held.order == [6, 5, 20, 21]
    held.desk.close()


def test_a_wish_that_nobody_waits_for_any_more_is_not_decoded(held: Held) -> None:
    stale, wanted = held.ask(3, Hurry.NOW), held.ask(4, Hurry.NOW)
    assert stale.picture.cancel()
    held.go(wanted)
    held.desk.close()
    assert held.order == [4]
    with pytest.raises(CancelledError):
        stale.picture.result(1)


def test_frames_ahead_never_take_every_thread(index: frames.FrameIndex) -> None:
    held = Held(index, workers=2)
    begun, gate = threading.Event(), threading.Event()

    def slow(_: np.ndarray) -> bytes:
        begun.set()
        assert gate.wait(20)
        return b""

    other = replace(index, content_hash="f" * 64)
    held.gate.set()
    held.first.picture.result(20)
    ahead = held.desk.ask(index, 9, hurry=Hurry.AHEAD, use=slow)
    assert begun.wait(20)
    second = held.ask(10, Hurry.AHEAD, other)
    assert held.ask(11, Hurry.NOW).picture.result(20)
    assert not second.picture.done()
    gate.set()
    assert ahead.picture.result(20) == b""
    held.desk.close()


def test_stand_ins_have_a_thread_of_their_own(held: Held) -> None:
    assert held.ask(7, Hurry.PROXY).picture.result(20)
    assert held.order == [7]


def test_an_error_reaches_whoever_asked_and_the_desk_goes_on(tmp_path: Path, index: frames.FrameIndex) -> None:
    desk = DecodeDesk(workers=1)
    gone = replace(index, path=tmp_path / "gone.mp4")
    wish = desk.ask(gone, 0, hurry=Hurry.NOW, use=lambda pixels: b"")
    with pytest.raises(frames.SourceMissing):
        wish.picture.result(20)
    assert desk.ask(index, 0, hurry=Hurry.NOW, use=lambda pixels: b"x").picture.result(20) == b"x"
    desk.close()


def test_closing_gives_up_what_waits_and_later_wishes(held: Held) -> None:
    waiting = held.ask(2, Hurry.AHEAD)
    closing = threading.Thread(target=held.desk.close)
    closing.start()
    with pytest.raises(CancelledError):
        waiting.picture.result(20)
    held.gate.set()
    closing.join(20)
    assert not closing.is_alive()
    with pytest.raises(CancelledError):
        held.ask(3, Hurry.NOW).picture.result(1)
