"""Trains a checkpoint on a YouTube-VIS file, in one process or in several."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from app.errors import BadInput
from app.training.best import forget_best
from app.training.file_clips import YoutubeVisClips
from app.training.step_log import set_aside, step_log
from model import pretrained
from model.config import Lite0Config, TeViTConfig, TrainingConfig, named
from model.network.tevit import TeViT, build
from model.training import ranks
from model.training.clips import DataNote
from model.training.trainer import StepReport, Trainer, TrainingSettings
from model.weights import checkpoint
from model.weights.initial_weights import initialise
from model.weights.starting_points import BY_INIT, StartReport, start_from, with_backbone
from storage.youtube_vis import note_lines

REPORT = "report.json"
CANDIDATE = "candidate.safetensors"
_SHOWN = 3  # notes on steps that are passed to the listener; the log has them all


@dataclass(frozen=True)
class TrainOrder:
    """A training run with its files and settings; None keeps the configuration's own number."""

    annotations: Path
    frames: Path
    config: str
    out: Path
    states: Path | None = None  # of an export: its complete frames alone teach background
    init: Path | None = None
    class_columns: str = BY_INIT  # how rows of COCO's classes are used, see `model.weights.starting_points.start_from`
    steps: int | None = None
    batch: int | None = None
    learning_rate: float | None = None
    accumulate: int = 1
    workers: int = 0
    seed: int = 0
    device: str = "cpu"
    precision: str = "float32"
    resume: bool = False
    candidate_every: int | None = None  # steps between two checkpoints that the listener judges


@dataclass(frozen=True)
class TrainListener:
    """Callbacks of a training run: after every step, with each line of text for a person, and with candidates.

    ``on_candidate`` gets a checkpoint of the weights so far, which is removed when it returns, and the step.
    """

    on_step: Callable[[StepReport], None]
    on_line: Callable[[str], None] = lambda line: None
    on_candidate: Callable[[Path, int], None] = lambda path, step: None


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
    config: TeViTConfig, categories: tuple[str, ...], order: TrainOrder
) -> tuple[TeViT, StartReport | None]:
    """The network to train, and the report about each key of the files that it starts from (None without a file).

    `tevit_lite` takes its backbone from the installation, unless the file of the order holds one for it. Raises
    `BadInput` where that is not installed.
    """
    torch.manual_seed(order.seed)
    network = build(dataclasses.replace(config, classes=len(categories)))
    initialise(network)
    start = None
    if order.init is not None:
        start = start_from(network, order.init, categories=categories, class_columns=order.class_columns)
    if isinstance(config.backbone, Lite0Config) and not (start and any(map(_of_backbone, start.loaded))):
        start = with_backbone(start, start_from(network, _installed_trunk(), categories=categories))
    return network, start


def _of_backbone(key: str) -> bool:
    return key.startswith("backbone.")


def _installed_trunk() -> Path:
    """The weights that the installation brings. Raises `BadInput` where they are missing."""
    path = pretrained.find("lite0")
    if path is None:
        raise BadInput(pretrained.missing("lite0"))
    return path


@dataclass(frozen=True)
class Trained:
    """The checkpoint of a finished run, and the number of the step that it is of."""

    checkpoint: Path
    steps: int


def train(order: TrainOrder, listener: TrainListener) -> Trained:
    """Train and write `checkpoint.safetensors` into ``order.out``.

    Beside it, `losses.jsonl` gets a line a step, and `report.json` has the keys of the file that training started from,
    the problems in the data and how they were treated, and the recipe. ``on_line`` gets the first notes of each kind.
    Under `torchrun` every process calls this function; only the first one writes files and calls back.
    """
    with ranks.joined(order.device) as device:
        if not ranks.is_first():
            listener = TrainListener(lambda step: None)
        trained = _train(dataclasses.replace(order, device=device), listener)
        ranks.wait()
    return trained


def _train(order: TrainOrder, listener: TrainListener) -> Trained:
    source = YoutubeVisClips(order.annotations, order.frames, order.states)
    network, start = start_network(named(order.config), source.categories, order)
    recipe = recipe_of(network.config, order)
    settings = TrainingSettings(
        seed=order.seed,
        device=order.device,
        precision=order.precision,
        accumulate=order.accumulate,
        workers=order.workers,
        resume_path=order.out / "resume.pt",
    )
    if ranks.is_first():
        order.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(network, source, recipe, settings)
    notes = [*source.notes, *trainer.dataset.notes]
    for line in [*(start.lines() if start else ()), *note_lines(notes, rest=f"; {REPORT} has them all")]:
        listener.on_line(line)
    if order.resume:
        ranks.wait()
        if not trainer.resume() and ranks.is_first():
            listener.on_line(_begins_anew(order.out))
    path = order.out / "checkpoint.safetensors"
    if not ranks.is_first():
        trainer.run(on_step=listener.on_step)
        return Trained(path, trainer.step)
    parent = checkpoint.file_hash(order.init) if order.init else None
    _write_report(order.out / REPORT, start, parent, notes, recipe)
    if not order.resume:
        forget_best(order.out)
    (order.out / CANDIDATE).unlink(missing_ok=True)  # of a run that was killed while it judged one

    def save(place: Path) -> None:
        provenance = {
            "steps": trainer.step,
            "seed": order.seed,
            "batch": recipe.batch * order.accumulate,
            "learning_rate": recipe.learning_rate,
            "videos": len(source.videos),
            "start": start.kind if start else None,
        }
        made = checkpoint.from_network(trainer.kept, source.categories, parent=parent, provenance=provenance)
        checkpoint.save(place, made)

    _run_with_log(trainer, order, listener, save)
    save(path)
    return Trained(path, trainer.step)


def _begins_anew(folder: Path) -> str:
    """The sentence about a run that was to go on, in a folder without a state; the log there gets another name."""
    log = set_aside(folder)
    kept = "" if log is None else f"; the log that was there is now {log.name}"
    return f"{folder} holds no state to go on from, so the run begins anew{kept}"


def _run_with_log(trainer: Trainer, order: TrainOrder, listener: TrainListener, save: Callable[[Path], None]) -> None:
    shown = 0
    with step_log(order.out, after=trainer.step) as log:

        def on_step(step: StepReport) -> None:
            nonlocal shown
            log.write(step, lasting=trainer.is_kept_after(step.step))  # a state never outlives the lines before it
            for note in step.notes[: max(_SHOWN - shown, 0)]:
                listener.on_line(f"Step {step.step}: {note}")
            shown += len(step.notes)
            listener.on_step(step)
            if order.candidate_every and step.step % order.candidate_every == 0 and step.step < step.steps:
                candidate = order.out / CANDIDATE
                save(candidate)
                listener.on_candidate(candidate, step.step)
                candidate.unlink()

        trainer.run(on_step=on_step)


def _write_report(
    path: Path, start: StartReport | None, sha256: str | None, notes: Sequence[DataNote], recipe: TrainingConfig
) -> None:
    content: dict[str, Any] = {
        "start": None
        if start is None
        else {
            "file": start.path.name,
            "sha256": sha256,
            "kind": start.kind,
            "loaded": start.loaded,
            "initial": start.initial,
            "unused": start.unused,
        },
        "data": [{**dataclasses.asdict(note), "sentence": str(note)} for note in notes],
        "recipe": dataclasses.asdict(recipe),
        "processes": ranks.ranks(),
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
