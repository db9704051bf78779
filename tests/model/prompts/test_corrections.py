"""Clicks and strokes mend a mask, and only near themselves."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.prompts import PromptedMask, PromptPoint
from model.prompts.boxes import placed
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


def left_and_right() -> tuple[np.ndarray, np.ndarray]:
    """Masks of two like things, far from each other."""
    left, right = np.zeros_like(TRUTH), np.zeros_like(TRUTH)
    left[60:100, 20:60] = True
    right[60:100, 180:220] = True
    return left, right


def test_a_click_takes_the_whole_thing_under_it_out_of_a_mask_and_into_one() -> None:
    left, right = left_and_right()
    picture = np.where((left | right)[..., None], (220, 130, 40), (50, 80, 150)).astype(np.uint8)

    def under(_: np.ndarray, point: PromptPoint) -> PromptedMask | None:
        return next((PromptedMask(one, 1.0) for one in (left, right) if one[int(point.y), int(point.x)]), None)

    taken = corrected(picture, left | right, [PromptPoint(200.5, 80.5, False)], under)
    half = left.copy()
    half[:, 45:] = False
    added = corrected(picture, half, [PromptPoint(52.5, 80.5, True)], under)

    assert iou(taken, left) > 0.98
    assert iou(added, left) > 0.98


def test_a_click_beside_the_border_draws_the_border_anew_and_asks_for_no_thing() -> None:
    left, right = left_and_right()
    picture = np.where((left | right)[..., None], (220, 130, 40), (50, 80, 150)).astype(np.uint8)
    narrow = left.copy()
    narrow[:, 57:] = False  # a sliver of three pixels is missing

    def never(_: np.ndarray, point: PromptPoint) -> PromptedMask | None:
        raise AssertionError("a fine correction asks for no thing")

    added = corrected(picture, narrow, [PromptPoint(58.5, 80.5, True)], never)
    taken = corrected(picture, left, [PromptPoint(58.5, 80.5, False)], never)

    assert iou(added, left) > 0.98 and (taken & ~left).sum() == 0


def test_a_thing_much_larger_than_the_mask_is_not_added_and_a_thing_that_holds_the_mask_is_not_taken_away() -> None:
    left, right = left_and_right()
    picture, whole = np.full((*TRUTH.shape, 3), 90, np.uint8), np.ones_like(TRUTH)
    near = np.s_[:, 120:]

    def everything(_: np.ndarray, point: PromptPoint) -> PromptedMask | None:
        return PromptedMask(whole, 1.0)

    added = corrected(picture, left, [PromptPoint(200.5, 80.5, True)], everything)
    taken = corrected(picture, left | right, [PromptPoint(200.5, 80.5, False)], everything)

    assert not added[0].any(), "all of the picture is no part of the thing"
    assert (taken & left).any() and not taken[near].all()


def test_what_is_corrected_does_not_depend_on_how_far_the_picture_goes_on() -> None:
    picture, truth = disc(400, 700)
    mask = truth.copy()
    mask[:200] = False
    points = (PromptPoint(315.5, 150.5, True), PromptPoint(315.5, 240.5, False))
    wide = cv2.copyMakeBorder(picture, 500, 700, 600, 900, cv2.BORDER_CONSTANT, value=(50, 80, 150))

    found = corrected(picture, mask, points)
    moved = [PromptPoint(point.x + 600, point.y + 500, point.inside) for point in points]
    in_wide = corrected(wide, placed(wide.shape, (600, 500, 1300, 900), mask), moved)

    assert found.any() and (found != mask).any()
    assert np.array_equal(in_wide[500:900, 600:1300], found)
    assert in_wide.sum() == found.sum()


def test_a_stroke_where_no_border_is_does_not_take_all_that_is_looked_at() -> None:
    noise = np.random.default_rng(3).integers(-4, 4, (400, 600, 3))
    picture = np.clip(np.full((400, 600, 3), (120, 130, 110)) + noise, 0, 255).astype(np.uint8)
    mask = np.zeros((400, 600), dtype=bool)
    mask[180:220, 250:300] = True
    stroke = tuple(PromptPoint(300.5 + x, 200.5, True) for x in range(0, 40, 2))

    found = corrected(picture, mask, stroke)

    assert found[200, 300:338].all() and (found | mask == found).all()
    assert found.sum() < 2.5 * mask.sum(), "it ends near the stroke and not at the sides of what is looked at"


def test_slivers_along_a_thing_that_is_taken_out_go_with_it() -> None:
    picture = np.zeros((120, 200, 3), np.uint8)
    mask = np.zeros((120, 200), dtype=bool)
    mask[20:100, 20:160] = True
    taken = np.zeros_like(mask)
    taken[20:100, 90:159] = True
    found = PromptedMask(taken, 0.9)

    left = corrected(picture, mask, (PromptPoint(125.5, 60.5, False),), lambda *_: found)

    assert left[60, 40] and not left[60, 125]
    assert not left[25:95, 159].any(), "a line that only touches the thing"


def textured() -> np.ndarray:
    """A picture of blurred noise, uint8 360 x 640 x 3."""
    noise = np.random.default_rng(7).integers(0, 256, (360, 640, 3)).astype(np.uint8)
    return cv2.GaussianBlur(noise, (0, 0), 9)


def test_a_click_with_no_part_of_the_mask_near_it_adds_little() -> None:
    mask = np.zeros((360, 640), dtype=bool)
    mask[20:60, 20:60] = True
    picture = textured()

    for x, y in ((130, 180), (130, 330), (580, 90)):
        found = corrected(picture, mask, [PromptPoint(x + 0.5, y + 0.5, True)])
        assert found[y, x] and (found & ~mask).sum() < 0.2 * mask.sum(), (x, y)


def test_a_click_outside_leaves_most_of_a_mask_that_fills_the_picture() -> None:
    picture = np.full((90, 120, 3), 120, np.uint8)

    found = corrected(picture, np.ones((90, 120), dtype=bool), [PromptPoint(60.5, 45.5, False)])

    assert not found[45, 60] and found.mean() > 0.9


def bar() -> tuple[np.ndarray, np.ndarray, PromptPoint]:
    """A bar across a picture that ends far to the right, a mask of its left part and a point right of that."""
    picture = np.full((300, 700, 3), (50, 80, 150), np.uint8)
    picture[140:160, 100:] = (220, 130, 40)
    mask = np.zeros((300, 700), dtype=bool)
    mask[140:160, 100:200] = True
    return picture, mask, PromptPoint(206.5, 150.5, True)


def test_a_change_that_goes_on_beyond_all_that_is_looked_at_is_not_taken() -> None:
    picture, mask, point = bar()

    found = corrected(picture, mask, [point])

    assert found[150, 206] and not found[:, 240:].any()


def test_only_what_takes_no_part_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, mask, point = bar()
    picture[140:160, 330:] = (50, 80, 150)
    picture = np.clip(picture + np.random.default_rng(2).integers(-20, 20, picture.shape), 0, 255).astype(np.uint8)
    mask[100:140, 130:150] = True
    stroke = [PromptPoint(206.5 + x, 150.5, True) for x in range(0, 120, 2)]
    mended = [[point], stroke, [*stroke, PromptPoint(140.5, 120.5, False)], [*stroke, PromptPoint(300.5, 145.5, False)]]

    near = [corrected(picture, mask, points) for points in mended]
    monkeypatch.setattr("model.prompts.corrections._around", lambda mask, points: (0, 0, mask.shape[1], mask.shape[0]))
    whole = [corrected(picture, mask, points) for points in mended]

    assert all(np.array_equal(*both) for both in zip(near, whole, strict=True))
    assert not any(np.array_equal(one, mask) for one in near)


def test_small_pieces_far_from_a_thing_that_is_taken_out_stay() -> None:
    picture = np.zeros((300, 500, 3), np.uint8)
    mask, taken = np.zeros((2, 300, 500), dtype=bool)
    mask[50:250, 20:220] = mask[100:115, 400:415] = True  # a body and a hand
    taken[50:130, 20:100] = True

    left = corrected(picture, mask, (PromptPoint(60.5, 90.5, False),), lambda *_: PromptedMask(taken, 0.9))

    assert left[100:115, 400:415].all() and left[200, 150] and not left[90, 60]
