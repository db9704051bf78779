"""Errors of identity planted one by one into the exact masks of annotated videos."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tests.benchmarks._planted_errors import Planted

KINDS = ("merge", "split", "swap", "taken over")
TAKEN = {"taken over": "swap"}
"""The verb that mends a kind, where that is not its name."""
Masks = Mapping[str, Mapping[int, np.ndarray]]  # track -> frame -> bool (H, W)
_LEAST = 20  # masks of a track into which an error is planted
_SIDE = 8  # masks of each thing before and after the place
_PAIRS = 12  # of tracks, drawn by chance


@dataclass(frozen=True)
class WrongTracks:
    """The tracks of a video with one planted error."""

    tracks: Masks
    error: Planted


def known_masks(masks: np.ndarray, annotated: frozenset[int]) -> dict[str, dict[int, np.ndarray]]:
    """Tracks by number from bool masks (T, N, H, W), on the annotated frames; specks are left out."""
    return {
        str(n): {t: masks[t, n] for t in sorted(annotated) if masks[t, n].sum() > 20} for n in range(masks.shape[1])
    }


def wrong_tracks(right: Masks, *, seed: int) -> Iterator[WrongTracks]:
    """Where two things are nearest, their tracks are swapped, joined, or the first takes over the second one's thing.

    And tracks are broken by up to seven frames.
    """
    draw = np.random.default_rng(seed)
    names = [name for name, masks in right.items() if len(masks) >= _LEAST]
    pairs = list(combinations(names, 2))
    for index in draw.permutation(len(pairs))[:_PAIRS]:
        a, b = pairs[index]
        both = sorted(set(right[a]) & set(right[b]))[_SIDE:-_SIDE]
        if not both:
            continue
        at = min(both, key=lambda t: np.linalg.norm(_centre(right[a][t]) - _centre(right[b][t])))
        crossed = {a: _exchanged(right[a], right[b], at), b: _exchanged(right[b], right[a], at)}
        yield WrongTracks({**right, **crossed}, Planted("swap", (a, b), at - 1, at + 1))
        others = {name: masks for name, masks in right.items() if name != b}
        yield WrongTracks({**others, a: crossed[a]}, Planted("split", (a,), at - 1, at + 1))
        ended = {t: mask for t, mask in right[b].items() if t < at}
        yield WrongTracks({**others, a: crossed[a], b: ended}, Planted("taken over", (a, b), at - 1, at + 1))
    for name in names:
        frames, hole = sorted(right[name]), int(draw.integers(8))
        at = int(draw.integers(_SIDE, len(frames) - hole - _SIDE + 1))
        first, rest = ({t: right[name][t] for t in part} for part in (frames[:at], frames[at + hole :]))
        error = Planted("merge", (name, "rest"), frames[at - 1], frames[at + hole])
        yield WrongTracks({**right, name: first, "rest": rest}, error)


def _centre(mask: np.ndarray) -> np.ndarray:
    return np.argwhere(mask).mean(axis=0)


def _exchanged(one: Mapping[int, np.ndarray], other: Mapping[int, np.ndarray], at: int) -> dict[int, np.ndarray]:
    return {t: mask for t, mask in one.items() if t < at} | {t: mask for t, mask in other.items() if t >= at}
