"""How plausibly a place goes on: steady movement, holes, and things that lie elsewhere."""

import numpy as np
import pytest

from model.identity.moving import before, misfit

from .scenes import LEFT, RIGHT, part, seen


def between(first: dict, second: dict) -> tuple[float, float]:
    one, other = seen({"a": first, "b": second}, None)
    place, size = misfit(one, np.array([len(one.frames) - 1]), other, np.array([0]))
    return float(place[0]), float(size[0])


@pytest.mark.parametrize("hole", [0, 2, 5])
def test_a_steady_movement_goes_on_where_it_is_expected(hole: int) -> None:
    place, size = between(part(LEFT, 0, 15), part(LEFT, 15 + hole))
    assert place < 0.25 and size == 0


def test_elsewhere_is_a_misfit_that_a_hole_makes_smaller() -> None:
    aside = {t: (x, y + 20, w, h) for t, (x, y, w, h) in LEFT.items()}
    at_once, later = (between(part(LEFT, 0, 15), part(aside, start))[0] for start in (15, 25))
    assert at_once > 0.8 and later < at_once
    assert between(part(LEFT, 0, 15), part(RIGHT, 15))[0] == 1.0


def test_another_size_and_another_shape_are_a_misfit() -> None:
    larger = {t: (x - 12, y - 10, 2 * w, 2 * h) for t, (x, y, w, h) in LEFT.items()}
    turned = {t: (x + 2, y - 2, h, w) for t, (x, y, w, h) in LEFT.items()}
    assert between(part(LEFT, 0, 15), part(larger, 15))[1] > 0.6
    assert 0.1 < between(part(LEFT, 0, 15), part(turned, 15))[1] < 0.6


def test_a_single_mask_has_no_speed() -> None:
    one, other = seen({"a": part(LEFT, 0, 1), "b": part(LEFT, 1, 2)}, None)
    place, _ = misfit(one, np.array([0]), other, np.array([0]))
    assert 0 < place[0] < 0.2


def test_the_last_mask_before_a_frame() -> None:
    (one,) = seen({"a": part(LEFT, 4, 9)}, None)
    assert before(one, np.array([3, 4, 5, 20])).tolist() == [-1, -1, 0, 4]
