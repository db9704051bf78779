"""The greedy matching of results to truth, for many videos of one category at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
AREA_NAMES = ("all", "small", "medium", "large")
AREA_BOUNDS = np.array([[0.0, 1e10], [0.0, 128.0**2], [128.0**2, 256.0**2], [256.0**2, 1e10]])
"""Lowest and highest mean area, in pixels, of the tracks in a size class; both included."""
_LIMITS = np.minimum(IOU_THRESHOLDS, 1.0 - 1e-10)
LEAST_IOU = float(_LIMITS.min())
"""A pair with a smaller IoU is never matched."""
_TABLE = 1 << 15  # (video, true track) pairs that are matched at once


@dataclass(frozen=True)
class Candidates:
    """One video's pairs of one category that may match.

    ``ious`` float64 (D, G) of the results that may match some track, by falling score; ``rows`` their indices among all
    results of the category; ``columns`` the indices of the G tracks among all its true tracks.
    """

    ious: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Truth:
    """The tracks of a category: mean area in pixels, whether a crowd region (never counted), whether its id is 0."""

    areas: np.ndarray
    crowd: np.ndarray
    unnamed: np.ndarray

    @property
    def skipped(self) -> np.ndarray:
        """bool (A, N): tracks that do not count in a size class."""
        return _outside(self.areas) | self.crowd


@dataclass(frozen=True)
class Matches:
    """Matching of one category; A size classes, I IoU thresholds, N results.

    ``matched`` and ``ignored`` bool (A, I, N); ``positives`` int (A,): tracks that count.
    """

    matched: np.ndarray
    ignored: np.ndarray
    positives: np.ndarray


def _outside(areas: np.ndarray) -> np.ndarray:
    return (areas < AREA_BOUNDS[:, :1]) | (areas > AREA_BOUNDS[:, 1:])


def match_category(result_areas: np.ndarray, truth: Truth, candidates: Sequence[Candidates]) -> Matches:
    """Matches the results of a category (mean areas float64 (N,)) to its true tracks, video by video."""
    skipped = truth.skipped
    shape = (len(AREA_BOUNDS), len(_LIMITS), len(result_areas))
    matched, ignored = np.zeros(shape, bool), np.zeros(shape, bool)
    for block in _blocks(candidates):
        _match_block(block, truth, skipped, matched, ignored)
    ignored |= ~matched & _outside(result_areas)[:, None, :]
    return Matches(matched, ignored, (~skipped).sum(axis=1))


def _blocks(candidates: Sequence[Candidates]) -> Iterator[list[Candidates]]:
    """Blocks of videos with similar numbers of tracks, of bounded size."""
    block: list[Candidates] = []
    for one in sorted(candidates, key=lambda one: one.ious.shape[1]):
        if block and (len(block) + 1) * one.ious.shape[1] > _TABLE:
            yield block
            block = []
        block.append(one)
    if block:
        yield block


def _match_block(
    block: list[Candidates], truth: Truth, skipped: np.ndarray, matched: np.ndarray, ignored: np.ndarray
) -> None:
    """Sets ``matched`` (to a track that counts) and ``ignored`` (to one that does not) for P videos.

    In each video the results are matched by falling score, the n-th results of all videos at once. A result takes the
    free track with the highest IoU at or above the threshold, of equal ones the last; a track that does not count only
    if no other fits.
    """
    most = max(one.ious.shape[1] for one in block)
    columns = np.zeros((len(block), most), np.int64)
    for p, one in enumerate(block):
        columns[p, : len(one.columns)] = one.columns
    exists = np.arange(most) < np.array([len(one.columns) for one in block])[:, None]
    free = np.broadcast_to(exists[:, None, None], (len(block), *matched.shape[:2], most)).copy()
    lengths = np.array([len(one.rows) for one in block])
    for turn in range(lengths.max()):
        active = np.flatnonzero(lengths > turn)
        ious = np.zeros((len(active), most))
        for row, p in zip(ious, active.tolist(), strict=True):
            row[: len(block[p].columns)] = block[p].ious[turn]
        own = columns[active]
        skip = skipped[:, own].transpose(1, 0, 2)[:, :, None]  # (P, A, 1, G)
        fits = free[active] & (ious[:, None, None] >= _LIMITS[:, None])
        plain = fits & ~skip
        usable = np.where(plain.any(axis=3, keepdims=True), plain, fits)
        best = most - 1 - np.argmax(np.where(usable, ious[:, None, None], -1.0)[..., ::-1], axis=3)
        hit = fits.any(axis=3)
        track = own[np.arange(len(active))[:, None, None], best]
        rows = [block[p].rows[turn] for p in active.tolist()]
        # The official code takes an id of 0 for "no match"; benchmark figures depend on it.
        matched[..., rows] = (hit & ~truth.unnamed[track]).transpose(1, 2, 0)
        ignored[..., rows] = (hit & skipped[np.arange(len(skipped))[:, None], track]).transpose(1, 2, 0)
        video, a, i = np.nonzero(hit)
        free[active[video], a, i, best[video, a, i]] = truth.crowd[track[video, a, i]]
