"""Fits the class columns of new categories before anything else moves.

The heads of the base find and describe objects already; what a new category lacks is its column. With all else frozen,
the descriptions of the queries are computed once, and fitting the columns to them costs next to nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor, nn

from model.adapting.clip_features import ClipFeatures
from model.network.tevit import TeViT
from model.training.losses import focal_loss
from model.training.matcher import match
from model.training.supervision import class_truth
from model.training.targets import PRESENT, ClipTargets

_RATE = 0.02
_PULL = 0.003  # how much a column is held near its start, against few data


@dataclass(frozen=True)
class _Described:
    """What one stage says about the queries of one window: (T, N, C) descriptions and (T, N, 4) boxes."""

    described: Tensor
    boxes: Tensor


def fit_columns(
    network: TeViT,
    windows: Sequence[ClipFeatures],
    *,
    new: tuple[int, ...],
    iterations: int,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Set the columns of the labels ``new`` of every stage of ``network``, in evaluation mode, to fit ``windows``."""
    if not new:
        return
    stages: list[list[_Described]] = [[] for _ in network.roi_head.bbox_head]
    targets = []
    similar = torch.zeros((len(new), network.config.classes))
    for features, (levels, clip) in ((one, window) for one in windows for window in one.whole_windows()):
        if cancelled():
            return
        targets.append(_without_masks(clip))
        for index, one in enumerate(_described(network, features, levels, clip)):
            stages[index].append(one)
        similar += _similar(network, stages[-1][-1], clip, new)
    _start_masks(network, similar, new)
    for index, head in enumerate(network.roi_head.bbox_head):
        _fit(head.fc_cls, stages[index], targets, new, iterations)  # type: ignore[arg-type]


def _without_masks(clip: ClipTargets) -> ClipTargets:
    """The same targets with masks of 0 x 0 pixels: the columns are fitted without them, and all windows are kept."""
    return replace(clip, masks=clip.masks[:, :, :0, :0].clone())


@torch.no_grad()
def _described(
    network: TeViT, windows: ClipFeatures, levels: tuple[Tensor, ...], clip: ClipTargets
) -> list[_Described]:
    features = windows.features([levels], [clip])
    found = []
    for head, queries in zip(network.roi_head.bbox_head, network.stages(features), strict=True):
        described = head.cls_fcs(queries.object_features[0]).float()  # type: ignore[operator, union-attr]
        found.append(_Described(described.cpu(), queries.boxes[0].float().cpu()))
    return found


@torch.no_grad()
def _similar(network: TeViT, last: _Described, clip: ClipTargets, new: tuple[int, ...]) -> Tensor:
    """(new, classes): the scores of all classes at the queries that show each new class, summed."""
    logits = network.roi_head.bbox_head[-1].fc_cls.cpu()(last.described)  # type: ignore[union-attr, operator]
    queries, tracks = match(logits, last.boxes, clip)
    table = torch.zeros((len(new), logits.shape[-1]))
    for query, track in zip(queries.tolist(), tracks.tolist(), strict=True):
        label = int(clip.labels[track])
        if label in new:
            shown = clip.states[:, track] == PRESENT
            table[new.index(label)] += logits[shown, query].sigmoid().sum(dim=0)
    return table


@torch.no_grad()
def _start_masks(network: TeViT, similar: Tensor, new: tuple[int, ...]) -> None:
    """Start the mask columns of a new class from those of the classes that the base saw in its place."""
    old = [label for label in range(similar.shape[1]) if label not in new]
    share = similar[:, old]
    seen = share.sum(dim=1) > 0
    share = share / share.sum(dim=1, keepdim=True).clamp_min(1e-9)
    for head in network.roi_head.mask_head:
        layer = cast(nn.Conv2d, head.conv_logits)
        for value in (layer.weight, cast(Tensor, layer.bias)):
            mixed = (share.to(value.device) @ value[old].reshape(len(old), -1)).view(len(new), *value.shape[1:])
            for row, label in enumerate(new):
                if seen[row]:
                    value[label] = mixed[row]


def _fit(
    columns: nn.Linear, stage: list[_Described], targets: list[ClipTargets], new: tuple[int, ...], iterations: int
) -> None:
    rows = torch.tensor(new)
    weight = columns.weight[rows].detach().cpu().clone().requires_grad_()
    bias = columns.bias[rows].detach().cpu().clone().requires_grad_()
    start = weight.detach().clone()
    optimizer = torch.optim.Adam([weight, bias], lr=_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, iterations)
    described = torch.cat([one.described.flatten(0, 1) for one in stage])
    truth = judged = described
    for iteration in range(iterations):
        if iteration % 50 == 0:
            truth, judged = _truths(columns, weight, bias, rows, stage, targets)
        losses = focal_loss(nn.functional.linear(described, weight, bias), truth) * judged
        loss = losses.sum() + _PULL * (weight - start).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        columns.weight[rows] = weight.to(columns.weight)
        columns.bias[rows] = bias.to(columns.bias)


@torch.no_grad()
def _truths(
    columns: nn.Linear, weight: Tensor, bias: Tensor, rows: Tensor, stage: list[_Described], targets: list[ClipTargets]
) -> tuple[Tensor, Tensor]:
    """Truth and weights (queries of all windows, new) of the new columns under the present matching.

    The weights are divided by the positives. Things that stand in for a class count, before their weight, as much as
    all of its own ones, however many there are.
    """
    found = [_truth(columns, weight, bias, rows, one, clip) for one, clip in zip(stage, targets, strict=True)]
    positives = {True: 0.0, False: 0.0}
    for (truth, _), clip in zip(found, targets, strict=True):
        positives[bool(clip.stands_for)] += float(truth.sum())
    shares = [1 / max(positives[bool(clip.stands_for)], 1.0) for clip in targets]
    return (
        torch.cat([truth.flatten(0, 1) for truth, _ in found]),
        torch.cat([judged.flatten(0, 1) * share for (_, judged), share in zip(found, shares, strict=True)]),
    )


@torch.no_grad()
def _truth(
    columns: nn.Linear, weight: Tensor, bias: Tensor, rows: Tensor, one: _Described, clip: ClipTargets
) -> tuple[Tensor, Tensor]:
    """Truth and weights (T, N, new) of the new columns under the present matching."""
    logits = nn.functional.linear(one.described, columns.weight.cpu().float(), columns.bias.cpu().float())
    logits[..., rows] = nn.functional.linear(one.described, weight, bias)
    truth, judged = class_truth(logits, one.boxes, clip, match(logits, one.boxes, clip))
    return truth[..., rows], judged[..., rows]
