"""Calibration: made scores give the thresholds that separate them, little data and no data stay near the defaults."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.thresholds import LEAST, MOST, Thresholds
from model.training.calibration import (
    EXPECTED,
    MOST_PROPOSED,
    TrackCounts,
    calibrated,
    candidates,
    distance,
    presences,
    summed,
    with_presence,
)

DEFAULT = EXPECTED


def counts_of(right: list[float], wrong: list[float], true: int) -> dict[Thresholds, TrackCounts]:
    """Counts of proposals whose tracks are shown from ``begin``: those of true tracks, and others."""
    found = {}
    for one in candidates():
        matched = sum(score >= one.begin for score in right)
        found[one] = TrackCounts(matched, matched + sum(score >= one.begin for score in wrong), true)
    return found


def test_the_defaults_are_among_the_candidates_which_keep_within_their_limits() -> None:
    every = candidates()
    assert {DEFAULT, Thresholds()} <= set(every) and len(set(every)) == len(every)
    assert all(LEAST <= one.go_on <= one.begin <= MOST and 0 < one.floor < one.go_on for one in every)
    assert distance(DEFAULT) == 0 == min(map(distance, every))


def test_a_network_with_low_scores_gets_low_thresholds_and_proposes_again() -> None:
    counts = counts_of([0.16 + 0.001 * k for k in range(20)], [0.05 + 0.001 * k for k in range(40)], true=20)
    assert counts[DEFAULT].proposed == 0
    chosen = calibrated(counts)
    assert 0.09 < chosen.begin <= 0.16 and chosen.floor < 0.1
    assert counts[chosen].f2 == 1.0


def test_a_network_with_high_scores_gets_high_thresholds() -> None:
    chosen = calibrated(counts_of([0.9] * 20, [0.45] * 40, true=20))
    assert chosen.begin == 0.5


def test_where_many_thresholds_serve_equally_the_defaults_stay() -> None:
    assert calibrated(counts_of([0.9] * 3, [0.01] * 9, true=3)) == DEFAULT


def test_no_truth_no_match_and_no_video_give_the_defaults() -> None:
    assert calibrated({}) == calibrated(summed([])) == DEFAULT
    assert calibrated(counts_of([], [0.3] * 5, true=0)) == DEFAULT
    assert calibrated(counts_of([], [0.3] * 5, true=9)) == DEFAULT
    assert calibrated(counts_of([], [0.35] * 50, true=9)) == DEFAULT, "also with far more tracks than things"


def test_one_track_moves_the_thresholds_less_than_many() -> None:
    few, many = (calibrated(counts_of([0.06] * n, [], true=n)) for n in (1, 30))
    assert (few.begin, many.begin) == (DEFAULT.begin, LEAST)
    barely = [0.41] * 20 + [0.31]  # one of 21 tracks more is no reason to move
    assert calibrated(counts_of([0.41, 0.41, 0.08], [0.1], true=3)) == DEFAULT
    assert calibrated(counts_of(barely, [], true=21)).begin in (0.3, 0.4)


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_any_scores_give_a_candidate_that_is_no_worse_than_the_defaults(seed: int, true: int) -> None:
    draw = random.Random(seed)
    counts = counts_of(
        [draw.random() for _ in range(draw.randint(0, true))], [draw.random() for _ in range(draw.randint(0, 30))], true
    )
    chosen = calibrated(counts)
    if not any(one.matched for one in counts.values()):
        assert chosen == DEFAULT
        return
    few = [one for one in counts if counts[one].proposed <= MOST_PROPOSED * true]
    assert chosen in (few or counts)
    assert all(counts[one].f2 - distance(one) / true <= counts[chosen].f2 + 1e-9 for one in few or counts)


def covered(floor: float, share: float, *, true: int = 20) -> dict[Thresholds, TrackCounts]:
    """Counts in which all tracks are right, and overlap the more the nearer their presence is to this one."""
    found = {}
    for one in presences(DEFAULT):
        away = abs(one.floor - floor) + abs(one.share - share)
        found[one] = TrackCounts(true, true, true, overlap=true * (1 - away))
    return found


def test_the_presence_is_the_one_that_covers_most() -> None:
    every = presences(DEFAULT)
    assert every[0] == DEFAULT and {(one.begin, one.go_on) for one in every} == {(DEFAULT.begin, DEFAULT.go_on)}
    for wanted in every:
        assert with_presence(covered(wanted.floor, wanted.share, true=1000)) == wanted
    assert with_presence(covered(0.2, 0.6, true=1)) != with_presence(covered(0.2, 0.6, true=1000))


def test_a_presence_without_evidence_stays() -> None:
    same = {one: TrackCounts(5, 5, 5, overlap=4.0) for one in presences(DEFAULT)}
    assert with_presence(same) == DEFAULT
    nothing = {one: TrackCounts(0, 3, 5) for one in presences(DEFAULT)}
    assert with_presence(nothing) == DEFAULT and with_presence({}) == DEFAULT
    low = replace(DEFAULT, begin=0.1, go_on=0.05, floor=0.02)
    assert with_presence({one: TrackCounts(0, 0, 0) for one in presences(low)}) == low


def test_a_missed_track_counts_more_than_a_wrong_one_but_not_any_number_of_them() -> None:
    """At 0.25 there are all ten right tracks; at 0.3 two less."""
    right = [0.9] * 8 + [0.28] * 2
    assert calibrated(counts_of(right, [0.28] * 2, true=10)).begin == 0.25
    assert calibrated(counts_of(right, [0.28] * 4, true=10)).begin == 0.25
    assert calibrated(counts_of(right, [0.28] * 5, true=10)) == DEFAULT


def test_counts_are_added_and_their_f2_weighs_recall() -> None:
    one, other = TrackCounts(1, 2, 3), TrackCounts(2, 2, 2)
    assert (TrackCounts(1, 1, 1, 0.5) + TrackCounts(1, 1, 1, 0.75)).covered == pytest.approx(2 * 1.25 / 4)
    assert one + other == TrackCounts(3, 4, 5)
    assert (one + other).f2 == pytest.approx(5 * 0.75 * 0.6 / (4 * 0.75 + 0.6))  # precision and recall
    assert TrackCounts().f2 == 0 and TrackCounts(0, 4, 0).f2 == 0
    assert summed([{DEFAULT: one}, {DEFAULT: other}]) == {DEFAULT: one + other}
