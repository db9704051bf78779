"""Common pixels of pairs of masks, as counted pixel by pixel and by the mask library."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from model.evaluation import common_pixels as module
from model.evaluation.common_pixels import common_pixels
from tests.model.evaluation.test_run_lengths import decoded

NONE = -1


@pytest.fixture(params=[1, 40, 1 << 17])
def at_once(request, monkeypatch):
    """One pair at a time, a few, or the usual number."""
    monkeypatch.setattr(module, "_AT_ONCE", request.param)


def codes(masks):
    return [coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8)) for mask in masks]


def read(masks):
    return decoded([code["counts"] for code in codes(masks)], [mask.size for mask in masks])


@st.composite
def pairs(draw):
    """Pairs of masks of one size, each pair of another; sparse, full, empty, or anything in between."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    found = []
    for _ in range(draw(st.integers(1, 6))):
        shape = rng.integers(1, 25, 2)
        found.append([rng.random(shape) < rng.choice([0.0, 0.02, 0.5, 1.0]) for _ in range(2)])
    return found


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs())
def test_common_pixels_are_those_of_both_masks(at_once, masks):
    ours, theirs = read([a for a, _ in masks]), read([b for _, b in masks])
    chosen = np.array([*range(len(masks)), 0, len(masks) - 1])
    common = common_pixels(ours, chosen, theirs, chosen)
    merged = [
        coco_mask.area(coco_mask.merge(codes(pair), intersect=True)) for pair in (masks[k] for k in chosen.tolist())
    ]
    assert common.tolist() == [(masks[k][0] & masks[k][1]).sum() for k in chosen] == merged


def test_no_mask_shares_nothing():
    full = read([np.ones((3, 4), bool)])
    a, b = np.array([0, NONE, 0, NONE]), np.array([NONE, 0, 0, NONE])
    assert common_pixels(full, a, full, b).tolist() == [0, 0, 12, 0]
    assert common_pixels(full, a[:0], full, b[:0]).tolist() == []


def test_runs_without_pixels_change_nothing():
    odd = decoded([b"0010020", b"20002"], [3, 4])  # 0 0 1 0 3 ...: background and object of no length
    plain = decoded([b"3", b"4"], [3, 4])
    assert common_pixels(odd, np.arange(2), plain, np.arange(2)).tolist() == [0, 0]
    runs = [2, 0, 1, 3, 0, 2, 0]
    code = coco_mask.frPyObjects({"size": [2, 4], "counts": runs}, 2, 4)["counts"]
    same = coco_mask.frPyObjects({"size": [2, 4], "counts": [3, 5]}, 2, 4)["counts"]
    both = decoded([code, same], [8, 8])
    assert both.covered.tolist() == [8, 8] and both.areas.tolist() == [5, 5, 0]
    every = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert common_pixels(both, every[0], both, every[1]).tolist() == [5, 5, 5, 5]


def test_pictures_that_together_exceed_32_bits_are_counted_whole():
    room = 1 << 28
    code = coco_mask.frPyObjects({"size": [1, room], "counts": [5, room - 9, 4]}, 1, room)["counts"]
    many = decoded([code] * 20, [room] * 20)
    assert set(common_pixels(many, np.arange(20), many, np.arange(20)[::-1]).tolist()) == {room - 9}
