"""Examples: squares with a coarse and an exact mask that fit the picture."""

import numpy as np
import pytest
import torch

from model.refining.examples import MaskedPicture, drawn
from model.refining.network import SIDE
from tests.model.refining.made import SHAPE, disc, scene

SCENES = [scene((50, 44, 20)), scene((40, 48, 16), (90, 50, 18))]


def test_a_batch_has_pictures_and_masks_of_the_networks_size() -> None:
    batch = next(drawn(SCENES, np.random.default_rng(0), batch=3))

    assert batch.pictures.shape == (3, 3, SIDE, SIDE) and batch.pictures.dtype == torch.float32
    assert batch.coarse.shape == batch.exact.shape == (3, 1, SIDE, SIDE)
    for masks in (batch.coarse, batch.exact):
        assert masks.min() >= 0 and masks.max() <= 1


def test_the_exact_mask_lies_on_the_bright_thing() -> None:
    for batch, _ in zip(drawn(SCENES[:1], np.random.default_rng(1), batch=4), range(3), strict=False):
        light = batch.pictures.mean(1, keepdim=True)
        inside = (light * batch.exact).sum((1, 2, 3)) / batch.exact.sum((1, 2, 3))
        beside = (light * (1 - batch.exact)).sum((1, 2, 3)) / (1 - batch.exact).sum((1, 2, 3))
        assert (inside > beside + 0.2).all(), "mirrored, turned and shifted together"


def test_pictures_are_in_different_light() -> None:
    batch = next(drawn(SCENES[:1], np.random.default_rng(2), batch=8))

    assert batch.pictures.mean((1, 2, 3)).std() > 0.05


def test_scenes_without_a_mask_give_nothing() -> None:
    empty = MaskedPicture(SCENES[0].picture, [disc(5, 5, 1)])
    batch = next(drawn([empty, SCENES[0]], np.random.default_rng(0), batch=6))

    assert (batch.exact.sum((1, 2, 3)) > 100).all()
    with pytest.raises(ValueError, match="no scene has a mask"):
        next(drawn([empty, MaskedPicture(np.zeros((*SHAPE, 3), np.uint8), [])], np.random.default_rng(0), batch=2))
