"""Trains a refining network; its backbone stays as it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from model.pretrained.lite0 import Lite0
from model.refining.examples import Examples
from model.refining.network import RefiningNetwork, features_of
from model.training.ema import WeightAverage

AVERAGE = 0.995  # decay of the running mean of the weights, which is what comes out
WEIGHT_DECAY, LARGEST_GRADIENT, RISING = 1e-3, 1.0, 0.08


@dataclass(frozen=True)
class RefiningStep:
    """One step: its number from 1, the loss, and the mean IoU of the coarse masks and of what was made of them."""

    step: int
    loss: float
    coarse_iou: float
    iou: float


def train(
    network: RefiningNetwork,
    backbone: Lite0,
    examples: Iterator[Examples],
    *,
    steps: int,
    rate: float,
    on_step: Callable[[RefiningStep], None] = lambda step: None,
) -> dict[str, Tensor]:
    """Train for ``steps`` batches with a rate that rises to ``rate`` and falls to 0; returns the mean of the weights.

    The loss is that of TeViT's masks: cross entropy, and Dice (Milletari et al., 3DV 2016).
    """
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=max(steps, 2), pct_start=RISING)
    average = WeightAverage(network, decay=AVERAGE)
    network.train()
    for step in range(steps):
        batch = next(examples)
        pictures, coarse, exact = (
            one.to(backbone.stem.weight.device) for one in (batch.pictures, batch.coarse, batch.exact)
        )
        logits = network(features_of(backbone, pictures), pictures, coarse)
        loss = loss_of(logits, exact)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
        optimizer.step()
        schedule.step()
        average.update(network)
        on_step(RefiningStep(step + 1, float(loss.detach()), _iou(coarse, exact), _iou(logits.sigmoid(), exact)))
    network.eval()
    return average.network.state_dict()


def loss_of(logits: Tensor, exact: Tensor) -> Tensor:
    """Cross entropy and Dice loss, means over the batch; both N x 1 x H x W, ``exact`` from 0 to 1."""
    chances = logits.sigmoid()
    both = (chances * exact).sum((1, 2, 3))
    dice = 1 - (2 * both + 1) / (chances.sum((1, 2, 3)) + exact.sum((1, 2, 3)) + 1)
    return functional.binary_cross_entropy_with_logits(logits, exact) + dice.mean()


@torch.no_grad()
def _iou(one: Tensor, other: Tensor) -> float:
    first, second = one > 0.5, other > 0.5
    shared, union = (first & second).sum((1, 2, 3)), (first | second).sum((1, 2, 3))
    return float((shared / union.clamp_min(1)).mean())
