"""Where a track is in every frame, and how it looks in some of them: what the search for wrong identities compares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.likely_errors import TrackInput, TrackMeasures
from model.tracking.appearance import BINS

_MOST, _LEAST = 96, 8  # masks of a track whose looks are kept
_TOGETHER = 20_000  # looks of all tracks; about 4 KiB each
_HIDING = 2.0  # a share of the rim that other masks touch takes away so many times as much of the trust in a look


@dataclass(frozen=True)
class TrackLook:
    """A track of M masks, of which S have a known look.

    ``frames`` (M,) rising; ``centre`` (M, 2) xy and ``size`` (M, 2) width and height of the box, in pixels; ``side``
    (M,) the side of a square of the mask's area. ``seen`` (S,) the frames of the looks, rising; ``looks`` (S, D)
    float32, whose products are likenesses 0 to 1; ``trust`` (S,) 0 to 1, less where other masks touch.
    ``absent`` are frames where a person said that it is not there, ``judged`` those whose mask a person judged.
    """

    id: str
    category: str | None
    frames: np.ndarray
    centre: np.ndarray
    size: np.ndarray
    side: np.ndarray
    seen: np.ndarray
    looks: np.ndarray
    trust: np.ndarray
    absent: frozenset[int] = frozenset()
    judged: frozenset[int] = frozenset()

    def around(self, frame: int) -> tuple[tuple[str, int], tuple[str, int]]:
        """The last mask before ``frame`` and the first one from there on, as id and frame; both must exist."""
        at = int(np.searchsorted(self.frames, frame))
        return (self.id, int(self.frames[at - 1])), (self.id, int(self.frames[at]))


class _Growing:
    """The parts of one track's look while its video is measured part by part."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._step = 1
        self._count = 0
        self.places: list[np.ndarray] = []  # rows of frame, centre x, y, box width, height, side
        self.looks: list[tuple[int, np.ndarray, float]] = []
        self.absent: set[int] = set()
        self.judged: set[int] = set()

    def add(self, one: TrackMeasures, start: int, first: int, stop: int) -> None:
        """Frames ``first`` to ``stop`` - 1 of the video, of which ``one`` begins at ``start``."""
        frames = one.frames[(one.frames >= first - start) & (one.frames < stop - start)]
        columns = [frames + start, *one.centre[frames].T, *one.box[frames, 2:].T, one.side[frames]]
        self.places.append(np.stack([np.asarray(column, np.float32) for column in columns], axis=1))
        for frame in frames:
            if self._count % self._step == 0 and one.inside[row := one.place[int(frame)]].any():
                trust = 1.0 - min(_HIDING * float(one.contact[frame]), 0.95)
                self.looks.append((int(frame) + start, one.inside[row].copy(), trust))
            self._count += 1
        while len(self.looks) > self._most:
            self.looks = self.looks[::2]
            self._step *= 2
        here = range(first - start, stop - start)
        self.absent |= {frame + start for frame in one.track.absent & one.track.judged if frame in here}
        self.judged |= {frame + start for frame in one.track.judged - one.track.absent if frame in here}

    def look(self, track: TrackInput, category: str | None) -> TrackLook:
        places = np.concatenate(self.places) if self.places else np.zeros((0, 6), np.float32)
        looks = [look for _, look, _ in self.looks]
        return TrackLook(
            track.id,
            category,
            frames=places[:, 0].astype(np.int64),
            centre=places[:, 1:3].astype(np.float64),
            size=places[:, 3:5].astype(np.float64),
            side=places[:, 5].astype(np.float64),
            seen=np.array([frame for frame, _, _ in self.looks], np.int64),
            looks=np.stack(looks).astype(np.float32) if looks else np.zeros((0, BINS), np.float32),
            trust=np.array([trust for _, _, trust in self.looks], np.float32),
            absent=frozenset(self.absent),
            judged=frozenset(self.judged),
        )


class LookCollector:
    """Collects the looks of all tracks of a video, which may be measured part by part in rising order."""

    def __init__(self, number: int) -> None:
        self._growing = [_Growing(min(max(_TOGETHER // max(number, 1), _LEAST), _MOST)) for _ in range(number)]
        self._tracks: list[TrackInput | None] = [None] * number

    def add(self, measured: Sequence[TrackMeasures], start: int, first: int, stop: int) -> None:
        """Frames ``first`` to ``stop`` - 1 of the video, of the same tracks; frame 0 of ``measured`` is ``start``."""
        for at, one in enumerate(measured):
            self._growing[at].add(one, start, first, stop)
            self._tracks[at] = one.track

    def looks(self, categories: Mapping[str, str | None]) -> list[TrackLook]:
        """What was collected; ``categories`` by track. Tracks without a mask are left out."""
        found = [
            growing.look(track, categories.get(track.id))
            for growing, track in zip(self._growing, self._tracks, strict=True)
            if track is not None
        ]
        return [one for one in found if len(one.frames)]
