"""Losses of all refinement stages (TeViT `tevit_roi_head.py`, `stqi_head.py`; mmdetection's loss definitions)."""

from collections.abc import Container, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from model.network.boxes import generalized_iou
from model.network.roi_align import adaptive_roi_align
from model.network.tevit import Features, Queries, TeViT
from model.network.trained_products import trained_products
from model.training.matcher import match
from model.training.ranks import share_of_positives
from model.training.supervision import class_truth, pair_weights
from model.training.targets import PRESENT, ClipTargets

CLASS_WEIGHT, L1_WEIGHT, GIOU_WEIGHT, DICE_WEIGHT = 2.0, 5.0, 2.0, 8.0
_ALPHA, _GAMMA = 0.25, 2.0

Matches = list[tuple[Tensor, Tensor]]


def focal_loss(logits: Tensor, truth: Tensor) -> Tensor:
    """Sigmoid focal loss per element (arXiv 1708.02002); truth is 0 or 1 and has the shape of logits."""
    p = logits.sigmoid()
    missed = (1 - p) * truth + p * (1 - truth)
    weight = (_ALPHA * truth + (1 - _ALPHA) * (1 - truth)) * missed.pow(_GAMMA)
    return F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight


def dice_loss(probability: Tensor, truth: Tensor, *, eps: float = 1e-5) -> Tensor:
    """One minus dice with squared denominators, per mask: (R, S, S) in 0..1 and (R, S, S) -> (R,)."""
    first, second = probability.flatten(1), truth.flatten(1)
    shared = (first * second).sum(dim=1)
    return 1 - 2 * shared / ((first * first).sum(dim=1) + eps + (second * second).sum(dim=1) + eps)


def count_positives(targets: Sequence[ClipTargets], *, queries: int, device: torch.device | str) -> float:
    """The divisor of the losses of a step over these clips: the number of matched (track, frame) pairs with a mask.

    It is the mean over all processes that train together, and 1 for all of them if no track is present (the official
    class loss is divided by 1e-7 then). It is known before the matching, so that clips can be processed one after the
    other as if they were one batch: of a clip with more tracks than ``queries``, a share of its pairs counts. That is
    the number of matched pairs if its tracks are present equally often; otherwise the official number depends on the
    tracks that each stage matches.
    """
    return share_of_positives(positive_pairs(targets, queries=queries), device)


def positive_pairs(targets: Sequence[ClipTargets], *, queries: int) -> float:
    """The matched pairs of :func:`count_positives` in these clips alone; 0 if no track is present."""
    pairs = 0.0
    for clip in targets:
        tracks = len(clip.ids)
        pairs += int((clip.states == PRESENT).sum()) * (min(tracks, queries) / max(tracks, 1))
    return pairs


def stage_losses(
    network: TeViT,
    features: Features,
    queries: Queries,
    targets: list[ClipTargets],
    *,
    stage: int,
    positives: float | None = None,
    matches: Matches | None = None,
    with_masks: bool = True,
) -> tuple[dict[str, Tensor], Matches]:
    """The four losses of one stage over a batch of clips (three without ``with_masks``), and its matching.

    ``matches``: the matching of each clip as `model.training.matcher.match` gives it; None: the best one.

    Sums are divided by ``positives``: :func:`count_positives` of the whole step, of which these clips may be a part;
    None: they are the whole step. The class, box and mask losses of a present mask are multiplied by its weight. Frames
    without ground truth count for the background only.
    """
    if matches is None:
        matches = [match(queries.logits[b], queries.boxes[b].detach(), clip) for b, clip in enumerate(targets)]
    pairs = present_pairs(targets, matches)
    if positives is None:
        positives = count_positives(targets, queries=queries.logits.shape[2], device=queries.logits.device)
    per_pair = 1.0 / positives
    losses = {"loss_cls": _class_loss(queries, targets, matches) * per_pair}
    boxes = torch.cat([queries.boxes[b][frame, query] for b, (frame, query, _) in enumerate(pairs)])
    truth = torch.cat([clip.boxes[frame, track] for clip, (frame, _, track) in zip(targets, pairs, strict=True)])
    whwh = torch.cat([_whwh(clip, boxes).expand(len(p[0]), 4) for clip, p in zip(targets, pairs, strict=True)])
    weight = torch.cat([pair_weights(clip, p[0], p[2]) for clip, p in zip(targets, pairs, strict=True)])
    losses["loss_bbox"] = (((boxes - truth) / whwh).abs() * weight[:, None]).sum() * per_pair * L1_WEIGHT
    losses["loss_iou"] = ((1 - generalized_iou(boxes, truth)) * weight).sum() * per_pair * GIOU_WEIGHT
    if with_masks:
        losses["loss_mask"] = _mask_loss(network, features, queries, targets, pairs, weight, stage=stage) * per_pair
    return losses, matches


