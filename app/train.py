"""The use case behind `train`: a YouTube-VIS file becomes a checkpoint."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from app.vis_clips import YoutubeVisClips
from model import checkpoint as checkpoints
from model.categories import with_categories
from model.config import TeViTConfig, TrainingConfig, named
from model.tevit import TeViT, build
from model.training import StepReport, Trainer, TrainingSettings


@dataclass(frozen=True)
class TrainOrder:
    """What to train, as the command line says it; None keeps the configuration's own number."""

    annotations: Path
    frames: Path
    config: str
    out: Path
    init: Path | None = None
    steps: int | None = None
    batch: int | None = None
    learning_rate: float | None = None
    accumulate: int = 1
    workers: int = 0
    seed: int = 0
    device: str = "cpu"
    precision: str = "float32"
    resume: bool = False


def recipe_of(config: TeViTConfig, order: TrainOrder) -> TrainingConfig:
    """The configuration's recipe with the order's own numbers; decay steps keep their share of the whole."""
    recipe = config.training
    steps = order.steps or recipe.steps
    share = steps / recipe.steps
    return dataclasses.replace(
        recipe,
        steps=steps,
        decay_steps=tuple(round(at * share) for at in recipe.decay_steps),
        warmup_steps=min(recipe.warmup_steps, max(steps // 10, 1)),
        batch=order.batch or recipe.batch,
        learning_rate=order.learning_rate or recipe.learning_rate,
    )


def start_network(
    config: TeViTConfig, categories: tuple[str, ...], init: Path | None, *, seed: int
) -> tuple[TeViT, str | None]:
    """The network to train and the hash of the file it starts from."""
    torch.manual_seed(seed)
    if init is None:
        return build(dataclasses.replace(config, classes=len(categories))), None
    start = with_categories(checkpoints.load(init, config=config), categories)
    return start.build().train(), checkpoints.file_hash(init)


def train(order: TrainOrder, *, report: Callable[[StepReport], None]) -> Path:
    """Train and write `checkpoint.safetensors` into ``order.out``; `losses.jsonl` beside it grows on the way."""
    source = YoutubeVisClips(order.annotations, order.frames)
    config = named(order.config)
    network, parent = start_network(config, source.categories, order.init, seed=order.seed)
    recipe = recipe_of(config, order)
    order.out.mkdir(parents=True, exist_ok=True)
    settings = TrainingSettings(
        seed=order.seed,
        device=order.device,
        precision=order.precision,
        accumulate=order.accumulate,
        workers=order.workers,
        resume_path=order.out / "resume.pt",
    )
    trainer = Trainer(network, source, recipe, settings)
    if order.resume:
        trainer.resume()
    with (order.out / "losses.jsonl").open("a" if order.resume else "w") as log:

        def on_step(step: StepReport) -> None:
            log.write(json.dumps({"step": step.step, "loss": step.loss, **step.parts, "seconds": step.seconds}) + "\n")
            if step.step % 20 == 0 or step.step == step.steps:
                log.flush()
            report(step)

        kept = trainer.run(on_step=on_step)
    provenance = {
        "steps": trainer.step,
        "seed": order.seed,
        "batch": recipe.batch,
        "learning_rate": recipe.learning_rate,
        "videos": len(source.videos),
    }
    path = order.out / "checkpoint.safetensors"
    checkpoints.save(path, checkpoints.from_network(kept, source.categories, parent=parent, provenance=provenance))
    return path
