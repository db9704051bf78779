"""The time of a retraining is estimated from earlier ones."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.training.estimate import seconds_of
from app.training.plan import RetrainPlan

EMPTY: dict[str, Any] = {
    **dict.fromkeys(("videos", "tracks", "masks_accepted", "masks_drawn", "masks_imported"), 0),
    **dict.fromkeys(("ignored_unreviewed", "ignored_uncategorised", "complete_frames", "absences"), 0),
    **dict.fromkeys(("rejected_masks", "rejected_tracks", "background_only", "corrected_videos"), 0),
}


def planned(masks: int, trainings: int = 1) -> RetrainPlan:
    facts = {**EMPTY, "masks_drawn": masks}
    return RetrainPlan(**facts, background=(), evaluation="k-fold", reason=None, trainings=trainings)


def run(seconds: float, masks: int, trainings: int = 1) -> dict[str, Any]:
    return {"seconds": seconds, "plan": dataclasses.asdict(planned(masks, trainings))}


def test_without_an_earlier_run_nothing_is_known() -> None:
    assert seconds_of(planned(500), []) is None
    assert seconds_of(planned(500), [{}, {"seconds": 9}, {"plan": {}}]) is None


def test_the_newest_run_that_tells_counts() -> None:
    assert seconds_of(planned(500), [{}, run(60, 500), run(900, 500)]) == 60


@pytest.mark.parametrize(
    ("masks", "trainings", "seconds"),
    [(1000, 1, 120), (500, 4, 240), (10, 1, 36), (100_000, 1, 270)],
)
def test_time_grows_with_masks_up_to_the_most_steps_and_with_trainings(
    masks: int, trainings: int, seconds: float
) -> None:
    assert seconds_of(planned(masks, trainings), [run(60, 500)]) == pytest.approx(seconds)


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(1, 4))
def test_more_masks_never_take_less_time(one: int, other: int, trainings: int) -> None:
    few, many = (seconds_of(planned(masks, trainings), [run(60, 500)]) for masks in sorted((one, other)))
    assert few is not None and many is not None and 0 < few <= many
