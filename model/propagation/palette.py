"""The colours of a track against those around it, learned from a given frame.

Two histograms over CIE Lab: one of the track, one of its surroundings and, with less weight, of the whole frame, since
what is far away may come nearer. Colours that both have, or neither, say nothing.
"""

import cv2
import numpy as np

from model.propagation.boxes import around, bounds, inside

LEVELS = (8, 16, 16)  # of lightness and of both colour axes
AROUND = 0.6  # width of the surroundings, as a share of the larger side of the track's box
FAR = 0.3  # weight of the whole frame's colours
NOTHING = 2e-4  # share of a histogram below which a colour is not known


def colour_bins(rgb: np.ndarray) -> np.ndarray:
    """The bin of every pixel (uint8 RGB H x W x 3), int32 H x W."""
    lab = cv2.cvtColor(cv2.blur(rgb, (3, 3)), cv2.COLOR_RGB2LAB).astype(np.int32)
    light, first, second = (lab[..., axis] * levels // 256 for axis, levels in enumerate(LEVELS))
    return (light * LEVELS[1] + first) * LEVELS[2] + second


class TrackPalette:
    """The colours of one track."""

    def __init__(self, bins: np.ndarray, chance: np.ndarray) -> None:
        """``bins`` of a frame and the chances of the track there, both H x W, not everywhere 0."""
        height, width = bins.shape
        box = bounds(chance > 0.5) or (0, 0, width, height)
        wide = around([box], int(AROUND * max(box[2] - box[0], box[3] - box[1])), height, width)
        near = np.full(bins.shape, FAR, np.float32)
        near[inside(wide or box)] = 1.0
        own = colour_shares(bins, chance)
        other = colour_shares(bins, (1 - chance) * near)
        self._chance = (own + NOTHING) / (own + other + 2 * NOTHING)

    def chance(self, bins: np.ndarray) -> np.ndarray:
        """Chances (float32) of pixels by their ``bins``, 0.5 where their colour says nothing."""
        return self._chance[bins]


def colour_shares(bins: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Shares of the colours of pixels with these ``bins`` and weights, smoothed over neighbouring colours, float32."""
    counts = np.bincount(bins.ravel(), weights=weights.ravel(), minlength=int(np.prod(LEVELS))).reshape(LEVELS)
    for axis in range(3):
        padded = np.pad(counts, [(1, 1) if axis == one else (0, 0) for one in range(3)], mode="edge")
        parts = [np.take(padded, range(at, at + LEVELS[axis]), axis=axis) for at in range(3)]
        counts = 0.25 * parts[0] + 0.5 * parts[1] + 0.25 * parts[2]
    return (counts / max(counts.sum(), 1e-9)).ravel().astype(np.float32)
