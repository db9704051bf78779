"""One forward pass of a training step over a batch, with the losses and the matching of every stage."""

from dataclasses import dataclass

import torch
from torch import Tensor

from model.network.tevit import Features, Queries, TeViT
from model.training.losses import stage_losses
from model.training.targets import PRESENT, ClipTargets


@dataclass(frozen=True)
class LossPass:
    """One forward pass over the batch."""

    features: Features
    losses: dict[str, Tensor]
    stages: list[Queries]
    matches: list[list[tuple[Tensor, Tensor]]]
    targets: list[ClipTargets]

    @property
    def total(self) -> Tensor:
        """The optimised sum of all losses."""
        return torch.stack(list(self.losses.values())).sum()

    def figures(self) -> dict[str, float]:
        """Losses and accuracies by their official names."""
        values = {name: float(value.detach()) for name, value in self.losses.items()}
        for stage, (queries, matches) in enumerate(zip(self.stages, self.matches, strict=True)):
            values[f"stage{stage}_pos_acc"] = accuracy(queries, matches, self.targets)
        return values


def loss_pass(network: TeViT, frames: Tensor, targets: list[ClipTargets]) -> LossPass:
    """Losses of a batch, frames (B, T, 3, H, W) float32, each stage with its best matching."""
    img_hw = torch.tensor([clip.img_hw for clip in targets], dtype=torch.float32, device=frames.device)
    features = network.encode(frames, img_hw)
    stages = network.stages(features)
    losses, matches = {}, []
    for stage, queries in enumerate(stages):
        values, matched = stage_losses(network, features, queries, targets, stage=stage)
        losses.update({f"stage{stage}_{name}": value for name, value in values.items()})
        matches.append(matched)
    return LossPass(features, losses, stages, matches, targets)


def accuracy(queries: Queries, matches: list[tuple[Tensor, Tensor]], targets: list[ClipTargets]) -> float:
    """Share in percent of the positives whose best class is the right one."""
    right = count = 0
    for logits, (query, track), clip in zip(queries.logits, matches, targets, strict=True):
        frame, pair = (clip.states[:, track] == PRESENT).nonzero(as_tuple=True)
        best = logits[frame, query[pair]].argmax(dim=1)
        right += int((best == clip.labels[track[pair]]).sum())
        count += len(frame)
    return 100.0 * right / max(count, 1)
