"""One training of the heads of a checkpoint, which can be measured on its way and blended with the start."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from model.adapting.augmented import AugmentedClips
from model.adapting.blending import blended
from model.adapting.classes import JointClasses, TeachingSource, stand_ins
from model.adapting.clip_features import ClipFeatures
from model.adapting.columns import fit_columns
from model.adapting.loop import AdaptLoop
from model.adapting.settings import AdaptSettings
from model.adapting.trunk_cache import TrunkCache
from model.config import TeViTConfig
from model.network.tevit import STRIDES, TeViT
from model.training.clips import ClipSource
from model.training.trainer import StepReport
from model.weights.categories import normalised, with_categories
from model.weights.checkpoint import ModelCheckpoint, from_network


class Adaptation:
    """The heads of ``start`` on their way to fit ``clips``; the trunk and its cached features may be shared."""

    def __init__(
        self,
        start: ModelCheckpoint,
        clips: ClipSource,
        *,
        replay: ClipSource | None,
        steps: int,
        settings: AdaptSettings | None = None,
        device: str = "cpu",
        precision: str = "float32",
        seed: int = 1,
        state_path: Path | None = None,
        cache: TrunkCache | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Fits the columns of new categories, and continues from ``state_path`` if it holds the state of such a run.

        ``cache``: of the trunk of ``start``, which other trainings share. Raises
        `model.training.clips.NoTrainingFrames`.
        """
        settings = settings or AdaptSettings()
        self.classes = JointClasses.of(start.categories, clips.categories)
        self.base = with_categories(start, self.classes.names)  # not trained at all
        network = self.base.build(device)
        fast = in_bfloat16(device, precision)
        folder = None if state_path is None else state_path.parent
        self._cache = cache or trunk_cache(network, settings, fast=fast, folder=folder)
        self._shares = cache is not None
        self._cancelled = cancelled
        sources = _sources(
            clips,
            _copies(clips, network.config, min(settings.copies, steps), settings, seed),
            replay,
            self.classes,
            settings,
            stand_ins(self.classes, start.categories, clips) if settings.stand_ins else (),
        )
        if settings.column_iterations:
            known = {normalised(name) for name in start.categories}
            new = tuple(k for k, name in enumerate(self.classes.taught) if normalised(name) not in known)
            taught = [one for one, _ in sources if not one.replayed or one.stands_for]
            windows = [ClipFeatures(one, self._cache, network.config, device=device) for one in taught]
            fit_columns(network, windows, new=new, iterations=settings.column_iterations, cancelled=cancelled)
        self.fitted = from_network(network, self.classes.names)  # with columns for new categories, no more
        self._loop = AdaptLoop(
            network,
            sources,
            recipe=settings.recipe(network.config.training, steps),
            settings=settings,
            cache=self._cache,
            seed=seed,
            device=device,
            fast=fast,
            state_path=state_path,
        )

    @property
    def step(self) -> int:
        """The number of steps that were made."""
        return self._loop.step

    @property
    def losses(self) -> dict[int, float]:
        """The loss of every step by its number, also of those that an earlier process made."""
        return dict(self._loop.losses)

    def run(self, until: int | None = None, *, on_step: Callable[[StepReport], None] = lambda step: None) -> None:
        """Train to step ``until`` or to the last one, or until cancelled. Raises `TrainingDiverged`."""
        self._loop.run(on_step=on_step, cancelled=self._cancelled, until=until)

    def blended(self, share: float) -> ModelCheckpoint:
        """The checkpoint with all classes at a point between the weights before (0) and after training (1)."""
        if share == 0.0:
            return self.base
        trained = from_network(self._loop.kept, self.classes.names)
        return replace(trained, state=blended(self.fitted.state, trained.state, share))

    def close(self) -> None:
        """Drop the cached features, unless other trainings use them."""
        if not self._shares:
            self._cache.close()


def in_bfloat16(device: str, precision: str) -> bool:
    """Whether a training computes in bfloat16: with the precision "fast" on CUDA."""
    return precision == "fast" and device.startswith("cuda")


def trunk_cache(network: TeViT, settings: AdaptSettings, *, fast: bool, folder: Path | None) -> TrunkCache:
    """A cache of the features of the trunk of ``network``, which may learn: its trunk stays in evaluation mode.

    ``folder``: where its file lies, see `TrunkCache`.
    """
    limits = {"limit_bytes": settings.cache_bytes, "disk_bytes": settings.disk_bytes}
    return TrunkCache(network, **limits, folder=folder, fast=fast)


def _copies(
    clips: ClipSource, config: TeViTConfig, count: int, settings: AdaptSettings, seed: int
) -> ClipSource | None:
    """Made copies of the corrected videos; no more than there are steps to show them."""
    if not settings.augmented or not count:
        return None
    frames = frames_of_copy(config, count, settings.copy_bytes)
    return AugmentedClips(clips, count=count, frames=frames, scale=config.scales.test, seed=seed)


def frames_of_copy(config: TeViTConfig, count: int, limit_bytes: int) -> int:
    """Frames of each of ``count`` copies: a window, or fewer if their features would be more; at least a clip.

    The features of a window of a large network take 370 MB, so that those of 64 whole windows would fill a disk.
    """
    width, height = config.scales.test
    cells = sum(math.ceil(width / stride) * math.ceil(height / stride) for stride in STRIDES)
    of_frame = 2 * config.head.channels * cells  # bytes, as float16
    return min(config.window, max(config.training.clip_frames, limit_bytes // (count * of_frame)))


def _sources(
    clips: ClipSource,
    copies: ClipSource | None,
    replay: ClipSource | None,
    classes: JointClasses,
    settings: AdaptSettings,
    weights: tuple[float, ...],
) -> list[tuple[TeachingSource, int]]:
    """Each source that there is, with the number of its clips in a step; ``weights`` are those of :func:`stand_ins`."""
    found = []
    for source, clips_of_step in (
        (clips, settings.corrected),
        (copies, settings.augmented),
        (replay, settings.replayed),
    ):
        if source is not None and clips_of_step:
            labels = classes.labels_of(source.categories)
            known = source is replay
            teaching = TeachingSource(source, labels, len(classes.names), weights if known else (), replayed=known)
            found.append((teaching, clips_of_step))
    return found
