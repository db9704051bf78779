"""Entries grouped and measured, in one process and in several."""

import numpy as np
import pytest

from model.evaluation import evaluate
from model.evaluation import groups as evaluation_groups
from model.evaluation.groups import Entry, group, measure
from model.evaluation.masks import EvaluationInputError
from tests.model.evaluation.test_evaluation import box, make_result, make_truth, rle

SIZE = (12, 16)


def entry(*masks, video=1, category=1, **more):
    return Entry("entry", video, category, SIZE, [rle(mask) for mask in masks], **more)


def test_groups_come_by_category_and_video_and_their_results_by_score():
    truth = [entry(video=2), entry(video=1, category=7)]
    found = [entry(score=s) for s in (0.2, 0.9, 0.9, 0.1)] + [entry(video=2, score=0.5)]
    groups = group(truth, found, most=3)
    assert [(one.category, one.video, one.found, one.truth) for one in groups] == [
        (1, 1, [1, 2, 0], []),
        (1, 2, [4], [0]),
        (7, 1, [], [1]),
    ]


def test_areas_are_stated_or_those_of_the_masks():
    truth = [entry(box(0, 0, 4, 4), areas=[50.0, None]), entry(box(0, 0, 4, 4))]
    found = [entry(box(0, 0, 2, 2), None, box(0, 0, 4, 2)), entry(None)]
    done = measure(truth, found, group(truth, found, most=100))
    assert done.truth_areas.tolist() == [50.0, 16.0]
    assert done.found_areas.tolist() == [6.0, 0.0]


def test_only_results_that_may_match_are_listed_and_pairs_without_pixels_are_reported():
    truth = [entry(box(0, 0, 4, 4)), entry(None, video=2)]
    found = [entry(box(8, 8, 12, 12), score=0.9), entry(box(0, 0, 4, 4)), entry(None, video=2)]
    done = measure(truth, found, group(truth, found, most=100))
    assert done.ious[0][0].tolist() == [1] and done.ious[0][1].tolist() == [[1.0]]
    assert len(done.ious[1][0]) == 0 and done.unmeasured == [False, True]


def many(videos=20):
    masks = [box(2, 2, 8, 8), box(3, 2, 9, 8)]
    truth = make_truth(*[(v, 1 + v % 2, masks) for v in range(1, videos + 1)], videos=videos, categories=(1, 2))
    shifted = [box(2 + k, 2, 8 + k, 8) for k in range(2)]
    return truth, [make_result(v, 1 + v % 2, 1 / v, shifted if v % 3 else masks) for v in range(1, videos + 1)]


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(evaluation_groups, "_MASKS_AT_ONCE", 8)
    monkeypatch.setattr(evaluation_groups, "_PARTS_A_PROCESS", 1)


def test_several_parts_and_processes_give_the_same_figures(small_parts):
    truth, results = many()
    alone, together = evaluate(truth, results), evaluate(truth, results, processes=2)
    assert alone.stats == together.stats and 0 < alone.stats["AP"] <= 1
    np.testing.assert_array_equal(alone.precision, together.precision)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_broken_mask_is_named_from_any_process(small_parts, processes):
    truth, results = many()
    results[13]["segmentations"][1] = {"size": list(SIZE), "counts": "0Z"}
    with pytest.raises(EvaluationInputError, match=r"results\[13\].segmentations\[1\]: .*cut off"):
        evaluate(truth, results, processes=processes)


def test_a_process_that_is_ended_from_outside_leaves_its_share_to_the_first(small_parts, monkeypatch):
    truth, results = many()
    monkeypatch.setattr(evaluation_groups, "_send", lambda sender, work, parts: sender.close())
    assert evaluate(truth, results, processes=3).stats == evaluate(truth, results).stats
