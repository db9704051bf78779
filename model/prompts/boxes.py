"""Boxes of prompts in whole pixels: within the picture, with a margin, and how well a mask fills one."""

import math

import cv2
import numpy as np

from model.prompts.prompt import PromptError

Window = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole pixels of the picture; x1 and y1 are not part of it."""
# Share of a mask's area below which a separate piece of it does not count for its box.
SPECK = 0.02
# Share of a box that people leave empty on its sides.
ROOM = 0.15


def box_in(shape: tuple[int, ...], box: tuple[float, float, float, float]) -> Window:
    """The whole pixels of a picture (its shape: height, width, …) that a box touches. Raises `PromptError`."""
    height, width = shape[:2]
    x0, y0, x1, y1 = box
    inside = (max(0, math.floor(x0)), max(0, math.floor(y0)), min(width, math.ceil(x1)), min(height, math.ceil(y1)))
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        raise PromptError(f"The box does not lie in the picture of {width} x {height} pixels.")
    return inside


def with_margin(shape: tuple[int, ...], box: Window, margin: float, *, steps: int = 12) -> Window:
    """The box with ``margin`` times its sides around it, within the picture.

    Its sides are moved out to a grid of 1/``steps`` of the box's longer side, so that boxes that differ by a few pixels
    have the same window, and what was computed for one serves the other.
    """
    height, width = shape[:2]
    x0, y0, x1, y1 = box
    across, down = margin * (x1 - x0), margin * (y1 - y0)
    longer = max(x1 - x0, y1 - y0)
    # A power of two, so that the grid itself does not move with each pixel of the box.
    grid = max(1, 2 ** round(math.log2(max(1, longer / steps))))
    left, top = math.floor((x0 - across) / grid) * grid, math.floor((y0 - down) / grid) * grid
    right, bottom = math.ceil((x1 + across) / grid) * grid, math.ceil((y1 + down) / grid) * grid
    return max(0, left), max(0, top), min(width, right), min(height, bottom)


def only_in(box: Window, values: np.ndarray) -> np.ndarray:
    """``values`` (H x W) within the box, and 0 beside it."""
    x0, y0, x1, y1 = box
    kept = np.zeros_like(values)
    kept[y0:y1, x0:x1] = values[y0:y1, x0:x1]
    return kept


def placed(shape: tuple[int, ...], box: Window, values: np.ndarray) -> np.ndarray:
    """``values`` (of the size of the box) at the place of the box in a picture of that shape, and 0 beside it."""
    x0, y0, x1, y1 = box
    whole = np.zeros(shape[:2], dtype=values.dtype)
    whole[y0:y1, x0:x1] = values
    return whole


def box_of(mask: np.ndarray) -> Window | None:
    """The tight box of a mask (bool H x W), or None for an empty one."""
    rows = np.flatnonzero(mask.any(1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def without_specks(mask: np.ndarray) -> np.ndarray:
    """The mask (bool H x W) without pieces of less than `SPECK` of its area."""
    tight = box_of(mask)
    if tight is None:
        return mask
    x0, y0, x1, y1 = tight
    part = np.ascontiguousarray(mask[y0:y1, x0:x1]).view(np.uint8)
    _, labels, facts, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    areas = facts[:, cv2.CC_STAT_AREA]
    kept = areas >= SPECK * areas[1:].sum()
    kept[0] = False
    return placed(mask.shape, tight, kept[labels])


def fit(mask: np.ndarray, box: Window) -> float:
    """How well a mask fills the box that somebody drew around it, 0 to 1: the share of the box that its own box has.

    People leave a little room, `ROOM` of the box: a mask with no more room than that fits.
    """
    tight = box_of(mask)
    if tight is None:
        return 0.0
    share = (tight[2] - tight[0]) * (tight[3] - tight[1]) / ((box[2] - box[0]) * (box[3] - box[1]))
    return min(1.0, share / (1 - ROOM))


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two masks (bool H x W); 0 for two empty ones."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 0.0
