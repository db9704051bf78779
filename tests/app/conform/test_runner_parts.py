"""Parts of `conform` that need no folder of figures."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn

from app.conform.checks import Case, Check, UnreadableCase, run_case, share
from app.conform.forward import tolerance
from app.conform.near_matchings import best_and_margin
from app.conform.pipeline import draw_item
from app.conform.training import _gradients, _losses, _losses_after, _per_frame, _statistics
from model.config import ScaleConfig
from model.training.targets import ABSENT, PRESENT
from tests.app.conform.folders import wrong
from tests.model.small import clip_truth

SCALES = ScaleConfig(multiscale="range")


def passed(case: Case) -> list[bool]:
    return [check.passed for check in case.checks]


def test_a_difference_is_judged_by_absolute_and_relative_tolerance() -> None:
    case = Case("part", "name")
    case.close("in", [1.0, 100.0], [1.05, 109.0], atol=0.1, rtol=0.1)
    case.close("out", [1.0, 100.0], [1.05, 120.0], atol=0.1, rtol=0.1)
    case.close("shape", [1.0], [1.0, 1.0], atol=9.0)
    case.close("nan", [math.nan], [1.0], atol=9.0)
    case.close("their nan", [1.0], [math.nan], atol=9.0)
    case.close("empty", [], [], atol=0.0)
    case.close("exact", [1.0], [1.0])
    assert passed(case) == [True, False, False, False, False, True, True]
    assert case.checks[1].error == pytest.approx(20.0) and case.failed == 4


def test_another_device_has_wider_tolerances() -> None:
    case = Case("part", "name", factor=5.0)
    case.close("wider", 1.0, 1.4, atol=0.1)
    assert case.failed == 0


def test_whatever_stops_a_case_is_its_failure() -> None:
    def broken(case: Case) -> None:
        raise IndexError("there are no such frames")

    assert [c.note for c in run_case(Case("part", "name"), broken).checks] == ["IndexError: there are no such frames"]
    assert run_case(Case("part", "name"), lambda case: None).failed == 1  # nothing checked is no pass


def test_an_unknown_figure_has_no_tolerance() -> None:
    assert tolerance("stage0_cls_score") < tolerance("stage5_cls_score")
    with pytest.raises(UnreadableCase, match="wheels"):
        tolerance("wheels")


def test_the_margin_is_that_of_the_best_different_matching() -> None:
    cost = np.random.default_rng(0).random((5, 3))
    totals = sorted(sum(cost[row, k] for k, row in enumerate(rows)) for rows in itertools.permutations(range(5), 3))
    best, margin = best_and_margin(cost)
    assert best == pytest.approx(totals[0]) and margin == pytest.approx(totals[1] - totals[0], abs=1e-6)


def test_a_frame_lists_the_queries_whose_track_is_there() -> None:
    clip = clip_truth([[PRESENT, PRESENT], [PRESENT, ABSENT]], [0, 1], [(1.0, 1.0, 9.0, 9.0)] * 2)
    assert _per_frame({"4": 1, "7": 2}, clip) == [{"4": 1, "7": 2}, {"4": 1}]


def test_altered_losses_fail() -> None:
    own = {"stage0_loss_cls": 2.0, "stage0_pos_acc": 50.0}
    sound, altered, missing = Case("t", "a"), Case("t", "b"), Case("t", "c")
    _losses(sound, "losses", own, dict(own), 1e-5)
    _losses(altered, "losses", own, {**own, "stage0_loss_cls": 2.0001}, 1e-5)
    _losses(missing, "losses", own, {"stage0_loss_cls": 2.0}, 1e-5)
    _losses_after(missing, "step 0", own, {"stage9_loss_cls": 2.0})
    _losses_after(missing, "step 1", own, {})
    _losses_after(sound, "step 0", own, dict(own))
    assert (sound.failed, altered.failed) == (0, 1)
    assert wrong(missing) == ["losses by name", "losses_after step 0 by name", "losses_after step 1 by name"]


def test_a_mask_loss_may_be_off_by_what_its_undecided_cells_can_do() -> None:
    own = {"stage0_loss_mask": 2.0}
    near, far = Case("t", "near"), Case("t", "far")
    _losses(near, "losses", own, {"stage0_loss_mask": 2.0002}, 1e-5, doubts={"stage0_loss_mask": 3e-4})
    _losses(far, "losses", own, {"stage0_loss_mask": 2.0005}, 1e-5, doubts={"stage0_loss_mask": 3e-4})
    assert (near.failed, far.failed) == (0, 1)


def test_altered_gradients_and_statistics_fail() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(4, 3), nn.BatchNorm1d(3))
    before = {key: value.clone() for key, value in network.state_dict().items() if "running_" in key}
    network(torch.randn(8, 4)).square().sum().backward()
    norms = {name: float(p.grad.norm()) for name, p in network.named_parameters() if p.grad is not None}
    total = math.sqrt(sum(norm**2 for norm in norms.values()))
    golden = {"grad_norms": norms, "params_without_grad": [], "total_grad_norm": total}
    state = network.state_dict()
    golden["bn_running_stats_changed"] = {key: [float(state[key].mean()), float(state[key].std())] for key in before}
    arrays = {
        "grad/0.weight": network[0].weight.grad.flatten().numpy(),
        "bn_after/1.running_mean": state["1.running_mean"].numpy(),
    }
    sound, altered = Case("t", "a"), Case("t", "b")
    _gradients(sound, network, golden, arrays)
    _statistics(sound, network, before, golden, arrays)
    assert sound.failed == 0
    wrong = {key: value * 1.05 + 0.01 for key, value in arrays.items()}
    _gradients(altered, network, {**golden, "grad_norms": {**norms, "0.weight": norms["0.weight"] * 1.02}}, wrong)
    _statistics(altered, network, before, {**golden, "bn_unchanged_count": 2}, wrong)
    assert {c.name for c in altered.checks if not c.passed} == {
        "grad_norms/0.weight",
        "grad/0.weight",
        "bn_unchanged_count",
        "bn_after/1.running_mean",
    }


def test_draws_follow_their_seed_and_change_the_key_frame_where_frames_are_few() -> None:
    kept = [[0, 1, 2, 3, 4, 5], [0, 2], [1, 2, 3, 4, 5]]
    items = [(video, frame) for video, frames in enumerate(kept) for frame in frames]
    flags = [1] * len(items)
    first, again = (draw_item(items, kept, flags, SCALES, index=2, seed=7, frames=5) for _ in range(2))
    assert first == again and first.frames[0] == 2 and len(set(first.frames)) == 5
    moved = draw_item(items, kept, flags, SCALES, index=6, seed=7, frames=5)
    assert moved.video in (0, 2) and len(set(moved.frames)) == 5
    assert 640 <= first.scale[0] <= 960 and 360 <= first.scale[1] <= 480


def test_the_share_of_a_tolerance_is_above_one_where_a_check_fails() -> None:
    case = Case("part", "name")
    case.close("half", 1.05, 1.0, atol=0.1)
    case.close("over", 1.2, 1.0, atol=0.1)
    case.equal("equal", 1, 1)
    assert [round(share(check), 6) for check in case.checks] == [0.5, 2.0, 0.0]
    assert all(isinstance(check, Check) for check in case.checks)
