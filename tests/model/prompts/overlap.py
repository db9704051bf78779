"""How well two masks agree."""

import numpy as np


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two masks (bool H x W); 1 where both are empty."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 1.0
