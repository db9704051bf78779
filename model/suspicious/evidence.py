"""What speaks against each mask of a video, as numbers from 0 on that are comparable between videos.

Every number compares a mask with the other masks, mostly of its own track, since how well outlines and colours fit
differs from thing to thing. A mask counts in these comparisons by its trust: how little speaks against it so far.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.likely_errors import TrackMeasures

from .motion import Continuation

KINDS = ("motion", "rival", "size", "colour", "other", "ground", "edge")
"""What a number is about: the masks before and after; another track that fits better; the size beside theirs; the
colours beside the track's, and beside another track's; the colours around the mask; and the edges of the
picture."""
NAMES = (
    "motion",
    "rival",
    "size",
    "colour",
    "colour_unusual",
    "other",
    "ground",
    "ground_unusual",
    "edge",
    "edge_unusual",
)
NEAR = 4  # masks of the track on each side with which the size is compared
LEAST = 3  # masks of a track from which its usual values are known
_ALIKE = 60  # masks of a track whose colours stand for all
_SPREADS = 8.0  # spreads from the usual value that count as 1
_LARGEST = 1.5  # difference of sizes (logarithm) that counts most


@dataclass(frozen=True)
class MaskPlaces:
    """The masks of a video in one line: ``track`` and ``frame`` (N,) int; those of track k begin at ``starts[k]``."""

    track: np.ndarray
    frame: np.ndarray
    starts: tuple[int, ...]

    @classmethod
    def of(cls, measured: Sequence[TrackMeasures]) -> "MaskPlaces":
        """Track by track, in rising frames."""
        frames = [one.frames for one in measured]
        starts = np.concatenate([[0], np.cumsum([len(one) for one in frames])]).astype(int)
        track = np.repeat(np.arange(len(measured)), np.diff(starts))
        return cls(track, np.concatenate([*frames, np.zeros(0, int)]).astype(int), tuple(starts.tolist()))

    def of_track(self, track: int) -> slice:
        """The places of a track."""
        return slice(self.starts[track], self.starts[track + 1])


@dataclass(frozen=True)
class MaskMeasures:
    """What was measured of a video, whatever the trust.

    ``edges`` (N,) is how well each mask fits the edges of the picture, -1 to 1; NaN where unknown.
    """

    places: MaskPlaces
    tracks: Sequence[TrackMeasures]
    continuations: Sequence[Continuation]
    edges: np.ndarray


def evidence(found: MaskMeasures, trust: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``(values, rivals)`` by the ``trust`` (N,) 0 to 1 of each mask.

    ``values`` (N, len(NAMES)) float64 are 0 where nothing is known; ``rivals`` (N,) int is the number of the track that
    each mask continues better than its own, or -1.
    """
    places, count = found.places, len(found.tracks)
    out = np.zeros((len(trust), len(NAMES)))
    if not len(trust):
        return out, np.zeros(0, int)
    across = overlap_with_tracks(places, found.continuations, trust, count)
    own = across[np.arange(len(trust)), places.track]
    across[np.arange(len(trust)), places.track] = -1.0
    across = np.nan_to_num(across, nan=-1.0)
    rival = across.max(axis=1)
    out[:, 0] = _known(1.0 - own)
    out[:, 1] = _known(rival - own)
    palettes = [_Palette.of(one, trust[places.of_track(k)]) for k, one in enumerate(found.tracks)]
    for k, one in enumerate(found.tracks):
        here = places.of_track(k)
        if here.stop == here.start:
            continue
        weight, ground = trust[here], _ground(one)
        colour, other = _colours(one, palettes, k)
        out[here, 2] = _sizes(one, weight)
        out[here, 3] = _known(colour)
        out[here, 4] = _unusual(colour, weight, floor=0.01)
        out[here, 5] = _known(colour - other)
        out[here, 6] = _above(ground, weight)
        out[here, 7] = _unusual(ground, weight, floor=0.02)
        out[here, 8] = _above(-found.edges[here], weight)
        out[here, 9] = _unusual(-found.edges[here], weight, floor=0.02)
    return out, np.where(rival > np.nan_to_num(own), across.argmax(axis=1), -1)


def overlap_with_tracks(places: MaskPlaces, found: Sequence[Continuation], trust: np.ndarray, count: int) -> np.ndarray:
    """(N, K) the overlap of each mask with the better half of the neighbouring masks of each of K tracks.

    NaN without a neighbour. A neighbour counts by its ``trust`` (N,), and less the farther away it is. The better half,
    since some neighbours may themselves be wrong.
    """
    at = {(int(k), int(t)): n for n, (k, t) in enumerate(zip(places.track, places.frame, strict=True))}
    seen: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for one in found:
        near = 1.0 / (one.later - one.earlier)
        rows = [at[k, one.earlier] for k in one.rows]
        columns = [at[k, one.later] for k in one.columns]
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                value = float(one.overlap[i, j])
                seen.setdefault((row, one.columns[j]), []).append((value, near * trust[column]))
                seen.setdefault((column, one.rows[i]), []).append((value, near * trust[row]))
    out = np.full((len(trust), count), np.nan)
    for (mask, track), pairs in seen.items():
        out[mask, track] = better_half(*np.array(pairs).T)
    return out


