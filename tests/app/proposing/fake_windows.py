"""Replaces the network: windows of four frames with known tracks, and a state from which a run resumes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from app.checkpoints.warm_model import LoadedNetwork
from model.thresholds import Thresholds
from model.tracking import windows
from model.tracking.whole_video import TrackProposal, TrackStanding, WindowResult
from storage.checkpoints import Checkpoint
from tests.app.made import square

CLASSES = ("dog", "star")
STEP = 4


def leave_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposals keep the masks of their windows: the network that steadies them is not installed."""
    monkeypatch.setenv("TEVIT_WEIGHTS", "nothing is installed here")


class FakeWindows:
    """Stands for `model.tracking.windows.propose` and for the warm model.

    ``places``: the run's track number -> frame -> corner of its square; ``labels`` its class. ``frames_seen`` are the
    pictures that were read, ``windows_done`` the windows that were given. ``before(start)`` is called before each
    window, for what happens meanwhile.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        leave_masks(monkeypatch)
        self.places: dict[int, dict[int, tuple[int, int]]] = {
            0: {frame: (frame, 5) for frame in range(12) if frame != 1},
            1: {frame: (40, 30) for frame in range(4)},
        }
        self.labels = {0: 0, 1: 1}
        self.cuts: tuple[int, ...] = ()
        self.frames_seen: list[np.ndarray] = []
        self.windows_done: list[int] = []
        self.arguments: dict[str, Any] = {}
        self.thresholds = Thresholds()
        self.before: Callable[[int], None] = lambda start: None
        monkeypatch.setattr(windows, "propose", self.propose)

    def get(self, checkpoint: Checkpoint, *, precision: str | None = None) -> LoadedNetwork:
        return LoadedNetwork(
            network="net",
            config="config",
            categories=CLASSES,
            device="cpu",
            precision=precision or "float32",
            thresholds=self.thresholds,
        )

    def propose(
        self,
        network: Any,
        frames: Iterator[np.ndarray],
        *,
        expected: int,
        state: bytes | None,
        on_window: Callable[[int, int], None],
        cancelled: Callable[[], bool],
        **arguments: Any,
    ) -> Iterator[WindowResult]:
        self.arguments = {**arguments, "state": state}
        start = 0 if state is None else json.loads(state)["stop"]
        source = iter(frames)
        while True:
            if cancelled():
                return
            self.before(start)
            some = [picture for _, picture in zip(range(STEP), source, strict=False)]
            if not some:
                return
            self.frames_seen += some
            stop = start + len(some)
            self.windows_done.append(start)
            yield self.window(start, stop)
            on_window(stop, expected)
            start = stop

    def window(self, start: int, stop: int) -> WindowResult:
        """The result of these frames; a track is known from the first window in which it occurs."""
        listed = []
        for number, places in self.places.items():
            here = range(start, stop)
            if any(frame in places for frame in here):
                masks = tuple(square(*places[frame]) if frame in places else None for frame in here)
                listed.append(TrackProposal(number, (0.7,) * len(here), masks))
        known = [number for number, places in self.places.items() if any(frame < stop for frame in places)]
        standings = tuple(
            # A score that moves with every window.
            TrackStanding(number, self.label(number, stop), round(0.5 + stop / 100, 4), ((1, 0.1),))
            for number in known
        )
        cuts = tuple(frame for frame in self.cuts if start <= frame < stop)
        return WindowResult(start, stop, tuple(listed), standings, cuts, json.dumps({"stop": stop}).encode(), stop)

    def label(self, number: int, stop: int) -> int:
        """The class of a track after ``stop`` frames; to be replaced where it changes its mind."""
        return self.labels[number]
