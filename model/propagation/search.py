"""Looking for a track that was hidden, by its features alone.

First the place is found at which the features of all its cells, moved together, agree best with those of an earlier
frame: single cells are alike in many places, their arrangement is not. Then its cells are matched around that place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from model.propagation.boxes import Box, around, bounds, grown
from model.propagation.matching import STRIDE, Reference, match, to_cells, to_pixels
from model.propagation.working import WorkingFrames

SPEED = 20  # pixels that a hidden thing may move in a frame, at the working size
EVERY = 3  # after `EAGER` frames without a trace, only every so many frames are searched
EAGER = 12
AREA = (0.2, 3.0)  # least and most of the usual area that may be seen
BELOW = 0.12  # loss of similarity, against what was usual, up to which a thing is the same
APART = 0.1  # the same, for cells that are moved together
# More loss of both kinds, and by how much such a place must be better than any beside it: what comes from behind a
# thing was seen last at its edge, and has turned since.
CHANGED, DISTINCT = 0.18, 0.04
TAKEN = 0.7  # share of a cell from which it is that of other tracks
TRUST = 0.45  # of a mask that only the features support
MARGIN = 12
MOST = 80  # cells of a track that are compared
SEEN = 0.6  # share of them that counts; the rest may still be hidden
NEXT = 3  # cells beside a place up to which another one is the same, at least
REACH = 3  # cells around the place whose labels are asked for


@dataclass(frozen=True, eq=False)
class FoundAgain:
    """A track that is seen again: a box, chances in it (float32 h x w), trust, and where earlier frames had its cells.

    moves: one for each reference in which the same arrangement of cells was found.
    """

    box: Box
    chance: np.ndarray
    trust: float
    moves: list["Move"]


class Searching:
    """Searches in the frames of one video."""

    def __init__(self, frames: WorkingFrames) -> None:
        self._frames = frames

    def search(
        self,
        k: int,
        references: Sequence[Reference],
        label: int,
        *,
        place: Box | None,
        hidden: int,
        area: float,
        similar: Sequence[float],
        others: np.ndarray | None = None,
    ) -> "FoundAgain | None":
        """Where the track ``label`` is, if it is seen again in frame ``k``.

        references: frames in which it was seen. place: where it was seen last, ``hidden`` frames ago (None: it may be
        anywhere). area: its usual number of pixels. similar: similarities of its cells while it was seen.
        others: pixels of other tracks, bool H x W, where it cannot be seen.
        """
        if hidden > EAGER and hidden % EVERY:
            return None
        frames, cell = self._frames, STRIDE / self._frames.zoom
        features = frames.features(k)[STRIDE]
        taken = np.zeros(features.shape[1:], bool)
        if others is not None:
            taken = to_cells(others.astype(np.float32), features.shape[1:], cell) > TAKEN
            features = features * torch.from_numpy(~taken)
        near = None if place is None else tuple((side / cell) for side in place)
        moves = [move for one in references if (move := best_move(features, one, label, near, SPEED * hidden / cell))]
        usual = float(np.median(similar)) if similar else 1.0
        moves = [move for move in moves if move.similarity >= usual - (CHANGED if move.distinct else APART)]
        if not moves:
            return None
        best = max(moves, key=lambda move: move.similarity)
        found = match(features, best.query(features.shape[1:], label) & ~taken, [best.moved()], STRIDE)
        mask = _largest(found.labels[..., label] > 0.5)
        if mask is None or not max(AREA[0] * area, cell**2) <= mask.sum() * cell**2 <= max(AREA[1] * area, 9 * cell**2):
            return None
        if found.similarity[mask].mean() < usual - (CHANGED if best.distinct else BELOW):
            return None
        cells = bounds(mask)
        assert cells is not None
        wide = around([tuple(int(side * cell) for side in cells)], MARGIN, frames.height, frames.width)  # type: ignore[list-item]
        if wide is None:
            return None
        chance = np.where(grown(mask, 1), found.labels[..., label], 0).astype(np.float32)
        return FoundAgain(wide, to_pixels(chance, wide, cell), TRUST, moves)


@dataclass(frozen=True, eq=False)
class Move:
    """A shift of all cells of a reference, (rows, columns), and the mean similarity of a track's cells there.

    rival: the highest similarity at a shift to a place beside that one; None where all shifts lead to the same place.
    """

    source: Reference
    shift: tuple[int, int]
    similarity: float
    rival: float | None = None

    @property
    def distinct(self) -> bool:
        """Whether there are other places, and none is nearly as similar."""
        return self.rival is not None and self.similarity - self.rival >= DISTINCT

    def moved(self) -> Reference:
        """The reference, with each cell of the current frame led to the cell that it is compared with."""
        one = self.source
        offset = np.empty((*one.labels[STRIDE].shape[:2], 2), np.float32)
        offset[...] = -self.shift[1], -self.shift[0]
        every = np.ones(len(one.known), bool)
        return Reference(one.features, one.labels, {STRIDE: offset}, every, one.known)

    def lead(self, label: int) -> None:
        """From now on compare the cells of the track, and those around them, with where the reference has them."""
        offset = self.source.offset[STRIDE]
        offset[self.query(offset.shape[:2], label)] = -self.shift[1], -self.shift[0]

    def query(self, shape: Sequence[int], label: int) -> np.ndarray:
        """The cells of the track at the new place, and those around them: bool h x w."""
        rows, columns = np.nonzero(self.source.labels[STRIDE][..., label] > 0.5)
        rows, columns = rows + self.shift[0], columns + self.shift[1]
        inside = (rows >= 0) & (rows < shape[0]) & (columns >= 0) & (columns < shape[1])
        cells = np.zeros(tuple(shape), bool)
        cells[rows[inside], columns[inside]] = True
        return grown(cells, REACH)


def best_move(
    features: Tensor, one: Reference, label: int, near: tuple[float, ...] | None, reach: float
) -> Move | None:
    """The best shift of a track's cells, from a reference to a frame with ``features`` (C x h x w).

    near: box of cells where it was seen last; it now lies at most ``reach`` cells beside it. None where
    the reference has no cell of the track.
    """
    rows, columns = np.nonzero(one.labels[STRIDE][..., label] > 0.5)
    if not len(rows):
        return None
    height, width = features.shape[1:]
    kept = np.unique(np.linspace(0, len(rows) - 1, MOST).round().astype(int))
    cells = one.features[STRIDE][:, rows[kept], columns[kept]].T
    similar = (cells @ features.reshape(len(features), -1)).reshape(-1, height, width).numpy()
    down, aside = np.arange(-height, height), np.arange(-width, width)
    if near is not None:
        tall, wide = np.ptp(rows) / 2 + reach, np.ptp(columns) / 2 + reach
        down = down[(rows.mean() + down >= near[1] - tall) & (rows.mean() + down <= near[3] + tall)]
        aside = aside[(columns.mean() + aside >= near[0] - wide) & (columns.mean() + aside <= near[2] + wide)]
    score = _scores(similar, rows[kept], columns[kept], down, aside)
    if not score.size or score.max() <= 0:
        return None
    best = np.unravel_index(int(score.argmax()), score.shape)
    half = max(NEXT, int(np.ptp(rows)) // 2), max(NEXT, int(np.ptp(columns)) // 2)
    rival = _rival(score, (int(best[0]), int(best[1])), half)
    return Move(one, (int(down[best[0]]), int(aside[best[1]])), float(score[best]), rival)


def _rival(score: np.ndarray, best: tuple[int, int], half: tuple[int, int]) -> float | None:
    """The highest score (of each shift) more than ``half`` a thing (rows, columns) beside the best; None without."""
    beside = np.ones(score.shape, bool)
    beside[max(0, best[0] - half[0]) : best[0] + half[0] + 1, max(0, best[1] - half[1]) : best[1] + half[1] + 1] = False
    return float(score[beside].max()) if beside.any() else None


def _scores(
    similar: np.ndarray, rows: np.ndarray, columns: np.ndarray, down: np.ndarray, aside: np.ndarray
) -> np.ndarray:
    """For every shift (``down`` x ``aside``) the mean similarity of the better part of the cells, float32.

    similar: float32 N x h x w, of each cell to those of the frame. A cell outside of the frame is like nothing.
    """
    height, width = similar.shape[1:]
    padded = np.pad(similar, ((0, 0), (height, height), (width, width)), constant_values=-1.0)
    every = np.arange(len(rows))[:, None, None]
    at = (rows[:, None] + down + height)[:, :, None], (columns[:, None] + aside + width)[:, None, :]
    values = padded[every, *at]
    better = max(1, round(SEEN * len(rows)))
    return np.partition(values, len(rows) - better, axis=0)[len(rows) - better :].mean(axis=0)


def _largest(mask: np.ndarray) -> np.ndarray | None:
    """The largest connected part of a mask (bool); None for an empty one."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    return labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
