"""From frames to the network's input and back: sizes, resizing, normalising, padding.

Source: mmdetection's test pipeline as the official configurations use it (mmcv `imrescale`, cv2 bilinear on uint8).
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from model.network.constants import constant

MEAN = np.array([123.675, 116.28, 103.53], np.float32)  # RGB, ImageNet
STD = np.array([58.395, 57.12, 57.375], np.float64)
DIVISOR = 32


@dataclass(frozen=True)
class Resized:
    """The sizes of a frame before and after preparation, from which results are mapped back."""

    frame_hw: tuple[int, int]  # the original frame, pixels
    img_hw: tuple[int, int]  # after resizing
    pad_hw: tuple[int, int]  # after padding right and below

    @property
    def scale_factor(self) -> np.ndarray:
        """(4,) float32 (w, h, w, h): input pixels per frame pixel; both differ slightly because sizes are whole."""
        width = np.float32(self.img_hw[1] / self.frame_hw[1])
        height = np.float32(self.img_hw[0] / self.frame_hw[0])
        return np.array([width, height, width, height], np.float32)


def fit(frame_hw: tuple[int, int], scale: tuple[int, int]) -> Resized:
    """The largest size within ``scale`` (two sides in any order) that keeps the shape of a frame (height, width)."""
    long_side, short_side = max(scale), min(scale)
    factor = min(long_side / max(frame_hw), short_side / min(frame_hw))
    height, width = (max(int(side * factor + 0.5), 1) for side in frame_hw)
    pad = tuple(math.ceil(side / DIVISOR) * DIVISOR for side in (height, width))
    return Resized(frame_hw, (height, width), (pad[0], pad[1]))


def normalise(frame: np.ndarray) -> np.ndarray:
    """uint8 RGB (H, W, 3) -> float32 (H, W, 3) with ImageNet statistics."""
    return (frame.astype(np.float32) - MEAN) * (1.0 / STD).astype(np.float32)


def prepare_frame(frame: np.ndarray, size: Resized, *, flip: bool = False) -> np.ndarray:
    """uint8 RGB (H, W, 3) -> float32 (3, Hp, Wp): resized, mirrored if asked, normalised, zero-padded."""
    height, width = size.img_hw
    if frame.shape[:2] != size.img_hw:
        frame = cv2.resize(frame, (width, height), interpolation=cv2.INTER_LINEAR)
    if flip:
        frame = frame[:, ::-1]
    out = np.zeros((3, *size.pad_hw), np.float32)
    out[:, :height, :width] = normalise(frame).transpose(2, 0, 1)
    return out


def clip_on(device: torch.device, frames: np.ndarray, size: Resized) -> Tensor:
    """As :func:`prepare_clip`, on a device: the frames go there as bytes, a quarter of the numbers, without waiting.

    uint8 RGB (T, H, W, 3) -> float32 (T, 3, Hp, Wp), equal to the last digit.
    """
    height, width = size.img_hw
    if frames.shape[1:3] != size.img_hw:
        frames = np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_LINEAR) for one in frames])
    given = torch.from_numpy(np.ascontiguousarray(frames))
    if device.type == "cuda":
        given = given.pin_memory().to(device, non_blocking=True)
    mean = constant(MEAN.tolist(), dtype=torch.float32, device=device)
    scale = constant((1.0 / STD).astype(np.float32).tolist(), dtype=torch.float32, device=device)
    pixels = (given.to(device).float() - mean) * scale
    return functional.pad(pixels.permute(0, 3, 1, 2), (0, size.pad_hw[1] - width, 0, size.pad_hw[0] - height))


def prepare_clip(frames: np.ndarray, size: Resized, *, flip: bool = False) -> Tensor:
    """uint8 RGB (T, H, W, 3) -> float32 (T, 3, Hp, Wp)."""
    return torch.from_numpy(np.stack([prepare_frame(frame, size, flip=flip) for frame in frames]))
