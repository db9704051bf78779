"""Matchings that cost nearly as little as the best one: rounding decides which of them a program takes."""

import itertools
import math
from dataclasses import replace

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from app.conform.loss_pass import LossPass
from model.network.tevit import TeViT
from model.training.losses import stage_losses
from model.training.matcher import clip_cost

_FORBIDDEN = 1e6  # the cost of a pair that may not be matched
_MOST = 8  # matchings of a clip, and combinations of a batch, that are tried

Matching = tuple[np.ndarray, np.ndarray]  # indices of queries and of the tracks matched to them


def best_and_margin(cost: np.ndarray) -> tuple[float, float]:
    """Total cost of the best matching, and the extra cost of the best matching that differs from it."""
    rows, columns = linear_sum_assignment(cost)
    best = float(cost[rows, columns].sum())
    margin = math.inf
    for row, column in zip(rows, columns, strict=True):
        other = cost.astype(np.float64)
        other[row, column] += _FORBIDDEN
        again = linear_sum_assignment(other)
        margin = min(margin, float(other[again].sum()) - best)
    return best, margin


def near_matchings(cost: np.ndarray, *, within: float) -> list[Matching]:
    """Matchings of ``cost`` (queries, tracks) that cost less than ``within`` more than the best, cheapest first.

    At most eight. Each matching found is split by Murty's method: its pairs are forbidden one by one, with the pairs
    before it required, so that no matching is found twice.
    """
    first = cost.astype(np.float64)
    limit = float(first[linear_sum_assignment(first)].sum()) + within
    waiting, found = [first], []
    while waiting and len(found) < _MOST:
        solved = [(float(one[match].sum()), one, match) for one in waiting if (match := linear_sum_assignment(one))]
        total, chosen, (rows, columns) = min(solved, key=lambda entry: entry[0])
        if total >= limit and found:
            break
        found.append((rows, columns))
        waiting = [one for one in waiting if one is not chosen]
        for row, column in zip(rows, columns, strict=True):
            without = chosen.copy()
            without[row, column] += _FORBIDDEN
            waiting.append(without)
            others = np.arange(chosen.shape[0]) != row
            chosen = chosen.copy()
            chosen[others, column] += _FORBIDDEN
    return found


def nearest_pass(
    network: TeViT, best: LossPass, wanted: dict[str, float], *, within: float
) -> tuple[LossPass, dict[int, str]]:
    """``best`` with, in each undecided stage, the matching whose losses are nearest to ``wanted``.

    A stage is undecided if a clip of it has another matching that costs less than ``within`` more. Also returns why,
    by the number of the stage. ``wanted`` holds the losses by their official names.
    """
    losses, matches, doubts = dict(best.losses), list(best.matches), {}
    for stage, queries in enumerate(best.stages):
        device = queries.logits.device
        near = [_of_clip(best, stage, number, within=within) for number in range(len(best.targets))]
        if all(len(one) < 2 for one in near):
            continue
        tried = []
        for combination in itertools.islice(itertools.product(*near), _MOST):
            chosen = [(torch.as_tensor(q, device=device), torch.as_tensor(g, device=device)) for q, g in combination]
            values, _ = stage_losses(network, best.features, queries, best.targets, stage=stage, matches=chosen)
            own = {f"stage{stage}_{name}": value for name, value in values.items()}
            tried.append((_distance(own, wanted), own, chosen))
        _, own, matches[stage] = min(tried, key=lambda entry: entry[0])
        losses.update(own)
        doubts[stage] = f"undecided: {len(tried)} matchings of stage {stage} cost the same within {within:.0e}"
    return replace(best, losses=losses, matches=matches), doubts


def _of_clip(best: LossPass, stage: int, number: int, *, within: float) -> list[Matching]:
    clip, queries = best.targets[number], best.stages[stage]
    if len(clip.ids) == 0:
        return [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    cost = clip_cost(queries.logits[number].detach().float(), queries.boxes[number].detach().float(), clip)
    return near_matchings(cost.cpu().numpy(), within=within)


def _distance(own: dict[str, Tensor], wanted: dict[str, float]) -> float:
    """Largest relative difference of a loss that both have."""
    pairs = [(float(value.detach()), wanted[name]) for name, value in own.items() if name in wanted]
    return max((abs(got - want) / max(abs(want), 1e-3) for got, want in pairs), default=0.0)
