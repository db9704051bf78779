"""How plausibly one track's place, movement and size go on in those of another one."""

import numpy as np

from .track_looks import TrackLook

_SPAN = 4  # masks over which the speed is taken
_LOOSER = 0.12  # of the distance that is expected, per frame that nobody has seen
_MEMORY = 6.0  # frames after which a speed says nothing any more


def before(one: TrackLook, at: np.ndarray) -> np.ndarray:
    """(N,) index of the last mask before each of the frames ``at`` (N,); -1 without one."""
    return np.searchsorted(one.frames, at) - 1


def misfit(one: TrackLook, last: np.ndarray, other: TrackLook, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How badly masks ``first`` of ``other`` continue masks ``last`` of ``one``: in place and in size.

    ``last`` and ``first`` (N,) are indices of masks; the frames of the first ones come later. Each (N,) 0 to 1.
    """
    gap = other.frames[first] - one.frames[last]
    speed = (_speed(one, last, -1) + _speed(other, first, 1)) / 2
    # A thing does not keep its speed for long while nobody sees it.
    lasting = _MEMORY * (1.0 - np.exp(-gap / _MEMORY))
    expected = one.centre[last] + speed * lasting[:, None]
    side = np.maximum(np.maximum(one.side[last], other.side[first]), 1.0)
    away = np.linalg.norm(other.centre[first] - expected, axis=1) / side
    place = np.minimum(away / (1.0 + _LOOSER * np.maximum(gap - 1, 0)), 1.0)
    ratios = np.abs(np.log(np.maximum(one.size[last], 1.0) / np.maximum(other.size[first], 1.0)))
    areas = np.abs(np.log(np.maximum(one.side[last], 1.0) / np.maximum(other.side[first], 1.0)))
    return place, np.minimum((ratios.sum(axis=1) + areas) / 2, 1.0)


def _speed(one: TrackLook, at: np.ndarray, way: int) -> np.ndarray:
    """(N, 2) pixels per frame around masks ``at``, over the masks before (``way`` -1) or after them (1)."""
    to = np.clip(at + way * _SPAN, 0, len(one.frames) - 1)
    frames = one.frames[to] - one.frames[at]
    # Across a hole the mean speed is not that of the moment.
    usable = (frames != 0) & (np.abs(frames) <= 4 * _SPAN)
    moved = one.centre[to] - one.centre[at]
    return np.where(usable[:, None], moved / np.where(frames == 0, 1, frames)[:, None], 0.0)
