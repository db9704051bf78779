"""Greedy matching of results to truth, several videos of one category at a time."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.evaluation.matching import LEAST_IOU, Candidates, Truth, match_category
from tests.model.evaluation.looped_evaluation import AREAS, match

BIG = 1000.0**2


def truth(*, areas=(100.0,), crowd=(), unnamed=()):
    count = len(areas)
    flags = [np.isin(np.arange(count), chosen) for chosen in (crowd, unnamed)]
    return Truth(np.array(areas, float), *flags)


def matched(ious, known, *, areas=None):
    """One video whose results (rows of ``ious``) come by falling score."""
    ious = np.array(ious, float)
    areas = np.full(len(ious), 100.0) if areas is None else np.array(areas, float)
    rows = np.flatnonzero((ious >= LEAST_IOU).any(axis=1))
    candidates = [Candidates(ious[rows], rows, np.arange(len(known.areas)))] if len(rows) else []
    return match_category(areas, known, candidates)


def test_the_best_scored_result_takes_the_track_and_the_next_is_false():
    done = matched([[1.0], [1.0]], truth())
    assert done.matched[0, :, 0].all() and not done.matched[0, :, 1].any()
    assert done.positives.tolist() == [1, 1, 0, 0]


def test_a_result_that_overlaps_more_takes_what_a_better_scored_one_could_not():
    done = matched([[0.83], [1.0]], truth())
    assert done.matched[0, 0].tolist() == [True, False]
    assert done.matched[0, -1].tolist() == [False, True]


def test_of_equally_overlapping_tracks_the_last_is_taken():
    assert matched([[1.0, 1.0]], truth(areas=(100.0, 100.0), unnamed=(0,))).matched[0].all()
    assert not matched([[1.0, 1.0]], truth(areas=(100.0, 100.0), unnamed=(1,))).matched[0].any()


def test_a_countable_track_goes_before_a_better_overlapping_crowd():
    done = matched([[1.0, 0.83]], truth(areas=(100.0, 100.0), crowd=(0,)))
    assert done.matched[0, 0, 0] and not done.ignored[0, 0, 0]
    assert done.ignored[0, -1, 0]


def test_a_crowd_takes_any_number_of_results_and_an_ordinary_track_one():
    ious = [[1.0], [1.0], [1.0]]
    assert matched(ious, truth(crowd=(0,))).ignored[0].all()
    assert matched(ious, truth()).matched[0, 0].tolist() == [True, False, False]


@pytest.mark.parametrize(("area", "inside"), [(128.0**2, {1, 2}), (256.0**2, {2, 3}), (128.0**2 + 1, {2}), (9.0, {1})])
def test_a_size_class_includes_both_of_its_bounds(area, inside):
    done = matched([[1.0]], truth(areas=(area,)), areas=[area])
    assert {int(a) for a in np.flatnonzero(done.positives)} == {0, *inside}


def test_an_unmatched_result_outside_a_size_class_is_ignored_there():
    done = matched(np.zeros((1, 0)), truth(areas=()), areas=[9.0])
    assert done.ignored[:, 0, 0].tolist() == [False, False, True, True]
    assert not done.matched.any()


def test_a_track_matched_outside_a_size_class_is_ignored_with_its_result():
    done = matched([[1.0]], truth(areas=(BIG,)), areas=[9.0])
    assert done.ignored[:, 0, 0].tolist() == [False, True, True, False]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_many_videos_at_once_match_as_each_by_itself_in_loops(seed):
    rng = np.random.default_rng(seed)
    areas, crowd, ids, result_areas, candidates, single = [], [], [], [], [], []
    for _ in range(int(rng.integers(1, 5))):
        found, known = int(rng.integers(0, 5)), int(rng.integers(0, 4))
        # Steps of 1/4 make ties, and values that are thresholds themselves.
        ious = rng.integers(0, 5, (found, known)) / 4
        of_truth = rng.choice([9.0, 128.0**2, 200.0**2, BIG], known)
        of_found = rng.choice([9.0, 128.0**2, 200.0**2, BIG], found)
        is_crowd, names = rng.random(known) < 0.3, rng.integers(0, 4, known)
        rows = np.flatnonzero((ious >= LEAST_IOU).any(axis=1)) if known else np.zeros(0, np.int64)
        if len(rows):
            candidates.append(Candidates(ious[rows], len(result_areas) + rows, len(areas) + np.arange(known)))
        tracks = [{"area": a, "crowd": c, "id": i} for a, c, i in zip(of_truth, is_crowd, names, strict=True)]
        results = [{"area": a, "score": 1.0, "id": n + 1} for n, a in enumerate(of_found)]
        single.append((results, tracks, ious))
        areas, crowd, ids = [*areas, *of_truth], [*crowd, *is_crowd], [*ids, *names]
        result_areas += list(of_found)
    known = Truth(np.array(areas, float), np.array(crowd, bool), np.array(ids, int) == 0)
    done = match_category(np.array(result_areas, float), known, candidates)
    for a, bounds in enumerate(AREAS):
        parts = [part for part in (match(*one, bounds) for one in single) if part is not None]
        if parts:
            assert (done.matched[a] == np.concatenate([part["matched"] != 0 for part in parts], axis=1)).all()
            assert (done.ignored[a] == np.concatenate([part["ignored"] for part in parts], axis=1)).all()
        assert done.positives[a] == sum(np.count_nonzero(~part["skip"]) for part in parts)
