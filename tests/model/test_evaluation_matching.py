"""Space-time overlap and greedy matching of one video and category."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.evaluation_masks import mean_area, read_masks
from model.evaluation_matching import ResultTrack, TruthTrack, match_pair, space_time_overlap
from tests.model.test_evaluation import box, rle

SHAPE = (12, 16)


def sequence(*masks):
    return read_masks([rle(mask) for mask in masks], size=SHAPE, where="track")


def known(*masks, identity=1, crowd=False, area=None):
    read = sequence(*masks)
    return TruthTrack(identity, read, mean_area(read.areas.tolist()) if area is None else area, crowd, crowd)


def found(score, *masks, area=None):
    read = sequence(*masks)
    return ResultTrack(read, mean_area(read.areas.tolist()) if area is None else area, score)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_overlap_equals_counting_pixels(seed):
    rng = np.random.default_rng(seed)

    def some():
        frames = int(rng.integers(1, 5))
        return [None if rng.random() < 0.2 else rng.random(SHAPE) < rng.random() for _ in range(frames)]

    ours, theirs = [some() for _ in range(3)], [some() for _ in range(2)]
    inter, union = space_time_overlap([sequence(*m) for m in ours], [sequence(*m) for m in theirs])
    nothing = np.zeros(SHAPE, bool)
    for d, a in enumerate(ours):
        for g, b in enumerate(theirs):
            pairs = [(nothing if x is None else x, nothing if y is None else y) for x, y in zip(a, b, strict=False)]
            assert inter[d, g] == sum((x & y).sum() for x, y in pairs)
            assert union[d, g] == sum((x | y).sum() for x, y in pairs)


def test_overlap_of_nothing_has_the_right_shape():
    inter, union = space_time_overlap([], [sequence(box(0, 0, 2, 2))])
    assert inter.shape == union.shape == (0, 1)


def test_disjoint_masks_of_different_size_count_for_nothing():
    small = sequence(box(0, 0, 2, 2, shape=(5, 5)))
    inter, union = space_time_overlap([small], [sequence(box(10, 6, 12, 8))])
    assert inter[0, 0] == union[0, 0] == 0


def test_the_best_scored_result_takes_the_track_and_the_next_is_false():
    mask = box(0, 0, 6, 6)
    pair = match_pair([found(0.2, mask), found(0.7, mask)], [known(mask)], most=100)
    assert pair.scores.tolist() == [0.7, 0.2]
    assert pair.matched[0, :, 0].all() and not pair.matched[0, :, 1].any()
    assert pair.positives.tolist() == [1, 1, 0, 0]


def test_equal_scores_keep_their_order():
    near, exact = box(0, 0, 6, 5), box(0, 0, 6, 6)
    pair = match_pair([found(0.5, near), found(0.5, exact)], [known(exact)], most=100)
    # The first takes the track at low thresholds, the second is left the highest ones.
    assert pair.matched[0, 0].tolist() == [True, False]
    assert pair.matched[0, -1].tolist() == [False, True]


def test_of_equally_overlapping_tracks_the_last_is_taken():
    mask = box(0, 0, 6, 6)
    first = match_pair([found(1.0, mask)], [known(mask, identity=0), known(mask, identity=5)], most=100)
    second = match_pair([found(1.0, mask)], [known(mask, identity=5), known(mask, identity=0)], most=100)
    assert first.matched[0].all() and not second.matched[0].any()


def test_results_beyond_the_limit_are_left_out():
    mask = box(0, 0, 6, 6)
    pair = match_pair([found(score / 10, mask) for score in range(5)], [known(mask)], most=3)
    assert pair.scores.tolist() == [0.4, 0.3, 0.2]


def test_a_countable_track_goes_before_a_better_overlapping_crowd():
    wide, exact = box(0, 0, 6, 5), box(0, 0, 6, 6)
    pair = match_pair([found(1.0, exact)], [known(exact, crowd=True), known(wide, identity=2)], most=100)
    assert pair.matched[0, 0, 0] and not pair.ignored[0, 0, 0]
    assert pair.ignored[0, -1, 0]


def test_a_crowd_takes_any_number_of_results_and_an_ordinary_track_one():
    mask = box(0, 0, 6, 6)
    results = [found(score, mask) for score in (0.9, 0.8, 0.7)]
    assert match_pair(results, [known(mask, crowd=True)], most=100).ignored[0].all()
    assert match_pair(results, [known(mask)], most=100).matched[0, 0].tolist() == [True, False, False]


@pytest.mark.parametrize(("area", "inside"), [(128.0**2, {1, 2}), (256.0**2, {2, 3}), (128.0**2 + 1, {2}), (9.0, {1})])
def test_a_size_class_includes_both_of_its_bounds(area, inside):
    mask = box(0, 0, 6, 6)
    pair = match_pair([found(1.0, mask, area=area)], [known(mask, area=area)], most=100)
    assert {int(a) for a in np.flatnonzero(pair.positives)} == {0, *inside}


def test_an_unmatched_result_outside_a_size_class_is_ignored_there():
    pair = match_pair([found(1.0, box(0, 0, 3, 3))], [], most=100)
    assert pair.ignored[:, 0, 0].tolist() == [False, False, True, True]
    assert not pair.matched.any()


def test_tracks_that_never_show_anything_are_reported():
    assert match_pair([found(1.0, None)], [known(None)], most=100).unmeasured
    assert not match_pair([], [known(None)], most=100).unmeasured
