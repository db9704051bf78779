"""Overlap of the masks of tracks over a video, and the best matching by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.evaluation.mask_overlap import shared_pixels

Masks = Mapping[int, Mapping[str, Any]]
"""The masks of one track or proposal by frame (COCO RLE)."""
# Tracks with a smaller IoU are hardly the same object; a corrected track reaches it with its proposal even if many of
# its frames were redrawn.
MATCH_IOU = 0.3


@dataclass(frozen=True)
class Shared:
    """Mask areas in pixels, summed over frames, float64: ``both`` (old x new) of the intersections."""

    both: np.ndarray
    old: np.ndarray
    new: np.ndarray


def shared(old: Sequence[Masks], new: Sequence[Masks]) -> Shared:
    """Mask areas and intersections of old and new tracks."""
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
    """(old, new) pairs of a table of overlaps, best first: each at most once, of one kind, at least ``least``."""
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
