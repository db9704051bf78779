"""The loop that trains the heads over cached features: resumable, cancellable, safe against NaN and lack of memory."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from model.adapting.classes import TeachingSource
from model.adapting.clip_features import ClipFeatures
from model.adapting.distilling import Anchor
from model.adapting.draws import Draws
from model.adapting.rates import rate_groups
from model.adapting.settings import AdaptSettings
from model.adapting.trunk_cache import Levels, TrunkCache
from model.config import TrainingConfig
from model.lack_of_memory import lacks_memory
from model.network.tevit import TeViT
from model.network.trained_products import trained_products
from model.training.ema import WeightAverage
from model.training.losses import losses_over, positive_pairs
from model.training.run_state import RunState
from model.training.schedule import rate_factor
from model.training.targets import ClipTargets
from model.training.trainer import StepReport, TrainingDiverged


class _DrawnClip(NamedTuple):
    """A clip of a step; ``replayed``: it shows what the network knew before."""

    levels: Levels
    target: ClipTargets
    replayed: bool


class AdaptLoop:
    """Trains ``network`` in place; :meth:`run` returns the network to keep, the mean of its weights."""

    def __init__(
        self,
        network: TeViT,
        sources: Sequence[tuple[TeachingSource, int]],
        *,
        recipe: TrainingConfig,
        settings: AdaptSettings,
        cache: TrunkCache,
        seed: int = 0,
        device: str = "cpu",
        fast: bool = False,
        state_path: Path | None = None,
    ) -> None:
        """``sources``: each with the number of its clips in a step. ``cache``: of this network's trunk.

        Raises `model.training.clips.NoTrainingFrames`.
        """
        self.network, self.recipe, self._settings = network.to(device), recipe, settings
        self._clips = [ClipFeatures(one, cache, network.config, device=device) for one, _ in sources]
        self._counts = [count for _, count in sources]
        self._seed, self._device, self._fast = seed, device, fast
        config = network.config
        self._draws = [
            Draws(
                teaching.source,
                clip_frames=recipe.clip_frames,
                length=config.window,
                overlap=min(config.overlap, config.window // 2),
                flip=0.0 if features.copied else recipe.flip,
                seed=seed,
                background=not features.copied,
            )
            for features, (teaching, _) in zip(self._clips, sources, strict=True)
        ]
        self.clips_at_once = sum(count for _, count in sources)
        self._path, self._state = state_path, RunState(state_path)
        # What a written state must agree with to be continued: else it is that of another run.
        clips = [draws.epoch_length for draws in self._draws]
        self._run = f"{seed} {network.config.classes} classes {clips} frames {recipe} {settings}"
        groups = rate_groups(self.network, self.recipe, self._settings.rates)
        self.optimizer = torch.optim.AdamW(groups, lr=self.recipe.learning_rate, fused=True)  # type: ignore[arg-type]
        self._learning = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        self.average = WeightAverage(self.network, decay=self.recipe.ema) if self.recipe.ema else None
        known = [one.labels for one, _ in sources if one.replayed and settings.distilled]
        self._anchor = Anchor(self.network, known[0]) if known else None
        self.step = 0
        self.losses: dict[int, float] = {}  # of the truth, by step, also of the steps before a kill
        self._resume()

    def run(
        self,
        *,
        on_step: Callable[[StepReport], None],
        cancelled: Callable[[], bool] = lambda: False,
        until: int | None = None,
    ) -> TeViT:
        """Train to the last step, to step ``until`` or until ``cancelled``. Raises `TrainingDiverged`."""
        stop = self.recipe.steps if until is None else min(until, self.recipe.steps)
        began = time.monotonic()
        self.network.train()
        for module in self.network.modules():
            if isinstance(module, nn.BatchNorm2d):  # few data would spoil its statistics
                module.eval()
        for trunk in (self.network.backbone, self.network.neck):  # no stochastic depth: its features are cached
            trunk.eval()
        while self.step < stop and not cancelled():
            on_step(self._step(began))
            if self.step % self._settings.keep_every == 0 or self.step == self.recipe.steps:
                self.keep()
        kept = self.kept
        if not all(torch.isfinite(value).all() for value in kept.state_dict().values()):
            raise self._diverged(f"step {self.step}: the weights are no numbers any more")
        self._state.prove()
        return kept

    @property
    def kept(self) -> TeViT:
        """The network to keep: the running mean if there is one."""
        return self.average.network if self.average else self.network  # type: ignore[return-value]

    def _step(self, began: float) -> StepReport:
        torch.manual_seed((self._seed * 7919 + self.step) % 2**63)
        factor = rate_factor(self.step, self.recipe)
        for group in self.optimizer.param_groups:
            group["lr"] = group["base_lr"] * factor
        clips = [clip for number in range(len(self._counts)) for clip in self._drawn(number)]
        parts = self._gradients(clips)
        norm = float(nn.utils.clip_grad_norm_(self._learning, self.recipe.gradient_clip or math.inf))
        total = sum(parts.values())
        if not math.isfinite(total) or not math.isfinite(norm):
            raise self._diverged(f"step {self.step + 1}: the loss is {total}, its gradient {norm}")
        self._state.prove()
        self.optimizer.step()
        self.step += 1
        # What keeps the masks begins at 0 and grows as the network learns: it says nothing about how well it learns.
        self.losses[self.step] = total - parts.get("kept", 0.0)
        if self.average:
            self.average.update(self.network)
        rate, spent = self.recipe.learning_rate * factor, time.monotonic() - began
        return StepReport(self.step, self.recipe.steps, total, parts, rate, norm, spent)

    def _gradients(self, clips: Sequence[_DrawnClip]) -> dict[str, float]:
        """The loss parts of a step, whose gradients are left at the parameters; without memory in smaller portions.

        The losses of all portions are divided by the positives of the step, so its size changes nothing else.
        """
        while True:
            try:
                return self._in_portions(clips)
            except (RuntimeError, MemoryError) as error:
                if not lacks_memory(error) or self.clips_at_once <= 1:
                    raise
            self.clips_at_once = max(self.clips_at_once // 2, 1)
            if self._device.startswith("cuda"):
                torch.cuda.empty_cache()

    def _in_portions(self, clips: Sequence[_DrawnClip]) -> dict[str, float]:
        self.optimizer.zero_grad(set_to_none=True)
        targets = [clip.target for clip in clips]
        # Of this process alone: under `torchrun` each process makes trainings of its own.
        positives = max(positive_pairs(targets, queries=self.network.config.queries), 1.0)
        replays = sum(clip.replayed for clip in clips)
        parts: dict[str, float] = {}
        for portion in _portions(clips, self.clips_at_once):
            precision = torch.autocast("cuda", dtype=torch.bfloat16) if self._fast else nullcontext()
            with precision, trained_products(torch.device(self._device)):
                losses = self._losses(portion, positives, replays)
            torch.stack(list(losses.values())).sum().backward()
            for name, value in losses.items():
                kind = name.rsplit("_", 1)[1]
                parts[kind] = parts.get(kind, 0.0) + float(value.detach())
        return parts

    def _losses(self, clips: Sequence[_DrawnClip], positives: float, replays: int) -> dict[str, Tensor]:
        """Of some clips of a step, which has so many positives and replayed clips altogether."""
        features = self._clips[0].features([clip.levels for clip in clips], [clip.target for clip in clips])
        targets = [clip.target.to(self._device) for clip in clips]
        last = self.network.config.head.stages - 1
        with_masks = None if self._settings.all_mask_heads else (last,)
        stages = self.network.stages(features)
        losses, _ = losses_over(
            self.network, features, targets, positives=positives, mask_stages=with_masks, stages=stages
        )
        replayed = [place for place, clip in enumerate(clips) if clip.replayed]
        if self._anchor is not None and replayed:
            apart = self._anchor.distance(self.network, features, stages[-1], replayed)
            losses["loss_kept"] = apart * (self._settings.distilled / replays)
        return losses

    def _drawn(self, number: int) -> Iterator[_DrawnClip]:
        """The clips of a step from one source."""
        count = self._counts[number]
        for index in range(self.step * count, (self.step + 1) * count):
            levels, target = self._clips[number].clip(self._draws[number][index])
            yield _DrawnClip(levels, target, self._clips[number].teaching.replayed)

    def keep(self) -> None:
        """Write the state of the run; it replaces the kept one when the next loss is finite."""
        average = self.average.state() if self.average else None
        network, optimizer = self.network.state_dict(), self.optimizer.state_dict()
        state = {"step": self.step, "network": network, "optimizer": optimizer, "average": average}
        self._state.write({**state, "losses": self.losses, "run": self._run})

    def _resume(self) -> None:
        if self._path is None or not self._path.exists():
            return
        state = torch.load(self._path, map_location=self._device, weights_only=True)
        if state.get("run") != self._run:
            return
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average and state["average"]:
            self.average.restore(state["average"])
        self.step = self._state.kept_step = int(state["step"])
        self.losses = dict(state.get("losses", {}))  # a state of an earlier version has none

    def _diverged(self, what: str) -> TrainingDiverged:
        self._state.drop()
        return TrainingDiverged(f"{what}, so training diverged.")


def _portions(clips: Sequence[_DrawnClip], at_once: int) -> Iterator[list[_DrawnClip]]:
    """At most ``at_once`` clips together, and only clips of one size: others would have to be padded."""
    groups: dict[tuple[int, ...], list[_DrawnClip]] = {}
    for clip in clips:
        groups.setdefault(tuple(clip.levels[0].shape), []).append(clip)
    for group in groups.values():
        yield from (group[start : start + at_once] for start in range(0, len(group), at_once))
