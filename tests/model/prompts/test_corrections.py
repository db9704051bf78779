"""Clicks and strokes mend a mask, and only near themselves."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.prompts import PromptPoint
from model.prompts.corrections import corrected
from tests.model.prompts.overlap import iou
from tests.model.prompts.scenes import disc

PICTURE, TRUTH = disc()
HEIGHT, WIDTH = TRUTH.shape
CENTRE = (int(0.45 * WIDTH), HEIGHT // 2)


def without_the_right() -> np.ndarray:
    mask = TRUTH.copy()
    mask[:, CENTRE[0] + 8 :] = False
    return mask


def with_a_lump() -> np.ndarray:
    mask = TRUTH.copy()
    mask[10:30, 180:215] = True
    return mask


def test_a_point_in_the_missing_part_adds_it() -> None:
    before = without_the_right()
    after = corrected(PICTURE, before, [PromptPoint(CENTRE[0] + 25.5, CENTRE[1] + 0.5, True)])

    assert iou(before, TRUTH) < 0.7 < 0.93 < iou(after, TRUTH)
    assert not (before & ~after).any(), "a point in the thing removes nothing"


def test_a_point_outside_removes_what_it_is_connected_with() -> None:
    after = corrected(PICTURE, with_a_lump(), [PromptPoint(195.5, 20.5, False)])

    assert iou(after, TRUTH) > 0.98
    assert not (after & ~with_a_lump()).any(), "a point outside adds nothing"


def test_a_stroke_and_points_of_both_kinds_work_together() -> None:
    mask = without_the_right()
    mask[10:30, 180:215] = True
    stroke = [PromptPoint(CENTRE[0] + 12.5 + at, CENTRE[1] + 0.5, True) for at in range(0, 24, 3)]

    after = corrected(PICTURE, mask, [*stroke, PromptPoint(195.5, 20.5, False)])

    assert iou(after, TRUTH) > 0.93


def test_points_that_say_what_the_mask_says_change_nothing() -> None:
    points = [PromptPoint(CENTRE[0] + 0.5, CENTRE[1] + 0.5, True), PromptPoint(4.5, 4.5, False)]

    assert np.array_equal(corrected(PICTURE, TRUTH, points), TRUTH)


def test_points_beside_the_picture_are_left_out() -> None:
    assert np.array_equal(corrected(PICTURE, TRUTH, [PromptPoint(-3, 5, False), PromptPoint(9999, 5, True)]), TRUTH)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, WIDTH - 1), st.floats(0, HEIGHT - 1)), min_size=1, max_size=4), st.booleans())
def test_each_point_lies_where_it_says(places: list[tuple[float, float]], inside: bool) -> None:
    points = [PromptPoint(x, y, inside) for x, y in places]

    after = corrected(PICTURE, TRUTH, points)

    assert after.shape == TRUTH.shape and after.dtype == bool
    assert all(after[int(point.y), int(point.x)] == inside for point in points)


def test_an_empty_mask_gets_what_a_point_is_on() -> None:
    after = corrected(PICTURE, np.zeros_like(TRUTH), [PromptPoint(CENTRE[0] + 0.5, CENTRE[1] + 0.5, True)])

    assert after[CENTRE[1], CENTRE[0]]
