"""Labels of cells at pixels, with edges as fine as the picture's.

A cell that lies half on a thing has a colour half way to that of its surroundings, so near an edge labels depend on
colours linearly. The slopes are those of the guided filter (He, Sun and Tang, ECCV 2010), computed between cells as in
"Fast Guided Filter" (He and Sun, 2015); but only what the picture shows beyond the cells is added with them. So labels
stay as they are where colours say nothing, and thin parts, of which no cell is full, come out whole.
"""

from collections.abc import Sequence

import numpy as np

from model.propagation.boxes import Box
from model.propagation.edges import slopes
from model.propagation.matching import to_cells, to_pixels

RADIUS = 1  # in cells
EPSILON = 3e-4  # variance of the cells' colours from 0 to 1 that counts as noise
LOST = (0.03, 0.06)  # share of a mask that cells lose from which colours help, and from which they help fully
_AROUND = 2 * RADIUS + 2  # cells around a box that have an influence on it


def need_of_colours(chance: np.ndarray, shape: Sequence[int], cell: float) -> float:
    """How much colours help for a thing with these chances (float32 H x W), 0 to 1, by what h x w cells lose of it.

    Edges of large things are nearly as good without them, and colours beside an edge may mislead.
    """
    mask = chance > 0.5
    whole = (0, 0, mask.shape[1], mask.shape[0])
    kept = to_pixels(to_cells(mask.astype(np.float32), shape, cell), whole, cell) > 0.5
    lost = 1 - int((mask & kept).sum()) / max(int((mask | kept).sum()), 1)
    return float(np.clip((lost - LOST[0]) / (LOST[1] - LOST[0]), 0, 1))


def sharpened(
    labels: np.ndarray, colours: np.ndarray, box: Box, cell: float, rgb: np.ndarray, need: float = 1.0
) -> np.ndarray:
    """Labels (float32 h x w, 0 to 1) of cells of ``cell`` pixels at the pixels of a box, float32.

    colours: of the cells, float32 h x w x 3, 0 to 1; rgb: of the pixels of the box, uint8; need: see `need_of_colours`.
    """
    rows, columns = _around(box[1], box[3], cell), _around(box[0], box[2], cell)
    near = np.ascontiguousarray(labels[rows, columns]), np.ascontiguousarray(colours[rows, columns])
    down, aside = round(rows.start * cell), round(columns.start * cell)
    part = (box[0] - aside, box[1] - down, box[2] - aside, box[3] - down)
    slope, shown = (to_pixels(values, part, cell) for values in (slopes(*near, RADIUS, EPSILON), near[1]))
    plain = to_pixels(near[0], part, cell)
    detail = (slope * (rgb.astype(np.float32) / 255 - shown)).sum(axis=2)
    # No edge is near where the cells are decided: what differs there is a mark on the thing or beside it.
    most = np.maximum(8 * plain * (1 - plain) - 1, 0)
    return np.clip(plain + np.clip(need * detail, -most, most), 0.0, 1.0)


def _around(first: int, end: int, cell: float) -> slice:
    """The cells from pixel ``first`` to ``end`` and `_AROUND` more."""
    return slice(max(0, int(first / cell) - _AROUND), int(end / cell) + _AROUND + 1)
