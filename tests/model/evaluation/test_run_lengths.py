"""How many pixels compressed run lengths cover."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from model.evaluation.run_lengths import covered

ROOM = 1 << 28
runs_of_masks = st.lists(st.lists(st.integers(0, 1 << 24), min_size=1, max_size=9), min_size=1, max_size=6)


def text(runs):
    """The library's own spelling."""
    return coco_mask.frPyObjects({"size": [1, sum(runs)], "counts": runs}, 1, sum(runs))["counts"]


@settings(max_examples=100, deadline=None)
@given(runs_of_masks)
def test_the_runs_of_many_masks_cover_their_sums(masks):
    pixels = covered([text(runs) for runs in masks], np.full(len(masks), ROOM))
    assert pixels.tolist() == [sum(runs) for runs in masks]


def test_a_run_above_its_mask_or_below_zero_is_no_length():
    texts = [b"448", b"448", b"OO", b"44", b"4" + b"o" * 12 + b"0"]
    assert covered(texts, np.array([16, 7, 16, 16, 16])).tolist() == [16, -1, -1, 8, -1]
