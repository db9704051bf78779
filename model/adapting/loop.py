"""The loop that trains the heads over cached features: resumable, cancellable, safe against NaN and lack of memory."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

import torch
from torch import Tensor, nn

from model.adapting.classes import TeachingSource
from model.adapting.draws import Draw, Draws
from model.adapting.rates import rate_groups
from model.adapting.settings import AdaptSettings
from model.adapting.trunk_cache import TrunkCache
from model.config import TrainingConfig
from model.network.input import prepare_clip
from model.network.tevit import Features, TeViT
from model.training.clips import clip_targets, fit_video
from model.training.ema import WeightAverage
from model.training.losses import count_positives, losses_over
from model.training.run_state import RunState
from model.training.schedule import rate_factor
from model.training.targets import ClipTargets
from model.training.trainer import StepReport, TrainingDiverged

Clip = tuple[tuple[Tensor, ...], ClipTargets]  # feature levels (T, C, H_l, W_l) float16, ground truth
_MEMORY_WORDS = ("out of memory", "not enough memory", "can't allocate")


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
        self._sources, self._cache = tuple(sources), cache
        self._seed, self._device, self._fast = seed, device, fast
        config = network.config
        self._draws = [
            Draws(
                teaching.source,
                clip_frames=recipe.clip_frames,
                length=config.window,
                overlap=min(config.overlap, config.window // 2),
                flip=recipe.flip,
                seed=seed,
            )
            for teaching, _ in sources
        ]
        groups = rate_groups(network, recipe, settings.rates)
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=True)  # type: ignore[arg-type]
        self._learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
        self.average = WeightAverage(network, decay=recipe.ema) if recipe.ema else None
        self.step = 0
        self.clips_at_once = sum(count for _, count in sources)
        self._path, self._state = state_path, RunState(state_path)

    def run(self, *, on_step: Callable[[StepReport], None], cancelled: Callable[[], bool] = lambda: False) -> TeViT:
        """Train to the last step or until ``cancelled``. Raises `TrainingDiverged`."""
        began = time.monotonic()
        self.network.train()
        for module in self.network.modules():
            if isinstance(module, nn.BatchNorm2d):  # few data would spoil its statistics
                module.eval()
        for trunk in (self.network.backbone, self.network.neck):  # no stochastic depth: its features are cached
            trunk.eval()
        while self.step < self.recipe.steps and not cancelled():
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
        clips = [clip for number in range(len(self._sources)) for clip in self._clips(number)]
        parts = self._gradients(clips)
        norm = float(nn.utils.clip_grad_norm_(self._learning, self.recipe.gradient_clip or math.inf))
        total = sum(parts.values())
        if not math.isfinite(total) or not math.isfinite(norm):
            raise self._diverged(f"step {self.step + 1}: the loss is {total}, its gradient {norm}")
        self._state.prove()
        self.optimizer.step()
        self.step += 1
        if self.average:
            self.average.update(self.network)
        rate, spent = self.recipe.learning_rate * factor, time.monotonic() - began
        return StepReport(self.step, self.recipe.steps, total, parts, rate, norm, spent)

    def _gradients(self, clips: Sequence[Clip]) -> dict[str, float]:
        """The loss parts of a step, whose gradients are left at the parameters; without memory in smaller portions.

        The losses of all portions are divided by the positives of the step, so its size changes nothing else.
        """
        while True:
            try:
                return self._in_portions(clips)
            except (RuntimeError, MemoryError) as error:
                if not _lacks_memory(error) or self.clips_at_once <= 1:
                    raise
            self.clips_at_once = max(self.clips_at_once // 2, 1)
            if self._device.startswith("cuda"):
                torch.cuda.empty_cache()

    def _in_portions(self, clips: Sequence[Clip]) -> dict[str, float]:
        self.optimizer.zero_grad(set_to_none=True)
        targets = [target for _, target in clips]
        positives = count_positives(targets, queries=self.network.config.queries, device=self._device)
        parts: dict[str, float] = {}
        for portion in _portions(clips, self.clips_at_once):
            with torch.autocast("cuda", dtype=torch.bfloat16) if self._fast else nullcontext():
                losses = self._losses(portion, positives)
            torch.stack(list(losses.values())).sum().backward()
            for name, value in losses.items():
                kind = name.rsplit("_", 1)[1]
                parts[kind] = parts.get(kind, 0.0) + float(value.detach())
        return parts

    def _losses(self, clips: Sequence[Clip], positives: float) -> dict[str, Tensor]:
        joined = [torch.cat(level) for level in zip(*(clip[0] for clip in clips), strict=True)]
        levels = tuple(level.to(self._device, torch.float32) for level in joined)
        targets = [target.to(self._device) for _, target in clips]
        img_hw = torch.tensor([target.img_hw for target in targets], dtype=torch.float32, device=self._device)
        features = Features(levels, img_hw, self.recipe.clip_frames)
        return losses_over(self.network, features, targets, positives=positives)[0]

    def _clips(self, number: int) -> Iterator[Clip]:
        """The clips of a step from one source."""
        _, count = self._sources[number]
        for index in range(self.step * count, (self.step + 1) * count):
            yield self._clip(number, self._draws[number][index])

    def _clip(self, number: int, draw: Draw) -> Clip:
        teaching = self._sources[number][0]
        source = teaching.source
        video = source.videos[draw.video]
        size = fit_video(video, self.network.config.scales.test)
        start, stop = draw.window
        levels = self._cache.levels(
            (id(source), draw.video, draw.window, draw.flip),
            lambda: prepare_clip(source.read_frames(draw.video, range(start, stop)), size, flip=draw.flip),
            size.img_hw,
        )
        rows = torch.tensor([frame - start for frame in draw.frames])
        targets = clip_targets(video, draw.frames, size, flip=draw.flip, classes=len(source.categories))
        return tuple(level[rows] for level in levels), teaching.targets(targets)

    def keep(self) -> None:
        """Write the state of the run; it replaces the kept one when the next loss is finite."""
        average = self.average.state() if self.average else None
        network, optimizer = self.network.state_dict(), self.optimizer.state_dict()
        self._state.write({"step": self.step, "network": network, "optimizer": optimizer, "average": average})

    def resume(self) -> bool:
        """Continue from the written state; returns False if there is none."""
        if self._path is None or not self._path.exists():
            return False
        state = torch.load(self._path, map_location=self._device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average and state["average"]:
            self.average.restore(state["average"])
        self.step = self._state.kept_step = int(state["step"])
        return True

    def _diverged(self, what: str) -> TrainingDiverged:
        self._state.drop()
        return TrainingDiverged(f"{what}, so training diverged.")


def _lacks_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(words in str(error) for words in _MEMORY_WORDS)


def _portions(clips: Sequence[Clip], at_once: int) -> Iterator[list[Clip]]:
    """At most ``at_once`` clips together, and only clips of one size: others would have to be padded."""
    groups: dict[tuple[int, ...], list[Clip]] = {}
    for clip in clips:
        groups.setdefault(tuple(clip[0][0].shape), []).append(clip)
    for group in groups.values():
        yield from (group[start : start + at_once] for start in range(0, len(group), at_once))
