"""The measures of DAVIS (Perazzi et al., CVPR 2016): region similarity J and boundary accuracy F of two masks."""

import cv2
import numpy as np

TOLERANCE = 0.008  # of the diagonal: how far apart two edges may lie


def region(found: np.ndarray, truth: np.ndarray) -> float:
    """J: IoU of two masks (bool H x W); 1 if both are empty."""
    union = int((found | truth).sum())
    return float((found & truth).sum()) / union if union else 1.0


def boundary(found: np.ndarray, truth: np.ndarray) -> float:
    """F: harmonic mean of precision and recall of the edges of two masks (bool H x W); 1 if both are empty."""
    reach = int(np.ceil(TOLERANCE * np.hypot(*truth.shape)))
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disk = (rows**2 + columns**2 <= reach**2).astype(np.uint8)
    edges = [_edge(mask) for mask in (found, truth)]
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    near = [cv2.dilate(edge.astype(np.uint8), disk) > 0 for edge in edges]
    precision = float((edges[0] & near[1]).sum() / edges[0].sum())
    recall = float((edges[1] & near[0]).sum() / edges[1].sum())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _edge(mask: np.ndarray) -> np.ndarray:
    """Pixels that differ from the one to the right, below, or both, as `seg2bmap` of the official code has them."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    here = padded[:-1, :-1]
    edge = (here ^ padded[:-1, 1:]) | (here ^ padded[1:, :-1]) | (here ^ padded[1:, 1:])
    edge[-1, -1] = False
    return edge
