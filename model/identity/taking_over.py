"""Candidates for a swap where only one thing goes on: a track goes over to the thing of another one that ends there.

The same backward: a track leaves its thing, with which another one begins there.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from .found import IdentityCandidate, strengths
from .likeness import Likeness, windows
from .moving import before, misfit
from .places import peaks
from .track_looks import TrackLook

# ``benchmark identity --fit``
WEIGHTS = {"place": 7.8, "size": 5.5, "near": 9.1}
BIAS = -6.1
_LEAST = 3  # masks of the track that goes over, on each side, and of the other one
_LATE = 5  # frames between the place and the end, or the beginning, of the other track
_NEAR, _FAR = 4, 16  # looks on each side
_APART = 4  # frames between two places of a pair that are questions of their own
_WEAK = 0.05


def takeovers(looks: Sequence[TrackLook]) -> list[IdentityCandidate]:
    """Places where a track continues another one that ends there better than itself; and the same backward."""
    found = []
    for one, other, at, values in compared(looks):
        strength = strengths(WEIGHTS, BIAS, values)
        for n in peaks(at, strength, _APART, least=_WEAK):
            frame = int(at[n])
            evidence = {name: round(float(values[name][n]), 2) for name in ("place", "far")}
            ends = int(other.frames[-1]) < frame
            beside = (other.id, int(other.frames[-1 if ends else 0]))
            masks = (*one.around(frame), beside) if ends else (*one.around(frame)[::-1], beside)
            found.append(IdentityCandidate("swap", (one.id, other.id), frame, masks, float(strength[n]), evidence))
    return found


def compared(
    looks: Sequence[TrackLook],
) -> Iterator[tuple[TrackLook, TrackLook, np.ndarray, dict[str, np.ndarray]]]:
    """Pairs that may be such, with the places (N,) and what speaks for each: the names of `WEIGHTS`, and ``far``."""
    for one in looks:
        own = Likeness(one, one)
        for other in looks:
            if other is one or len(other.frames) < _LEAST:
                continue
            for ends in (True, False):
                at = places(one, other, ends=ends)
                if len(at):
                    yield one, other, at, measures(one, other, at, own, ends=ends)


def places(one: TrackLook, other: TrackLook, *, ends: bool) -> np.ndarray:
    """(N,) frames from which on ``one`` may show the thing of ``other``, which ends, or begins, just there."""
    inner = one.frames[_LEAST : len(one.frames) - _LEAST + 1]
    late = inner - other.frames[-1] - 1 if ends else other.frames[0] - inner
    return inner[(late >= 0) & (late <= _LATE)]


def measures(one: TrackLook, other: TrackLook, at: np.ndarray, own: Likeness, *, ends: bool) -> dict[str, np.ndarray]:
    """How much better the other track fits than ``one`` itself, from frames ``at`` (N,) on, or up to them."""
    last = before(one, at)
    straight = misfit(one, last, one, last + 1)
    if ends:
        crossed = misfit(other, np.full(len(at), len(other.frames) - 1), one, last + 1)
    else:
        crossed = misfit(one, last, other, np.zeros(len(at), np.int64))
    mixed = Likeness(one, other)
    near, far = (_gain(one, other, at, reach, own, mixed, ends=ends) for reach in (_NEAR, _FAR))
    return {"place": straight[0] - crossed[0], "size": straight[1] - crossed[1], "near": near, "far": far}


def _gain(
    one: TrackLook, other: TrackLook, at: np.ndarray, reach: int, own: Likeness, mixed: Likeness, *, ends: bool
) -> np.ndarray:
    """(N,) how much more the looks of both tracks are alike than those of ``one`` on both sides; 0 where unknown."""
    earlier, later = windows(one, at, reach)
    beside = windows(other, at, reach)[0 if ends else 1]
    return np.nan_to_num(mixed.mean(later if ends else earlier, beside) - own.mean(earlier, later))
