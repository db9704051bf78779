"""Chooses the thresholds of a checkpoint from how its tracks match the truth of held-out videos.

The measure is the F2 of tracks: a proposed track is right if it shares a mask IoU of at least 0.5 with a true track of
its own (class aside, since thresholds decide whether there is an object). A track that is missed has to be drawn, which
costs a person many times as much as rejecting a wrong one, so recall counts more than precision; but far more tracks
than there are things must not be shown. Little data must not give wild thresholds, so each factor e away from
those that retrained networks usually have costs as much F2 as one true track of the held-out videos is worth.

In which frames a track is present hardly changes whether it is right at all. So `floor` and `share` are chosen after
the others, by how much of the true tracks the right ones cover.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from model.thresholds import LEAST, MOST, Thresholds

BEGINS = (LEAST, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, MOST)
GO_ON_SHARES = (0.5, 0.625, 0.8)  # of ``begin``; the default's is 0.625
FLOOR_SHARES = (0.2, 0.4, 0.6, 0.8)  # of ``go_on``
PRESENCE_SHARES = (0.15, 0.3, 0.45, 0.6)  # of the 90th percentile of a track's scores
EXPECTED = Thresholds(begin=0.3, go_on=0.1875, floor=0.075)  # new classes score lower: the best on most projects
MOST_PROPOSED = 1.4  # tracks for a true one
_PRESENCE_COST = 0.25  # of that of ``begin`` and ``go_on``: a presence moves overlaps by little
_FLOOR_SHARE = 0.4  # of ``go_on``, as in the defaults: a track is present at scores well below those that continue it


@dataclass(frozen=True)
class TrackCounts:
    """Numbers of tracks: matched pairs of proposed and true ones, all proposed ones, all true ones.

    ``overlap`` is the sum of the mask IoU of the matched pairs.
    """

    matched: int = 0
    proposed: int = 0
    true: int = 0
    overlap: float = field(default=0.0, compare=False)

    def __add__(self, other: "TrackCounts") -> "TrackCounts":
        return TrackCounts(
            self.matched + other.matched,
            self.proposed + other.proposed,
            self.true + other.true,
            self.overlap + other.overlap,
        )

    @property
    def f2(self) -> float:
        """F2 of the proposed tracks, 0 to 1; 0 where there are no tracks."""
        return 5 * self.matched / max(self.proposed + 4 * self.true, 1)

    @property
    def covered(self) -> float:
        """F1 of the proposed tracks, in which each matched pair counts as much as it overlaps, 0 to 1."""
        return 2 * self.overlap / max(self.proposed + self.true, 1)


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
    """The thresholds of the best measure, of equal ones the nearest to `EXPECTED`.

    ``counts`` are sums over the held-out videos. Without a true track, or where nothing matches under any thresholds,
    these are `EXPECTED`.
    """
    true = max((one.true for one in counts.values()), default=0)
    if true == 0 or not any(one.matched for one in counts.values()):
        return EXPECTED
    few = [one for one in counts if counts[one].proposed <= MOST_PROPOSED * true]
    return max(few or counts, key=lambda one: (round(counts[one].f2 - distance(one) / true, 9), -distance(one)))


def presences(thresholds: Thresholds) -> tuple[Thresholds, ...]:
    """These thresholds with every presence among which :func:`with_presence` chooses; their own is among them."""
    found = {thresholds: None}
    for floor in FLOOR_SHARES:
        for share in PRESENCE_SHARES:
            found[replace(thresholds, floor=round(floor * thresholds.go_on, 4), share=share)] = None
    return tuple(found)


def with_presence(counts: CountsByThresholds) -> Thresholds:
    """The thresholds whose tracks cover most of the true ones, of equal ones the nearest to the defaults.

    ``counts`` are those of :func:`presences`, summed over the held-out videos. Without a match the first are taken.
    """
    true = max((one.true for one in counts.values()), default=0)
    if true == 0 or not any(one.matched for one in counts.values()):
        return next(iter(counts), EXPECTED)

    def value(one: Thresholds) -> tuple[float, float]:
        moved = _presence_distance(one)
        return round(counts[one].covered - _PRESENCE_COST * moved / true, 9), -moved

    return max(counts, key=value)


def _presence_distance(thresholds: Thresholds) -> float:
    """How far the presence is from the defaults, in factors e: of ``share``, and of ``floor`` relative to ``go_on``."""
    moved = abs(math.log(thresholds.share / Thresholds().share))
    return moved + abs(math.log(thresholds.floor / (_FLOOR_SHARE * thresholds.go_on)))


def distance(thresholds: Thresholds) -> float:
    """How far thresholds are from `EXPECTED`, in factors e: of ``begin``, and of ``go_on`` relative to it."""
    moved = abs(math.log(thresholds.begin / EXPECTED.begin))
    return moved + abs(math.log(thresholds.go_on / thresholds.begin * EXPECTED.begin / EXPECTED.go_on))


def summed(videos: Iterable[CountsByThresholds]) -> dict[Thresholds, TrackCounts]:
    """The counts of several videos together."""
    total: dict[Thresholds, TrackCounts] = {}
    for one in videos:
        for thresholds, counts in one.items():
            total[thresholds] = total.get(thresholds, TrackCounts()) + counts
    return total
