"""Small videos with exact truth for the tests of spreading."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

HEIGHT, WIDTH = 96, 128
SIZE = (HEIGHT, WIDTH)


@dataclass(frozen=True, eq=False)
class Scene:
    """frames: uint8 T x H x W x 3; masks: bool T x N x H x W."""

    frames: np.ndarray
    masks: np.ndarray

    def read(self, k: int) -> np.ndarray:
        """Frame ``k``."""
        return self.frames[k]

    def given(self, *frames: int) -> dict[int, dict[int, np.ndarray | None]]:
        """The masks of all tracks in these frames; None where a track has no pixel."""
        return {
            track: {k: self.masks[k, track] if self.masks[k, track].any() else None for k in frames}
            for track in range(self.masks.shape[1])
        }


def texture(seed: int, height: int = HEIGHT, width: int = WIDTH, *, level: int = 128) -> np.ndarray:
    """Smooth colourful noise around a grey level, uint8."""
    noise = np.random.default_rng(seed).normal(size=(height, width, 3)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0)
    return np.clip(level + 30 * smooth / smooth.std(), 0, 255).astype(np.uint8)


def moving(paths: Sequence[Sequence[tuple[int, int]]], *, side: int = 28, bar: tuple[int, int] | None = None) -> Scene:
    """Textured squares whose upper left corners follow paths of (x, y); later ones lie in front.

    bar: first and end column of an upright bar in front of all.
    """
    behind = texture(0, level=90)
    patches = [texture(10 + number, side, side, level=190 - 160 * number) for number in range(len(paths))]
    count = len(paths[0])
    frames = np.repeat(behind[None], count, axis=0)
    masks = np.zeros((count, len(paths), HEIGHT, WIDTH), bool)
    for k in range(count):
        for number, path in enumerate(paths):
            x, y = path[k]
            x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, WIDTH), min(y + side, HEIGHT)
            if x0 < x1 and y0 < y1:
                frames[k, y0:y1, x0:x1] = patches[number][y0 - y : y1 - y, x0 - x : x1 - x]
                masks[k, :, y0:y1, x0:x1] = False
                masks[k, number, y0:y1, x0:x1] = True
        if bar:
            frames[k, :, bar[0] : bar[1]] = texture(5, HEIGHT, bar[1] - bar[0], level=40)
            masks[k, :, :, bar[0] : bar[1]] = False
    return Scene(frames, masks)


def line(start: tuple[int, int], step: tuple[int, int], count: int) -> list[tuple[int, int]]:
    """A straight path."""
    return [(start[0] + k * step[0], start[1] + k * step[1]) for k in range(count)]


class ColourTrunk:
    """Mean colours of cells as features: what a network gives, without one."""

    def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
        maps = {}
        for stride in (8, 16):
            rows, columns = -(-frames.shape[1] // stride), -(-frames.shape[2] // stride)
            cells = [cv2.resize(one, (columns, rows), interpolation=cv2.INTER_AREA) for one in frames]
            values = torch.from_numpy(np.stack(cells)).permute(0, 3, 1, 2).float() - 110
            maps[stride] = torch.cat([values, values.roll(1, 2), values.roll(1, 3)], dim=1)
        return maps


def iou(first: np.ndarray | None, second: np.ndarray) -> float:
    """IoU of two masks; None is an empty one."""
    one = np.zeros_like(second) if first is None else first
    union = (one | second).sum()
    return float((one & second).sum() / union) if union else 1.0
