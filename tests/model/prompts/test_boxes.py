"""Boxes in whole pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.prompts.boxes import box_in, box_of, fit, only_in, overlap, placed, with_margin, without_specks
from model.prompts.prompt import PromptError

SHAPE = (90, 160, 3)
boxes = st.tuples(st.integers(0, 150), st.integers(0, 80), st.integers(1, 90), st.integers(1, 60)).map(
    lambda drawn: (drawn[0], drawn[1], min(160, drawn[0] + drawn[2]), min(90, drawn[1] + drawn[3]))
)


def filled(*box: int) -> np.ndarray:
    mask = np.zeros(SHAPE[:2], dtype=bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return mask


def test_a_box_has_the_pixels_that_it_touches_and_no_other() -> None:
    assert box_in(SHAPE, (3.2, 4.0, 10.0, 9.1)) == (3, 4, 10, 10)
    assert box_in(SHAPE, (-50, -1, 999, 999)) == (0, 0, 160, 90)


@pytest.mark.parametrize("box", [(5, 5, 5, 9), (200, 10, 220, 20), (-9, -9, -1, -1)])
def test_a_box_beside_the_picture_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(PromptError, match="160 x 90"):
        box_in(SHAPE, box)


@given(boxes, st.sampled_from((0.2, 0.4, 0.7)))
def test_a_margin_holds_the_box_and_stays_in_the_picture(box: tuple[int, int, int, int], margin: float) -> None:
    x0, y0, x1, y1 = with_margin(SHAPE, box, margin)

    assert 0 <= x0 <= box[0] and 0 <= y0 <= box[1] and box[2] <= x1 <= 160 and box[3] <= y1 <= 90
    assert x0 == 0 or box[0] - x0 >= margin * (box[2] - box[0])


def test_boxes_that_hardly_differ_have_the_same_window() -> None:
    shape = (1080, 1920)

    windows = {with_margin(shape, (600 + d, 300, 1000 + d, 700 + d), 0.4) for d in range(3)}

    assert len(windows) < 3
    assert len({with_margin(shape, (600 + d, 300, 1000 + d, 700), 0.4) for d in range(0, 200, 20)}) > 5


@given(boxes)
def test_the_box_of_a_filled_box_is_that_box(box: tuple[int, int, int, int]) -> None:
    mask = filled(*box)

    assert box_of(mask) == box
    assert np.array_equal(only_in(box, np.ones(SHAPE[:2], dtype=bool)), mask)
    assert overlap(mask, mask) == 1 == fit(mask, box)


def test_an_empty_mask_has_no_box_and_fits_none() -> None:
    empty = np.zeros(SHAPE[:2], dtype=bool)

    assert box_of(empty) is None
    assert fit(empty, (0, 0, 10, 10)) == overlap(empty, empty) == 0


def test_specks_go_and_large_pieces_stay() -> None:
    mask = filled(10, 10, 50, 50) | filled(60, 10, 90, 40) | filled(100, 80, 103, 83)

    assert np.array_equal(without_specks(mask), filled(10, 10, 50, 50) | filled(60, 10, 90, 40))
    assert not without_specks(np.zeros(SHAPE[:2], dtype=bool)).any()


def test_a_little_room_fits_and_a_missing_half_does_not() -> None:
    box = (20, 10, 120, 80)

    assert fit(filled(23, 12, 117, 78), box) == 1
    assert fit(filled(20, 10, 70, 80), box) == pytest.approx(0.5 / 0.85)


def test_values_of_a_box_stand_at_its_place() -> None:
    values = np.arange(1, 13, dtype=np.float32).reshape(3, 4)
    whole = placed((10, 12, 3), (5, 2, 9, 5), values)

    assert whole.shape == (10, 12) and whole.dtype == values.dtype
    assert np.array_equal(whole[2:5, 5:9], values) and whole.sum() == values.sum()
