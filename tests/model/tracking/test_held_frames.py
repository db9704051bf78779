"""Frames that two windows cover: votes on presence, mean masks, scores, quantized masks, settled frames."""

import numpy as np
import pytest
from pycocotools import mask as coco

from model.tracking.held_frames import LEVELS, HeldFrames, WindowVote
from model.tracking.paste import paste_rle

HW = (20, 40)
SOLID = np.ones((28, 28), np.float32)


def box(x: float, width: float = 10.0) -> np.ndarray:
    return np.array([x, 2.0, x + width, 12.0], np.float32)


def vote(weight: float, x: float = 5.0, *, present: bool = True, score: float = 0.8, width: float = 10.0) -> WindowVote:
    return WindowVote(weight, present, score, SOLID, box(x, width))


def covered(*weights: float) -> HeldFrames:
    held = HeldFrames()
    for weight in weights:
        held.cover(0, np.array([weight]), skip=0)
    return held


def settle(held: HeldFrames, stop: int = 1, rule: str = "review") -> list[tuple[int, tuple[float, ...], list[int]]]:
    """Track, scores and mask areas (-1: absent) per settled track."""
    tracks = held.settle(0, stop, frame_hw=HW, rule=rule)
    return [
        (one.track, one.frame_scores, [-1 if m is None else int(coco.area(m)) for m in one.segmentations])
        for one in tracks
    ]


def test_a_frame_of_one_window_keeps_its_prediction_to_the_byte() -> None:
    probability = np.random.default_rng(2).random((28, 28), dtype=np.float32)
    held = covered(3.0)
    held.add(7, 0, WindowVote(3.0, True, 0.123456789, probability, box(5)))
    (track,) = held.settle(0, 1, frame_hw=HW, rule="published")
    assert track.segmentations == (paste_rle(probability, box(5), HW),)
    assert (track.track, track.frame_scores) == (7, (0.123456789,))


def test_two_windows_share_a_mask_by_their_weights() -> None:
    held = covered(3.0, 1.0)
    held.add(0, 0, vote(3.0, 5, score=0.8))
    held.add(0, 0, vote(1.0, 15, score=0.4))
    ((_, scores, areas),) = settle(held)
    assert areas == [100] and scores == (pytest.approx(0.7),)


def test_the_heavier_window_decides_whether_a_track_is_present() -> None:
    for weight, expected in ((3.0, 100), (1.0, -1)):
        held = covered(weight, 4.0 - weight)
        held.add(0, 0, vote(weight))
        held.add(0, 0, vote(4.0 - weight, present=False, score=0.0))
        assert settle(held)[0][2] == [expected]


def test_a_window_without_the_track_counts_against_it() -> None:
    held = covered(1.0, 3.0)
    held.add(0, 0, vote(1.0))
    ((_, scores, areas),) = settle(held)
    assert areas == [-1] and scores == (pytest.approx(0.2),)


def test_a_speck_is_absent_under_the_review_rule_only() -> None:
    for rule, expected in (("review", -1), ("published", 1)):
        held = covered(1.0)
        held.add(0, 0, WindowVote(1.0, True, 0.5, SOLID, np.array([3.0, 3.0, 4.0, 4.0], np.float32)))
        assert settle(held, rule=rule)[0][2] == [expected]


def test_settled_frames_are_dropped_and_the_rest_is_quantized() -> None:
    held = HeldFrames()
    held.cover(0, np.array([1.0, 2.0, 1.0]), skip=0)
    for frame in range(3):
        held.add(0, frame, WindowVote(1.0, True, 0.5, SOLID * np.float32(0.7), box(5)))
    settle(held, stop=2)
    assert sorted(held.coverage) == [2] and list(held.votes[0]) == [2]
    (kept,) = held.votes[0][2]
    assert kept.probability.dtype == np.uint8
    np.testing.assert_allclose(kept.soft(), 0.7, atol=0.5 / LEVELS)
    assert kept.quantized() is kept


def test_tracks_without_a_vote_in_these_frames_are_not_listed_and_empty_ones_forgotten() -> None:
    held = HeldFrames()
    held.cover(0, np.ones(4), skip=0)
    held.add(0, 3, vote(1.0))
    held.add(1, 0, vote(1.0))
    assert [track for track, _, _ in settle(held, stop=2)] == [1]
    assert list(held.votes) == [0]


def test_frames_that_are_settled_are_not_covered_again() -> None:
    held = HeldFrames()
    held.cover(10, np.array([1.0, 2.0, 3.0]), skip=12)
    assert held.coverage == {12: 3.0}
    held.cover(12, np.array([1.0, 1.0]), skip=12)
    assert held.coverage == {12: 4.0, 13: 1.0}


def test_the_grid_shows_the_mean_of_the_windows_that_detect_the_track() -> None:
    held = covered(2.0, 2.0)
    held.cover(1, np.array([2.0]), skip=0)
    held.add(0, 0, vote(2.0, 0, width=20))
    held.add(0, 0, vote(2.0, 20, width=20))
    held.add(0, 1, vote(2.0, present=False))
    soft = held.on_grid(0, [0, 1, 2], frame_hw=HW, grid_hw=HW)
    assert soft.shape == (3, *HW)
    assert soft[0, 4:10, 2:38].min() == pytest.approx(0.5, abs=0.02) and not soft[1:].any()
    assert not held.on_grid(9, [0], frame_hw=HW, grid_hw=HW).any()


def agreements(held: HeldFrames, stop: int = 1) -> list[tuple[float | None, ...]]:
    return [one.agreements for one in held.settle(0, stop, frame_hw=HW, rule="review")]


def test_windows_that_show_the_same_mask_agree() -> None:
    held = covered(1.0, 1.0)
    held.add(0, 0, vote(1.0))
    held.add(0, 0, vote(1.0))
    assert agreements(held) == [(1.0,)]


def test_windows_agree_by_the_overlap_of_their_masks() -> None:
    held = covered(1.0, 1.0)
    held.add(0, 0, vote(1.0, x=5.0))
    held.add(0, 0, vote(1.0, x=10.0))
    ((half,),) = agreements(held)
    assert half == pytest.approx(1 / 3, abs=0.03)


def test_a_window_that_misses_the_track_disagrees_by_its_weight() -> None:
    held = covered(3.0, 1.0)
    held.add(0, 0, vote(3.0))
    assert agreements(held) == [(0.75,)]


def test_one_window_alone_has_nothing_to_agree_with() -> None:
    held = covered(2.0)
    held.add(0, 0, vote(2.0))
    assert agreements(held) == [(None,)]


def test_an_absent_track_has_no_agreement() -> None:
    held = covered(3.0, 1.0)
    held.add(0, 0, vote(3.0, present=False))
    held.add(0, 0, vote(1.0))
    assert agreements(held) == [(None,)]
