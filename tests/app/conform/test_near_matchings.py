"""Matchings that cost nearly the same: found by trying all, and losses after steps that agree with one of them."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from app.conform import training
from app.conform.checks import Case, ConformReport, run_case
from app.conform.loss_pass import LossPass, loss_pass
from app.conform.markdown import markdown
from app.conform.near_matchings import best_and_margin, near_matchings, nearest_pass
from app.conform.recipe import Networks, Recipe
from app.conform.training import _batch, training_case
from model.network.tevit import TeViT
from model.training import losses
from model.training.losses import stage_losses
from model.training.matcher import clip_cost
from model.training.targets import ClipTargets
from tests.app.conform import made_training
from tests.app.conform.folders import change_json, wrong
from tests.app.conform.made_figures import RECIPE
from tests.app.conform.made_training import write_training


def every_matching(cost: np.ndarray) -> list[tuple[float, tuple[int, ...]]]:
    """(total, query of each track) of all matchings, cheapest first."""
    queries, tracks = cost.shape
    chosen = itertools.permutations(range(queries), tracks)
    return sorted((float(sum(cost[q, g] for g, q in enumerate(one))), one) for one in chosen)


def as_queries(matching: tuple[np.ndarray, np.ndarray]) -> tuple[int, ...]:
    return tuple(query for _, query in sorted(zip(matching[1].tolist(), matching[0].tolist(), strict=True)))


@pytest.mark.parametrize("seed", range(12))
def test_the_near_matchings_are_those_of_trying_all(seed: int) -> None:
    cost = np.random.default_rng(seed).uniform(0, 1, size=(5, 3)).round(2)
    every = every_matching(cost)
    within = 0.13
    wanted = [one for total, one in every if total < every[0][0] + within - 1e-9][:8]
    found = [as_queries(one) for one in near_matchings(cost, within=within)]
    assert len(found) == len(set(found)) == len(wanted)
    totals = {one: total for total, one in every}
    assert [totals[one] for one in found] == pytest.approx([totals[one] for one in wanted])


def test_a_clear_matching_stands_alone_and_equal_queries_tie() -> None:
    assert len(near_matchings(np.array([[0.0, 5.0], [5.0, 0.0], [3.0, 3.0]]), within=0.5)) == 1
    tied = near_matchings(np.array([[1.0], [1.0004], [2.0]]), within=2e-3)
    assert [as_queries(one) for one in tied] == [(0,), (1,)]


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    folder = tmp_path_factory.mktemp("figures") / "recipe"
    folder.mkdir()
    (folder / "fill.py").write_text(RECIPE)
    return Recipe(folder)


def tied_pass(recipe: Recipe, *, margin: float) -> tuple[TeViT, LossPass, int]:
    """A pass of `tevit_tiny` in whose first stage another query costs ``margin`` more for the first track."""
    network = Networks(recipe, "cpu").for_training("tevit_tiny", "")
    case = made_training.CASE
    golden = {"targets": made_training._targets(recipe, case), "case": case}
    frames, targets = _batch(Case("made", "tie"), golden, recipe, "cpu")
    first = loss_pass(network, frames, targets)
    queries, clip = first.stages[0], targets[0]
    logits, boxes = queries.logits.detach().clone(), queries.boxes.detach()

    def cost() -> np.ndarray:
        return clip_cost(logits[0], boxes[0], clip).numpy()

    matched = [row for row, _ in zip(*map(np.ndarray.tolist, near_matchings(cost(), within=1e-9)[0]), strict=True)]
    rival = next(query for query in range(logits.shape[2]) if query not in matched)
    # The rival's class score moves until its cost is the winner's plus the margin.
    low, high = -30.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        logits[0, :, rival, clip.labels[0]] = middle
        _, found = best_and_margin(cost())
        low, high = (low, middle) if _rival_wins(cost(), rival) or found < margin else (middle, high)
    queries.logits.data.copy_(logits)
    return network, loss_pass_of(network, first), rival


def _rival_wins(cost: np.ndarray, rival: int) -> bool:
    return rival in near_matchings(cost, within=1e-12)[0][0].tolist()


def loss_pass_of(network: TeViT, first: LossPass) -> LossPass:
    """The same stages with losses and matchings computed anew."""
    values: dict[str, Tensor] = {}
    matches = []
    for stage, queries in enumerate(first.stages):
        own, matched = stage_losses(network, first.features, queries, first.targets, stage=stage)
        values.update({f"stage{stage}_{name}": value for name, value in own.items()})
        matches.append(matched)
    return LossPass(first.features, values, first.stages, matches, first.targets)


def figures_of_the_rival(network: TeViT, best: LossPass, rival: int) -> dict[str, float]:
    """The losses of a program that matched the rival in the first stage."""
    clip, queries = best.targets[0], best.stages[0]
    cost = clip_cost(queries.logits[0].detach(), queries.boxes[0].detach(), clip).numpy()
    near = next(one for one in near_matchings(cost, within=1.0) if rival in one[0].tolist())
    chosen = [(torch.as_tensor(near[0]), torch.as_tensor(near[1]))]
    own, _ = stage_losses(network, best.features, queries, best.targets, stage=0, matches=chosen)
    return {**best.figures(), **{f"stage0_{name}": float(value.detach()) for name, value in own.items()}}


def judged(best: LossPass, network: TeViT, wanted: dict[str, float]) -> Case:
    case = Case("train", "tie")
    chosen, doubts = nearest_pass(network, best, wanted, within=training._UNDECIDED_AFTER)
    training._losses_after(case, "step 0", chosen.figures(), wanted, doubts)
    return case


def test_losses_of_a_matching_that_costs_the_same_are_undecided_and_counted(recipe: Recipe) -> None:
    network, best, rival = tied_pass(recipe, margin=5e-4)
    wanted = figures_of_the_rival(network, best, rival)
    strict = Case("train", "without the rule")
    training._losses_after(strict, "step 0", best.figures(), wanted)
    assert strict.failed > 0  # the two matchings have other losses

    case = judged(best, network, wanted)
    report = ConformReport((case,), ())

    assert wrong(case) == []
    assert report.undecided == report.to_dict()["undecided"] == 4
    lines = markdown(report)
    assert "**Undecided (4)**" in lines
    assert any("losses_after/step 0 stage0_loss_cls" in line and "2 matchings of stage 0" in line for line in lines)
    assert lines[-1] == report.summary  # the last line stays what scripts read


def test_losses_that_agree_with_no_near_matching_fail(recipe: Recipe) -> None:
    network, best, rival = tied_pass(recipe, margin=5e-4)
    wanted = figures_of_the_rival(network, best, rival)
    wanted["stage0_loss_cls"] *= 1.1
    case = judged(best, network, wanted)
    assert wrong(case) == ["losses_after/step 0 stage0_loss_cls"]
    assert sum(check.undecided for check in case.checks) == 3


def test_a_clear_margin_is_no_doubt(recipe: Recipe) -> None:
    network, best, rival = tied_pass(recipe, margin=0.05)
    wanted = figures_of_the_rival(network, best, rival)
    case = judged(best, network, wanted)
    assert case.failed > 0 and not any(check.undecided for check in case.checks)


def test_steps_go_on_from_the_matching_of_the_golden_figures(
    recipe: Recipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures of a program that took the second matching in stage 1 after the first step; two steps in all."""
    (tmp_path / "recipe").mkdir()
    (tmp_path / "recipe/fill.py").write_text(RECIPE)
    stages = len(tied_pass(recipe, margin=1.0)[1].stages)
    calls = itertools.count()
    usual = losses.match

    def second_once(logits: Tensor, boxes: Tensor, targets: ClipTargets) -> tuple[Tensor, Tensor]:
        if next(calls) != stages + 1:
            return usual(logits, boxes, targets)
        query, track = near_matchings(clip_cost(logits, boxes, targets).detach().numpy(), within=1e5)[1]
        return torch.as_tensor(query), torch.as_tensor(track)

    monkeypatch.setattr(losses, "match", second_once)
    write_training(tmp_path, "steps", made_training.CASE, positions=(0, 900))
    monkeypatch.setattr(losses, "match", usual)

    def run(within: float) -> Case:
        monkeypatch.setattr(training, "_UNDECIDED_AFTER", within)
        networks = Networks(recipe, "cpu")
        return run_case(
            Case("train", "steps"), lambda case: training_case(case, tmp_path / "golden/train", recipe, networks)
        )

    assert run(1e-9).failed > 0
    with_rule = run(10.0)
    assert wrong(with_rule) == [] and sum(check.undecided for check in with_rule.checks) > 4

    def spoil(content: Any) -> None:
        content["optimizer_steps"][0]["losses_after"]["stage1_loss_bbox"] += 5.0

    change_json(tmp_path / "golden/train/steps.json", spoil)
    assert "losses_after/step 0 stage1_loss_bbox" in wrong(run(10.0))  # no near matching has this loss
