"""Run-length texts that no encoder writes: what is stored of them is what they decode to, and nobody is fooled."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from storage import rle
from storage.database import Database
from storage.masks import BadMask, BlobInfo, blob_infos, put_blob
from storage.rle import Rle, RleError
from tests.storage.scenes import stored


def text_of(numbers: list[int]) -> str:
    """COCO's text for any numbers, whether or not they make a mask (`rleToString` of maskApi.c)."""
    text = ""
    for place, number in enumerate(numbers):
        rest = number - numbers[place - 2] if place > 2 else number
        more = True
        while more:
            bits = rest & 0x1F
            rest >>= 5
            more = rest != -1 if bits & 0x10 else rest != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


LARGE = (1 << 59) - 1
# Together 2**64 + 4 pixels, which 64 bits take for the 4 pixels of 2 x 2.
ROUND_THE_CORNER = [*[LARGE] * 32, 36]
GROWING = [1, 1, 1, *[(1 << 58) * k for k in range(1, 8)]]


MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@MANY
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(sum))
def test_the_text_made_here_is_the_one_that_is_read(numbers: list[int]) -> None:
    assert rle.uncompress({"size": [sum(numbers), 1], "counts": text_of(numbers)}) == numbers


@pytest.mark.parametrize("numbers", [ROUND_THE_CORNER, GROWING, [LARGE], [0, LARGE], [5], [-1, 5], [2, -1, 3]])
def test_runs_that_do_not_fit_are_refused_wherever_they_come_in(database: Database, numbers: list[int]) -> None:
    mask = {"size": [2, 2], "counts": text_of(numbers)}
    for read in (rle.check, rle.decode, rle.canonical, rle.complement):
        with pytest.raises(RleError, match="counts"):
            read(mask)
    with pytest.raises(BadMask), database.atomic() as tx:
        put_blob(tx, mask)


@pytest.mark.parametrize("counts", [[2**63 - 1, 2**63 - 1, 6], [2**62] * 4 + [4], [2**32 + 4], [1e300, 4], [-4, 8]])
def test_counts_that_go_round_the_corner_are_refused(counts: list[Any]) -> None:
    with pytest.raises(RleError, match="counts must"):
        rle.compress(counts, 2, 2)


def assert_described(info: BlobInfo, pixels: np.ndarray) -> None:
    ys, xs = np.nonzero(pixels)
    assert info.area == len(ys)
    box = (xs.min(), ys.min(), np.ptp(xs) + 1, np.ptp(ys) + 1) if len(ys) else (0, 0, 0, 0)
    assert (info.x, info.y, info.w, info.h) == box


@MANY
@given(
    text=st.text(alphabet=[chr(code) for code in range(44, 116)], max_size=14),
    height=st.integers(1, 4),
    width=st.integers(1, 4),
)
def test_any_text_is_refused_or_stored_with_the_facts_of_its_pixels(
    database: Database, text: str, height: int, width: int
) -> None:
    mask: Rle = {"size": [height, width], "counts": text}
    try:
        pixels = rle.decode(mask)
    except RleError:
        with pytest.raises(BadMask, match="mask"):
            stored(database, mask)
        return
    assert_described(stored(database, mask), pixels)
    # pycocotools leaves the bytes of the text as they are, so it is asked only where they are known to be a mask.
    assert np.array_equal(coco.decode({**mask, "counts": text.encode()}), pixels)


@MANY
@given(counts=st.lists(st.integers(0, 4), min_size=1, max_size=12).filter(sum), data=st.data())
def test_area_and_box_are_right_for_runs_of_nothing_too(
    database: Database, counts: list[int], data: st.DataObject
) -> None:
    total = sum(counts)
    height = data.draw(st.sampled_from([side for side in range(1, total + 1) if total % side == 0]))
    mask = rle.compress(counts, height, total // height)
    assert_described(stored(database, mask), rle.decode(mask))
    assert rle.canonical(mask) == rle.encode(rle.decode(mask))


def test_two_spellings_of_one_mask_are_two_blobs_with_the_same_facts(database: Database) -> None:
    plain = rle.compress([3, 3], 6, 1)
    roundabout = rle.compress([2, 0, 1, 3], 6, 1)
    with database.atomic() as tx:
        names = [put_blob(tx, plain), put_blob(tx, roundabout)]
        one, other = (blob_infos(tx, [name])[name] for name in names)
    assert names[0] != names[1]
    assert (one.area, one.x, one.y, one.w, one.h) == (other.area, other.x, other.y, other.w, other.h) == (3, 0, 3, 1, 3)
    assert rle.iou(plain, roundabout) == 1.0


@pytest.mark.parametrize("size", [[2.0, 2.0], ["2", "2"], (2, 2)])
def test_a_size_may_be_written_in_any_whole_numbers(database: Database, size: Any) -> None:
    with database.atomic() as tx:
        name = put_blob(tx, {"size": size, "counts": rle.empty(2, 2)["counts"]})
        info = blob_infos(tx, [name])[name]
    assert (info.height, info.width, info.area) == (2, 2, 0)


@pytest.mark.parametrize(
    "size", [[2, 2, 2], [], None, 4, [None, 2], [-2, -2], [float("nan"), 2], [float("inf"), 2], ["two", 2]]
)
def test_a_size_that_is_none_is_refused(database: Database, size: Any) -> None:
    with pytest.raises(BadMask, match="mask"):
        stored(database, {"size": size, "counts": "4"})


def test_a_mask_that_no_database_could_describe_is_refused(database: Database) -> None:
    with database.atomic() as tx, pytest.raises(BadMask, match="larger than any picture"):
        put_blob(tx, {"size": [1 << 62, 2], "counts": "0"})
