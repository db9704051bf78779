"""Soft masks as probabilities inside a box: sampled on a small grid for comparison, as RLE of the frame for storage.

A mask head's 28 x 28 probabilities and the box they fill are a soft mask of any resolution in under a kilobyte. Only
the region of the box is ever drawn, so that the cost follows the size of the mask and not that of the frame.
"""

from collections.abc import Sequence

import numpy as np
from pycocotools import mask as coco

from model.tracking.paste import axis_weights, paste_region
from model.tracking.whole_video import Rle

_CELLS = 40  # per side of the grid on which two masks are compared

Part = tuple[float, np.ndarray, np.ndarray]  # weight, probabilities (S, S), box (4,) xyxy in frame pixels


def grid_size(frame_hw: tuple[int, int], *, longest: int = 96) -> tuple[int, int]:
    """Height and width of a grid of about the frame's shape whose longer side has ``longest`` cells."""
    scale = longest / max(frame_hw)
    return max(round(frame_hw[0] * scale), 1), max(round(frame_hw[1] * scale), 1)


def on_grid(
    probabilities: np.ndarray, boxes: np.ndarray, *, frame_hw: tuple[float, float], grid_hw: tuple[int, int]
) -> np.ndarray:
    """Soft masks (R, h, w) float32 on a grid over the frame from probabilities (R, S, S) and boxes (R, 4) xyxy.

    Each cell holds the bilinear sample at its centre; cells whose centre lies outside the box hold 0.
    """
    scale = np.array([grid_hw[1] / frame_hw[1], grid_hw[0] / frame_hw[0]] * 2, np.float32)
    corners = boxes.astype(np.float32) * scale
    side = probabilities.shape[-1]
    rows = _tents(corners[:, 1], corners[:, 3], grid_hw[0], side)
    columns = _tents(corners[:, 0], corners[:, 2], grid_hw[1], side)
    return rows @ probabilities.astype(np.float32) @ columns.transpose(0, 2, 1)


def _tents(start: np.ndarray, end: np.ndarray, length: int, cells: int) -> np.ndarray:
    """(R, length, cells) bilinear weights of each grid cell's centre inside boxes that run from start to end."""
    extent = np.maximum(end - start, 1e-3)[:, None]
    position = (np.arange(length, dtype=np.float32)[None] + 0.5 - start[:, None]) / extent * cells - 0.5
    weights = np.maximum(1 - np.abs(position[:, :, None] - np.arange(cells, dtype=np.float32)), 0)
    return weights.astype(np.float32)


def overlap(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Soft IoU (K, L) float64, sum of minima over sum of maxima, of soft masks (K, ...) and (L, ...) in 0..1."""
    cells = int(np.prod(first.shape[1:]))
    a, b = first.reshape(-1, cells), second.reshape(-1, cells)
    sums = a.sum(axis=1, dtype=np.float64)[:, None] + b.sum(axis=1, dtype=np.float64)[None]
    shared = np.zeros_like(sums)
    for row, mask in enumerate(a):
        inside = np.flatnonzero(mask)  # the minimum is 0 wherever one of them is
        if len(inside):
            shared[row] = np.minimum(mask[inside], b[:, inside]).sum(axis=1, dtype=np.float64)
    return shared / np.maximum(sums - shared, 1e-9)


def mean_rle(parts: Sequence[Part], hw: tuple[int, int], *, threshold: float = 0.5) -> Rle:
    """COCO RLE ({'size', 'counts': str}) of the pixels where the weighted mean of the parts reaches ``threshold``.

    With one part this is `model.tracking.paste.paste_rle`, byte for byte.
    """
    total = sum(weight for weight, _, _ in parts)
    regions = [paste_region(box, hw) for _, _, box in parts]
    drawn = [region for region in regions if region[2] > region[0] and region[3] > region[1]]
    if not drawn:
        return region_rle(np.zeros((0, 0), bool), (0, 0), hw)
    x0, y0 = min(region[0] for region in drawn), min(region[1] for region in drawn)
    x1, y1 = max(region[2] for region in drawn), max(region[3] for region in drawn)
    canvas = np.zeros((y1 - y0, x1 - x0), np.float32)
    for (weight, probability, box), (left, top, right, bottom) in zip(parts, regions, strict=True):
        if right <= left or bottom <= top:
            continue
        rows = axis_weights(box[1], box[3], top, bottom, probability.shape[0])
        columns = axis_weights(box[0], box[2], left, right, probability.shape[1])
        patch = rows @ probability.astype(np.float32) @ columns.T
        share = np.float32(weight / total)
        canvas[top - y0 : bottom - y0, left - x0 : right - x0] += patch if len(parts) == 1 else share * patch
    return region_rle(canvas >= threshold, (x0, y0), hw)


def region_rle(mask: np.ndarray, corner: tuple[int, int], hw: tuple[int, int]) -> Rle:
    """COCO RLE of a frame of size ``hw`` that is empty but for ``mask`` bool (h, w), whose corner lies at (x, y)."""
    x, y = corner
    filled = np.zeros((mask.shape[1], mask.shape[0] + 1), bool)  # transposed, since RLE runs down the columns
    filled[:, :-1] = mask.T
    edges = np.flatnonzero(np.diff(filled.ravel(), prepend=False))
    column, row = np.divmod(edges, mask.shape[0] + 1)
    places, times = np.unique((column + x) * hw[0] + row + y, return_counts=True)  # where a run begins or ends
    # A run that ends where the run of the next column begins continues there; one that reaches the end of the frame has
    # no end mark.
    places = places[(times == 1) & (places < hw[0] * hw[1])]
    return _compressed(np.diff(places, prepend=0, append=hw[0] * hw[1]), hw)


def _compressed(counts: np.ndarray, hw: tuple[int, int]) -> Rle:
    size = [int(hw[0]), int(hw[1])]
    code = coco.frPyObjects({"size": size, "counts": counts.tolist()}, *size)
    return {"size": size, "counts": code["counts"].decode("ascii")}


def overlap_in_boxes(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> float:
    """IoU, 0 to 1, of two masks in one frame, each given as probabilities (S, S) and the box (4,) xyxy they fill.

    Both are sampled on one grid over the box around both, so the size of the frame makes no difference.
    """
    boxes = np.stack([first[1], second[1]]).astype(np.float32)
    corner = boxes[:, :2].min(axis=0)
    width, height = np.maximum(boxes[:, 2:].max(axis=0) - corner, 1e-3)
    probabilities = np.stack([first[0], second[0]])
    moved = boxes - np.tile(corner, 2)
    a, b = on_grid(probabilities, moved, frame_hw=(height, width), grid_hw=(_CELLS, _CELLS)) >= 0.5
    either = int((a | b).sum())
    return int((a & b).sum()) / either if either else 1.0
