"""How the frames of a video look, as one vector: their colours, and how light the parts of the frame are."""

import cv2
import numpy as np

from app.pictures.likeness import colours

METHOD = "colours and layout 1"
"""Stored beside each vector; another one makes the vectors be computed again."""
GRID = 4  # parts of a frame, across and down
LAYOUT = 0.5  # share of the layout beside the colours
MOST = 12  # frames of a video that stand for all


def chosen_frames(count: int) -> tuple[int, ...]:
    """An even choice of at most `MOST` of ``count`` frames."""
    return tuple(sorted({int(at) for at in np.linspace(0, count - 1, min(MOST, count))})) if count > 0 else ()


def frame_look(pixels: np.ndarray) -> np.ndarray:
    """The vector (float32) of one frame, uint8 RGB (H, W, 3) at any size."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    layout = cv2.resize(grey, (GRID, GRID), interpolation=cv2.INTER_AREA).ravel()
    return np.concatenate([colours(pixels.reshape(-1, 3)), (layout - layout.mean()) * LAYOUT]).astype(np.float32)
