"""Overlap of tracks from their run-length masks, against counting pixels."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from model.evaluation.mask_overlap import shared_pixels, track_iou

SIZE = (6, 9)
pictures = st.lists(st.booleans(), min_size=54, max_size=54).map(lambda bits: np.array(bits).reshape(SIZE))
tracks = st.lists(st.lists(st.none() | pictures, min_size=2, max_size=2), max_size=3)


def coded(pixels: np.ndarray | None, *, text: bool = False) -> dict[str, Any] | None:
    if pixels is None:
        return None
    rle = dict(coco.encode(np.asfortranarray(pixels.astype(np.uint8))))
    return {**rle, "counts": rle["counts"].decode()} if text else rle


def whole(track: list[np.ndarray | None]) -> np.ndarray:
    return np.stack([np.zeros(SIZE, bool) if pixels is None else pixels for pixels in track])


@settings(max_examples=60, deadline=None)
@given(tracks, tracks, st.booleans())
def test_pixels_are_those_that_one_counts(one: list[Any], two: list[Any], text: bool) -> None:
    left = [[coded(pixels, text=text) for pixels in track] for track in one]
    right = [[coded(pixels) for pixels in track] for track in two]

    shared, areas, other_areas = shared_pixels(left, right)
    table = track_iou(left, right)

    assert shared.shape == table.shape == (len(one), len(two))
    assert areas.tolist() == [whole(track).sum() for track in one]
    assert other_areas.tolist() == [whole(track).sum() for track in two]
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            both, either = (whole(a) & whole(b)).sum(), (whole(a) | whole(b)).sum()
            assert shared[i, j] == pytest.approx(both, abs=1e-9)
            assert table[i, j] == pytest.approx(both / either if either else 0.0, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(tracks)
def test_tracks_among_themselves_are_symmetric_with_ones_where_there_is_a_mask(one: list[Any]) -> None:
    table = track_iou([[coded(pixels) for pixels in track] for track in one])

    assert np.allclose(table, table.T)
    assert np.allclose(np.diag(table), [float(whole(track).any()) for track in one])


def test_no_tracks_make_an_empty_table() -> None:
    assert track_iou([]).shape == (0, 0)
    assert shared_pixels([], [[None]])[0].shape == (0, 1)


def test_overlap_of_tracks_is_shared_over_united_pixels_of_all_frames() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 3, 20, 30)) < 0.4
    second[1] = False

    table = track_iou([[coded(m, text=True) for m in first], [coded(m) if m.any() else None for m in second]])

    assert table[0, 1] == pytest.approx((first & second).sum() / (first | second).sum(), abs=1e-9)
    assert table[0, 0] == pytest.approx(1.0)
    assert np.allclose(table, table.T)


def test_overlap_with_an_empty_track_is_zero() -> None:
    something = [coded(np.ones((4, 4), bool)), None]

    assert track_iou([[None, None], something])[0].tolist() == [0.0, 0.0]


def test_hundreds_of_masks_in_one_frame_are_counted() -> None:
    """The mask library takes the areas of at most 255 masks at once."""
    many = np.zeros((300, *SIZE), bool)
    many[np.arange(300), np.arange(300) // SIZE[1] % SIZE[0], np.arange(300) % SIZE[1]] = True
    many[:100, 0] = True
    left = [[coded(mask), None] for mask in many]

    shared, areas, other_areas = shared_pixels(left, [[coded(np.ones(SIZE, bool)), None]] * 256)
    table = track_iou(left)

    assert areas.tolist() == many.sum(axis=(1, 2)).tolist()
    assert other_areas.tolist() == [54.0] * 256
    assert np.array_equal(shared, np.repeat(areas[:, None], 256, axis=1))
    flat = many.reshape(300, -1).astype(float)
    both = flat @ flat.T
    assert np.allclose(table, both / (areas[:, None] + areas[None] - both))
