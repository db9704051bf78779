"""Figures of masks that were carried from given frames to others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.benchmarks._davis import boundary, region
from tests.benchmarks._spread_videos import AnnotatedVideo

AGAIN, RIGHT = 5, 0.5  # frames after a track came back, and the IoU that counts as right
GOOD = 0.8  # IoU that counts as good

Found = Mapping[int, Mapping[int, np.ndarray]]
"""Track -> frame -> mask."""


@dataclass(frozen=True)
class Carried:
    """Masks by one way, seconds a frame by the clock (plain ways: of CPU time), and by track the frames that it doubts.

    doubted: None for a way that does not doubt.
    """

    found: Found
    seconds: float
    doubted: Mapping[int, set[int]] | None = None


@dataclass
class Marks:
    """Of wrong frames (IoU below `RIGHT`) and of good ones (at least `GOOD`): how many need a look, of how many."""

    wrong: tuple[int, int] = (0, 0)
    good: tuple[int, int] = (0, 0)

    def __add__(self, other: "Marks") -> "Marks":
        return Marks(_added(self.wrong, other.wrong), _added(self.good, other.good))


def _added(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


@dataclass
class Scores:
    """Figures of one way on one video: means over tracks; ms a frame."""

    j: float
    f: float
    absent: float | None
    ms: float
    marks: Marks = field(default_factory=Marks)

    @property
    def mean(self) -> float:
        return (self.j + self.f) / 2


def scored(video: AnnotatedVideo, given: Sequence[int], wanted: Sequence[int], carried: Carried) -> Scores:
    """The figures; only tracks that have a mask in a given frame count for J, F and the marks."""
    js, fs, absent = [], [], []
    marks = Marks()
    for track, masks in carried.found.items():
        if not video.masks[list(given), track].any():
            continue
        shown = [k for k in wanted if video.masks[k, track].any()]
        absent += [not masks[k].any() for k in wanted if k not in shown]
        if shown:
            overlaps = {k: region(masks[k], video.masks[k, track]) for k in shown}
            js.append(np.mean(list(overlaps.values())))
            fs.append(np.mean([boundary(masks[k], video.masks[k, track]) for k in shown]))
            if carried.doubted is not None:
                marks += marked(overlaps, carried.doubted[track])
    return Scores(
        float(np.mean(js)),
        float(np.mean(fs)),
        float(np.mean(absent)) if absent else None,
        1000 * carried.seconds,
        marks,
    )


def marked(overlaps: Mapping[int, float], doubted: set[int]) -> Marks:
    """The marks of one track by the IoU of its frames and the frames that need a look."""
    wrong = [k for k, overlap in overlaps.items() if overlap < RIGHT]
    good = [k for k, overlap in overlaps.items() if overlap >= GOOD]
    return Marks((len(doubted.intersection(wrong)), len(wrong)), (len(doubted.intersection(good)), len(good)))


def mean(scores: Sequence[Scores]) -> Scores:
    """Means over videos; the marks of all of them."""
    absent = [one.absent for one in scores if one.absent is not None]
    return Scores(
        float(np.mean([one.j for one in scores])),
        float(np.mean([one.f for one in scores])),
        float(np.mean(absent)) if absent else None,
        float(np.mean([one.ms for one in scores])),
        sum((one.marks for one in scores), Marks()),
    )


def came_back(video: AnnotatedVideo, found: Found) -> tuple[int, int]:
    """Tracks of the first frame that were fully hidden and came back, and how many are right again."""
    count, right = 0, 0
    for track, masks in found.items():
        seen = video.masks[:, track].any(axis=(1, 2))
        for k in range(1, len(seen) - AGAIN):
            if seen[0] and seen[k] and not seen[k - 1] and seen[k : k + AGAIN + 1].all():
                count += 1
                right += region(masks[k + AGAIN], video.masks[k + AGAIN, track]) >= RIGHT
                break
    return count, right
