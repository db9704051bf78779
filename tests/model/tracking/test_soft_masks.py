"""Soft masks: on a grid, their overlap, and RLE drawn only where a box is, equal to that of the whole frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from model.tracking.paste import paste, paste_rle
from model.tracking.soft_masks import grid_size, mean_rle, on_grid, overlap, overlap_in_boxes, region_rle

CORNER = st.floats(-30, 60)
SIDE = st.floats(0.2, 90)


def probabilities(seed: int, count: int = 1, *, full: bool = False) -> np.ndarray:
    if full:
        return np.ones((count, 28, 28), np.float32)
    return np.random.default_rng(seed).random((count, 28, 28), dtype=np.float32)


@settings(deadline=None)
@given(
    seed=st.integers(0, 99),
    x=CORNER,
    y=CORNER,
    w=SIDE,
    h=SIDE,
    hw=st.tuples(st.integers(1, 50), st.integers(1, 50)),
    full=st.booleans(),
)
def test_one_part_gives_the_bytes_of_the_pasted_frame(
    seed: int, x: float, y: float, w: float, h: float, hw: tuple[int, int], full: bool
) -> None:
    probability = probabilities(seed, full=full)[0]
    box = np.array([x, y, x + w, y + h], np.float32)
    assert mean_rle([(2.0, probability, box)], hw) == paste_rle(probability, box, hw)


@settings(deadline=None)
@given(
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    seed=st.integers(0, 999),
    corner=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    room=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    share=st.floats(0, 1),
)
def test_a_region_becomes_the_rle_of_the_frame_around_it(
    rows: int, columns: int, seed: int, corner: tuple[int, int], room: tuple[int, int], share: float
) -> None:
    mask = np.random.default_rng(seed).random((rows, columns)) < share
    hw = (corner[1] + rows + room[1], corner[0] + columns + room[0])
    frame = np.zeros(hw, np.uint8, order="F")
    frame[corner[1] : corner[1] + rows, corner[0] : corner[0] + columns] = mask
    assert region_rle(mask, corner, hw) == {
        "size": list(hw),
        "counts": coco.encode(frame)["counts"].decode("ascii"),
    }


def test_a_mean_of_two_masks_holds_what_their_weights_agree_on() -> None:
    solid = probabilities(0, full=True)[0]
    left, right = np.array([0, 0, 20, 10], np.float32), np.array([10, 0, 30, 10], np.float32)
    even = coco.decode(mean_rle([(1.0, solid, left), (1.0, solid, right)], (20, 40)))
    assert even[:10, :30].all() and even.sum() == 300  # half of the weight is enough
    heavier = coco.decode(mean_rle([(3.0, solid, left), (1.0, solid, right)], (20, 40)))
    assert heavier[:10, :20].all() and heavier.sum() == 200


def test_a_mean_equals_the_mean_of_whole_pictures() -> None:
    first, second = probabilities(1, 2)
    boxes = np.array([[3.2, 4.1, 25.0, 19.5], [6.0, 2.0, 30.4, 22.2]], np.float32)
    mean = (2 * paste(first, boxes[0], (30, 40)) + paste(second, boxes[1], (30, 40))) / 3
    found = coco.decode(mean_rle([(2.0, first, boxes[0]), (1.0, second, boxes[1])], (30, 40))).astype(bool)
    clear = np.abs(mean - 0.5) > 1e-5
    np.testing.assert_array_equal(found[clear], (mean >= 0.5)[clear])


def test_boxes_outside_the_frame_paint_nothing() -> None:
    solid = probabilities(0, full=True)[0]
    mask = mean_rle([(1.0, solid, np.array([90, 90, 99, 99], np.float32))], (20, 30))
    assert mask["size"] == [20, 30] and coco.area(mask) == 0


@pytest.mark.parametrize(("hw", "grid"), [((720, 1280), (54, 96)), ((1280, 720), (96, 54)), ((4, 4000), (1, 96))])
def test_a_grid_has_the_shape_of_the_frame(hw: tuple[int, int], grid: tuple[int, int]) -> None:
    assert grid_size(hw) == grid


def test_a_grid_as_fine_as_the_frame_shows_what_is_pasted() -> None:
    probability, box = probabilities(4)[0], np.array([4.0, 6.0, 30.0, 25.0], np.float32)
    soft = on_grid(probability[None], box[None], frame_hw=(32, 40), grid_hw=(32, 40))[0]
    np.testing.assert_allclose(soft, paste(probability, box, (32, 40)), atol=1e-5)


def test_a_coarse_grid_keeps_the_share_that_a_mask_covers() -> None:
    solid, box = probabilities(0, full=True), np.array([[0.0, 0.0, 320.0, 360.0]], np.float32)
    soft = on_grid(solid, box, frame_hw=(360, 640), grid_hw=(54, 96))
    assert soft.mean() == pytest.approx(0.5, abs=0.02)


@settings(deadline=None)
@given(st.integers(0, 500))
def test_overlap_is_the_sum_of_minima_over_the_sum_of_maxima(seed: int) -> None:
    draw = np.random.default_rng(seed)
    first, second = draw.random((3, 4, 5)) * (draw.random((3, 4, 5)) < 0.6), draw.random((2, 4, 5))
    table = overlap(first, second)
    for row, a in enumerate(first):
        for column, b in enumerate(second):
            assert table[row, column] == pytest.approx(np.minimum(a, b).sum() / np.maximum(a, b).sum(), abs=1e-9)


def test_overlap_with_nothing_is_zero() -> None:
    assert overlap(np.zeros((1, 3, 3)), np.zeros((2, 3, 3))).tolist() == [[0.0, 0.0]]
    assert overlap(np.zeros((0, 3, 3)), np.ones((2, 3, 3))).shape == (0, 2)


@pytest.mark.parametrize("scale", [0.5, 1.0, 40.0])
def test_the_overlap_of_two_boxes_does_not_depend_on_their_size(scale: float) -> None:
    solid = np.ones((28, 28), np.float32)
    first, second = (np.array(corners, np.float32) * scale for corners in ([0, 0, 10, 10], [5, 0, 15, 10]))
    assert overlap_in_boxes((solid, first), (solid, second)) == pytest.approx(1 / 3, abs=0.03)
    assert overlap_in_boxes((solid, first), (solid, first)) == 1.0


def test_boxes_apart_do_not_overlap_and_nothing_equals_nothing() -> None:
    solid, empty = np.ones((28, 28), np.float32), np.zeros((28, 28), np.float32)
    near, far = np.array([0, 0, 10, 10], np.float32), np.array([90, 90, 99, 99], np.float32)
    assert overlap_in_boxes((solid, near), (solid, far)) == 0.0
    assert overlap_in_boxes((empty, near), (empty, far)) == 1.0
