"""Looking for a hidden track by what newly appears: pixels like it where no other track is led to by its motion.

What turns while it is hidden comes back with its cells in another arrangement, and what has just come out shows few of
them. So colours and features are compared without an arrangement: with those of the track, and with those of what else
may be seen there, which is the background, the other hidden tracks, and those that are seen beside the place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from model.propagation.boxes import Box, grown, inside
from model.propagation.matching import STRIDE, Reference, to_cells, to_pixels
from model.propagation.palette import NOTHING, colour_shares
from model.propagation.pieces import together

MOST_ODDS = 2.5  # log odds that colours give at most, and features
SCALE = 0.03  # difference of similarities that counts as much as a factor of e in colours
RIVAL, BEHIND = 0.7, 0.02  # weight of the colours of other tracks, and loss of similarity to them
BESIDE = 16  # pixels beside another track in which it may be what appears
LEAST = (24, 0.02)  # pixels that have to be seen, and share of the usual area
MOST_AREA = 2.5  # times the usual area that may be seen
REACH = 1.3  # times as far as usual that it may reach
UNLIKE = 0.2  # loss of similarity, against what was usual, up to which it may be the same
AHEAD = 0.02  # by how much its features have to be more like the track than like anything else
AROUND = 3  # cells around the place whose background is compared with
RULED_OUT = 1e-3 - MOST_ODDS  # log odds by colours up to which features cannot make up for it
AT_ONCE = 256  # cells of the background that are compared at once: their products stay in the cache


@dataclass(frozen=True, eq=False)
class TrackColours:
    """Shares of the colours (see `colour_shares`) of a track and of the background, in the frame that it was given."""

    own: np.ndarray
    behind: np.ndarray

    @classmethod
    def of(
        cls, bins: np.ndarray, chances: Mapping[int, np.ndarray], tracks: Sequence[int]
    ) -> dict[int, "TrackColours"]:
        """Those of ``tracks`` in a frame with these ``bins``; ``chances`` of all tracks there, float32 H x W."""
        behind = colour_shares(bins, 1 - np.max(list(chances.values()), axis=0))
        return {track: cls(colour_shares(bins, chances[track]), behind) for track in tracks}


@dataclass(frozen=True, eq=False)
class SoughtTrack:
    """A track that is looked for: its label, its usual area in pixels, how far it reaches, and its usual similarity.

    references: frames in which it was seen.
    """

    label: int
    area: float
    extent: float
    usual: float
    references: Sequence[Reference]


@dataclass(frozen=True, eq=False)
class ClaimedPixels:
    """Pixels of seen tracks: ``label`` int32 H x W, 0 for none; ``moved`` bool H x W: where their motion leads, too."""

    label: np.ndarray
    moved: np.ndarray

    def without(self, label: int, margin: int) -> "ClaimedPixels":
        """The same without one track."""
        own = self.label == label
        return ClaimedPixels(np.where(own, 0, self.label), self.moved & ~grown(own, margin))


@dataclass(frozen=True, eq=False)
class AppearingPixels:
    """One frame: ``bins`` int32 H x W, ``features`` C x h x w in cells of ``cell`` pixels.

    colours: by label, of all tracks. hidden: the labels of those that are looked for.
    """

    bins: np.ndarray
    features: Tensor
    cell: float
    colours: Mapping[int, TrackColours]
    hidden: Sequence[int]

    def piece(self, near: Box, wanted: SoughtTrack, claims: ClaimedPixels) -> np.ndarray | None:
        """The pixels in a box that are likely the wanted track, bool H x W; None if it is not seen there."""
        part = inside(near)
        rows, columns = (slice(int(one.start // self.cell), int(-(-one.stop // self.cell))) for one in part)
        odds = cv2.blur(self._colour_odds(part, wanted.label, claims), (5, 5))
        open_cells = self._open_cells(part, odds, claims)[rows, columns]
        own, other = self._similar((rows, columns), open_cells, wanted, claims)
        better = np.zeros(self.features.shape[1:], np.float32)
        better[rows, columns] = own - other
        odds += np.clip(to_pixels(better, near, self.cell) / SCALE, -MOST_ODDS, MOST_ODDS)
        likely = ((odds > 0) & ~claims.moved[part]).astype(np.uint8)
        likely = cv2.morphologyEx(likely, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        whole = np.zeros(self.bins.shape, bool)
        whole[part] = together(likely > 0, REACH * wanted.extent, np.maximum(odds, 0))
        if not max(LEAST[0], LEAST[1] * wanted.area) <= whole.sum() <= MOST_AREA * wanted.area:
            return None
        share = to_cells(whole.astype(np.float32), better.shape, self.cell)
        full = share[rows, columns] >= min(0.5, float(share.max()))
        if not full.any() or (own - other)[full].mean() < AHEAD:
            return None
        return whole if own[full].mean() >= wanted.usual - UNLIKE else None

    def _colour_odds(self, part: tuple[slice, slice], label: int, claims: ClaimedPixels) -> np.ndarray:
        """Log odds of pixels by their colours, float32."""
        here, owner, mine = self.bins[part], claims.label[part], self.colours[label]
        own, other = mine.own[here], mine.behind[here]
        for rival in self.hidden:
            if rival != label:
                other = np.maximum(other, RIVAL * self.colours[rival].own[here])
        for rival in np.unique(owner[owner > 0]):
            alike = RIVAL * self.colours[rival].own[here] * grown(owner == rival, BESIDE)
            other = np.maximum(other, alike)
        return np.clip(np.log((own + NOTHING) / (other + NOTHING)), -MOST_ODDS, MOST_ODDS)

    def _open_cells(self, part: tuple[slice, slice], odds: np.ndarray, claims: ClaimedPixels) -> np.ndarray:
        """Cells whose features decide, bool h x w: they and their neighbours have pixels that colours do not rule out.

        Those are most of the work: each is compared with all cells of the background.
        """
        undecided = np.zeros(self.bins.shape, np.float32)
        undecided[part] = (odds > RULED_OUT) & ~claims.moved[part]
        return grown(to_cells(undecided, self.features.shape[1:], self.cell) > 0, 1)

    def _similar(
        self, cells: tuple[slice, slice], open_cells: np.ndarray, wanted: SoughtTrack, claims: ClaimedPixels
    ) -> tuple[np.ndarray, np.ndarray]:
        """For the open cells of a part of the frame the highest similarity to the track, and to what else may be there.

        float32 h x w each, 0 in the other cells.
        """
        asked = self.features[:, cells[0], cells[1]][:, torch.from_numpy(open_cells)]
        own, other = (np.zeros(asked.shape[1], np.float32) for _ in range(2))
        owner = self._at_cells(claims.label)[cells]
        near = {rival: grown(owner == rival, int(BESIDE / self.cell)) for rival in np.unique(owner[owner > 0])}
        for one in wanted.references:
            labels = one.labels[STRIDE]
            np.maximum(own, _best(asked, one, labels[..., wanted.label] > 0.5), out=own)
            around = np.zeros(labels.shape[:2], bool)
            around[tuple(slice(max(0, side.start - AROUND), side.stop + AROUND) for side in cells)] = True
            np.maximum(other, _best(asked, one, around & (labels[..., 0] > 0.9)), out=other)
            for rival, beside in near.items():
                alike = _best(asked, one, labels[..., rival] > 0.5) - BEHIND
                np.maximum(other, alike, out=other, where=beside[open_cells])
        return _placed(own, open_cells), _placed(other, open_cells)

    def _at_cells(self, values: np.ndarray) -> np.ndarray:
        """Values of pixels (H x W) at the middle of each cell, h x w."""
        rows, columns = (
            np.minimum(((np.arange(count) + 0.5) * self.cell).astype(int), most - 1)
            for count, most in zip(self.features.shape[1:], values.shape, strict=True)
        )
        return values[rows[:, None], columns]


def _placed(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    whole = np.zeros(where.shape, np.float32)
    whole[where] = values
    return whole


def _best(asked: Tensor, one: Reference, among: np.ndarray) -> np.ndarray:
    """The highest similarity of N cells (C x N) to those of a reference where ``among`` is true; 0 if none is."""
    known = one.features[STRIDE][:, torch.from_numpy(among)]
    if not known.shape[1] or not asked.shape[1]:
        return np.zeros(asked.shape[1], np.float32)
    found = [(part @ asked).amax(0) for part in known.T.split(AT_ONCE)]
    return np.asarray(torch.stack(found).amax(0))
