"""Adapts the network of a checkpoint to corrected clips without losing what it knew."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model.adapting.classes import JointClasses, TeachingSource
from model.adapting.loop import AdaptLoop
from model.adapting.settings import AdaptSettings
from model.adapting.trunk_cache import TrunkCache
from model.network.tevit import TeViT
from model.training.clips import ClipSource
from model.training.trainer import StepReport, TrainingDiverged
from model.weights.categories import KEPT, with_categories
from model.weights.checkpoint import ModelCheckpoint, from_network


@dataclass(frozen=True)
class Adapted:
    """The outcome of an adaptation.

    ``network`` has the classes of the corrections and is in evaluation mode; ``checkpoint`` has also the classes that
    only the base knew (``kept``), for measuring what was forgotten. ``blend`` is the share of the new weights: 0 means
    that the base was kept, and ``stopped`` says why if training failed.
    """

    network: TeViT
    checkpoint: ModelCheckpoint
    kept: tuple[str, ...]
    steps: int
    blend: float
    stopped: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)  # for the provenance of a checkpoint, ready for JSON


def adapt(
    start: ModelCheckpoint,
    clips: ClipSource,
    *,
    replay: ClipSource | None,
    steps: int,
    settings: AdaptSettings | None = None,
    device: str = "cpu",
    precision: str = "float32",
    seed: int = 1,
    on_step: Callable[[StepReport], None] = lambda step: None,
    cancelled: Callable[[], bool] = lambda: False,
    state_path: Path | None = None,
) -> Adapted:
    """Train the heads of ``start`` on ``clips``; after a cancellation the outcome is that of the steps so far.

    ``replay`` shows what the network knew, with names of its classes. The state of the run is written to
    ``state_path``, from which a later call with the same arguments goes on. Training that diverges keeps the base.
    Raises `model.training.clips.NoTrainingFrames`.
    """
    settings = settings or AdaptSettings()
    classes = JointClasses.of(start.categories, clips.categories)
    base = with_categories(start, classes.names)
    network = base.build(device).train()
    fast = precision == "fast" and device.startswith("cuda")
    cache = TrunkCache(network, limit_bytes=settings.cache_bytes, device=device, fast=fast)
    try:
        loop = AdaptLoop(
            network,
            _sources(clips, replay, classes, settings),
            recipe=settings.recipe(network.config.training, steps),
            settings=settings,
            cache=cache,
            seed=seed,
            device=device,
            fast=fast,
            state_path=state_path,
        )
        loop.resume()
        trained = loop.run(on_step=on_step, cancelled=cancelled)
    except TrainingDiverged as error:
        return _outcome(base, classes, device=device, steps=0, blend=0.0, stopped=str(error))
    finally:
        cache.close()
    made = replace(from_network(trained, classes.names), config=base.config)
    return _outcome(made, classes, device=device, steps=loop.step, blend=1.0)


def _sources(
    clips: ClipSource, replay: ClipSource | None, classes: JointClasses, settings: AdaptSettings
) -> list[tuple[TeachingSource, int]]:
    count = len(classes.names)
    taught = TeachingSource(clips, classes.labels_of(clips.categories), count)
    sources = [(taught, settings.corrected)]
    if replay is not None and settings.replayed:
        known = TeachingSource(replay, classes.labels_of(replay.categories), count)
        sources.append((known, settings.replayed))
    return sources


def _outcome(
    made: ModelCheckpoint,
    classes: JointClasses,
    *,
    device: str,
    steps: int,
    blend: float,
    stopped: str | None = None,
) -> Adapted:
    network = with_categories(made, classes.taught).build(device)
    facts: dict[str, Any] = {"steps": steps, "blend": blend, KEPT: list(classes.kept)}
    if stopped is not None:
        facts["stopped"] = stopped
    return Adapted(network, made, classes.kept, steps, blend, stopped, facts)
