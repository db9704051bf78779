"""The appearance of a frame or of an object in it: the distribution of its colours in CIE Lab.

TeViT's queries separate classes but hardly two objects of one class; their colours often do.
"""

import cv2
import numpy as np

_LIGHT, _CHROMA = 4, 16  # levels of lightness and of each colour axis
BINS = _LIGHT * _CHROMA * _CHROMA


def colour_bins(frame: np.ndarray, grid_hw: tuple[int, int]) -> np.ndarray:
    """The colour bin (h, w) int16, 0 to ``BINS`` - 1, of every cell of a grid over a uint8 RGB frame (H, W, 3)."""
    small = cv2.resize(frame, (grid_hw[1], grid_hw[0]), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.int16)
    light, first, second = lab[..., 0] * _LIGHT // 256, lab[..., 1] * _CHROMA // 256, lab[..., 2] * _CHROMA // 256
    return (light * _CHROMA + first) * _CHROMA + second


def colour_signature(bins: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Square roots (BINS,) float32 of the shares of each colour among cells (...) with weights (...).

    The product of two signatures is their Bhattacharyya coefficient, 1 for equal colours. All zeros where the weights
    are zero.
    """
    counts = np.bincount(bins.ravel(), weights=weights.ravel(), minlength=BINS)
    return np.sqrt(counts / max(counts.sum(), 1e-9)).astype(np.float32)
