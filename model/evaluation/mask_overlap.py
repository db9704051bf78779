"""Overlap of tracks from their run-length masks; without torch, so that the server can use it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco

from model.evaluation.masks import areas

Masks = Sequence[Mapping[str, Any] | None]
"""A track's masks by frame: COCO RLE, all of one size; None is an empty mask."""


def shared_pixels(tracks: Sequence[Masks], others: Sequence[Masks]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Common pixels (K, L), and pixels of each track (K,) and each other track (L,), summed over frames; float64.

    All tracks have the same number of frames.
    """
    shared = np.zeros((len(tracks), len(others)))
    own, other = np.zeros(len(tracks)), np.zeros(len(others))
    frames = max((len(track) for track in (*tracks, *others)), default=0)
    for t in range(frames):
        rows, row_masks = _present(tracks, t)
        columns, column_masks = _present(others, t)
        row_areas, column_areas = areas(row_masks), areas(column_masks)
        own[rows] += row_areas
        other[columns] += column_areas
        if rows and columns:
            iou = np.asarray(coco.iou(row_masks, column_masks, [False] * len(columns)))
            # pycocotools returns only the IoU; the intersection follows from it and the two areas.
            shared[np.ix_(rows, columns)] += np.rint(iou * (row_areas[:, None] + column_areas[None]) / (1 + iou))
    return shared, own, other


def track_iou(tracks: Sequence[Masks], others: Sequence[Masks] | None = None) -> np.ndarray:
    """Mask IoU (K, L) float64 over all frames together; 0 where both are empty. ``others`` None: the tracks' own."""
    shared, own, other = shared_pixels(tracks, tracks if others is None else others)
    union = own[:, None] + other[None] - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _present(tracks: Sequence[Masks], t: int) -> tuple[list[int], list[Mapping[str, Any]]]:
    shown = [(k, mask) for k, track in enumerate(tracks) if (mask := track[t]) is not None]
    return [k for k, _ in shown], [mask for _, mask in shown]
