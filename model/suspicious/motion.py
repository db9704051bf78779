"""How well masks of neighbouring frames continue each other, once the movement of the picture is taken out."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 240  # longer side of the pictures between which movement is measured, in pixels
REACH = 3  # earlier frames with masks that a frame is compared with
FARTHEST = 12  # frames between two compared ones


@dataclass(frozen=True)
class Continuation:
    """Overlaps of the masks of frame ``earlier``, moved to frame ``later``, with the masks there.

    ``overlap`` (N, M) float32, IoU 0 to 1; ``rows`` and ``columns`` are the numbers of the tracks.
    """

    earlier: int
    later: int
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    overlap: np.ndarray


@dataclass(frozen=True)
class _Frame:
    number: int
    grey: np.ndarray | None  # uint8 (h, w)
    tracks: tuple[int, ...]
    masks: np.ndarray  # (N, h, w) float32, share of each cell that a mask covers


class Motion:
    """Takes the frames that have masks in rising order; ``found`` grows by up to ``REACH`` entries a frame."""

    def __init__(self) -> None:
        self.found: list[Continuation] = []
        self._recent: deque[_Frame] = deque(maxlen=REACH)
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def add(self, frame: int, picture: np.ndarray | None, tracks: Sequence[int], masks: Sequence[np.ndarray]) -> None:
        """``picture`` uint8 RGB (H, W, 3) or None; ``masks`` uint8 (H', W'), one for each of ``tracks``."""
        size = _small(masks[0].shape)
        grey = None
        if picture is not None:
            small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
            grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        shrunk = [cv2.resize(one.astype(np.float32), size, interpolation=cv2.INTER_AREA) for one in masks]
        here = _Frame(frame, grey, tuple(tracks), np.stack(shrunk))
        for before in self._recent:
            if frame - before.number <= FARTHEST and before.masks.shape[1:] == here.masks.shape[1:]:
                overlap = _overlaps(self._moved(before, here), here.masks)
                self.found.append(Continuation(before.number, frame, before.tracks, here.tracks, overlap))
        self._recent.append(here)

    def _moved(self, before: _Frame, here: _Frame) -> np.ndarray:
        """The masks of an earlier frame where their pixels are in this frame."""
        if before.grey is None or here.grey is None:
            return before.masks
        flow = np.zeros((*here.grey.shape, 2), np.float32)
        self._flow.calc(here.grey, before.grey, flow)
        height, width = here.grey.shape
        columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        x, y = columns + flow[..., 0], rows + flow[..., 1]
        return np.stack([cv2.remap(mask, x, y, cv2.INTER_LINEAR) for mask in before.masks])


def _small(hw: tuple[int, ...]) -> tuple[int, int]:
    """(width, height) of the small pictures of frames of this size."""
    scale = min(SIDE / max(hw), 1.0)
    return max(round(hw[1] * scale), 1), max(round(hw[0] * scale), 1)


def _overlaps(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """IoU (N, M) of soft masks (N, h, w) and (M, h, w)."""
    a, b = first.reshape(len(first), -1), second.reshape(len(second), -1)
    shared = a @ b.T
    union = a.sum(axis=1)[:, None] + b.sum(axis=1)[None] - shared
    return (shared / np.maximum(union, 1e-6)).astype(np.float32)
