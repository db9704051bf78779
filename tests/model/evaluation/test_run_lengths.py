"""Run lengths of many masks from their text, as the mask library reads them."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from model.evaluation import run_lengths
from model.evaluation.run_lengths import MOST_CHARACTERS, decode, joined

ROOM = 1 << 28
runs_of_masks = st.lists(st.lists(st.integers(0, 1 << 24), min_size=1, max_size=9), min_size=1, max_size=6)
pictures = st.lists(
    hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40)), min_size=1, max_size=9
)


@pytest.fixture(params=[1, 20, 1 << 17])
def at_once(request, monkeypatch):
    """One text at a time, a few, or the usual number."""
    monkeypatch.setattr(run_lengths, "_AT_ONCE", request.param)


def text(runs):
    """The library's own spelling."""
    return coco_mask.frPyObjects({"size": [1, sum(runs)], "counts": runs}, 1, sum(runs))["counts"]


def decoded(texts, rooms):
    return decode(b"".join(texts), np.array([len(one) for one in texts]), np.array(rooms))


def each(found):
    return [found.runs[i:j].tolist() for i, j in zip(found.starts, found.starts[1:], strict=False)]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs_of_masks)
def test_the_runs_of_many_masks_are_read_and_summed(at_once, masks):
    found = decoded([text(runs) for runs in masks], [ROOM] * len(masks))
    assert each(found) == masks
    assert found.covered.tolist() == [sum(runs) for runs in masks]
    assert found.areas.tolist() == [*(sum(runs[1::2]) for runs in masks), 0]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pictures)
def test_areas_and_bounds_are_those_of_the_pixels(at_once, masks):
    codes = [coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8)) for mask in masks]
    found = decoded([code["counts"] for code in codes], [mask.size for mask in masks])
    assert found.covered.tolist() == found.rooms[:-1].tolist() == [mask.size for mask in masks]
    assert found.areas[:-1].tolist() == [mask.sum() for mask in masks] == coco_mask.area(codes).tolist()
    for mask, begin, end in zip(masks, found.begins, found.ends, strict=False):
        places = np.flatnonzero(mask.T)
        assert places.size == 0 or (begin, end) == (places[0], places[-1] + 1)


def test_a_run_above_its_mask_or_below_zero_is_no_length():
    texts = [b"448", b"448", b"OO", b"44", b"4" + b"o" * MOST_CHARACTERS + b"0"]
    assert decoded(texts, [16, 7, 16, 16, 16]).covered.tolist() == [16, -1, -1, 8, -1]


@pytest.mark.parametrize("characters", range(2, MOST_CHARACTERS + 8))
def test_a_number_too_large_for_a_mask_is_no_length_however_it_is_spelled(characters):
    power = 32 ** (characters - 1)
    for first, last, value in ((b"P", b"1", power), (b"o", b"?", 16 * power - 1), (b"P", b"@", -16 * power)):
        long = first * (characters - 1) + last
        expected = 1 + value if 0 <= value <= ROOM else -1
        assert decoded([b"448", b"1" + long, b"448"], [16, ROOM, 16]).covered.tolist() == [16, expected, 16]


@pytest.mark.parametrize("characters", [6, 7, MOST_CHARACTERS])
def test_a_small_number_may_be_spelled_with_many_characters(characters):
    long = b"T" + b"P" * (characters - 2) + b"0"  # 4
    assert each(decoded([b"1" + long, b"22"], [5, 4])) == [[1, 4], [2, 2]]


def test_sums_beyond_32_bits_do_not_seem_to_be_those_of_the_mask():
    runs = [ROOM] * 16 + [7]
    assert decoded([text(runs[:3]) + b"0" * 14], [7]).covered.tolist() == [-1]
    assert decoded([text(runs[:3]) + b"0" * 14], [ROOM]).covered.tolist() == [17 * ROOM]


def test_a_long_text_of_one_number_without_end_is_read_in_no_time():
    assert decoded([b"P" * 3_000_000 + b"1"], [ROOM]).covered.tolist() == [-1]


def test_parts_are_joined_once_each():
    one, other = decoded([b"448", b"22"], [16, 4]), decoded([b"13"], [4])
    whole, shifts = joined([other, one, other, one])
    assert shifts == [0, 1, 0, 1]
    assert each(whole) == [[1, 3], [4, 4, 8], [2, 2]]
    assert whole.covered.tolist() == [4, 16, 4] and whole.areas.tolist() == [3, 4, 2, 0]
    assert joined([one, one])[0] is one
