"""How much masks overlap through a video, and which two of them are the same thing by that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.evaluation.mask_overlap import shared_pixels

Rle = dict[str, Any]
Masks = Mapping[int, Rle]
"""The masks of one track or proposal by frame (COCO RLE)."""
# Below this overlap two masks through a video are hardly the same thing; above it a corrected track still finds its
# proposal although many of its frames were redrawn.
MATCH_IOU = 0.3


@dataclass(frozen=True)
class Shared:
    """Pixels that candidates have in common, summed over frames: ``both`` old x new, and those of each; float64."""

    both: np.ndarray
    old: np.ndarray
    new: np.ndarray


def shared(old: Sequence[Masks], new: Sequence[Masks]) -> Shared:
    """The pixels that old and new candidates have in common."""
    frames = sorted({frame for masks in (*old, *new) for frame in masks})
    lines = [[[masks.get(frame) for frame in frames] for masks in side] for side in (old, new)]
    return Shared(*shared_pixels(lines[0], lines[1]))


def overlaps(old: Sequence[Masks], new: Sequence[Masks]) -> np.ndarray:
    """float64 old x new: IoU over all frames, intersections and unions summed; 0 where both are empty."""
    return iou_of(shared(old, new))


def iou_of(pixels: Shared) -> np.ndarray:
    """Intersection over union, float64 old x new; 0 where both are empty."""
    union = pixels.old[:, None] + pixels.new[None, :] - pixels.both
    return np.divide(pixels.both, union, out=np.zeros_like(pixels.both), where=union > 0)


def best_pairs(table: np.ndarray, same_kind: np.ndarray, *, least: float) -> list[tuple[int, int]]:
    """(old, new) pairs of a table of overlaps, best first, each at most once, of one kind and from ``least`` on."""
    pairs = [
        (float(table[i, j]), i, j)
        for i in range(table.shape[0])
        for j in range(table.shape[1])
        if same_kind[i, j] and table[i, j] >= least
    ]
    chosen: list[tuple[int, int]] = []
    for _, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if all(i != old and j != new for old, new in chosen):
            chosen.append((i, j))
    return chosen
