"""The rule of promotion as a pure function: what it promotes, what it refuses, and that it has no favourites."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.training.folds import HELD_OUT, K_FOLD, LAST_THIRD
from app.training.promotion import (
    ACCEPTED_WEIGHT,
    GOLDEN_LOSS,
    LEAST_VIDEOS,
    MOST_SUSPICIOUS,
    REAL_LOSS,
    TOGETHER,
    WITHOUT_CLASSES,
    Evidence,
    decide,
    interval,
)
from app.training.report import AGREEMENT, NOT_PROVEN, PROVEN, WORSE, Figures, GoldenFigures, VideoLine

GOLDEN = GoldenFigures("procedural", "20 golden videos", "AP", 0.66, 0.655)


def figures(value: float | None) -> Figures:
    return Figures(AP=value, AP_agnostic=value, track_iou=value)


def line(before: float | None, after: float | None, drawn: float = 1.0) -> VideoLine:
    return VideoLine("v", "v", 3, drawn, figures(before), figures(after))


def mixed(ap: float, agnostic: float, iou: float) -> VideoLine:
    """A video with these changes of its three figures."""
    after = Figures(AP=0.5 + ap, AP_agnostic=0.5 + agnostic, track_iou=0.5 + iou)
    return VideoLine("v", "v", 3, 1.0, figures(0.5), after)


WITHOUT_AP = VideoLine("v", "v", 1, 1.0, Figures(track_iou=0.4), Figures(track_iou=0.5))  # such as one of crowds alone


def better(**changed: Any) -> Evidence:
    """A retraining that deserves promotion, with changes."""
    values: dict[str, Any] = {
        "kind": HELD_OUT,
        "before": figures(0.4),
        "after": figures(0.5),
        "videos": [line(0.4, 0.45 + 0.01 * k) for k in range(8)],
        "golden": GOLDEN,
        "suspicious": 0.0,
        "loss_first": 4.0,
        "loss_last": 2.0,
    }
    return Evidence(**values | changed)


def outcome(evidence: Evidence) -> str:
    return decide(evidence)[0].outcome


def bad(evidence: Evidence) -> set[str]:
    return {reason.code for reason in decide(evidence)[0].reasons if not reason.good}


def test_what_is_better_in_every_way_is_promoted_with_its_reasons() -> None:
    decision, intervals = decide(better())
    assert decision.outcome == PROVEN and decision.promoted
    assert all(reason.good and reason.text.endswith(".") for reason in decision.reasons)
    assert intervals["AP"].low > 0 and set(intervals) == {"AP", "AP_agnostic", "track_iou", TOGETHER, WITHOUT_CLASSES}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": K_FOLD}, "videos"),
        ({"kind": LAST_THIRD}, "videos"),
        ({"videos": [line(0.4, 0.5)] * (LEAST_VIDEOS - 1)}, "videos"),
        ({"before_learnt": True}, "before learnt"),
        ({"stopped": "the loss is nan"}, "stopped"),
        ({"untrained": True}, "untrained"),
        ({"videos": [line(0.4, 0.5), *[WITHOUT_AP] * LEAST_VIDEOS]}, "videos"),
        ({"golden": None}, "no golden set"),
        ({"golden": replace(GOLDEN, after=None)}, "no golden set"),
        ({"golden": replace(GOLDEN, before=GOLDEN_LOSS, after=0.5)}, "no golden set"),
        ({"golden": replace(GOLDEN, after=0.64)}, "golden loss"),
        ({"after": replace(figures(0.5), AP=0.4)}, "AP"),
        ({"videos": [mixed(0.3, 0.1, -REAL_LOSS - 0.001)] * 8}, "track_iou"),
        ({"videos": [mixed(0.3, -REAL_LOSS - 0.001, 0.1)] * 8}, "AP_agnostic"),
        ({"after": replace(figures(0.5), AP=None)}, "AP"),
        ({"suspicious": MOST_SUSPICIOUS + 0.01}, "suspicious"),
        ({"loss_last": 4.0}, "loss"),
        ({"videos": [line(0.4, 0.9), *[line(0.5, 0.4)] * 7]}, "interval"),
    ],
)
def test_each_single_fault_keeps_the_old_one_and_is_named(changed: dict[str, Any], code: str) -> None:
    decision, _ = decide(better(**changed))
    assert decision.outcome != PROVEN and code in {reason.code for reason in decision.reasons if not reason.good}


@pytest.mark.parametrize(("left_out", "counting"), [(0, False), (3, True)])
def test_the_reason_says_whether_masks_that_were_left_out_count(left_out: int, counting: bool) -> None:
    decision, _ = decide(better(suspicious=0.3, left_out=left_out))
    [reason] = [one for one in decision.reasons if one.code == "suspicious"]
    assert reason.text.startswith("30 % of the corrections look spoiled") and not reason.good
    assert ("counting those that were left out" in reason.text) == counting


def test_a_golden_set_may_lose_a_point_and_no_more() -> None:
    assert outcome(better(golden=replace(GOLDEN, after=0.66 - GOLDEN_LOSS))) == PROVEN
    assert outcome(better(golden=replace(GOLDEN, after=0.66 - GOLDEN_LOSS - 0.001))) == WORSE


def test_a_loss_of_agreement_proves_nothing_and_is_not_called_worse() -> None:
    lost = better(golden=replace(GOLDEN, kind=AGREEMENT, after=0.6))
    assert outcome(lost) == NOT_PROVEN and bad(lost) == {"agreement loss"}


def test_what_is_surely_worse_is_called_so() -> None:
    losing = better(after=figures(0.3), videos=[line(0.4, 0.3)] * 6)
    assert outcome(losing) == WORSE and bad(losing) >= {"AP", "track_iou"}
    assert (
        outcome(better(after=figures(0.3), videos=[line(0.4, 0.3), line(0.3, 0.5), *[line(0.4, 0.4)] * 4]))
        == NOT_PROVEN
    )


@pytest.mark.parametrize("count", range(1, LEAST_VIDEOS))
def test_a_loss_on_too_few_videos_is_not_proven_either(count: int) -> None:
    losing = better(after=figures(0.3), videos=[line(0.4, 0.3)] * count)
    assert outcome(losing) == NOT_PROVEN and bad(losing) >= {"videos", "AP", "track_iou"}


def test_a_video_without_a_figure_counts_for_neither() -> None:
    lines = [line(0.4, 0.5)] * LEAST_VIDEOS
    assert outcome(better(videos=[*lines, line(None, 0.9), line(0.9, None)])) == PROVEN
    assert interval([line(None, None)], "AP") is None
    nothing = better(before=Figures(), after=Figures(), videos=[line(None, None)] * 8)
    assert outcome(nothing) == NOT_PROVEN


def test_the_old_models_own_accepted_proposals_weigh_less_than_what_a_person_drew() -> None:
    found = interval([line(0.5, 0.7, drawn=1.0), line(0.5, 0.3, drawn=0.0)], "AP")
    assert found is not None
    assert found.mean == pytest.approx((0.2 - 0.2 * ACCEPTED_WEIGHT) / (1 + ACCEPTED_WEIGHT))
    assert interval([line(0.5, 0.7), line(0.5, 0.3)], "AP").mean == pytest.approx(0.0)  # type: ignore[union-attr]


def test_noise_of_one_figure_does_not_stop_what_is_better_as_a_whole() -> None:
    noisy = [mixed(0.3, 0.09 - 0.2 * (k % 2), 0.02 * (-1) ** k) for k in range(8)]
    found = interval(noisy, TOGETHER)
    assert found is not None and found.low > 0
    alone = interval(noisy, "AP_agnostic")
    assert alone is not None and alone.low < -REAL_LOSS
    assert outcome(better(videos=noisy)) == PROVEN


def test_ap_without_classes_may_lose_noise_and_track_iou_nothing_and_ap_must_rise() -> None:
    noise = better(videos=[mixed(0.3, -REAL_LOSS + 0.001, 0.0)] * 8)
    assert outcome(noise) == PROVEN
    masks = better(videos=[mixed(0.3, 0.0, 0.001 - 0.003 * (k % 2)) for k in range(8)])
    assert outcome(masks) == NOT_PROVEN and bad(masks) == {"track_iou"}
    assert outcome(better(after=replace(figures(0.5), AP=0.4))) == NOT_PROVEN


def test_what_the_old_model_proposed_itself_hardly_stops_what_is_better_where_a_person_drew() -> None:
    flattered = VideoLine("v", "v", 2, 0.0, replace(figures(1.0), AP=0.0), figures(0.75))
    drawn = VideoLine("v", "v", 2, 1.0, replace(figures(0.5), AP=0.0), figures(0.6))
    evidence = better(
        before=Figures(0.0, None, None, None, None, 0.75, 0.75), after=figures(0.7), videos=[flattered, drawn] * 4
    )
    decision, _ = decide(evidence)
    assert decision.outcome == PROVEN
    texts = [reason.text for reason in decision.reasons if reason.code == "track_iou"]
    assert texts == [
        "Mean track IoU fell: 75.0 before, 70.0 after; +3.0 where videos count by what a person drew of them."
    ]
    assert outcome(replace(evidence, videos=[replace(one, drawn=1.0) for one in evidence.videos])) == NOT_PROVEN


def test_ap_that_names_raise_hides_no_possible_loss_without_classes() -> None:
    hidden = [mixed(0.9, 0.4 * (-1) ** k, 0.4 * (-1) ** k) for k in range(8)]
    together = interval(hidden, TOGETHER)
    assert together is not None and together.low > 0
    assert outcome(better(videos=hidden)) == NOT_PROVEN and bad(better(videos=hidden)) == {"interval"}
    assert outcome(better(videos=[mixed(0.9, 0.1 * (-1) ** k, 0.1 * (-1) ** k) for k in range(8)])) == PROVEN


def test_videos_that_decide_nothing_are_told() -> None:
    decision, _ = decide(better(untaught=2))
    assert decision.outcome == PROVEN
    assert any(reason.text.startswith("2 more videos decided nothing") for reason in decision.reasons)


def test_a_gain_of_one_figure_does_not_buy_the_loss_of_another() -> None:
    gained = [mixed(0.4, 0.0, -0.05)] * 8
    assert bad(better(videos=gained, after=Figures(AP=0.8, AP_agnostic=0.4, track_iou=0.35))) == {"track_iou"}
    assert outcome(better(videos=[mixed(0.1, -0.3, 0.0)] * 8)) == NOT_PROVEN


def test_the_interval_of_all_three_is_that_of_their_mean() -> None:
    lines = [mixed(0.3, 0.1, -0.1), mixed(0.0, 0.2, 0.1)]
    assert interval(lines, TOGETHER).mean == pytest.approx(0.1)  # type: ignore[union-attr]
    assert interval([replace(lines[0], after=Figures(AP=0.5))], TOGETHER) is None


SHARES = st.floats(0, 1, width=32)
LINES = st.lists(st.builds(line, SHARES, SHARES, SHARES), min_size=1, max_size=20)


@settings(max_examples=80, deadline=None)
@given(LINES)
def test_an_interval_holds_its_mean_and_lies_within_the_changes(lines: list[VideoLine]) -> None:
    found = interval(lines, "AP")
    changes = [one.after.AP - one.before.AP for one in lines]  # type: ignore[operator]
    assert found is not None and found == interval(lines, "AP")
    assert min(changes) - 1e-6 <= found.low <= found.high <= max(changes) + 1e-6
    assert min(changes) - 1e-6 <= found.mean <= max(changes) + 1e-6


@settings(max_examples=80, deadline=None)
@given(LINES, SHARES, SHARES)
def test_no_promotion_without_a_rise_and_never_in_both_directions(
    lines: list[VideoLine], before: float, after: float
) -> None:
    forth = better(videos=lines, before=figures(before), after=figures(after))
    back = better(
        videos=[replace(one, before=one.after, after=one.before) for one in lines],
        before=figures(after),
        after=figures(before),
    )
    outcomes = (outcome(forth), outcome(back))
    assert outcomes != (PROVEN, PROVEN)
    if after <= before:
        assert outcomes[0] != PROVEN


@settings(max_examples=80, deadline=None)
@given(LINES, st.floats(0, 0.3))
def test_a_better_measurement_never_loses_a_promotion(lines: list[VideoLine], more: float) -> None:
    evidence = better(videos=lines)
    raised = [replace(one, after=figures((one.after.AP or 0) + more)) for one in lines]
    if outcome(evidence) == PROVEN:
        assert outcome(replace(evidence, videos=raised, after=figures(0.5 + more))) == PROVEN


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_a_network_that_did_not_change_is_never_promoted(lines: list[VideoLine]) -> None:
    same = [replace(one, after=one.before) for one in lines]
    assert outcome(better(videos=same, after=figures(0.4))) == NOT_PROVEN
