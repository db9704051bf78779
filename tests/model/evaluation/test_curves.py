"""Precision and recall curves from matches."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.evaluation.curves import MOST_RESULTS, category_curves, curves_shape, mean_defined, summarize
from model.evaluation.matching import Matches
from tests.model.evaluation.looped_evaluation import accumulate


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_curves_equal_those_of_plain_loops(seed):
    rng = np.random.default_rng(seed)
    videos = [int(rng.integers(0, 14)) for _ in range(3)]
    total, positives = sum(videos), rng.integers(0, 6, 4)
    scores = np.concatenate([np.sort(rng.integers(0, 5, n))[::-1] for n in videos]).astype(float)
    ranks = np.concatenate([np.arange(n) for n in videos])
    matched, ignored = rng.random((4, 10, total)) < 0.5, rng.random((4, 10, total)) < 0.2
    precision, recall = category_curves(scores, ranks, Matches(matched, ignored, positives))
    ends = np.cumsum([0, *videos])
    for a in range(4):
        spans = [slice(*pair) for pair in itertools.pairwise(ends)]
        parts = [
            {"scores": scores[s].tolist(), "matched": matched[a][:, s], "ignored": ignored[a][:, s], "skip": np.ones(0)}
            for s in spans
        ]
        parts[0]["skip"] = np.zeros(positives[a], bool)
        for part in parts[1:]:
            part["skip"] = np.zeros(0, bool)
        for m, most in enumerate(MOST_RESULTS):
            wanted = accumulate(parts, most)
            if wanted is None:
                assert (precision[..., a, m] == -1).all() and (recall[..., a, m] == -1).all()
            else:
                np.testing.assert_allclose(precision[..., a, m], wanted[0], atol=1e-12)
                np.testing.assert_allclose(recall[..., a, m], wanted[1], atol=1e-12)


def test_what_is_undefined_does_not_count():
    assert mean_defined(np.array([-1.0, 0.5, 1.0])) == 0.75
    assert mean_defined(np.array([-1.0])) == -1.0


def test_figures_of_a_size_class_come_from_its_curves():
    precision, recall = (np.full(shape, -1.0) for shape in curves_shape(2))
    precision[..., 0, 2, 2], recall[:, 1, 2, 2] = 0.25, 0.5
    stats = summarize(precision, recall)
    assert (stats["APm"], stats["ARm"]) == (0.25, 0.5)
    assert stats["AP"] == stats["AR100"] == -1.0
    assert len(stats["stats"]) == len(stats["printed"]) == 12
