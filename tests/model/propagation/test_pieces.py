"""Pieces of a mask count as one thing only where they are no farther apart than the thing is wide."""

import numpy as np
import pytest

from model.propagation.pieces import extent, together


def squares(*places: tuple[int, int, int]) -> np.ndarray:
    """A mask of squares by (row, column, side)."""
    mask = np.zeros((40, 80), bool)
    for row, column, side in places:
        mask[row : row + side, column : column + side] = True
    return mask


def test_the_extent_of_a_box_is_its_diagonal() -> None:
    assert extent((10, 20, 13, 24)) == 5 and extent(None) == 0


@pytest.mark.parametrize("mask", [squares(), squares((5, 5, 9))])
def test_what_is_in_one_piece_stays_as_it_is(mask: np.ndarray) -> None:
    assert (together(mask, 0) == mask).all()


def test_a_piece_farther_away_than_the_thing_reaches_goes() -> None:
    near, far = squares((5, 5, 10), (5, 17, 5)), squares((5, 5, 10), (5, 17, 5), (5, 60, 8))

    assert (together(far, 25) == near).all()
    assert (together(near, 25) == near).all()
    assert (together(far, 100) == far).all()


def test_pieces_that_are_near_one_by_one_may_be_too_far_apart_together() -> None:
    both = squares((5, 30, 10), (5, 45, 6), (5, 20, 5))

    assert (together(both, 24) == squares((5, 30, 10), (5, 45, 6))).all()


def test_the_heavier_piece_counts_where_weights_are_given() -> None:
    mask, weight = squares((5, 5, 10), (5, 60, 5)), np.zeros((40, 80), np.float32)
    weight[:, 60:] = 9.0

    assert (together(mask, 20, weight) == squares((5, 60, 5))).all()
    assert (together(mask, 20) == squares((5, 5, 10))).all()
