"""Coarse masks made from exact ones, with the mistakes that networks and hands make: what refining learns to mend.

A corner is round, an edge lies beside its place, a part is missing, a piece of something else is taken along, there are
holes. CascadePSP (Cheng et al., CVPR 2020) learns to refine from masks that are spoiled in such ways.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from model.prompts.boxes import box_of, overlap

EXACT = 0.08  # share of masks that stay as they are: a good mask must not get worse
LEAST_IOU, LEAST_PIXELS, TRIES = 0.4, 30, 6


def coarse_mask(mask: np.ndarray, others: Sequence[np.ndarray], draw: np.random.Generator) -> np.ndarray:
    """A coarse form of ``mask`` (bool H x W, not empty) that still shows the same thing.

    others: masks (bool H x W) of the other things of the picture, of which a piece may be taken along.
    """
    for _ in range(TRIES):
        found = _spoiled(mask, others, draw)
        if int(found.sum()) > LEAST_PIXELS and overlap(found, mask) > LEAST_IOU:
            return found
    return mask


def _spoiled(mask: np.ndarray, others: Sequence[np.ndarray], draw: np.random.Generator) -> np.ndarray:
    box = box_of(mask)
    assert box is not None
    if draw.random() < EXACT:
        return mask
    side = max(box[2] - box[0], box[3] - box[1])
    soft = mask.astype(np.float32)
    if draw.random() < 0.5:
        soft = _moved(soft, box, side, draw)
    if draw.random() < 0.35:
        soft = _cut_off(soft, mask, side, draw)
    if draw.random() < 0.35:
        neighbour = others[int(draw.integers(len(others)))] if others and draw.random() < 0.5 else None
        soft = _grown(soft, mask, side, draw) if neighbour is None else _with_piece(soft, mask, neighbour, side, draw)
    if draw.random() < 0.15:
        soft = _with_holes(soft, side, draw)
    return _rounded(soft, mask, side, draw)


def _moved(soft: np.ndarray, box: tuple[int, int, int, int], side: int, draw: np.random.Generator) -> np.ndarray:
    centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    matrix = np.array(cv2.getRotationMatrix2D(centre, draw.normal(0, 6), 1 + draw.normal(0, 0.08)), np.float64)
    matrix[:, 2] += draw.normal(0, 0.05 * side, 2)
    return np.asarray(cv2.warpAffine(soft, matrix, soft.shape[::-1]))


def _cut_off(soft: np.ndarray, mask: np.ndarray, side: int, draw: np.random.Generator) -> np.ndarray:
    """Without what lies behind an uneven line through the thing."""
    ys, xs = np.nonzero(mask)
    angle, beyond = draw.random() * 2 * np.pi, draw.uniform(-0.05, 0.35) * side
    down, across = np.mgrid[: mask.shape[0], : mask.shape[1]]
    distance = (across - xs.mean()) * np.cos(angle) + (down - ys.mean()) * np.sin(angle) - beyond
    return np.where(distance + 0.05 * side * _noise(draw, mask.shape, 8) > 0, np.float32(0), soft)


def _with_piece(
    soft: np.ndarray, mask: np.ndarray, neighbour: np.ndarray, side: int, draw: np.random.Generator
) -> np.ndarray:
    """With the part of another thing that is near a point of this one."""
    ys, xs = np.nonzero(mask)
    at = draw.integers(len(ys))
    down, across = np.mgrid[: mask.shape[0], : mask.shape[1]]
    near = (across - xs[at]) ** 2 + (down - ys[at]) ** 2 < (draw.uniform(0.2, 0.7) * side) ** 2
    return np.maximum(soft, (neighbour & near).astype(np.float32))


def _grown(soft: np.ndarray, mask: np.ndarray, side: int, draw: np.random.Generator) -> np.ndarray:
    """With an ellipse at a point of the outline."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=len)[:, 0]
    x, y = (int(value) for value in outline[draw.integers(len(outline))])
    axes = (max(1, int(draw.uniform(0.05, 0.3) * side)), max(1, int(draw.uniform(0.05, 0.2) * side)))
    piece = np.zeros_like(soft)
    cv2.ellipse(piece, (x, y), axes, float(draw.random() * 180), 0, 360, (1.0,), -1)
    return np.maximum(soft, piece)


def _with_holes(soft: np.ndarray, side: int, draw: np.random.Generator) -> np.ndarray:
    """With holes; in some also with islands."""
    spots = _noise(draw, soft.shape, max(4, 8 * max(soft.shape) // side)) > 1.6
    return np.where(spots, 1 - soft if draw.random() < 0.3 else np.float32(0), soft).astype(np.float32)


def _rounded(soft: np.ndarray, mask: np.ndarray, side: int, draw: np.random.Generator) -> np.ndarray:
    """With round corners and an uneven outline, smaller or larger."""
    sigma = max(draw.uniform(0.01, 0.09) * side, 0.5)
    level = float(np.clip(0.5 + draw.normal(0, 0.12), 0.2, 0.8))
    soft = cv2.GaussianBlur(soft, (0, 0), sigma)
    cells = max(4, int(draw.uniform(4, 14) * max(mask.shape) / side))
    uneven = np.clip(soft + draw.uniform(0, 0.18) * _noise(draw, mask.shape, cells), 0, 1)
    near = cv2.GaussianBlur(np.maximum(mask, uneven > 0.6).astype(np.float32), (0, 0), 2 * sigma + 1) > 0.02
    return np.asarray((uneven > level) & near)


def _noise(draw: np.random.Generator, shape: tuple[int, ...], cells: int) -> np.ndarray:
    """Smooth noise of mean 0 and deviation about 1, float32 H x W, with so many waves across and down."""
    coarse = draw.standard_normal((cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC))
