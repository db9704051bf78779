"""The training loop: resumable, cancellable, with a deterministic sequence of clips, in one or several processes.

Clip i of a run depends only on the seed and i, so a resumed run trains on the same clips as an undisturbed one.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import nn
from torch.utils.data import DataLoader

from model.config import SwinConfig, TrainingConfig
from model.lack_of_memory import lacks_memory
from model.network.packed import computes_bfloat16
from model.network.tevit import TeViT
from model.training import ranks
from model.training.clips import ClipDataset, ClipSource, clip_batches, collate
from model.training.ema import WeightAverage
from model.training.losses import count_positives, training_losses
from model.training.run_state import RunState, facts_of, read_state, require_same_run, unusable
from model.training.schedule import parameter_groups, rate_factor
from model.training.targets import ClipTargets

Batch: TypeAlias = tuple[torch.Tensor, list[ClipTargets]]


class TrainingDiverged(RuntimeError):
    """The loss, its gradient or a weight is infinite or NaN; the message names the step and what to do."""


class UnevenBatch(ValueError):
    """The clips of a step cannot be divided evenly among the processes."""


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
    notes: tuple[str, ...] = ()  # clips of this process with frames without ground truth, and batches without any


@dataclass(frozen=True)
class TrainingSettings:
    """The settings of a run beside its recipe."""

    seed: int = 0
    device: str = "cpu"
    precision: str = "float32"  # 'float32' or 'fast' (bf16 autocast, on CUDA and on CPUs that multiply bfloat16)
    accumulate: int = 1  # batches of each process per optimizer step
    workers: int = 0  # processes that prepare clips
    resume_path: Path | None = None  # file for the run's state, written every ``keep_every`` steps
    keep_every: int = 200


class Trainer:
    """One run: :meth:`run` trains ``network`` in place and returns the network to keep (the mean of its weights)."""

    def __init__(
        self, network: TeViT, source: ClipSource, recipe: TrainingConfig, settings: TrainingSettings | None = None
    ) -> None:
        self.network, self.recipe = network, recipe
        self.settings = settings or TrainingSettings()
        if recipe.batch % ranks.ranks():
            raise UnevenBatch(f"{recipe.batch} clips of a step cannot be dealt out evenly to {ranks.ranks()} processes")
        self.dataset = ClipDataset(
            source,
            network.config.scales,
            clip_frames=recipe.clip_frames,
            flip=recipe.flip,
            seed=self.settings.seed,
            length=recipe.steps * recipe.batch * self.settings.accumulate,
        )
        ranks.require_agreement("number of frames to learn from", len(self.dataset.items))
        network.to(self.settings.device)
        swin = isinstance(network.config.backbone, SwinConfig)
        groups = parameter_groups(network, recipe, swin=swin)
        fused = torch.device(self.settings.device).type in ("cuda", "cpu")
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=fused or None)  # type: ignore[arg-type]
        ranks.equalise(network)
        self.average = WeightAverage(network, decay=recipe.ema) if recipe.ema else None
        self.step = 0
        self._facts = facts_of(
            source.videos,
            config=network.config.name,
            seed=self.settings.seed,
            batch=recipe.batch,
            accumulate=self.settings.accumulate,
        )
        self._batches: list[list[int]] = []  # clips of each batch that is still to come when the run begins
        self._state = RunState(self.settings.resume_path if ranks.is_first() else None)

    def run(self, *, on_step: Callable[[StepReport], None], cancelled: Callable[[], bool] = lambda: False) -> TeViT:
        """Trains to the last step, or until ``cancelled``; writes the state on the way if ``resume_path`` is set.

        Raises :class:`TrainingDiverged`; the state at ``resume_path`` then is one whose loss was finite.
        """
        began = time.monotonic()
        self.network.train()
        batches = self._prepared(iter(self._loader()))  # draws a random number, so before a step sets its seed
        if self.step == 0:
            self.keep()
        while self.step < self.recipe.steps and not cancelled():
            report = self._step(batches, began)
            on_step(report)
            if self.is_kept_after(self.step):
                self.keep()
        self._require_finite_weights()
        self._state.prove()
        return self.kept

    @property
    def kept(self) -> TeViT:
        """The network to keep, as it is now: the mean of the weights, or without one the network that is trained."""
        return self.average.network if self.average else self.network  # type: ignore[return-value]

    def _loader(self) -> DataLoader:  # type: ignore[type-arg]
        per_step = self.settings.accumulate
        batches = clip_batches(
            self.dataset,
            count=self.recipe.steps * per_step,
            size=self.recipe.batch // ranks.ranks(),
            rank=ranks.rank(),
            ranks=ranks.ranks(),
        )
        self._batches = batches[self.step * per_step :]
        return DataLoader(
            self.dataset, batch_sampler=self._batches, num_workers=self.settings.workers, collate_fn=collate
        )

    def _prepared(self, loaded: Iterator[Batch]) -> Iterator[Batch]:
        """The batches that are still to come. An error of a process that prepares clips is the error itself."""
        for clips in self._batches:
            try:
                batch = next(loaded)
            except Exception:  # raised again in any case
                if self.settings.workers:  # the loader's own error holds the whole traceback of that process
                    collate([self.dataset[index] for index in clips])
                raise
            yield batch

    def _step(self, batches: Iterator[Batch], began: float) -> StepReport:
        # Stochastic depth of a step depends on the seed, its number and the process: a resumed run draws the same.
        torch.manual_seed((self.settings.seed * 7919 + self.step + ranks.rank() * 2**40) % 2**63)
        factor = rate_factor(self.step, self.recipe)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_lr"] * factor
        self.optimizer.zero_grad(set_to_none=True)
        parts: dict[str, float] = {}
        notes: list[str] = []
        together = [next(batches) for _ in range(self.settings.accumulate)]
        # Counted over all batches of the step, so that the sum of their losses is the loss of one large batch.
        clips = [clip for _, targets in together for clip in targets]
        queries, device = self.network.config.queries, self.settings.device
        positives = count_positives(clips, queries=queries, device=device)
        for frames, targets in together:
            notes += _frames_without_truth(targets)
            self._backward(frames, targets, parts, positives)
        ranks.average_gradients(self.network.parameters())
        parts = _mean_over_ranks(parts, self.settings.device)
        total = sum(parts.values())
        if self.recipe.gradient_clip:
            norm = float(nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.gradient_clip))
        else:
            norm = 0.0
        if not math.isfinite(total) or not math.isfinite(norm):
            raise self._diverged(f"step {self.step + 1}: the loss is {total}, its gradient {norm}")
        self._state.prove()
        self.optimizer.step()
        self.step += 1
        if self.average:
            self.average.update(self.network)
        rate = self.recipe.learning_rate * factor
        spent = time.monotonic() - began
        return StepReport(self.step, self.recipe.steps, total, parts, rate, norm, spent, tuple(notes))

    def _backward(
        self, frames: torch.Tensor, targets: list[ClipTargets], parts: dict[str, float], positives: float
    ) -> None:
        device = self.settings.device
        with self._autocast():
            clips = [target.to(device) for target in targets]
            losses, _ = training_losses(self.network, frames.to(device), clips, positives=positives)
        every = torch.stack(list(losses.values()))
        every.sum().backward()
        for name, value in zip(losses, every.tolist(), strict=True):  # the one wait for the device
            kind = name.rsplit("_", 1)[1]
            parts[kind] = parts.get(kind, 0.0) + value

    def _autocast(self) -> AbstractContextManager[object]:
        """Weights, their gradients and the losses stay in float32, as in arXiv 1710.03740."""
        kind = torch.device(self.settings.device).type
        fast = self.settings.precision == "fast" and (kind != "cpu" or computes_bfloat16())
        return torch.autocast(kind, dtype=torch.bfloat16) if fast else nullcontext()

    def is_kept_after(self, step: int) -> bool:
        """Whether the state of the run is written after a step, once ``on_step`` has returned."""
        return step % self.settings.keep_every == 0 or step == self.recipe.steps

    def keep(self) -> None:
        """Writes the state of the run; it replaces the one at ``resume_path`` when the next loss is finite."""
        self._state.write(
            {
                "step": self.step,
                "network": self.network.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "average": self.average.state() if self.average else None,
                "run": self._facts,
            }
        )

    def _require_finite_weights(self) -> None:
        """The weights after the last step were not used for any loss."""
        if not all(torch.isfinite(value).all() for value in self.kept.state_dict().values()):
            raise self._diverged(f"step {self.step}: the weights are no numbers any more")

    def _diverged(self, what: str) -> TrainingDiverged:
        advice = f"lower the learning rate (--lr, now {self.recipe.learning_rate:g})"
        kept = self._state.kept_step
        if kept is not None:
            advice += f"; the state after step {kept} is kept in {self.settings.resume_path} (--resume)"
        self._state.drop()
        return TrainingDiverged(f"{what}, so training diverged; {advice}.")

    def resume(self) -> bool:
        """Continues from a written state, at the learning rate of this run's recipe; returns False if there is none.

        Raises UnusableState if the state is damaged or that of another run.
        """
        path = self.settings.resume_path
        if path is None or not path.exists():
            return False
        state = read_state(path, self.settings.device)
        require_same_run(path, state.get("run"), self._facts)
        try:
            self._take(state)
        except (RuntimeError, ValueError, KeyError, TypeError, AttributeError) as error:
            if lacks_memory(error):
                raise
            raise unusable(path, "is the state of another network, or of another number of classes") from error
        ranks.require_agreement("step to go on from", self.step)
        return True

    def _take(self, state: dict[str, Any]) -> None:
        """Go on from a state, which fits the network and the optimizer or raises one of torch's many errors."""
        self.network.load_state_dict(state["network"])
        rates = [group["base_lr"] for group in self.optimizer.param_groups]
        self.optimizer.load_state_dict(state["optimizer"])
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["base_lr"] = rate
        if self.average and state["average"]:
            self.average.restore(state["average"])
        self.step = self._state.kept_step = int(state["step"])


def _mean_over_ranks(parts: dict[str, float], device: str) -> dict[str, float]:
    """The loss parts of the whole step: each process has divided its own by the mean number of positives."""
    values = ranks.total(torch.tensor(list(parts.values()), dtype=torch.float64, device=device)) / ranks.ranks()
    return dict(zip(parts, values.tolist(), strict=True))


def _frames_without_truth(targets: list[ClipTargets]) -> list[str]:
    """One line per clip with frames without ground truth: the official assigner crashes, here they are background."""
    empty = [(clip, clip.frames_without_truth()) for clip in targets]
    lines = []
    for clip, places in empty:
        named = ", ".join(str(clip.frames[at] if clip.frames else at) for at in places)
        if places:
            lines.append(f"Video {clip.video or '?'}: no truth in frame {named} of a clip; it is background there.")
    if all(len(places) == len(clip.states) for clip, places in empty):
        lines.append("No clip of this batch has any truth; its class loss is not divided.")
    return lines
