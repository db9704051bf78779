"""One training of the heads of a checkpoint, which can be measured on its way and blended with the start."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from model.adapting.blending import blended
from model.adapting.classes import JointClasses, TeachingSource
from model.adapting.clip_features import ClipFeatures
from model.adapting.columns import fit_columns
from model.adapting.loop import AdaptLoop
from model.adapting.settings import AdaptSettings
from model.adapting.trunk_cache import TrunkCache
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
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        """Fits the columns of new categories, and continues from ``state_path`` if it holds the state of such a run.

        Raises `model.training.clips.NoTrainingFrames`.
        """
        settings = settings or AdaptSettings()
        self.classes = JointClasses.of(start.categories, clips.categories)
        self.base = with_categories(start, self.classes.names)  # not trained at all
        network = self.base.build(device)
        fast = precision == "fast" and device.startswith("cuda")
        self._cache = TrunkCache(network, limit_bytes=settings.cache_bytes, device=device, fast=fast)
        self._cancelled = cancelled
        sources = _sources(clips, replay, self.classes, settings)
        if settings.column_iterations:
            known = {normalised(name) for name in start.categories}
            new = tuple(k for k, name in enumerate(self.classes.taught) if normalised(name) not in known)
            windows = ClipFeatures(sources[0][0], self._cache, network.config, device=device)
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

    def run(self, until: int | None = None, *, on_step: Callable[[StepReport], None] = lambda step: None) -> None:
        """Train to step ``until`` or to the last one, or until cancelled. Raises `TrainingDiverged`."""
        self._loop.run(on_step=on_step, cancelled=self._cancelled, until=until)

    def blended(self, share: float) -> ModelCheckpoint:
        """The checkpoint with all classes at ``share`` (0 to 1) of the trained weights; 0 is the untrained base."""
        if share == 0.0:
            return self.base
        trained = from_network(self._loop.kept, self.classes.names)
        return replace(trained, state=blended(self.fitted.state, trained.state, share))

    def close(self) -> None:
        """Drop the cached features."""
        self._cache.close()


def _sources(
    clips: ClipSource, replay: ClipSource | None, classes: JointClasses, settings: AdaptSettings
) -> list[tuple[TeachingSource, int]]:
    count = len(classes.names)
    sources = [(TeachingSource(clips, classes.labels_of(clips.categories), count), settings.corrected)]
    if replay is not None and settings.replayed:
        sources.append((TeachingSource(replay, classes.labels_of(replay.categories), count), settings.replayed))
    return sources
