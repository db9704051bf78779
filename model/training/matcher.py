"""Matches one query to each track of a clip: Hungarian matching over the whole clip.

The cost of a (query, track) pair is the mean over the frames where the track is present of classification, L1 and
GIoU costs; frames where it is absent or unknown do not count.
Source: TeViT `core/bbox/assigners/tevit_hungarian_assigner.py`; focal cost as in mmdetection's `FocalLossCost`.
"""

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from model.network.boxes import generalized_iou
from model.training.targets import PRESENT, ClipTargets

CLASS_WEIGHT, L1_WEIGHT, GIOU_WEIGHT = 2.0, 5.0, 2.0
_ALPHA, _GAMMA, _EPS = 0.25, 2.0, 1e-12


def class_cost(logits: Tensor, labels: Tensor) -> Tensor:
    """Focal cost (..., N, G) of assigning class ``labels`` (G,) to queries with logits (..., N, classes)."""
    p = logits.sigmoid()
    negative = -(1 - p + _EPS).log() * (1 - _ALPHA) * p.pow(_GAMMA)
    positive = -(p + _EPS).log() * _ALPHA * (1 - p).pow(_GAMMA)
    return (positive - negative)[..., labels] * CLASS_WEIGHT


def l1_cost(boxes: Tensor, truth: Tensor, whwh: Tensor) -> Tensor:
    """L1 cost (..., N, G) of boxes (..., N, 4) against truth (..., G, 4), xyxy relative to the picture (4,)."""
    return torch.cdist(boxes / whwh, truth / whwh, p=1) * L1_WEIGHT


def clip_cost(logits: Tensor, boxes: Tensor, targets: ClipTargets) -> Tensor:
    """Cost matrix (N, G) of a clip: logits (T, N, classes), boxes (T, N, 4) xyxy in input pixels."""
    height, width = targets.img_hw
    whwh = boxes.new_tensor([width, height, width, height])
    truth = targets.boxes
    cost = class_cost(logits, targets.labels)  # (T, N, G)
    cost = cost + l1_cost(boxes, truth, whwh)
    cost = cost - generalized_iou(boxes[:, :, None], truth[:, None]) * GIOU_WEIGHT
    present = (targets.states == PRESENT).to(cost.dtype)  # (T, G)
    return (cost * present[:, None]).sum(dim=0) / present.sum(dim=0).clamp_min(1)


@torch.no_grad()
def match(logits: Tensor, boxes: Tensor, targets: ClipTargets) -> tuple[Tensor, Tensor]:
    """Indices (M,) of queries and of the tracks matched to them, M = min(N, G), ascending by query."""
    if len(targets.ids) == 0:
        empty = torch.zeros(0, dtype=torch.int64, device=logits.device)
        return empty, empty
    cost = clip_cost(logits.float(), boxes.float(), targets)
    cost = cost.nan_to_num(nan=1e6, posinf=1e6, neginf=-1e6).cpu()
    rows, columns = linear_sum_assignment(cost.numpy())
    return torch.as_tensor(rows, device=logits.device), torch.as_tensor(columns, device=logits.device)
