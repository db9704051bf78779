"""Shapes of CVAT: masks in the run lengths of their box, polygons, and what is no mask."""

from xml.etree.ElementTree import Element

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from storage import rle
from storage.formats import FormatError
from storage.formats.content import TrackDraft
from storage.formats.cvat_shapes import OTHERS, flag, join, mask_attributes, mask_of, no_mask, number, values

MASKS = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(lambda shape: arrays.arrays(bool, shape))


def read(tag: str, attributes: dict[str, str], height: int = 6, width: int = 8) -> np.ndarray:
    return rle.decode(mask_of(Element(tag, attributes), height, width, "here"))


@given(MASKS.filter(np.any))
def test_a_mask_survives_its_attributes_which_are_those_of_its_box(pixels: np.ndarray) -> None:
    found = mask_attributes(rle.encode(pixels))
    assert np.array_equal(read("mask", found, *pixels.shape), pixels)
    rows, columns = np.nonzero(pixels)
    assert (int(found["left"]), int(found["top"])) == (columns.min(), rows.min())
    counts = [int(part) for part in found["rle"].split(",")]
    assert sum(counts) == int(found["width"]) * int(found["height"])
    assert sum(counts[1::2]) == pixels.sum() and 0 not in counts[1:], "background comes first, along the rows"


def test_run_lengths_go_along_the_rows_of_the_box() -> None:
    found = read("mask", {"rle": "1, 2,3", "left": "5", "top": "2", "width": "3", "height": "2"})
    assert sorted(zip(*np.nonzero(found), strict=True)) == [(2, 6), (2, 7)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"left": "6"}, r"its box of 3 x 2 at 6, 2 does not lie in the picture of 8 x 6"),
        ({"top": "5"}, "does not lie in the picture"),
        ({"width": "0"}, "does not lie in the picture"),
        ({"left": "-1"}, '`left` must be a whole number, not "-1"'),
        ({"height": "9" * 40}, "`height` must be a whole number"),
        ({"rle": "1,2"}, "`rle` adds up to 3, but its box has 6 pixels"),
        ({"rle": "1,,5"}, "`rle` must be whole numbers separated by commas"),
        ({"rle": ""}, "`rle` must be whole numbers"),
        ({"rle": "٣,3"}, "`rle` must be whole numbers"),
        ({"rle": "9" * 11 + ",1"}, "`rle` adds up to"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused_with_its_place(changed: dict[str, str], said: str) -> None:
    good = {"rle": "1,2,3", "left": "5", "top": "2", "width": "3", "height": "2"}
    with pytest.raises(FormatError, match=f"^here: .*{said}"):
        read("mask", {**good, **changed})


@pytest.mark.parametrize("points", ["", "1,2;3", "1,2;x,4;5,6", "1,2,3;4,5", "1;2;3", "nan,1;2,3;4,5", "1e9,1;2,3;4,5"])
def test_points_that_are_no_pairs_of_numbers_are_refused(points: str) -> None:
    with pytest.raises(FormatError, match=r"^here: "):
        read("polygon", {"points": points})


def test_a_polygon_has_the_pixels_inside_it() -> None:
    found = read("polygon", {"points": "1.0,1.00;4,1;4.0,3.0;1,3"})
    assert found.sum() == 6 and found[1:3, 1:4].all()


@pytest.mark.parametrize("tag", OTHERS)
def test_other_shapes_are_named_and_are_no_masks(tag: str) -> None:
    article = "an" if tag == "ellipse" else "a"
    assert no_mask(Element(tag)) == f"is {article} {tag}, which is no mask; what is there is unknown, not absent."


@given(MASKS.filter(np.any), MASKS)
def test_shapes_of_one_frame_are_joined(pixels: np.ndarray, other: np.ndarray) -> None:
    track = TrackDraft(1, 1, None)
    more = np.zeros_like(pixels)
    rows, columns = min(pixels.shape[0], other.shape[0]), min(pixels.shape[1], other.shape[1])
    more[:rows, :columns] = other[:rows, :columns]
    assert [join(track, 4, rle.encode(one)) for one in (pixels, more)] == [False, True]
    assert np.array_equal(rle.decode(track.masks[4]), pixels | more)
    assert (4 in track.unknown) == (not more.any()), "a shape without a pixel leaves its frame unknown"


def test_flags_numbers_and_answers_are_read_from_attributes() -> None:
    shape = Element("polygon", {"outside": "1", "occluded": "True", "keyframe": "0", "frame": "12"})
    assert [flag(shape, name) for name in ("outside", "occluded", "keyframe", "missing")] == [True, True, False, False]
    assert number(shape, "frame", "here") == 12
    for name, text in (("pose", " sits \n"), ("", "nothing"), ("empty", None)):
        part = Element("attribute", {"name": name})
        part.text = text
        shape.append(part)
    assert values(shape) == {"pose": "sits", "empty": ""}
