"""Figures of carried masks: J, marks of wrong and good frames, and tracks that come back."""

import numpy as np
import pytest

from tests.benchmarks._spread_scores import AGAIN, Carried, Marks, came_back, marked, mean, scored
from tests.benchmarks._spread_videos import AnnotatedVideo

COUNT = 12


def video(hidden: range = range(0)) -> AnnotatedVideo:
    """One track, a square that moves by a pixel a frame and is hidden in some frames; and one that stands still."""
    masks = np.zeros((COUNT, 2, 20, 40), bool)
    for k in range(COUNT):
        masks[k, 0, 5:15, 5 + k : 15 + k] = k not in hidden
        masks[k, 1, 16:19, 30:36] = True
    return AnnotatedVideo("square", np.zeros((COUNT, 20, 40, 3), np.uint8), masks, frozenset(range(COUNT)))


def first_mask(of: AnnotatedVideo) -> dict[int, dict[int, np.ndarray]]:
    return {track: {k: of.masks[0, track] for k in range(COUNT)} for track in (0, 1)}


def test_doubt_counts_for_wrong_and_good_frames_apart() -> None:
    overlaps = {1: 0.1, 2: 0.49, 3: 0.5, 4: 0.79, 5: 0.8, 6: 1.0}

    assert marked(overlaps, {2, 3, 6, 9}) == Marks((1, 2), (1, 2))
    assert marked(overlaps, set()) + marked(overlaps, {1, 2}) == Marks((2, 4), (0, 4))


def test_a_copy_of_the_first_mask_is_scored_by_its_overlap_and_its_doubt() -> None:
    of = video()

    figures = scored(of, [0], range(1, COUNT), Carried(first_mask(of), 0.002, {0: {8, 9, 10, 11}, 1: {3}}))

    moved = np.mean([(10 - k) / (10 + k) if k < 10 else 0 for k in range(1, COUNT)])
    assert figures.j == pytest.approx((1 + moved) / 2) and figures.ms == pytest.approx(2)
    # From the fourth pixel on less than half of both squares overlaps.
    assert figures.marks == Marks((4, 8), (1, 12)) and figures.absent is None


def test_means_add_the_marks_up() -> None:
    of = video()
    one = scored(of, [0], range(1, COUNT), Carried(first_mask(of), 0, {0: {11}, 1: set()}))

    both = mean([one, one])

    assert both.marks == Marks((2, 16), (0, 24)) and both.j == pytest.approx(one.j)


def test_frames_without_the_track_count_as_absent_only() -> None:
    of = video(range(3, 6))
    found = first_mask(of)
    found[0][4] = np.zeros((20, 40), bool)

    figures = scored(of, [0], range(1, COUNT), Carried(found, 0))

    assert figures.absent == pytest.approx(1 / 3) and figures.marks == Marks()


@pytest.mark.parametrize(("delay", "right"), [(0, 1), (AGAIN + 1, 0)])
def test_a_track_that_comes_back_is_right_once_its_mask_is_there_again(delay: int, right: int) -> None:
    of = video(range(2, 5))
    found = {track: {k: of.masks[max(k - delay, 0), track] for k in range(COUNT)} for track in (0, 1)}
    for k in range(5, 5 + delay):
        found[0][k] = np.zeros((20, 40), bool)

    assert came_back(of, found) == (1, right)


def test_a_track_that_goes_for_good_does_not_come_back() -> None:
    of = video(range(6, COUNT))

    assert came_back(of, first_mask(of)) == (0, 0)
