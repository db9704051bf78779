"""Examples to learn refining from: squares of pictures, each with a coarse mask and the exact one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from model.pretrained.lite0 import normalised
from model.prompts.boxes import box_of
from model.refining.coarse import coarse_mask
from model.refining.crops import ROOM, Square
from model.refining.network import SIDE
from model.refining.refiner import mask_in

LEAST = 60  # pixels of a mask that teaches


@dataclass(frozen=True)
class MaskedPicture:
    """A picture (uint8 H x W x 3 RGB) and the exact masks of its things (bool H x W)."""

    picture: np.ndarray
    masks: Sequence[np.ndarray]


@dataclass(frozen=True)
class Examples:
    """N squares: ``pictures`` as the network takes them, ``coarse`` and ``exact`` masks N x 1 x SIDE x SIDE, 0 to 1."""

    pictures: Tensor
    coarse: Tensor
    exact: Tensor


def drawn(scenes: Sequence[MaskedPicture], draw: np.random.Generator, *, batch: int) -> Iterator[Examples]:
    """Endless batches; a scene without a mask of `LEAST` pixels gives nothing. Raises ValueError if none has one."""
    able = [scene for scene in scenes if any(int(mask.sum()) >= LEAST for mask in scene.masks)]
    if not able:
        raise ValueError(f"no scene has a mask of at least {LEAST} pixels")
    while True:
        squares = [_example(able[draw.integers(len(able))], draw) for _ in range(batch)]
        pictures, coarse, exact = (np.stack(part) for part in zip(*squares, strict=True))
        yield Examples(normalised(pictures), torch.from_numpy(coarse)[:, None], torch.from_numpy(exact)[:, None])


def _example(scene: MaskedPicture, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A picture uint8, a coarse and an exact mask float32, of one thing of the scene."""
    able = [k for k, mask in enumerate(scene.masks) if int(mask.sum()) >= LEAST]
    chosen = able[draw.integers(len(able))]
    mask = scene.masks[chosen]
    coarse = coarse_mask(mask, [other for k, other in enumerate(scene.masks) if k != chosen], draw)
    box = box_of(coarse)
    assert box is not None
    square = _shifted(Square.around(box, room=ROOM + draw.uniform(-0.1, 0.1)), draw)
    seen = _in_other_light(square.cut(scene.picture, SIDE), draw)
    return _turned(seen, mask_in(square, coarse), mask_in(square, mask), draw)


def _shifted(square: Square, draw: np.random.Generator) -> Square:
    across, down = draw.normal(0, 0.02, 2) * square.side
    return Square(square.left + across, square.top + down, square.side)


def _in_other_light(picture: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The picture with other contrast, brightness and tint, sometimes blurred, sometimes with grain."""
    found: np.ndarray = picture.astype(np.float32)
    if draw.random() < 0.8:
        gains = np.exp(draw.normal(0, 0.2)) * np.exp(draw.normal(0, 0.1, 3))
        mean = found.mean((0, 1))
        found = ((found - mean) * np.exp(draw.normal(0, 0.25)) + mean) * gains + draw.normal(0, 12)
    if draw.random() < 0.3:
        found = cv2.GaussianBlur(found.astype(np.float32), (0, 0), draw.uniform(0.4, 1.6))
    if draw.random() < 0.4:
        found = found + draw.normal(0, draw.uniform(1, 10), found.shape)
    return np.clip(found, 0, 255).astype(np.uint8)


def _turned(
    picture: np.ndarray, coarse: np.ndarray, exact: np.ndarray, draw: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All three mirrored or turned by right angles, in the same way."""
    parts = (picture, coarse, exact)
    if draw.random() < 0.5:
        parts = tuple(part[:, ::-1] for part in parts)  # type: ignore[assignment]
    if draw.random() < 0.25:
        turns = int(draw.integers(1, 4))
        parts = tuple(np.rot90(part, turns) for part in parts)  # type: ignore[assignment]
    first, second, third = (np.ascontiguousarray(part) for part in parts)
    return first, second, third
