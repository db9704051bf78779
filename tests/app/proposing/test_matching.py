"""Matching of proposals to tracks by the overlap of their masks over the video."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.proposing.matching import Masks, best_pairs, iou_of, overlaps, shared
from storage import rle
from tests.app.made import square

boxes = st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(1, 8))
masks_by_frame = st.dictionaries(st.integers(0, 3), boxes, max_size=4)


def masks(frames: dict[int, tuple[int, int, int]]) -> Masks:
    return {frame: square(*box) for frame, box in frames.items()}


@settings(max_examples=40, deadline=None)
@given(st.lists(masks_by_frame, max_size=3), st.lists(masks_by_frame, max_size=3))
def test_overlap_is_the_quotient_of_summed_pixels(
    old: list[dict[int, tuple[int, int, int]]], new: list[dict[int, tuple[int, int, int]]]
) -> None:
    one = [masks(frames) for frames in old]
    two = [masks(frames) for frames in new]
    table = overlaps(one, two)
    empty = np.zeros((48, 64), bool)
    for i, a in enumerate(one):
        for j, b in enumerate(two):
            shared = union = 0
            for frame in set(a) | set(b):
                left = rle.decode(a[frame]) if frame in a else empty
                right = rle.decode(b[frame]) if frame in b else empty
                shared, union = shared + int((left & right).sum()), union + int((left | right).sum())
            assert abs(table[i, j] - (shared / union if union else 0.0)) < 1e-9


def pairs(table: list[list[float]], same: list[list[bool]] | None = None, least: float = 0.3) -> list[tuple[int, int]]:
    values = np.array(table, float).reshape(len(table), -1)
    kinds = np.ones(values.shape, bool) if same is None else np.array(same)
    return best_pairs(values, kinds, least=least)


def test_the_best_overlap_is_matched_first_and_each_only_once() -> None:
    assert pairs([[0.7, 0.6], [0.9, 0.8]]) == [(1, 0), (0, 1)]
    assert pairs([[0.5, 0.5]]) == [(0, 0)], "of equals the first"


def test_another_kind_is_never_the_same_thing() -> None:
    assert pairs([[0.9]], [[False]]) == []
    assert pairs([[0.9, 0.4]], [[False, True]]) == [(0, 1)]


def test_little_overlap_is_no_match() -> None:
    assert pairs([[0.29]]) == [] and pairs([[0.3]]) == [(0, 0)] and pairs([[0.3]], least=0.5) == []
    assert best_pairs(np.zeros((0, 0)), np.zeros((0, 0), bool), least=0.3) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0.0, 0.2, 0.3, 0.5, 0.9]), min_size=3, max_size=3), min_size=1, max_size=4))
def test_what_is_left_over_could_not_have_been_matched(table: list[list[float]]) -> None:
    chosen = pairs(table)
    old, new = {i for i, _ in chosen}, {j for _, j in chosen}
    assert len(old) == len(new) == len(chosen)
    assert all(table[i][j] < 0.3 for i in set(range(len(table))) - old for j in set(range(3)) - new)


def test_pixels_of_parts_add_up_to_those_of_the_whole() -> None:
    old, new = masks({0: (0, 0, 10), 1: (2, 2, 8)}), masks({0: (5, 0, 10), 2: (0, 0, 4)})
    whole = shared([old], [new])
    parts = [
        shared([masks({0: (0, 0, 10)})], [masks({0: (5, 0, 10)})]),
        shared([masks({1: (2, 2, 8)})], [masks({2: (0, 0, 4)})]),
    ]
    assert (whole.both.item(), whole.old.item(), whole.new.item()) == (50.0, 164.0, 116.0)
    assert sum(part.both.item() for part in parts) == whole.both.item()
    assert sum(part.old.item() for part in parts) == whole.old.item()
    assert iou_of(whole).item() == 50 / 230
