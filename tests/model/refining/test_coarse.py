"""Coarse masks show the same thing as the exact ones, less well."""

import numpy as np

from model.refining.coarse import EXACT, LEAST_IOU, LEAST_PIXELS, coarse_mask
from tests.model.refining.made import SHAPE, disc, iou

MASK, OTHER = disc(50, 48, 22), disc(84, 48, 14)


def many(count: int = 60, mask: np.ndarray = MASK) -> list[np.ndarray]:
    draw = np.random.default_rng(5)
    return [coarse_mask(mask, [OTHER], draw) for _ in range(count)]


def test_they_are_of_all_kinds_and_show_the_same_thing() -> None:
    found = [iou(one, MASK) for one in many()]

    assert min(found) >= LEAST_IOU and 0.55 < np.mean(found) < 0.92
    assert min(found) < 0.65, "some are bad"
    exact = np.mean([value == 1 for value in found])
    assert 0 < exact < 4 * EXACT, "a few stay exact"
    assert all(one.shape == SHAPE and one.dtype == bool for one in many(5))


def test_parts_are_missing_in_some_and_others_take_something_along() -> None:
    missing = [(MASK & ~one).sum() / MASK.sum() for one in many()]
    more = [(one & ~MASK).sum() / MASK.sum() for one in many()]

    assert sum(value > 0.15 for value in missing) >= 6 and sum(value > 0.15 for value in more) >= 6
    assert any((one & OTHER).sum() > 0.1 * OTHER.sum() for one in many()), "a piece of the thing beside it"


def test_the_same_draws_give_the_same_masks() -> None:
    assert all((a == b).all() for a, b in zip(many(8), many(8), strict=True))


def test_what_is_too_small_to_be_spoiled_stays() -> None:
    small = disc(50, 48, 2)
    assert small.sum() < LEAST_PIXELS
    assert all((one == small).all() or one.sum() > LEAST_PIXELS for one in many(10, small))
