"""Run-length encodings agree with arrays, with pycocotools, and refuse what is no mask."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from pycocotools import mask as mask_api

from storage import rle
from storage.errors import StorageError
from storage.rle import RleError

coco: Any = mask_api

SHAPES = st.tuples(st.integers(1, 24), st.integers(1, 24))
MASKS = SHAPES.flatmap(lambda shape: arrays.arrays(bool, shape))
PAIRS = SHAPES.flatmap(lambda shape: st.tuples(arrays.arrays(bool, shape), arrays.arrays(bool, shape)))


@given(MASKS)
def test_a_mask_survives_encoding(mask: np.ndarray) -> None:
    code = rle.encode(mask)
    assert code["size"] == list(mask.shape)
    assert isinstance(code["counts"], str)
    back = rle.decode(code)
    assert back.dtype == bool
    assert np.array_equal(back, mask)


@given(MASKS)
def test_counts_survive_both_ways_and_are_the_runs_down_the_columns(mask: np.ndarray) -> None:
    code = rle.encode(mask)
    counts = rle.uncompress(code)
    assert rle.compress(counts, *code["size"]) == code
    values = np.concatenate([np.full(count, k % 2) for k, count in enumerate(counts)])
    assert np.array_equal(values.reshape(mask.shape, order="F"), mask)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(sum))
def test_any_counts_are_kept_as_they_are(counts: list[int]) -> None:
    code = rle.compress(counts, sum(counts), 1)
    assert rle.uncompress(code) == counts
    rle.check(code)


@given(MASKS)
def test_area_and_box_are_those_of_the_pixels(mask: np.ndarray) -> None:
    code = rle.encode(mask)
    assert rle.area(code) == mask.sum()
    rows, columns = np.nonzero(mask)
    if len(rows):
        x, y = columns.min(), rows.min()
        assert rle.bbox(code) == [x, y, columns.max() - x + 1, rows.max() - y + 1]
    else:
        assert rle.bbox(code) == [0, 0, 0, 0]
    assert all(type(value) is int for value in [rle.area(code), *rle.bbox(code)])


@given(PAIRS)
def test_set_operations_are_those_of_arrays(pair: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = pair
    one, other = rle.encode(a), rle.encode(b)
    assert np.array_equal(rle.decode(rle.union(one, other)), a | b)
    assert np.array_equal(rle.decode(rle.intersection(one, other)), a & b)
    assert np.array_equal(rle.decode(rle.difference(one, other)), a & ~b)
    assert np.array_equal(rle.decode(rle.complement(one)), ~a)
    assert rle.iou(one, other) == pytest.approx((a & b).sum() / max(1, (a | b).sum()))


@given(MASKS)
def test_operations_on_one_mask_change_nothing(mask: np.ndarray) -> None:
    code = rle.encode(mask)
    assert rle.union(code) == rle.intersection(code) == rle.difference(code) == code
    assert rle.complement(rle.complement(code)) == code
    assert rle.area(rle.difference(code, code)) == 0


def test_equal_masks_have_equal_canonical_codes() -> None:
    roundabout = rle.compress([2, 0, 1, 3], 6, 1)
    direct = rle.encode(np.array([[0], [0], [0], [1], [1], [1]], bool))
    assert roundabout != direct
    assert rle.canonical(roundabout) == rle.canonical(direct) == direct


@given(MASKS)
def test_decoding_agrees_with_pycocotools(mask: np.ndarray) -> None:
    assert np.array_equal(rle.decode(rle.encode(mask)), coco.decode(rle.encode(mask)))


def test_empty_has_no_pixel() -> None:
    assert not rle.decode(rle.empty(3, 5)).any()
    assert rle.empty(3, 5) == rle.encode(np.zeros((3, 5), bool))
    assert rle.iou(rle.empty(3, 5), rle.empty(3, 5)) == 0


def test_a_mask_of_numbers_counts_where_it_is_not_zero() -> None:
    assert rle.area(rle.encode(np.array([[0, 255], [2, 0]], np.uint8))) == 2


def test_polygons_are_united_and_short_ones_cover_nothing() -> None:
    square, other, line = [1, 1, 5, 1, 5, 5, 1, 5], [6, 1, 8, 1, 8, 5, 6, 5], [0, 0, 9, 9]
    code = rle.from_polygons([square, other, line], 10, 12)
    expected = coco.decode(coco.merge(coco.frPyObjects([square, other], 10, 12))).astype(bool)
    assert np.array_equal(rle.decode(code), expected)
    assert rle.area(code) == 16 + 8
    assert rle.area(rle.from_polygons([line], 10, 12)) == 0
    assert rle.area(rle.from_polygons([], 10, 12)) == 0


@pytest.mark.parametrize(
    "polygon", [[1, 2, 3], [float("nan")] * 6, [0, 0, 1e12, 0, 1, 1], [0, 0, float("inf"), 0, 1, 1]]
)
def test_polygons_that_are_none_are_refused(polygon: list[float]) -> None:
    with pytest.raises(RleError, match="polygon must be"):
        rle.from_polygons([polygon], 10, 10)


@pytest.mark.parametrize(
    "counts", [[], [1.5, 2.5], [-1, 5], [3], [5], [[4]], ["4"], [2**40], [2**32 + 4], [4, None], [True, True]]
)
def test_counts_that_are_no_mask_are_refused(counts: list) -> None:
    with pytest.raises(RleError, match="counts must"):
        rle.compress(counts, 2, 2)


def test_whole_numbers_written_as_floats_are_accepted() -> None:
    assert rle.uncompress(rle.compress(json.loads("[1.0, 3.0]"), 2, 2)) == [1, 3]


@pytest.mark.parametrize("text", ["", "~~~", " 4", "ä", "\ud800", "P", "T", "4" * 3, "PPPPPPPPPPPPPP1", "Oj"])
def test_strings_that_are_no_mask_are_refused(text: str) -> None:
    with pytest.raises(RleError, match="counts"):
        rle.check({"size": [2, 2], "counts": text})


@given(st.text(alphabet=[chr(c) for c in range(48, 112)], max_size=12))
def test_any_string_is_either_refused_or_decodes(text: str) -> None:
    code = {"size": [4, 3], "counts": text}
    try:
        counts = rle.uncompress(code)
    except RleError:
        return
    assert sum(counts) == 12
    assert rle.decode(code).shape == (4, 3)
    assert rle.decode(code).sum() == sum(counts[1::2])


@pytest.mark.parametrize("size", [(0, 4), (1 << 20, 1 << 20)])
def test_sizes_beyond_reason_are_refused(size: tuple[int, int]) -> None:
    for make in (
        lambda: rle.compress([size[0] * size[1]], *size),
        lambda: rle.check({"size": list(size), "counts": "0"}),
        lambda: rle.from_polygons([[0, 0, 1, 0, 1, 1]], *size),
    ):
        with pytest.raises(RleError, match="pixels is empty or above"):
            make()


def test_masks_of_different_sizes_are_not_combined() -> None:
    one, other = rle.empty(2, 3), rle.empty(3, 2)
    for operation in (rle.union, rle.intersection, rle.difference, rle.iou):
        with pytest.raises(RleError, match="cannot be combined"):
            operation(one, other)
    with pytest.raises(RleError, match="at least one"):
        rle.union()


def test_an_array_that_is_no_mask_is_refused() -> None:
    with pytest.raises(RleError, match="two axes") as caught:
        rle.encode(np.zeros((2, 2, 3), bool))
    assert isinstance(caught.value, StorageError)


def test_counts_as_bytes_are_read_like_text() -> None:
    code = rle.encode(np.eye(5, dtype=bool))
    assert rle.uncompress({"size": code["size"], "counts": code["counts"].encode()}) == rle.uncompress(code)


@given(st.lists(MASKS, max_size=9))
def test_many_masks_at_once_are_as_each_alone(masks: list[np.ndarray]) -> None:
    codes = [rle.encode(mask) for mask in masks]
    assert rle.uncompress_all(codes) == [rle.uncompress(code) for code in codes]
    assert rle.canonical_all(codes) == codes
    assert rle.areas(codes) == [int(mask.sum()) for mask in masks]
    assert rle.bboxes(codes) == [rle.bbox(code) for code in codes]


def test_more_masks_than_pycocotools_counts_in_one_call() -> None:
    codes = [rle.encode(np.arange(600).reshape(20, 30) < k) for k in range(600)]
    assert rle.areas(codes) == list(range(600)) and len(rle.bboxes(codes)) == 600
    assert rle.uncompress_all(codes)[300] == rle.uncompress(codes[300])


def test_empty_runs_inside_are_joined_and_the_other_masks_stay_as_they_are() -> None:
    odd = rle.compress([2, 3, 0, 4, 3], 3, 4)
    plain = rle.compress([0, 5, 7], 3, 4)
    assert rle.canonical_all([plain, odd, plain]) == [plain, rle.compress([2, 7, 3], 3, 4), plain]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=9), st.integers(-2, 2), st.binary(max_size=6))
def test_short_masks_are_judged_by_a_loop_as_by_arrays(counts: list[int], more: int, text: bytes) -> None:
    pixels = max(sum(counts), 1)
    codes = [
        {
            "size": [1, max(pixels + more, 1)],
            "counts": rle.compress(counts, 1, pixels)["counts"] if sum(counts) else "1",
        },
        {"size": [1, pixels], "counts": text.decode("latin-1")},
    ]
    for code in codes:
        outcomes = []
        for short in (0, rle._SHORT):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(rle, "_SHORT", short)
                try:
                    outcomes.append(rle.canonical_all([code]))  # type: ignore[list-item]
                except RleError as error:
                    outcomes.append(str(error))  # type: ignore[arg-type]
        assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("place", range(3))
def test_one_mask_of_many_that_is_not_valid_is_refused_as_alone(place: int) -> None:
    codes = [rle.compress([2, 10], 3, 4) for _ in range(3)]
    codes[place] = {"size": [3, 4], "counts": rle.compress([2, 11], 1, 13)["counts"]}
    with pytest.raises(RleError) as alone:
        rle.uncompress(codes[place])
    with pytest.raises(RleError) as many:
        rle.canonical_all(codes)
    assert str(many.value) == str(alone.value)
