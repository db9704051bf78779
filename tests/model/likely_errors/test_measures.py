import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.likely_errors.measures import count_pieces
from model.tracking.appearance import colour_bins, colour_signature

from .scenes import BLUE, GREEN, RED, measured, picture, rle, track


def test_area_centre_and_box_are_those_of_the_mask() -> None:
    (one,) = measured([track("a", {2: (10, 20, 30, 12)})], 4)
    assert one.area[2] == 360
    assert one.centre[2] == pytest.approx((24.5, 25.5))
    assert one.box[2].tolist() == [10, 20, 30, 12]
    assert one.side[2] == pytest.approx(360**0.5)


def test_frames_without_a_mask_are_nan_and_not_present() -> None:
    (one,) = measured([track("a", {1: (10, 20, 30, 12)})], 3)
    assert one.present.tolist() == [False, True, False]
    assert one.frames.tolist() == [1]
    assert np.isnan(one.area[[0, 2]]).all() and np.isnan(one.centre[[0, 2]]).all()


def test_an_empty_mask_is_as_none() -> None:
    (one,) = measured([track("a", {0: (0, 0, 0, 0)})], 1)
    assert not one.present.any()


def test_scores_outside_of_the_video_are_left_out() -> None:
    (one,) = measured([track("a", {0: (1, 1, 9, 9)}, scores={0: 0.5, 7: 0.9})], 2)
    assert one.score[0] == 0.5 and np.isnan(one.score[1])


def test_colours_inside_and_around_are_those_of_thing_and_ground() -> None:
    box = (40, 30, 30, 20)
    (one,) = measured([track("a", {0: box})], 1, {0: picture([(box, RED)])})
    red, green = (
        colour_signature(colour_bins(np.full((4, 4, 3), c, np.uint8), (4, 4)), np.ones((4, 4))) for c in (RED, GREEN)
    )
    assert float(one.of(one.inside, np.array([0]))[0] @ red) > 0.98
    assert float(one.of(one.around, np.array([0]))[0] @ green) > 0.98


def test_other_masks_do_not_count_as_surroundings() -> None:
    left, right = (40, 30, 20, 20), (60, 30, 20, 20)
    pictures = {0: picture([(left, RED), (right, BLUE)])}
    one, _ = measured([track("a", {0: left}), track("b", {0: right})], 1, pictures)
    blue = colour_signature(colour_bins(np.full((4, 4, 3), BLUE, np.uint8), (4, 4)), np.ones((4, 4)))
    assert float(one.of(one.around, np.array([0]))[0] @ blue) < 0.2


def test_contact_is_the_share_of_the_rim_that_others_touch() -> None:
    left, right, away = (40, 30, 20, 20), (60, 30, 20, 20), (120, 60, 20, 20)
    touching, other, alone = measured([track(n, {0: b}) for n, b in (("a", left), ("b", right), ("c", away))], 1)
    assert touching.contact[0] == pytest.approx(0.25, abs=0.1)
    assert other.contact[0] == pytest.approx(0.25, abs=0.1)
    assert alone.contact[0] == 0


def test_a_smaller_picture_shows_the_same_colours() -> None:
    box = (40, 30, 30, 20)
    large = picture([(box, RED)])
    (full,) = measured([track("a", {0: box})], 1, {0: large})
    (half,) = measured([track("a", {0: box})], 1, {0: np.ascontiguousarray(large[::2, ::2])})
    first = np.array([0])
    assert float((full.of(full.inside, first) * half.of(half.inside, first)).sum()) > 0.98


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4, unique=True))
@settings(max_examples=20, deadline=None)
def test_pieces_are_the_separate_parts(columns: list[int]) -> None:
    mask = np.zeros((20, 80), np.uint8)
    for column in columns:
        mask[4:14, 20 * column + 3 : 20 * column + 13] = 1
    assert count_pieces(mask) == len(columns)


def test_crumbs_are_not_pieces() -> None:
    mask = np.zeros((40, 40), np.uint8)
    mask[5:30, 5:30] = 1
    mask[36, 36] = 1
    assert count_pieces(mask) == 1
    assert count_pieces(np.zeros((4, 4), np.uint8)) == 0


def test_shapes_do_not_depend_on_place_and_size() -> None:
    (one,) = measured([track("a", {0: (10, 10, 20, 10), 1: (70, 50, 60, 30)})], 2)
    shapes = one.of(one.shapes, one.frames)
    assert shapes.shape == (2, 24, 24)
    assert np.abs(shapes[0] - shapes[1]).max() < 1e-3
    assert rle((10, 10, 20, 10))["size"] == [96, 160]
