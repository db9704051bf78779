"""Every part of the network and of training on a device, beside the same part on the CPU.

Each part gets the CPU's inputs, so that a deviation belongs to that part alone; ``whole`` is the chain of all parts.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor

from model.network.captured import CapturedNetwork, Record
from model.network.tevit import Features, Queries, TeViT
from model.training.losses import training_losses
from model.training.targets import ClipTargets

Part = Callable[[TeViT, str], Sequence[Tensor]]  # (network on the device, device) -> results


@dataclass(frozen=True)
class Deviation:
    """Largest difference from the CPU, as a share of the largest number of the CPU's result."""

    part: str
    share: float


def deviations(
    network: TeViT, pixels: Tensor, img_hw: Tensor, device: str, *, autocast: torch.dtype | None = None
) -> list[Deviation]:
    """The deviation of each part; ``network`` is on the CPU in float32 and evaluation mode, ``pixels`` (1, T, 3, H, W).

    ``autocast``: the device computes under autocast to this type.
    """
    there = copy.deepcopy(network).to(device)
    found = []
    for name, part in _parts(network, pixels, img_hw):
        with torch.inference_mode():
            exact = part(network, "cpu")
            with _autocast(device, autocast):
                results = part(there, device)
        found.append(Deviation(name, _largest(results, exact)))
    return found


def _parts(network: TeViT, pixels: Tensor, img_hw: Tensor) -> Iterator[tuple[str, Part]]:
    with torch.inference_mode():
        maps, _ = network.backbone(pixels)
        features = Features(tuple(network.neck(maps)), img_hw, pixels.shape[1])
        stages = network.stages(features)
    yield "backbone", lambda net, device: net.backbone(pixels.to(device))[0]
    yield "pyramid", lambda net, device: net.neck([one.to(device) for one in maps])
    yield "RoIAlign", lambda net, device: [net.pool(_moved(features, device), stages[-1].boxes.to(device))]
    queries = network.rpn_head.init_proposal_features.weight.detach().expand(stages[0].object_features.shape)
    for number, stage in enumerate(stages):
        yield f"stage {number + 1}", _stage(number, queries, stage.start_boxes, features)
        queries = stage.object_features
    yield "masks", lambda net, device: [_masks(net, _moved(features, device), stages[-1], device)]
    yield "whole", lambda net, device: list(net(pixels.to(device), img_hw.to(device)))[:2]


def _stage(number: int, queries: Tensor, boxes: Tensor, features: Features) -> Part:
    def part(network: TeViT, device: str) -> Sequence[Tensor]:
        rois = network.pool(_moved(features, device), boxes.to(device))
        return list(network.roi_head.bbox_head[number](queries.to(device), rois))

    return part


def _masks(network: TeViT, features: Features, queries: Queries, device: str) -> Tensor:
    frame = torch.arange(features.frames, device=device)
    query = torch.zeros_like(frame)
    return network.masks(features, Queries(*(one.to(device) for one in queries)), frame, query, query)


def _moved(features: Features, device: str) -> Features:
    return Features(tuple(one.to(device) for one in features.levels), features.img_hw.to(device), features.frames)


@torch.inference_mode()
def replay_deviation(
    network: TeViT,
    clips: Sequence[Tensor],
    img_hw: Tensor,
    *,
    autocast: torch.dtype | None,
    record: Record | None = None,
) -> float:
    """Largest deviation of replayed clips from the same passes run as usual; all on the network's device.

    Raises RuntimeError if no graph could be recorded.
    """
    captured = CapturedNetwork(network, record=record, after=1)
    worst = 0.0
    for clip in clips:
        with _autocast(clip.device.type, autocast):  # as in proposals, each clip has an autocast block of its own
            found = captured(clip, img_hw)[1]
            results = [found.logits.clone(), found.boxes.clone()]
            exact = network(clip, img_hw)
        worst = max(worst, _largest(results, [exact.logits.cpu().float(), exact.boxes.cpu().float()]))
    if not captured.replays:
        raise RuntimeError("no graph was recorded")
    return worst


def training_deviations(
    network: TeViT, frames: Tensor, targets: list[ClipTargets], device: str, *, autocast: torch.dtype | None = None
) -> list[Deviation]:
    """Of the losses, of the gradient, and of the matching (share of stages whose matching differs)."""
    exact, ours, match = _trained(copy.deepcopy(network), frames, targets, "cpu", None)
    losses, gradient, other = _trained(copy.deepcopy(network).to(device), frames, targets, device, autocast)
    differ = sum(a != b for a, b in zip(match, other, strict=True)) / len(match)
    return [
        Deviation("losses", _largest([losses], [exact])),
        Deviation("gradient", float((gradient - ours).norm() / ours.norm())),
        Deviation("matching", differ),
    ]


def _trained(
    network: TeViT, frames: Tensor, targets: list[ClipTargets], device: str, autocast: torch.dtype | None
) -> tuple[Tensor, Tensor, list[object]]:
    with _autocast(device, autocast):
        losses, matches = training_losses(network, frames.to(device), [one.to(device) for one in targets])
    values = torch.stack(list(losses.values()))
    values.sum().backward()
    gradient = [p.grad.flatten().cpu() for p in network.parameters() if p.grad is not None]
    pairs: list[object] = [[(q.tolist(), t.tolist()) for q, t in stage] for stage in matches]
    return values.detach().cpu(), torch.cat(gradient), pairs


def _largest(found: Sequence[Tensor], exact: Sequence[Tensor]) -> float:
    pairs = [(one.float().cpu(), other.float().cpu()) for one, other in zip(found, exact, strict=True)]
    return max(float((one - other).abs().max() / other.abs().max().clamp_min(1e-12)) for one, other in pairs)


def _autocast(device: str, dtype: torch.dtype | None) -> AbstractContextManager[object]:
    return nullcontext() if dtype is None else torch.autocast(torch.device(device).type, dtype=dtype)
