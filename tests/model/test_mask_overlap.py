"""Overlap of tracks from their run-length masks, against counting pixels."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from model.mask_overlap import shared_pixels, track_iou

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
