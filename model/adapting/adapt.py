"""Adapts the network of a checkpoint to corrected clips without losing what it knew."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from model.adapting.settings import AdaptSettings
from model.adapting.training import Adaptation
from model.network.tevit import TeViT
from model.training.clips import ClipSource
from model.training.trainer import StepReport, TrainingDiverged
from model.weights.categories import KEPT, with_categories
from model.weights.checkpoint import ModelCheckpoint
from model.weights.halves import rounded_like


@dataclass(frozen=True)
class Adapted:
    """The outcome of an adaptation.

    ``network`` has the classes of the corrections and is in evaluation mode; ``checkpoint`` has also the classes that
    only the base knew (``kept``), for measuring what was forgotten. ``blend`` is the point between the weights before
    and after training (`model.adapting.blending`): 0 means that the base was kept, and ``stopped`` says why if training
    failed.
    """

    network: TeViT
    checkpoint: ModelCheckpoint
    kept: tuple[str, ...]
    steps: int
    blend: float
    stopped: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)  # for the provenance of a checkpoint, ready for JSON
    losses: dict[int, float] = field(default_factory=dict)  # of all steps, also those before a kill


def adapt(
    start: ModelCheckpoint,
    clips: ClipSource,
    *,
    replay: ClipSource | None,
    steps: int,
    planned: int | None = None,
    blend: float = 1.0,
    settings: AdaptSettings | None = None,
    device: str = "cpu",
    precision: str = "float32",
    seed: int = 1,
    on_step: Callable[[StepReport], None] = lambda step: None,
    cancelled: Callable[[], bool] = lambda: False,
    state_path: Path | None = None,
) -> Adapted:
    """Train the heads of ``start`` on ``clips``; after a cancellation the outcome is that of the steps so far.

    ``replay`` shows what the network knew, with names of its classes. ``blend`` is the point between the weights before
    and after training, 0 to 1 (`model.adapting.blending`); 0, or no ``steps``, keeps the base. The state of the run is
    written to ``state_path``, from which a later call with the same arguments goes on. Training that diverges keeps the
    base. With ``planned`` these are the first ``steps`` of a run of so many, with the made copies of that. The outcome
    is rounded to float16 where the weights of ``start`` are such (`model.weights.halves`). Raises
    `model.training.clips.NoTrainingFrames`.
    """
    adaptation = Adaptation(
        start,
        clips,
        replay=replay,
        steps=max(planned or 0, steps) if steps else 0,
        settings=settings,
        device=device,
        precision=precision,
        seed=seed,
        state_path=state_path,
        cancelled=cancelled,
    )
    blend = blend if steps else 0.0
    stopped = None
    try:
        adaptation.run(steps, on_step=on_step)
    except TrainingDiverged as error:
        blend, stopped = 0.0, str(error)
    finally:
        adaptation.close()
    # What is measured later is what is stored: rounded, if the start is.
    made, kept = rounded_like(adaptation.blended(blend), start), adaptation.classes.kept
    made_steps = adaptation.step if stopped is None else 0
    facts: dict[str, Any] = {"steps": made_steps, "blend": blend, KEPT: list(kept)}
    if stopped is not None:
        facts["stopped"] = stopped
    network = with_categories(made, adaptation.classes.taught).build(device)
    return Adapted(network, made, kept, made_steps, blend, stopped, facts, adaptation.losses)
