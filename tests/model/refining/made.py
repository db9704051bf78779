"""A refiner that learnt a little from drawn discs, with a backbone of random weights, for tests."""

from functools import cache

import numpy as np
import torch

from model.pretrained.lite0 import Lite0
from model.refining import MaskRefiner, RefiningNetwork
from model.refining.examples import MaskedPicture, drawn
from model.refining.training import train

SHAPE = (96, 128)


def disc(x: float, y: float, radius: float) -> np.ndarray:
    """bool H x W."""
    down, across = np.mgrid[: SHAPE[0], : SHAPE[1]]
    return np.asarray((across - x) ** 2 + (down - y) ** 2 <= radius**2)


def scene(*discs: tuple[float, float, float]) -> MaskedPicture:
    """Bright discs on a dark ground; the later ones lie in front."""
    picture = np.full((*SHAPE, 3), 40, np.uint8)
    masks: list[np.ndarray] = []
    for number, one in enumerate(discs):
        mask = disc(*one)
        picture[mask] = (220, 200 - 60 * number, 80)
        masks = [*(other & ~mask for other in masks), mask]
    return MaskedPicture(picture, masks)


def backbone() -> Lite0:
    """Random weights, the same each time."""
    torch.manual_seed(3)
    return Lite0(classifies=False).eval().requires_grad_(False)


@cache
def taught(steps: int = 40) -> MaskRefiner:
    """Knows bright discs."""
    scenes = [scene((40 + 8 * k, 48, 16 + 2 * k)) for k in range(6)]
    own, network = backbone(), RefiningNetwork()
    weights = train(network, own, drawn(scenes, np.random.default_rng(1), batch=4), steps=steps, rate=4e-3)
    return MaskRefiner.of_state(weights, own)


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """Of two bool masks."""
    return float((one & other).sum() / max((one | other).sum(), 1))
