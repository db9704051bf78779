"""Candidates for a swap: two tracks that show each other's things from a frame on."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from .found import IdentityCandidate, strengths
from .likeness import Likeness, windows
from .moving import before, misfit
from .places import peaks
from .track_looks import TrackLook

# ``benchmark identity --fit``
WEIGHTS = {"place": 3.6, "size": 3.1, "near": 3.4, "far": 3.3, "harm": -4.1}
BIAS = -1.1
_LEAST = 2  # masks of each track on each side
_CLOSE = 2.5  # sides of the larger mask within which two tracks can be taken for each other
_HOP = 0.5  # sides that a track moves at once, as it does where identities are exchanged at a distance
_HOLE = 15  # frames without a mask after which identities are compared at any distance
_LATE = 8  # frames between the last masks of both tracks, and between the first ones, before and after a swap
_NEAR, _FAR = 4, 16  # looks on each side
_APART = 4  # frames between two places of a pair that are questions of their own
_WEAK = 0.05


def swaps(looks: Sequence[TrackLook]) -> list[IdentityCandidate]:
    """Places where two tracks continue each other better than themselves."""
    own = [Likeness(one, one) for one in looks]
    found = []
    for i, j in combinations(range(len(looks)), 2):
        a, b = looks[i], looks[j]
        at = places(a, b)
        if not len(at):
            continue
        values = measures(a, b, at, (own[i], own[j], Likeness(a, b)))
        strength = strengths(WEIGHTS, BIAS, values)
        for n in peaks(at, strength, _APART, least=_WEAK):
            frame = int(at[n])
            evidence = {name: round(float(np.nan_to_num(values[name][n])), 2) for name in ("place", "far")}
            found.append(
                IdentityCandidate(
                    "swap", (a.id, b.id), frame, (*a.around(frame), *b.around(frame)), float(strength[n]), evidence
                )
            )
    return found


def places(a: TrackLook, b: TrackLook) -> np.ndarray:
    """(N,) frames from which on two tracks could be exchanged: both are near each other, hop, or were not seen."""
    at = np.union1d(a.frames, b.frames)
    ia, ib = before(a, at), before(b, at)
    enough = (
        (np.minimum(ia, ib) >= _LEAST - 1) & (len(a.frames) - 1 - ia >= _LEAST) & (len(b.frames) - 1 - ib >= _LEAST)
    )
    at, ia, ib = at[enough], ia[enough], ib[enough]
    late = np.maximum(np.abs(a.frames[ia] - b.frames[ib]), np.abs(a.frames[ia + 1] - b.frames[ib + 1]))
    side = np.maximum.reduce([a.side[ia], b.side[ib], a.side[ia + 1], b.side[ib + 1]])
    apart = np.linalg.norm(a.centre[ia + 1] - b.centre[ib + 1], axis=1)
    hops = [np.linalg.norm(one.centre[i + 1] - one.centre[i], axis=1) for one, i in ((a, ia), (b, ib))]
    holes = [one.frames[i + 1] - one.frames[i] for one, i in ((a, ia), (b, ib))]
    hidden = np.maximum(*holes) > _HOLE
    return at[(hidden | (late <= _LATE)) & (hidden | (apart < _CLOSE * side) | (np.minimum(*hops) > _HOP * side))]


def measures(
    a: TrackLook, b: TrackLook, at: np.ndarray, likeness: tuple[Likeness, Likeness, Likeness]
) -> dict[str, np.ndarray]:
    """What speaks for an exchange from each of the frames ``at`` (N,) on, by the names of `WEIGHTS`."""
    ia, ib = before(a, at), before(b, at)
    straight = misfit(a, ia, a, ia + 1), misfit(b, ib, b, ib + 1)
    crossed = misfit(a, ia, b, ib + 1), misfit(b, ib, a, ia + 1)
    near, far = (_gains(a, b, at, reach, likeness) for reach in (_NEAR, _FAR))
    each = [straight[one][0] + straight[one][1] + 2 * near[one] - crossed[one][0] - crossed[one][1] for one in range(2)]
    return {
        "place": (straight[0][0] + straight[1][0] - crossed[0][0] - crossed[1][0]) / 2,
        "size": (straight[0][1] + straight[1][1] - crossed[0][1] - crossed[1][1]) / 2,
        "near": (near[0] + near[1]) / 2,
        "far": (far[0] + far[1]) / 2,
        # Where one of the two does not gain, an exchange would harm it.
        "harm": np.maximum(-np.nan_to_num(np.minimum(*each)), 0.0),
    }


def _gains(
    a: TrackLook, b: TrackLook, at: np.ndarray, reach: int, likeness: tuple[Likeness, Likeness, Likeness]
) -> tuple[np.ndarray, np.ndarray]:
    """How much more each track's looks before ``at`` are like the other's looks afterwards; unknown ones are 0."""
    own_a, own_b, mixed = likeness
    (a_before, a_after), (b_before, b_after) = windows(a, at, reach), windows(b, at, reach)
    gain_a = mixed.mean(a_before, b_after) - own_a.mean(a_before, a_after)
    gain_b = mixed.mean(a_after, b_before) - own_b.mean(b_before, b_after)
    return np.nan_to_num(gain_a), np.nan_to_num(gain_b)
