"""Matching of proposals to tracks by the overlap of their masks through the video."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching import Masks, match, overlaps
from storage import rle
from tests.app.made import square

boxes = st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(1, 8))
masks_by_frame = st.dictionaries(st.integers(0, 3), boxes, max_size=4)


def masks(name: str, frames: dict[int, tuple[int, int, int]], kind: str = "dog") -> Masks:
    return Masks(name, kind, {frame: square(*box) for frame, box in frames.items()})


@settings(max_examples=40, deadline=None)
@given(st.lists(masks_by_frame, max_size=3), st.lists(masks_by_frame, max_size=3))
def test_overlap_is_the_quotient_of_summed_pixels(
    old: list[dict[int, tuple[int, int, int]]], new: list[dict[int, tuple[int, int, int]]]
) -> None:
    one = [masks(str(k), frames) for k, frames in enumerate(old)]
    two = [masks(str(k), frames) for k, frames in enumerate(new)]
    table = overlaps(one, two)
    empty = np.zeros((48, 64), bool)
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            shared = union = 0
            for frame in set(a.frames) | set(b.frames):
                left = rle.decode(a.frames[frame]) if frame in a.frames else empty
                right = rle.decode(b.frames[frame]) if frame in b.frames else empty
                shared, union = shared + int((left & right).sum()), union + int((left | right).sum())
            assert abs(table[i, j] - (shared / union if union else 0.0)) < 1e-9


def test_the_best_overlap_is_matched_first_and_each_only_once() -> None:
    old = [masks("a", {0: (0, 0, 10)}), masks("b", {0: (4, 0, 10)})]
    new = [masks("x", {0: (3, 0, 10)}), masks("y", {0: (1, 0, 10)})]
    assert match(old, new) == {"x": "b", "y": "a"}


def test_another_category_is_never_the_same_thing() -> None:
    assert match([masks("a", {0: (0, 0, 9)}, "cat")], [masks("x", {0: (0, 0, 9)}, "dog")]) == {}


def test_little_overlap_is_no_match() -> None:
    assert match([masks("a", {0: (0, 0, 10)})], [masks("x", {0: (9, 9, 10)})]) == {}
    assert match([masks("a", {})], [masks("x", {0: (9, 9, 10)})]) == {}
    assert match([], []) == {}
