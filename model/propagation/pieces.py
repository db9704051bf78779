"""Which pieces of a mask can be one thing, by how far it reaches."""

import cv2
import numpy as np

from model.propagation.boxes import Box


def extent(box: Box | None) -> float:
    """The diagonal of a box, in pixels; 0 without one."""
    return 0.0 if box is None else float(np.hypot(box[2] - box[0], box[3] - box[1]))


def together(mask: np.ndarray, most: float, weight: np.ndarray | None = None) -> np.ndarray:
    """The heaviest piece of a mask (bool H x W), and the others with which it still reaches over ``most`` pixels only.

    weight: of each pixel, float32 H x W; without it each counts the same. What hides the middle of a thing leaves
    pieces of it that are no farther apart than it is wide; a piece farther away is another thing.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 3:
        return mask
    weights = stats[:, cv2.CC_STAT_AREA]
    if weight is not None:
        weights = np.bincount(labels.ravel(), weights=weight.ravel(), minlength=count)
    order = 1 + np.argsort(-weights[1:], kind="stable")
    low = stats[:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP]]
    high = low + stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    kept, least, last = [order[0]], low[order[0]], high[order[0]]
    for number in order[1:]:
        first, end = np.minimum(least, low[number]), np.maximum(last, high[number])
        if np.hypot(*(end - first)) <= most:
            kept, least, last = [*kept, number], first, end
    return mask if len(kept) == count - 1 else np.isin(labels, kept)
