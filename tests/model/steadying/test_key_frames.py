"""The key frames of a track are those whose masks look like most of its others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.steadying.key_frames import STRETCH, key_frames
from tests.model.steadying.made import SIZE, centre, disc, encoded


def half(frame: int) -> np.ndarray:
    mask = disc(centre(frame))
    mask[:, centre(frame)[0] :] = False
    return mask


def test_a_mask_that_lacks_a_half_is_not_chosen_even_with_the_best_score() -> None:
    masks = [encoded(half(k) if k == 3 else disc(centre(k))) for k in range(8)]
    scores = [0.9 if k == 3 else 0.8 for k in range(8)]

    assert key_frames(masks, scores) != [3] and len(key_frames(masks, scores)) == 1


def test_of_masks_that_look_alike_the_best_score_decides() -> None:
    masks = [encoded(disc(centre(k))) for k in range(8)]

    assert key_frames(masks, [0.5, 0.5, 0.5, 0.5, 0.5, 0.7, 0.5, 0.5]) == [5]


def test_the_size_counts_too() -> None:
    masks = [encoded(disc(centre(k), 40 if k == 0 else 15)) for k in range(5)]

    assert key_frames(masks, [0.9, 0.8, 0.8, 0.8, 0.8]) == [1]


def test_each_stretch_has_one_and_one_without_a_mask_none() -> None:
    count = 4 * STRETCH
    masks = [None if STRETCH <= k < 2 * STRETCH else encoded(disc((40, 40))) for k in range(count)]
    chosen = key_frames(masks, [0.5] * count)

    assert [place // STRETCH for place in chosen] == [0, 2, 3]


def test_masks_without_a_pixel_and_none_are_no_key_frames() -> None:
    nothing = encoded(np.zeros(SIZE, bool))

    assert key_frames([None, nothing, None], [0.5, 0.5, 0.5]) == []
    assert key_frames([nothing, encoded(disc((30, 30))), None], [0.9, 0.1, 0.0]) == [1]


def test_scores_of_zero_are_no_error() -> None:
    assert key_frames([encoded(disc((30, 30)))] * 2, [0.0, 0.0]) == [0]


@given(st.lists(st.one_of(st.none(), st.integers(2, 30)), max_size=40), st.data())
def test_key_frames_have_masks_and_rise(radii: list[int | None], data: st.DataObject) -> None:
    masks = [None if radius is None else encoded(disc((60, 45), radius)) for radius in radii]
    scores = data.draw(st.lists(st.floats(0, 1), min_size=len(masks), max_size=len(masks)))
    chosen = key_frames(masks, scores)

    assert chosen == sorted(set(chosen))
    assert all(masks[place] is not None for place in chosen)
    assert bool(chosen) == any(mask is not None for mask in masks)
    assert len(chosen) <= max(round(len(masks) / STRETCH), 1)


@pytest.mark.parametrize("count", [1, 5, 17, 18, 30])
def test_the_number_of_stretches_is_that_of_the_frames(count: int) -> None:
    masks = [encoded(disc((40, 40)))] * count

    assert len(key_frames(masks, [0.5] * count)) == max(round(count / STRETCH), 1)
