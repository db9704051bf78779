"""From 28 x 28 probabilities inside a box to a mask of the whole frame (mmdetection `fcn_mask_head.py`, CPU path)."""

import math

import numpy as np
from pycocotools import mask as coco

from model.tracking.whole_video import Rle


def paste_region(box: np.ndarray, hw: tuple[int, int]) -> tuple[int, int, int, int]:
    """Integer region x0, y0, x1, y1 (exclusive ends) of a frame of size ``hw`` that a box (4,) xyxy paints."""
    x0 = max(math.floor(box[0]) - 1, 0)
    y0 = max(math.floor(box[1]) - 1, 0)
    return x0, y0, min(math.ceil(box[2]) + 1, hw[1]), min(math.ceil(box[3]) + 1, hw[0])


def axis_weights(start: float, end: float, low: int, high: int, cells: int) -> np.ndarray:
    """(high - low, cells) bilinear weights of each pixel centre; outside the mask's cells there is nothing."""
    length = np.float32(end) - np.float32(start)
    centres = np.arange(low, high, dtype=np.float32) + np.float32(0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        position = (centres - np.float32(start)) / length * np.float32(cells) - np.float32(0.5)
    weights = np.zeros((high - low, cells), np.float32)
    position[np.isinf(position)] = (cells - 1) / 2  # a box without extent shows its middle, as the official code does
    position = np.nan_to_num(position, nan=-2.0)
    floor = np.floor(position)
    fraction = position - floor
    rows = np.arange(high - low)
    for offset, share in ((0, 1 - fraction), (1, fraction)):
        column = floor.astype(np.int64) + offset
        inside = (column >= 0) & (column < cells)
        weights[rows[inside], column[inside]] += share[inside]
    return weights


def paste(probability: np.ndarray, box: np.ndarray, hw: tuple[int, int], *, whole: bool = False) -> np.ndarray:
    """Soft mask (H, W) float32 of the frame from probabilities (S, S) and a box (4,) xyxy in frame pixels.

    Only the box's own region is painted; ``whole`` samples every pixel, as the official code does on a GPU, which
    differs for boxes without extent only.
    """
    canvas = np.zeros(hw, np.float32)
    x0, y0, x1, y1 = (0, 0, hw[1], hw[0]) if whole else paste_region(box, hw)
    if x1 <= x0 or y1 <= y0:
        return canvas  # the box lies outside the frame
    rows = axis_weights(box[1], box[3], y0, y1, probability.shape[0])
    columns = axis_weights(box[0], box[2], x0, x1, probability.shape[1])
    canvas[y0:y1, x0:x1] = rows @ probability.astype(np.float32) @ columns.T
    return canvas


def paste_rle(probability: np.ndarray, box: np.ndarray, hw: tuple[int, int], *, threshold: float = 0.5) -> Rle:
    """COCO RLE ({'size', 'counts': str}) of the pixels whose pasted probability reaches ``threshold``."""
    mask = np.asfortranarray(paste(probability, box, hw) >= threshold, dtype=np.uint8)
    encoded = coco.encode(mask)
    return {"size": [int(side) for side in encoded["size"]], "counts": encoded["counts"].decode("ascii")}
