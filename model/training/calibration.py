"""Chooses the thresholds of a checkpoint from how its tracks match the truth of held-out videos.

The measure is the F1 of tracks: a proposed track is right if it shares a mask IoU of at least 0.5 with a true track of
its own (class aside, since thresholds decide whether there is an object). Little data must not give wild thresholds, so
each factor e away from the defaults costs as much F1 as one true track of the held-out videos is worth.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from model.thresholds import LEAST, MOST, Thresholds

BEGINS = (LEAST, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, MOST)
GO_ON_SHARES = (0.5, 0.625, 0.8)  # of ``begin``; the default's is 0.625
_FLOOR_SHARE = 0.4  # of ``go_on``, as in the defaults: a track is present at scores well below those that continue it


@dataclass(frozen=True)
class TrackCounts:
    """Numbers of tracks: matched pairs of proposed and true ones, all proposed ones, all true ones."""

    matched: int = 0
    proposed: int = 0
    true: int = 0

    def __add__(self, other: "TrackCounts") -> "TrackCounts":
        return TrackCounts(self.matched + other.matched, self.proposed + other.proposed, self.true + other.true)

    @property
    def f1(self) -> float:
        """F1 of the proposed tracks, 0 to 1; 0 where there are no tracks."""
        return 2 * self.matched / max(self.proposed + self.true, 1)


CountsByThresholds = Mapping[Thresholds, TrackCounts]


def candidates() -> tuple[Thresholds, ...]:
    """The thresholds among which :func:`calibrated` chooses; the defaults are among them."""
    found = {}
    for begin in BEGINS:
        for share in GO_ON_SHARES:
            go_on = max(round(begin * share, 4), LEAST)
            found[Thresholds(begin, go_on, floor=round(_FLOOR_SHARE * go_on, 4))] = None
    return tuple(found)


def calibrated(counts: CountsByThresholds) -> Thresholds:
    """The thresholds of the best measure, of equal ones the nearest to the defaults.

    ``counts`` are sums over the held-out videos. Without a true track, or where nothing matches under any thresholds,
    these are the defaults.
    """
    true = max((one.true for one in counts.values()), default=0)
    if true == 0:
        return Thresholds()
    return max(counts, key=lambda one: (round(counts[one].f1 - distance(one) / true, 9), -distance(one)))


def distance(thresholds: Thresholds) -> float:
    """How far thresholds are from the defaults, in factors e: of ``begin``, and of ``go_on`` relative to it."""
    default = Thresholds()
    moved = abs(math.log(thresholds.begin / default.begin))
    return moved + abs(math.log(thresholds.go_on / thresholds.begin * default.begin / default.go_on))


def summed(videos: Iterable[CountsByThresholds]) -> dict[Thresholds, TrackCounts]:
    """The counts of several videos together."""
    total: dict[Thresholds, TrackCounts] = {}
    for one in videos:
        for thresholds, counts in one.items():
            total[thresholds] = total.get(thresholds, TrackCounts()) + counts
    return total


def calibrated_on_others(videos: list[CountsByThresholds]) -> list[Thresholds]:
    """For each video the thresholds that the other videos give, so that no video is measured with its own.

    A single video has no others, and gets its own.
    """
    if len(videos) < 2:
        return [calibrated(one) for one in videos]
    return [calibrated(summed(videos[:index] + videos[index + 1 :])) for index in range(len(videos))]
