"""How well the outline of a mask follows edges of the picture."""

import cv2
import numpy as np

_SIDE = 96  # longer side, in pixels, of the part of the picture in which edges are measured
_SHIFTS = (-4, -2, 2, 4)  # outlines beside the mask's, in pixels of that part


def edge_fit(mask: np.ndarray, picture: np.ndarray, box: tuple[int, int, int, int]) -> float:
    """How much stronger the picture's edges are under the outline than beside it, -1 to 1.

    ``mask`` uint8 (H, W), ``picture`` uint8 RGB (h, w, 3) of the same scene, ``box`` xywh of the mask in its pixels. 0
    where the picture has no edges, or for a mask without an outline inside the frame.
    """
    height, width = mask.shape
    x, y, w, h = box
    margin = max(round(0.3 * max(w, h)), 4)
    left, top = max(x - margin, 0), max(y - margin, 0)
    right, bottom = min(x + w + margin, width), min(y + h + margin, height)
    scale = min(_SIDE / max(right - left, bottom - top), 1.0)
    size = (max(round((right - left) * scale), 3), max(round((bottom - top) * scale), 3))
    down, across = picture.shape[0] / height, picture.shape[1] / width
    part = picture[int(top * down) : max(int(bottom * down), 1), int(left * across) : max(int(right * across), 1)]
    if min(part.shape[:2]) < 2:
        return 0.0
    lab = cv2.cvtColor(cv2.resize(part, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2LAB)
    strength = _gradient(lab)
    cover = cv2.resize(mask[top:bottom, left:right].astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5
    depth = _signed_distance(cover)
    inner = np.ones(depth.shape, bool)  # the frame's border is no outline
    if left == 0:
        inner[:, :2] = False
    if top == 0:
        inner[:2] = False
    if right == width:
        inner[:, -2:] = False
    if bottom == height:
        inner[-2:] = False
    own = _mean_at(strength, depth, 0, inner)
    beside = [value for shift in _SHIFTS if (value := _mean_at(strength, depth, shift, inner)) is not None]
    if own is None or not beside:
        return 0.0
    other = float(np.mean(beside))
    return (own - other) / (own + other + 2.0)


def _gradient(lab: np.ndarray) -> np.ndarray:
    """(h, w) float32: the strongest change of lightness or colour to the neighbouring pixels."""
    values = lab.astype(np.float32)
    dx = cv2.Sobel(values, cv2.CV_32F, 1, 0, ksize=3)
    dy = cv2.Sobel(values, cv2.CV_32F, 0, 1, ksize=3)
    return np.sqrt((dx * dx + dy * dy).max(axis=2))


def _signed_distance(cover: np.ndarray) -> np.ndarray:
    """(h, w) distance to the outline in pixels, positive inside the bool mask."""
    inside = cv2.distanceTransform(cover.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~cover).astype(np.uint8), cv2.DIST_L2, 3)
    return np.where(cover, inside - 0.5, 0.5 - outside)


def _mean_at(strength: np.ndarray, depth: np.ndarray, shift: int, inner: np.ndarray) -> float | None:
    """The mean strength within one pixel of the outline that lies ``shift`` pixels inside the mask's."""
    near = (np.abs(depth - shift) <= 1.0) & inner
    return float(strength[near].mean()) if near.sum() >= 6 else None
