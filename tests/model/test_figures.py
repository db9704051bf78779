"""Figures of tracks by hand: best IoU, identity switches, effort, and nothing measured where there is no truth."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import effort
from model.figures import best_overlaps, figures_of, frame_overlaps, identity_switches
from model.scoring import judged_frames, results_of, truth_of
from model.training.targets import ABSENT, PRESENT
from tests.model.test_scoring import Source, detected, rle, track, video

SHARES = ("AP", "AP50", "AP75", "AR1", "AR10", "AP_agnostic", "track_iou")


def measured(made: Any, *found: dict[str, Any]) -> dict[str, float | int | None]:
    frames = judged_frames(made)
    truth = truth_of(made, frames, video_id=1, first_id=7)
    return figures_of(Source(made), [0], judged_frames, truth, results_of(found, frames, video_id=1))


def switches(truth: list[list[int | None]], found: list[list[int | None]]) -> int:
    """Tracks as columns of masks by frame, None where there is none."""
    masks = [[[None if x is None else rle(x) for x in one] for one in tracks] for tracks in (truth, found)]
    return identity_switches(masks[0], frame_overlaps(*masks))


def test_a_perfect_answer_has_perfect_figures_and_costs_only_verdicts() -> None:
    made = video(track([PRESENT] * 3, 0), track([PRESENT] * 3, 30, label=1, number=2), complete=True)
    found = measured(made, detected(0, 3), detected(30, 3, label=1))
    assert [found[name] for name in SHARES] == [pytest.approx(1.0)] * 7
    assert (found["proposed"], found["true"], found["identity_switches"]) == (2, 2, 0)
    assert found["effort"] == pytest.approx(effort.VERDICT / 3)


def test_wrong_classes_lower_the_ap_alone() -> None:
    made = video(track([PRESENT] * 3, 0), track([PRESENT] * 3, 30, label=1, number=2), complete=True)
    found = measured(made, detected(0, 3, label=1), detected(30, 3, label=0))
    assert found["AP"] == 0.0 and found["AP_agnostic"] == found["track_iou"] == pytest.approx(1.0)
    beyond = measured(made, detected(0, 3, label=5), detected(30, 3, label=5))
    assert beyond["AP"] == 0.0 and beyond["AP_agnostic"] == pytest.approx(1.0), "a class that the source lacks"


def test_nothing_proposed_is_zero_and_no_truth_is_no_figure() -> None:
    made = video(track([PRESENT, PRESENT, ABSENT], 0), complete=True)
    found = measured(made)
    assert [found[name] for name in SHARES] == [0.0] * 7
    assert found["effort"] == effort.DRAW and found["identity_switches"] == 0
    nothing = figures_of(Source(made), [0], judged_frames, [], [])
    assert {nothing[name] for name in (*SHARES, "effort", "identity_switches")} == {None}
    assert (nothing["proposed"], nothing["true"]) == (0, 0)


def test_half_a_mask_is_a_correction() -> None:
    made = video(track([PRESENT] * 3, 0), complete=True)
    assert measured(made, detected(2, 3))["effort"] == pytest.approx(effort.CORRECT + effort.VERDICT / 3)
    assert measured(made, detected(5, 3))["effort"] == pytest.approx(effort.DRAW + effort.VERDICT / 3)
    assert best_overlaps([[rle(0)]], [[rle(5)], [rle(30)]]) == [pytest.approx(1 / 3)]


def test_identity_switches_are_counted_where_another_track_takes_over() -> None:
    assert switches([[0, 0, 0, 0]], [[0, 0, None, None], [None, None, 0, 0]]) == 1
    assert switches([[0, 0, 0, 0]], [[0, None, None, 0]]) == 0, "a gap is no switch"
    assert switches([[0, 0, 0], [30, 30, 30]], [[0, 30, 0], [30, 0, 30]]) == 4, "two tracks exchange and return"
    assert switches([[0, 0, 0]], [[0, 0, 0], [1, 0, 0]]) == 0, "a better twin does not take over"
    assert switches([[0, 0]], [[None, None]]) == switches([[0, 0]], []) == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30), st.integers(0, 9))
def test_effort_falls_with_better_masks_and_rises_with_more_proposals(values: list[float], proposed: int) -> None:
    found = effort.seconds(proposed, [np.array(values)])
    if not values:
        assert found is None
        return
    better = effort.seconds(proposed, [np.array([min(value + 0.2, 1.0) for value in values])])
    more = effort.seconds(proposed + 1, [np.array(values)])
    assert found is not None and better is not None and more is not None and better <= found < more
