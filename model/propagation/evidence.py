"""What the frame before, the given frame and the features say about a track in one frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import cv2
import numpy as np

from model.propagation.boxes import Box, bounds, grown, inside
from model.propagation.colour import colour_labels
from model.propagation.flow import FlowPair, agreement, composed, sampled, warped
from model.propagation.fusing import TrackEvidence
from model.propagation.matching import Matched, to_cells, to_pixels
from model.propagation.palette import TrackPalette
from model.propagation.settings import SpreadSettings
from model.propagation.upsampling import sharpened
from model.propagation.working import WorkingFrames

# Differences at which the flow from the given frame is doubted: of colours (all channels), and of places in pixels
# between the chain of flows and the improved flow. Reliability below the last figure counts as none.
PHOTO, JUMP, LEAST = 0.25, 6.0, 0.35
DRIFTED = (0.4, 0.7)  # IoU of the masks by the flow from the given frame and by features: no trust, full trust
# Mean agreement of the flows at an edge (and so many pixels around it) with no trust and with full trust in the flow
# from the frame before, the power by which it rises between, and the trust that it has at least where there are no
# features.
STEADY, STEEP, EDGE, LITTLE = (0.9, 0.98), 4, 3, 0.125
MOVES = 1000  # pixels of a track whose moves are looked at
SURE = 0.1  # pixels for which all evidence is this near to 0 or 1 have no edge nearby


@dataclass(frozen=True, eq=False)
class KeyFlow:
    """The flow from a frame to the last given one, float32 H x W x 2, and how reliable it is, H x W."""

    frame: int
    flow: np.ndarray
    reliable: np.ndarray

    @classmethod
    def begun(cls, frame: int, grid: np.ndarray) -> "KeyFlow":
        """That of the given frame itself."""
        return cls(frame, np.zeros_like(grid), np.ones(grid.shape[:2], np.float32))

    def next(self, k: int, pair: FlowPair, frames: WorkingFrames) -> "KeyFlow":
        """That of the next frame ``k``; ``pair`` are the flows from there to the frame of this one."""
        chained = composed(pair.there, self.flow, frames.grid)
        flow = frames.improved_flow(k, self.frame, chained)
        here, there = frames.frame(k).smooth, frames.frame(self.frame).smooth
        apart = cv2.transform(cv2.absdiff(here, warped(there, flow, frames.grid)), np.ones((1, 3)))
        jump = np.square((flow - chained) / JUMP)
        reliable = np.exp(-np.square(cv2.blur(apart, (5, 5)) / PHOTO) - jump[..., 0] - jump[..., 1])
        return KeyFlow(self.frame, flow, reliable)

    def moved(self, box: Box, offset: np.ndarray) -> "KeyFlow":
        """The same, with a new start in a box: a track was found again there, ``offset`` away from the given one."""
        flow = self.flow.copy()
        flow[inside(box)] = offset
        return KeyFlow(self.frame, flow, self.reliable)


@dataclass(frozen=True, eq=False)
class KnownMask:
    """A frame whose mask of a track is known: its number, the chance H x W there, and the flow to it, H x W x 2."""

    frame: int
    chance: np.ndarray
    flow: np.ndarray


class FrameEvidence:
    """The evidence in frame ``k``."""

    def __init__(self, frames: WorkingFrames, k: int, pair: FlowPair, settings: SpreadSettings) -> None:
        """``pair``: the flows between ``k`` and the frame before it in the direction."""
        self._frames, self._k, self._pair, self._settings = frames, k, pair, settings
        self._cell_colours: np.ndarray | None = None
        self._lock = Lock()

    def expected(self, chance: np.ndarray) -> Box | None:
        """Where a track with these chances (H x W) in the frame before is now, by the flow alone."""
        box = bounds(chance > 0.3)
        if box is None:
            return None
        moves = self._pair.back[inside(box)][chance[inside(box)] > 0.3]
        moves = moves[:: 1 + len(moves) // MOVES]
        low, high = np.percentile(moves, 2, axis=0), np.percentile(moves, 98, axis=0)
        x0, y0, x1, y1 = box
        return (
            int(np.floor(x0 + low[0])),
            int(np.floor(y0 + low[1])),
            int(np.ceil(x1 + high[0])),
            int(np.ceil(y1 + high[1])),
        )

    def of(
        self,
        box: Box,
        before: KnownMask,
        key: tuple[KnownMask, KeyFlow] | None,
        matched: Matched | None,
        label: int,
        palette: TrackPalette | None,
        need: float = 0.0,
    ) -> list[TrackEvidence]:
        """TrackEvidence of every kind for a track in a box; ``need`` as in `upsampling.need_of_colours`."""
        part = inside(box)
        found = []
        if self._settings.use_flow:
            chance = self._sampled(before, part)
            found.append(TrackEvidence("flow", chance, self._steady(chance, part, LITTLE if matched is None else 0.0)))
        if matched is not None:
            found.append(TrackEvidence("features", self._labelled(matched, label, box, need)))
        if key is not None:
            at_key = self._sampled(key[0], part)
            # A flow over many frames that has drifted is seen by what does not depend on it.
            reliable = key[1].reliable[part] * (_agreed(at_key, found[-1].chance) if found else 1.0)
            if self._settings.use_key_flow:
                sure = np.maximum(reliable - LEAST, 0) / (1 - LEAST)
                found.append(TrackEvidence("given", at_key, sure))
            if self._settings.use_colour and found:
                found += self._by_colour(part, found, key[0], reliable)
        if palette is not None and self._settings.use_palette and found:
            found.append(TrackEvidence("palette", palette.chance(self._frames.frame(self._k).bins[part])))
        return found

    def _labelled(self, matched: Matched, label: int, box: Box, need: float) -> np.ndarray:
        """The chances of a track by its features at the pixels of a box."""
        cells, cell = np.ascontiguousarray(matched.labels[..., label]), matched.stride / self._frames.zoom
        if not self._settings.use_edges or need == 0:
            return to_pixels(cells, box, cell)
        rgb = self._frames.frame(self._k).rgb
        return sharpened(cells, self._colours_of_cells(cells.shape, cell), box, cell, rgb[inside(box)], need)

    def _colours_of_cells(self, shape: Sequence[int], cell: float) -> np.ndarray:
        with self._lock:
            if self._cell_colours is None:
                rgb = self._frames.frame(self._k).rgb
                self._cell_colours = to_cells(rgb.astype(np.float32) / 255, shape, cell)
            return self._cell_colours

    def _steady(self, chance: np.ndarray, part: tuple[slice, slice], least: float) -> float:
        """How far the flow is to be trusted at the edge of a track: fully where it is undone by the other one.

        An edge that the flow loses is carried on wrongly from frame to frame, so such a flow counts for nothing, or
        ``least``.
        """
        edge = grown((chance > SURE) & (chance < 1 - SURE), EDGE)
        if not edge.any():
            return least
        checked = float(agreement(self._pair, self._frames.grid, part)[edge].mean())
        share = float(np.clip((checked - STEADY[0]) / (STEADY[1] - STEADY[0]), 0, 1))
        return least + (1 - least) * share**STEEP

    def _sampled(self, source: KnownMask, part: tuple[slice, slice]) -> np.ndarray:
        return sampled(source.chance, self._frames.grid[part] + source.flow[part])

    def _by_colour(
        self, part: tuple[slice, slice], found: Sequence[TrackEvidence], key: KnownMask, sure: np.ndarray
    ) -> list[TrackEvidence]:
        """Labels by the colours of the given frame for the pixels near an edge; elsewhere the others are enough."""
        chances = np.stack([one.chance for one in found])
        rows, columns = np.nonzero((chances.max(axis=0) > SURE) & (chances.min(axis=0) < 1 - SURE))
        if not len(rows):
            return []
        colours = self._frames.frame(self._k).smooth[part][rows, columns]
        places = (self._frames.grid[part] + key.flow[part])[rows, columns]
        labels = colour_labels(colours, places, self._frames.frame(key.frame).smooth, key.chance)
        chance = np.full(chances.shape[1:], 0.5, np.float32)
        reliable = np.zeros(chances.shape[1:], np.float32)
        chance[rows, columns], reliable[rows, columns] = labels.chance, labels.support * sure[rows, columns]
        return [TrackEvidence("given colour", chance, reliable)]


def _agreed(first: np.ndarray, second: np.ndarray) -> float:
    """0 for masks that hardly overlap to 1 for those that do, by their IoU."""
    one, other = first > 0.5, second > 0.5
    union = int((one | other).sum())
    overlap = float((one & other).sum()) / union if union else 0.0
    return float(np.clip((overlap - DRIFTED[0]) / (DRIFTED[1] - DRIFTED[0]), 0, 1))
