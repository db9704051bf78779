"""Thresholds of a checkpoint: the defaults, what is read back, and what is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.thresholds import Thresholds

SCORES = st.floats(0, 1)


def test_a_checkpoint_without_thresholds_has_the_defaults() -> None:
    default = Thresholds()
    assert (default.begin, default.go_on, default.floor, default.share, default.whole) == (0.4, 0.25, 0.1, 0.3, 0.2)
    for provenance in (None, {}, {"steps": 3}, {"thresholds": None}, {"thresholds": {}}):
        assert Thresholds.of_provenance(provenance) == default


@given(SCORES, SCORES, SCORES, SCORES)
def test_any_thresholds_come_back_from_json(begin: float, go_on: float, floor: float, share: float) -> None:
    made = Thresholds(begin, go_on, floor, share)
    stored = json.loads(json.dumps({"thresholds": made.as_json(), "steps": 1}))
    assert Thresholds.of_provenance(stored) == made


def test_a_missing_threshold_keeps_its_default_and_another_key_does_not_matter() -> None:
    assert Thresholds.of({"begin": 0.2, "unknown": 7}) == Thresholds(begin=0.2)


@pytest.mark.parametrize("name", ["begin", "go_on", "floor", "share"])
@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), "0.4", None, True])
def test_what_is_no_score_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        Thresholds.of({name: value})
