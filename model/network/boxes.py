"""Boxes as xyxy in pixels of the network input unless stated otherwise."""

import math

import torch
from torch import Tensor

from model.network.constants import constant

_MAX_LOG_SIDE = abs(math.log(16 / 1000))  # a stage changes a side by at most 1000 / 16 (mmdetection's delta2bbox)
_STDS = (0.5, 0.5, 1.0, 1.0)


def decode_deltas(boxes: Tensor, deltas: Tensor) -> Tensor:
    """Move boxes (..., 4) xyxy by deltas (..., 4): shifts in units of the side, log side ratios; no border clipping."""
    deltas = deltas * constant(_STDS, dtype=deltas.dtype, device=deltas.device)
    centre = (boxes[..., :2] + boxes[..., 2:]) * 0.5
    side = boxes[..., 2:] - boxes[..., :2]
    centre = centre + side * deltas[..., :2]
    side = side * deltas[..., 2:].clamp(-_MAX_LOG_SIDE, _MAX_LOG_SIDE).exp()
    return torch.cat((centre - side * 0.5, centre + side * 0.5), dim=-1)


def cxcywh_to_xyxy(boxes: Tensor) -> Tensor:
    """Centre and size (..., 4) -> corners (..., 4)."""
    centre, half = boxes[..., :2], boxes[..., 2:] * 0.5
    return torch.cat((centre - half, centre + half), dim=-1)


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])


def generalized_iou(first: Tensor, second: Tensor, *, eps: float = 1e-6) -> Tensor:
    """GIoU (arXiv 1902.09630) of broadcastable boxes (..., 4) -> (...)."""
    low = torch.maximum(first[..., :2], second[..., :2])
    high = torch.minimum(first[..., 2:], second[..., 2:])
    overlap = (high - low).clamp_min(0).prod(dim=-1)
    union = (_area(first) + _area(second) - overlap).clamp_min(eps)
    hull_low = torch.minimum(first[..., :2], second[..., :2])
    hull_high = torch.maximum(first[..., 2:], second[..., 2:])
    hull = (hull_high - hull_low).clamp_min(0).prod(dim=-1).clamp_min(eps)
    return overlap / union - (hull - union) / hull
