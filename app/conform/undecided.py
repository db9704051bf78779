"""The error of a mask loss that rounding in single cells of its targets can cause.

A target cell is true if its coverage is at least 0.5. Refined boxes and sums over samples have rounding noise, so a
cell whose coverage is that close to 0.5 is undecided: it may be true in one program and false in the other.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from model.network.tevit import Features, Queries, TeViT
from model.training.losses import DICE_WEIGHT, dice_loss, mask_coverage, present_pairs
from model.training.targets import ClipTargets

_BOX_NOISE = 1.5e-3  # pixels; twice the difference between two runs of the same code
_SUM_NOISE = 1e-5  # of a coverage, 0 to 1


@contextmanager
def _mask_head_kept(network: TeViT, stage: int) -> Iterator[None]:
    """Replaces a stage's mask head by a copy meanwhile, so that its running statistics stay as they are."""
    heads = network.roi_head.mask_head
    kept = heads[stage]
    heads[stage] = copy.deepcopy(kept)
    try:
        yield
    finally:
        heads[stage] = kept


def undecided_cells(
    clip: ClipTargets, boxes: Tensor, triple: tuple[Tensor, Tensor, Tensor], *, cells: int
) -> tuple[Tensor, Tensor]:
    """Target cells that rounding decides; arguments as of `mask_coverage`.

    Returns the coverage of the cells, (R, cells, cells) 0 to 1, and those cells, bool of the same shape.
    """
    still = mask_coverage(clip, boxes, triple, cells=cells)
    lowest = highest = still
    for side in range(4):
        for step in (-_BOX_NOISE, _BOX_NOISE):
            moved = boxes.clone()
            moved[..., side] += step
            coverage = mask_coverage(clip, moved, triple, cells=cells)
            lowest, highest = torch.minimum(lowest, coverage), torch.maximum(highest, coverage)
    return still, (lowest - _SUM_NOISE < 0.5) & (highest + _SUM_NOISE >= 0.5)


@torch.no_grad()
def mask_loss_doubt(
    network: TeViT,
    features: Features,
    queries: Queries,
    targets: list[ClipTargets],
    matches: list[tuple[Tensor, Tensor]],
    *,
    stage: int,
) -> float:
    """The change of a stage's mask loss if every undecided cell had the other value; 0 without any."""
    triples, cells = present_pairs(targets, matches), 2 * network.config.head.mask_cells
    parts = [
        undecided_cells(clip, boxes, triple, cells=cells)
        for boxes, clip, triple in zip(queries.boxes.detach(), targets, triples, strict=True)
    ]
    coverage, doubtful = (torch.cat(part) for part in zip(*parts, strict=True))
    if not doubtful.any():
        return 0.0
    frame = torch.cat([triple[0] + b * features.frames for b, triple in enumerate(triples)])
    query = torch.cat([triple[1] for triple in triples])
    label = torch.cat([clip.labels[track] for clip, (_, _, track) in zip(targets, triples, strict=True)])
    with _mask_head_kept(network, stage):
        probability = network.mask_logits(features, queries, frame, query, label, stage=stage).float().sigmoid()
    truth = (coverage >= 0.5).float()
    change = 0.0
    for row, y, x in doubtful.nonzero().tolist():
        other = truth[row].clone()
        other[y, x] = 1 - other[y, x]
        both = dice_loss(probability[row].expand(2, -1, -1), torch.stack([truth[row], other]))
        change += float((both[1] - both[0]).abs())
    return change * DICE_WEIGHT / max(len(frame), 1)