def _whwh(clip: ClipTargets, like: Tensor) -> Tensor:
    height, width = clip.img_hw
    return like.new_tensor([[width, height, width, height]])


def present_pairs(targets: list[ClipTargets], matches: Matches) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Per clip the (frame, query, track) triples in which a matched track is present."""
    triples = []
    for clip, (queries, tracks) in zip(targets, matches, strict=True):
        frame, pair = (clip.states[:, tracks] == PRESENT).nonzero(as_tuple=True)
        triples.append((frame, queries[pair], tracks[pair]))
    return triples


def _class_loss(queries: Queries, targets: list[ClipTargets], matches: Matches) -> Tensor:
    total = queries.logits.new_zeros(())
    for b, clip in enumerate(targets):
        truth, weight = class_truth(queries.logits[b], queries.boxes[b].detach(), clip, matches[b])
        total = total + (focal_loss(queries.logits[b], truth) * weight).sum()
    return total * CLASS_WEIGHT


def _mask_loss(
    network: TeViT,
    features: Features,
    queries: Queries,
    targets: list[ClipTargets],
    positives: list[tuple[Tensor, Tensor, Tensor]],
    weight: Tensor,
    *,
    stage: int,
) -> Tensor:
    frames = features.frames
    frame = torch.cat([triple[0] + b * frames for b, triple in enumerate(positives)])
    query = torch.cat([triple[1] for triple in positives])
    if len(frame) == 0:  # keeps every parameter of the mask head in the graph
        zero = features.levels[0].new_zeros(())
        for parameter in network.roi_head.mask_head[stage].parameters():
            zero = zero + parameter.sum() * 0
        return zero
    label = torch.cat([clip.labels[t] for clip, (_, _, t) in zip(targets, positives, strict=True)])
    logits = network.mask_logits(features, queries, frame, query, label, stage=stage).float()
    covered = torch.cat(
        [
            mask_coverage(clip, queries.boxes[b].detach(), triple, cells=logits.shape[-1])
            for b, (clip, triple) in enumerate(zip(targets, positives, strict=True))
        ]
    )
    return (dice_loss(logits.sigmoid(), (covered >= 0.5).float()) * weight).sum() * DICE_WEIGHT


def mask_coverage(clip: ClipTargets, boxes: Tensor, triple: tuple[Tensor, Tensor, Tensor], *, cells: int) -> Tensor:
    """Share of each cell of a refined box that the true mask covers: (R, cells, cells) in 0..1.

    boxes (T, N, 4) xyxy in pixels of the padded clip, to which they are clipped first; ``triple`` is one clip's part of
    :func:`present_pairs`. A cell is true from 0.5 on.
    """
    frame, query, track = triple
    height, width = clip.pad_hw
    limit = boxes.new_tensor([width, height, width, height])
    rois = torch.minimum(boxes[frame, query].float().clamp_min(0), limit)
    return adaptive_roi_align(clip.masks[frame, track].float(), rois, cells=cells)


def training_losses(
    network: TeViT, frames: Tensor, targets: list[ClipTargets], *, positives: float | None = None
) -> tuple[dict[str, Tensor], list[Matches]]:
    """Forward pass and all losses: frames (B, T, 3, H, W) normalised and padded, one target per clip.

    ``positives`` as in :func:`stage_losses`. Returns `stage{s}_loss_{cls,bbox,iou,mask}` scalars, whose sum is
    optimised, and the matching of every stage.
    """
    img_hw = torch.tensor([clip.img_hw for clip in targets], dtype=torch.float32, device=frames.device)
    frozen = not any(p.requires_grad for part in (network.backbone, network.neck) for p in part.parameters())
    with trained_products(frames.device):
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            features = network.encode(frames, img_hw)
        return losses_over(network, features, targets, positives=positives)


def losses_over(
    network: TeViT,
    features: Features,
    targets: list[ClipTargets],
    *,
    positives: float | None = None,
    mask_stages: Container[int] | None = None,
    stages: Sequence[Queries] | None = None,
) -> tuple[dict[str, Tensor], list[Matches]]:
    """As :func:`training_losses`, over a feature pyramid that is computed already.

    Only ``mask_stages`` have a mask loss (None: all). At test time only the mask head of the last stage runs.
    ``stages``: the queries over these features, if they are computed already too.
    """
    losses: dict[str, Tensor] = {}
    matches = []
    for stage, queries in enumerate(network.stages(features) if stages is None else stages):
        single = Queries(queries.logits.float(), queries.boxes.float(), *queries[2:])
        values, matched = stage_losses(
            network,
            features,
            single,
            targets,
            stage=stage,
            positives=positives,
            with_masks=mask_stages is None or stage in mask_stages,
        )
        losses.update({f"stage{stage}_{name}": value for name, value in values.items()})
        matches.append(matched)
    return losses, matches
