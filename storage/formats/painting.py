"""Masks of one frame in one picture of numbers, which holds one mask for each pixel."""

from collections.abc import Sequence

import numpy as np

from storage import rle
from storage.rle import Rle


def paint(masks: Sequence[tuple[int, Rle]], height: int, width: int) -> tuple[np.ndarray, int]:
    """A picture (uint16 H x W) with the number of a mask at each of its pixels, 0 elsewhere; and the pixels lost.

    masks: (number, mask). Where masks overlap, the smaller one keeps the pixels, since it is likely to lie in front;
    of two equal ones, the later. Lost pixels are counted once for each mask that loses them.
    """
    picture = np.zeros((height, width), np.uint16)
    total = 0
    for number, mask in sorted(masks, key=lambda one: -rle.area(one[1])):
        picture[rle.decode(mask)] = number
        total += rle.area(mask)
    return picture, total - int(np.count_nonzero(picture))
