"""Colours and the place in the box."""

import numpy as np

from model.prompts.boxes import box_in
from model.prompts.colours import probability_in
from tests.model.prompts.overlap import iou
from tests.model.prompts.scenes import box_around, disc


def test_colours_that_differ_are_told_apart() -> None:
    picture, truth = disc()
    box = box_in(picture.shape, box_around(truth, slack=6))
    found = probability_in(picture, box)

    assert found.dtype == np.float32 and found.min() >= 0 and found.max() <= 1
    assert iou(found > 0.5, truth[box[1] : box[3], box[0] : box[2]]) > 0.93


def test_where_colours_decide_nothing_the_place_does() -> None:
    picture = np.full((100, 140, 3), 120, np.uint8)
    box = (30, 20, 110, 80)
    y, x = np.mgrid[:60, :80] + 0.5
    ellipse = ((x - 40) / 40) ** 2 + ((y - 30) / 30) ** 2 <= 1

    found = probability_in(picture, box) > 0.5

    assert iou(found, ellipse) > 0.8
    assert found[30, 40] and not found[1, 1]


def test_the_answer_is_that_of_the_box_and_the_same_each_time() -> None:
    picture, _ = disc()
    box = (60, 40, 100, 90)
    first, second = probability_in(picture, box), probability_in(picture, box)

    assert np.array_equal(first, second)
    assert first.shape == (50, 40)


def test_boxes_of_one_pixel_and_of_the_whole_picture_are_answered() -> None:
    picture, _ = disc(40, 60)

    for box in ((5, 5, 6, 6), (0, 0, 60, 40), (59, 39, 60, 40)):
        assert np.isfinite(probability_in(picture, box)).all()
