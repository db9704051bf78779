"""Candidates for a split: a track that shows another thing from a frame on."""

from collections.abc import Sequence

import numpy as np

from .found import IdentityCandidate, strengths
from .likeness import Likeness, windows
from .moving import before, misfit
from .places import peaks
from .track_looks import TrackLook

# ``benchmark identity --fit``
WEIGHTS = {"place": 3.7, "size": 3.8, "near": 5.8, "far": 4.3}
BIAS = -9.1
_LEAST = 3  # masks on each side
_NEAR, _FAR = 4, 16  # looks on each side
_APART = 5  # frames between two places of a track that are questions of their own
_WEAK = 0.05


def splits(looks: Sequence[TrackLook]) -> list[IdentityCandidate]:
    """Places where a track's look changes for good from one mask to the next, and its place and size with it."""
    found = []
    for one in looks:
        at = places(one)
        if not len(at):
            continue
        values = measures(one, at, Likeness(one, one))
        strength = strengths(WEIGHTS, BIAS, values)
        for n in peaks(at, strength, _APART, least=_WEAK):
            frame = int(at[n])
            evidence = {name: round(float(np.nan_to_num(values[name][n])), 2) for name in ("place", "far")}
            found.append(IdentityCandidate("split", (one.id,), frame, one.around(frame), float(strength[n]), evidence))
    return found


def places(one: TrackLook) -> np.ndarray:
    """(N,) frames with a mask that have enough masks before and from there on."""
    return one.frames[_LEAST : len(one.frames) - _LEAST + 1]


def measures(one: TrackLook, at: np.ndarray, likeness: Likeness) -> dict[str, np.ndarray]:
    """What speaks for another thing from each of the frames ``at`` (N,) on, by the names of `WEIGHTS`."""
    last = before(one, at)
    place, size = misfit(one, last, one, last + 1)
    near, far = (_unlike(one, at, reach, likeness) for reach in (_NEAR, _FAR))
    return {"place": place, "size": size, "near": near, "far": far}


def _unlike(one: TrackLook, at: np.ndarray, reach: int, likeness: Likeness) -> np.ndarray:
    """(N,) how much less the looks before and after are like each other than like themselves; 0 where unknown."""
    earlier, later = windows(one, at, reach)
    own = np.fmin(likeness.mean(earlier, earlier), likeness.mean(later, later))
    return np.nan_to_num(np.maximum(own - likeness.mean(earlier, later), -0.2))
