"""TrackEvidence for a track as log odds, added up with weights.

The weights were fitted by logistic regression to pixels near edges of videos made for it: photographic textures on
shapes that move and bend in front of real footage. TrackEvidence that is missing leaves its weight to the rest.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

CLIP = 4.0
"""Log odds that one kind of evidence can give at most."""
WEIGHTS = {"flow": 1.2, "given": 0.4, "features": 0.8, "given colour": 0.3, "palette": 0.4, "model": 1.5}
LEAST = 1 / (1 + math.exp(CLIP))
BIAS = 0.0
"""Log odds of a pixel of which nothing is known: it belongs to the track as often as not."""
_WHOLE = 6.0


@dataclass(frozen=True, eq=False)
class TrackEvidence:
    """Chances (float32, any shape) of one kind, and how reliable they are (of the same shape, or one for all)."""

    kind: str
    chance: np.ndarray
    reliable: np.ndarray | float = 1.0


def log_odds(chance: np.ndarray) -> np.ndarray:
    """Log odds of chances (0 to 1), within `CLIP`."""
    clipped = np.clip(chance, LEAST, 1 - LEAST)
    return np.log(clipped / (1 - clipped))


def fused(evidence: Sequence[TrackEvidence]) -> np.ndarray:
    """Chances (float32) from all evidence together."""
    total = sum(log_odds(one.chance) * (one.reliable * WEIGHTS[one.kind]) for one in evidence)
    scale = _WHOLE / sum({one.kind: WEIGHTS[one.kind] for one in evidence}.values())
    return (1 / (1 + np.exp(-(scale * total + BIAS)))).astype(np.float32)


def softened(mask: np.ndarray) -> np.ndarray:
    """A mask (bool, or float32 0 to 1, H x W) as chances, float32: its edge is known to a pixel only."""
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)