def better_half(values: np.ndarray, weights: np.ndarray) -> float:
    """The weighted mean of the greater values (N,), of which as many are taken as weigh half of all."""
    order = np.argsort(-values, kind="stable")
    values, weights = values[order], np.maximum(weights[order], 1e-6)
    before = np.cumsum(weights) - weights
    share = np.clip(weights.sum() / 2 - before, 0, weights)
    return float((values * share).sum() / share.sum())


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The least of (N,) values up to which, in rising order, half of the weight lies."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(np.maximum(weights[order], 1e-6))
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


@dataclass(frozen=True)
class _Palette:
    """Colour signatures (P, BINS) of chosen masks of a track, which masks these are (P,), and their trust (P,)."""

    colours: np.ndarray
    chosen: np.ndarray
    trust: np.ndarray

    @classmethod
    def of(cls, one: TrackMeasures, trust: np.ndarray) -> "_Palette":
        chosen = np.arange(len(trust))
        if len(chosen) > _ALIKE:
            chosen = np.linspace(0, len(chosen) - 1, _ALIKE).astype(int)
        colours = one.of(one.inside, one.frames[chosen]) if len(chosen) else np.zeros((0, one.inside.shape[1]))
        return cls(colours, chosen, trust[chosen])

    def likeness(self, inside: np.ndarray, *, own: bool) -> np.ndarray:
        """(M,) for each signature (M, BINS) its likeness to the better half of the palette; NaN without one.

        ``own``: they are those of this track, and a mask is not compared with itself.
        """
        values = inside @ self.colours.T
        if own:
            values[self.chosen, np.arange(len(self.chosen))] = np.nan
        out = np.full(len(inside), np.nan)
        for m, row in enumerate(values):
            known = ~np.isnan(row)
            if known.any():
                out[m] = better_half(row[known], self.trust[known])
        return out


def _colours(one: TrackMeasures, palettes: Sequence[_Palette], track: int) -> tuple[np.ndarray, np.ndarray]:
    """(M,) how unlike the colours of each mask are to the track's, and to those of the most similar other track."""
    inside = one.of(one.inside, one.frames)
    known = inside.max(axis=1, initial=0) > 0
    likeness = np.stack([palette.likeness(inside, own=k == track) for k, palette in enumerate(palettes)], axis=1)
    likeness[~known] = np.nan
    own = 1.0 - likeness[:, track]
    others = np.delete(likeness, track, axis=1)
    if not others.shape[1]:
        return own, np.full(len(own), np.nan)
    nearest = np.nan_to_num(others, nan=-1.0).max(axis=1)
    return own, np.where(nearest >= 0, 1.0 - nearest, np.nan)


def _ground(one: TrackMeasures) -> np.ndarray:
    """(M,) how like the colours of each mask are to those around it; NaN where either is unknown."""
    inside, around = one.of(one.inside, one.frames), one.of(one.around, one.frames)
    known = (inside.max(axis=1, initial=0) > 0) & (around.max(axis=1, initial=0) > 0)
    return np.where(known, (inside * around).sum(axis=1), np.nan)


def _sizes(one: TrackMeasures, trust: np.ndarray) -> np.ndarray:
    """(M,) the difference of each mask's size from the masks around it in time, as a logarithm."""
    size = np.log(one.area[one.frames])
    out = np.zeros(len(size))
    for m in range(len(size)):
        near = [n for n in range(max(m - NEAR, 0), min(m + NEAR + 1, len(size))) if n != m]
        if near:
            out[m] = min(abs(size[m] - weighted_median(size[near], trust[near])), _LARGEST)
    return out


def _known(values: np.ndarray) -> np.ndarray:
    """The values where they are known and positive, else 0."""
    return np.maximum(np.nan_to_num(values), 0.0)


def _above(values: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """How far each value lies above the track's usual one; 0 with too few values."""
    known = ~np.isnan(values)
    if known.sum() < LEAST:
        return np.zeros(len(values))
    return _known(values - weighted_median(values[known], trust[known]))


def _unusual(values: np.ndarray, trust: np.ndarray, *, floor: float) -> np.ndarray:
    """As `_above`, in shares of 8 times the usual spread of the track's values (at least ``floor``), 0 to 1."""
    known = ~np.isnan(values)
    if known.sum() < LEAST:
        return np.zeros(len(values))
    usual = weighted_median(values[known], trust[known])
    spread = 1.4826 * weighted_median(np.abs(values[known] - usual), trust[known]) + floor
    return np.clip(_known(values - usual) / spread / _SPREADS, 0, 1)
