"""Polygons along the edges of pixels are the masks that they came from, to the pixel."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import rle
from storage.formats.outlines import from_ring, is_simple, one_ring, rings
from tests.storage.formats.datasets import masks


def flat(ring: list[tuple[int, int]]) -> list[float]:
    return [float(value) for point in ring for value in point]


@settings(max_examples=200, deadline=None)
@given(data=st.data(), height=st.integers(1, 7), width=st.integers(1, 7))
def test_one_ring_has_the_pixels_of_its_mask(data: st.DataObject, height: int, width: int) -> None:
    mask = data.draw(masks(height, width))
    if mask is not None:
        assert from_ring(flat(one_ring(mask)), height, width) == mask


@settings(max_examples=100, deadline=None)
@given(data=st.data(), size=st.integers(1, 7))
def test_a_mask_with_one_ring_is_that_polygon(data: st.DataObject, size: int) -> None:
    mask = data.draw(masks(size, size))
    if mask is not None and is_simple(mask):
        assert rle.from_polygons([flat(rings(mask)[0])], size, size) == mask


def test_a_ring_has_only_corners_and_a_hole_is_a_ring_of_its_own() -> None:
    pixels = np.zeros((6, 8), bool)
    pixels[1:5, 2:7] = True
    assert sorted(rings(rle.encode(pixels))[0]) == [(2, 1), (2, 5), (7, 1), (7, 5)]
    pixels[2:4, 3:5] = False
    assert [len(ring) for ring in rings(rle.encode(pixels))] == [4, 4]
    assert not is_simple(rle.encode(pixels))


def test_pixels_that_touch_at_a_corner_come_back() -> None:
    mask = rle.encode(np.eye(5, dtype=bool))
    assert from_ring(flat(one_ring(mask)), 5, 5) == mask
