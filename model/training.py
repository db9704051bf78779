"""The training loop: resumable, cancellable, and deterministic in the clips it sees.

Clip i of a run depends on the seed and i alone, so a resumed run sees what an undisturbed one would have seen.
"""

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Subset

from model.clips import ClipDataset, ClipSource, collate
from model.config import SwinConfig, TrainingConfig
from model.ema import WeightAverage
from model.losses import training_losses
from model.schedule import parameter_groups, rate_factor
from model.tevit import TeViT


class TrainingDiverged(RuntimeError):
    """The loss or its gradient is no number any more."""


@dataclass(frozen=True)
class StepReport:
    """One optimizer step."""

    step: int  # from 1
    steps: int
    loss: float  # sum over all stages
    parts: dict[str, float]  # sums over stages of cls, bbox, iou, mask
    learning_rate: float
    gradient_norm: float
    seconds: float  # since the run (or its resumption) began


@dataclass(frozen=True)
class TrainingSettings:
    """What a run needs beside the recipe."""

    seed: int = 0
    device: str = "cpu"
    precision: str = "float32"  # 'float32' or 'fast' (bf16 autocast on CUDA)
    accumulate: int = 1  # optimizer steps use this many batches
    workers: int = 0  # processes that prepare clips
    resume_path: Path | None = None  # where the run's state is kept, written every ``keep_every`` steps
    keep_every: int = 200
    frozen_statistics: bool = False  # batch norms keep their running statistics (small data would break them)


def _never() -> bool:
    return False


class Trainer:
    """One run: :meth:`run` trains ``network`` in place and returns the network to keep (the mean of its weights)."""

    def __init__(
        self, network: TeViT, source: ClipSource, recipe: TrainingConfig, settings: TrainingSettings | None = None
    ) -> None:
        self.network, self.recipe = network, recipe
        self.settings = settings or TrainingSettings()
        clips = recipe.steps * recipe.batch * self.settings.accumulate
        self.dataset = ClipDataset(
            source,
            network.config.scales,
            clip_frames=recipe.clip_frames,
            flip=recipe.flip,
            seed=self.settings.seed,
            length=clips,
        )
        network.to(self.settings.device)
        swin = isinstance(network.config.backbone, SwinConfig)
        groups = parameter_groups(network, recipe, swin=swin)
        fused = self.settings.device.startswith("cuda")
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=fused or None)  # type: ignore[arg-type]
        self.average = WeightAverage(network, decay=recipe.ema) if recipe.ema else None
        self.step = 0

    def run(self, *, on_step: Callable[[StepReport], None], cancelled: Callable[[], bool] = _never) -> TeViT:
        """Train to the last step, or until ``cancelled``; the state is kept on the way if there is a path for it."""
        began = time.monotonic()
        self.network.train()
        if self.settings.frozen_statistics:
            for module in self.network.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        batches = iter(self._loader())
        while self.step < self.recipe.steps and not cancelled():
            report = self._step(batches, began)
            on_step(report)
            if self.step % self.settings.keep_every == 0 or self.step == self.recipe.steps:
                self.keep()
        return self.average.network if self.average else self.network  # type: ignore[return-value]

    def _loader(self) -> DataLoader:  # type: ignore[type-arg]
        per_step = self.recipe.batch * self.settings.accumulate
        rest = Subset(self.dataset, range(self.step * per_step, len(self.dataset)))
        workers = self.settings.workers
        return DataLoader(rest, batch_size=self.recipe.batch, num_workers=workers, collate_fn=collate)

    def _step(self, batches: object, began: float) -> StepReport:
        # Stochastic depth of a step depends on the seed and its number alone, so that a resumed run draws the same.
        torch.manual_seed((self.settings.seed * 7919 + self.step) % 2**63)
        factor = rate_factor(self.step, self.recipe)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_lr"] * factor
        self.optimizer.zero_grad(set_to_none=True)
        parts: dict[str, float] = {}
        total = 0.0
        for _ in range(self.settings.accumulate):
            frames, targets = next(batches)  # type: ignore[call-overload]
            total += self._backward(frames, targets, parts)
        if self.recipe.gradient_clip:
            norm = float(nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.gradient_clip))
        else:
            norm = 0.0
        if not math.isfinite(total) or not math.isfinite(norm):
            raise TrainingDiverged(f"step {self.step + 1}: the loss is {total}, its gradient {norm}; nothing was saved")
        self.optimizer.step()
        self.step += 1
        if self.average:
            self.average.update(self.network)
        rate = self.recipe.learning_rate * factor
        return StepReport(self.step, self.recipe.steps, total, parts, rate, norm, time.monotonic() - began)

    def _backward(self, frames: torch.Tensor, targets: list, parts: dict[str, float]) -> float:  # type: ignore[type-arg]
        device, share = self.settings.device, 1.0 / self.settings.accumulate
        fast = self.settings.precision == "fast" and device.startswith("cuda")
        with torch.autocast("cuda", dtype=torch.bfloat16) if fast else nullcontext():
            losses, _ = training_losses(self.network, frames.to(device), [target.to(device) for target in targets])
        total = torch.stack(list(losses.values())).sum() * share
        total.backward()
        for name, value in losses.items():
            kind = name.rsplit("_", 1)[1]
            parts[kind] = parts.get(kind, 0.0) + float(value.detach()) * share
        return float(total.detach())

    def keep(self) -> None:
        """Write the state of the run beside itself, whole or not at all."""
        path = self.settings.resume_path
        if path is None:
            return
        state = {
            "step": self.step,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average.state() if self.average else None,
        }
        temporary = path.with_suffix(".partial")
        torch.save(state, temporary)
        temporary.replace(path)

    def resume(self) -> bool:
        """Continue from a kept state; False where there is none."""
        path = self.settings.resume_path
        if path is None or not path.exists():
            return False
        state = torch.load(path, map_location=self.settings.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average and state["average"]:
            self.average.restore(state["average"])
        self.step = int(state["step"])
        return True
