"""A likely error of tracks, and how a measure becomes its strength."""

from dataclasses import dataclass, field

import numpy as np

KINDS = (
    "swap",
    "broken",
    "overlap",
    "duplicate",
    "jump",
    "area",
    "pieces",
    "flicker",
    "gap",
    "colour",
    "background",
    "score",
    "class",
    "windows",
)


@dataclass(frozen=True)
class LikelyError:
    """A stretch of frames in which a track is probably wrong.

    ``tracks`` holds the ids of the tracks it concerns, the one to look at first; ``first`` to ``last`` (both included)
    are the frames, ``frame`` the one that shows it best: the first track has a mask there, except for a ``gap``.
    ``strength`` 0 to 1 orders errors of all kinds; ``evidence`` holds the figures for the sentence that people read.
    """

    kind: str
    tracks: tuple[str, ...]
    first: int
    last: int
    frame: int
    strength: float
    evidence: dict[str, float] = field(default_factory=dict)


def strength(value: float | np.ndarray, *, half: float, steep: float) -> np.ndarray:
    """A measure as a strength 0 to 1: one half at ``half``, and the steeper the greater ``steep`` (per unit)."""
    return 1.0 / (1.0 + np.exp(-np.clip(steep * (np.asarray(value, np.float64) - half), -50, 50)))


def stretches(flags: np.ndarray, *, bridge: int = 1) -> list[tuple[int, int]]:
    """Runs of true values in (N,) bool as (first, last), both included; holes of up to ``bridge`` values are filled."""
    at = np.flatnonzero(flags)
    if not at.size:
        return []
    breaks = np.flatnonzero(np.diff(at) > bridge + 1)
    firsts, lasts = np.concatenate([at[:1], at[breaks + 1]]), np.concatenate([at[breaks], at[-1:]])
    return [(int(first), int(last)) for first, last in zip(firsts, lasts, strict=True)]


def running_median(values: np.ndarray, reach: int) -> np.ndarray:
    """The median of each value of (N,) with up to ``reach`` neighbours on each side, without the value itself."""
    count = len(values)
    out = np.empty(count)
    for i in range(count):
        near = np.concatenate([values[max(i - reach, 0) : i], values[i + 1 : i + 1 + reach]])
        out[i] = np.median(near) if near.size else values[i]
    return out
