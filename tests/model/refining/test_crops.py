"""Squares: what is cut out of a picture and put back lies where it was."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from model.refining.crops import LEAST_ROOM, ROOM, Square

SIDE = 64


def test_a_square_has_room_around_the_longer_side_of_a_box() -> None:
    square = Square.around((10, 20, 50, 40))

    assert square.side == pytest.approx(40 * (1 + ROOM) + LEAST_ROOM)
    assert (square.left + square.side / 2, square.top + square.side / 2) == pytest.approx((30, 30))
    assert Square.around((10, 20, 50, 40), room=0).side == 40 + LEAST_ROOM


@given(left=some.floats(-40, 90), top=some.floats(-40, 60), side=some.floats(20, 200), shape=some.just((90, 120)))
def test_a_smooth_picture_that_is_cut_and_put_back_is_the_same(
    left: float, top: float, side: float, shape: tuple[int, int]
) -> None:
    down, across = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    picture = 0.5 + 0.2 * np.sin(across / 23) + 0.2 * np.cos(down / 31)
    square = Square(left, top, side)
    again = square.put_back(square.cut(picture, SIDE), shape)

    room = 2 * max(side / SIDE, 1) + 1
    inside = (across > left + room) & (across < left + side - room) & (down > top + room) & (down < top + side - room)
    inside &= (across > room) & (across < shape[1] - room) & (down > room) & (down < shape[0] - room)
    assert np.abs(again - picture)[inside].max(initial=0) < 0.03
    beside = (across < left - 1) | (across > left + side + 1) | (down < top - 1) | (down > top + side + 1)
    assert not again[beside].any()


def test_a_square_of_the_pictures_own_pixels_is_cut_exactly() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (80, 100, 3), np.uint8)

    assert (Square(20, 10, SIDE).cut(picture, SIDE) == picture[10 : 10 + SIDE, 20 : 20 + SIDE]).all()


def test_what_lies_outside_of_the_picture_continues_it_or_is_empty() -> None:
    picture = np.full((40, 40), 200, np.uint8)
    square = Square(-100, -100, 400)

    assert (square.cut(picture, SIDE) == 200).all()
    assert square.cut(picture, SIDE, beyond=cv2.BORDER_CONSTANT)[0, 0] == 0
    assert not Square(500, 500, 20).put_back(np.ones((SIDE, SIDE), np.float32), (40, 40)).any()
    assert Square(500, 500, 20).cut(picture, SIDE).shape == (SIDE, SIDE)


def test_a_large_square_counts_the_pixels_between_its_samples() -> None:
    picture = np.zeros((512, 512), np.float32)
    picture[:, ::8] = 8.0

    assert abs(Square(0, 0, 512).cut(picture, 32)[8:-8, 8:-8] - 1).max() < 0.5


def test_in_a_scaled_picture_the_square_is_scaled_too() -> None:
    assert Square(10, 20, 30).scaled(0.5) == Square(5, 10, 15)
