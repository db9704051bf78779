"""Boxes of masks, in whole pixels or cells: x0, y0, x1, y1, the last ones excluded."""

from collections.abc import Iterable

import cv2
import numpy as np

Box = tuple[int, int, int, int]


def bounds(mask: np.ndarray) -> Box | None:
    """The box of the true pixels (bool H x W); None without one."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def around(boxes: Iterable[Box], margin: int, height: int, width: int) -> Box | None:
    """The box around boxes and a margin, within the frame; None if nothing of it lies there."""
    known = list(boxes)
    if not known:
        return None
    x0, y0 = (max(0, min(one[side] for one in known) - margin) for side in (0, 1))
    x1 = min(width, max(one[2] for one in known) + margin)
    y1 = min(height, max(one[3] for one in known) + margin)
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def inside(box: Box) -> tuple[slice, slice]:
    """Rows and columns of a box."""
    return slice(box[1], box[3]), slice(box[0], box[2])


def grown(mask: np.ndarray, reach: int) -> np.ndarray:
    """A mask (bool H x W) with every pixel within ``reach``, in rows and columns."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
