"""Masks in one picture: each pixel has one number, the smaller mask lies in front, and lost pixels are counted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from storage import rle
from storage.formats.painting import paint

HEIGHT, WIDTH = 3, 4
MASKS = st.lists(st.integers(1, 2 ** (HEIGHT * WIDTH) - 1), max_size=5)


def pixels(bits: int) -> np.ndarray:
    """The mask of the bits of a number: bool HEIGHT x WIDTH."""
    return np.array([bits >> k & 1 for k in range(HEIGHT * WIDTH)], bool).reshape(HEIGHT, WIDTH)


@given(MASKS)
def test_every_covered_pixel_has_the_number_of_a_smallest_mask_on_it(bits: list[int]) -> None:
    masks = [pixels(one) for one in bits]
    picture, lost = paint([(k, rle.encode(mask)) for k, mask in enumerate(masks, start=1)], HEIGHT, WIDTH)
    assert picture.dtype == np.uint16 and picture.shape == (HEIGHT, WIDTH)
    for place in np.ndindex(HEIGHT, WIDTH):
        here = [(mask.sum(), k) for k, mask in enumerate(masks, start=1) if mask[place]]
        number = int(picture[place])
        assert (number == 0) == (not here)
        assert not here or masks[number - 1].sum() == min(here)[0]
    assert lost == sum(mask.sum() for mask in masks) - np.count_nonzero(picture)


def test_of_two_equal_masks_the_later_one_is_seen() -> None:
    mask = rle.encode(pixels(0b11))
    picture, lost = paint([(7, mask), (3, mask)], HEIGHT, WIDTH)
    assert (picture[0, 0], lost) == (3, 2)
