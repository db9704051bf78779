"""Likely errors where one thing has two tracks, one after the other: the first ends, and the second goes on with it."""

from collections.abc import Sequence

from .found import LikelyError, strength
from .measures import TrackMeasures
from .two_tracks import misfit

_GAP = 10  # frames from the last mask of one track to the first of the other, up to which they may be one thing
_SPAN = 5  # masks on each side that are compared
_LEAST = 3  # masks of a track of which place, colour and movement can be told


def broken(measured: Sequence[TrackMeasures]) -> list[LikelyError]:
    """Places where a track ends and another one begins that continues it in place, shape and colour.

    Each end is put together with the beginning that fits it best, and that fits no other end better.
    """
    fits = {
        (i, j): found
        for i, first in enumerate(measured)
        for j, second in enumerate(measured)
        if (found := _fit(first, second)) is not None
    }
    return [
        _error(measured[i], measured[j], value)
        for (i, j), value in fits.items()
        if value == max(other for (a, b), other in fits.items() if i == a or j == b)
    ]


def _fit(first: TrackMeasures, second: TrackMeasures) -> float | None:
    """How well ``second`` goes on where ``first`` ends, 0 to 1; None where it cannot."""
    if not (first.track.ends and second.track.begins) or min(len(first.frames), len(second.frames)) < _LEAST:
        return None
    end, begin = int(first.frames[-1]), int(second.frames[0])
    if not 0 < begin - end <= _GAP:
        return None
    # A person who has said that it is gone there has seen that it ended.
    if any(end < frame <= begin for frame in first.track.absent & first.track.judged):
        return None
    place, colour, shape = misfit(first, first.frames[-_SPAN:], second, second.frames[:_SPAN], begin)
    # Nobody has seen how the thing moved in between, so the longer that is, the less its place says.
    place /= 1.0 + 0.25 * (begin - end - 1)
    return float(strength(1.0 - place - 1.5 * colour - 0.5 * shape - 0.02 * (begin - end), half=0.25, steep=6.0))


def _error(first: TrackMeasures, second: TrackMeasures, value: float) -> LikelyError:
    end, begin = int(first.frames[-1]), int(second.frames[0])
    ids = (first.track.id, second.track.id)
    return LikelyError("broken", ids, end, begin, end, value, {"frames": float(begin - end - 1)})
