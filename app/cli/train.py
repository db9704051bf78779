"""The command train: a checkpoint from a YouTube-VIS file, evaluated at the end with ``--val``."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.checkpoints.find import read_checkpoint
from app.checkpoints.starting_points import find_start
from app.cli.evaluate import evaluate_files, evaluation_table
from app.cli.outcome import SomeVideosFailed, print_lines, print_outcome
from app.cli.progress import Progress, duration
from app.errors import BadInput
from app.machine import Shard, choose_device
from app.proposing.into_file import FileProposer, propose_files
from app.proposing.results_file import write_batch
from app.proposing.video_lists import videos_of_annotations
from app.settings import Settings
from model.tracking.settings import ProposeSettings
from storage.youtube_vis import FRAMES_FOLDER

if TYPE_CHECKING:
    from app.training.train import TrainOrder
    from model.training.trainer import StepReport


def train(arguments: argparse.Namespace, settings: Settings) -> None:
    """Train a checkpoint on a YouTube-VIS file; with ``--val`` evaluate it at the end.

    Under `torchrun` all processes train; only the first one evaluates and writes files and messages.
    """
    first = Shard.of_environment().first
    held_out = None if arguments.val is None else _held_out(arguments.val, arguments.frames)
    order = _order(arguments, settings)
    # Loads torch, as _order does; wrong names of files are refused before that.
    from app.training.train import TrainListener
    from app.training.train import train as train_checkpoint

    progress = Progress()
    spent: list[float] = []

    def on_step(step: "StepReport") -> None:
        progress(step.step / step.steps, f"step {step.step} of {step.steps}, loss {step.loss:.3f}")
        spent.append(step.seconds)

    checkpoint = train_checkpoint(order, TrainListener(on_step, lambda line: print(line, file=sys.stderr)))
    progress.end()
    if not first:
        return
    print(f"Trained in {duration(spent[-1] if spent else 0.0)}.", file=sys.stderr)
    stats = None if held_out is None else _validate(checkpoint, held_out, order, settings)
    if arguments.json:
        print(json.dumps({"checkpoint": str(checkpoint), "steps": len(spent), "evaluation": stats}))
    else:
        print(checkpoint)


def _order(arguments: argparse.Namespace, settings: Settings) -> "TrainOrder":
    init = find_start(settings, arguments.init) if arguments.init else None
    from app.training.train import TrainOrder

    return TrainOrder(
        annotations=arguments.annotations,
        frames=arguments.frames,
        config=arguments.config,
        out=arguments.out,
        states=arguments.states,
        init=init,
        class_columns=arguments.init_classes,
        steps=arguments.steps,
        batch=arguments.batch,
        learning_rate=arguments.lr,
        accumulate=arguments.accumulate,
        workers=arguments.workers,
        seed=arguments.seed,
        device=choose_device(settings.device),
        precision=arguments.precision,
        resume=arguments.resume,
    )


def _held_out(annotations: Path, training_frames: Path) -> tuple[Path, Path]:
    """The validation file and the folder of its frames, checked before hours of training depend on them."""
    beside = annotations.parent / FRAMES_FOLDER
    for folder in (beside, training_frames):
        if not folder.is_dir():
            continue
        videos = videos_of_annotations(annotations, folder).videos
        if all((video.path / name).is_file() for video in videos for name in (video.names or ())[:1]):
            return annotations, folder
    raise BadInput(f"The frames of {annotations} are neither in {beside} nor in {training_frames}; put them there.")


def _validate(checkpoint: Path, held_out: tuple[Path, Path], order: "TrainOrder", settings: Settings) -> dict[str, Any]:
    """Propose for the held-out videos under the published rule and evaluate the results.

    The table goes to stderr, results and figures to files in ``order.out``. Returns the figures.
    """
    annotations, folder = held_out
    listed = videos_of_annotations(annotations, folder)
    print_lines(listed.notes)
    found = read_checkpoint(settings, str(checkpoint))
    how, progress = ProposeSettings(rule="published", precision="float32"), Progress()
    proposer = FileProposer(found, categories=listed.categories, settings=how, device=order.device)
    batch = propose_files(proposer, listed.videos, report=progress)
    progress.end()
    print_outcome(batch)
    results = order.out / "val_results.json"
    write_batch(results, batch, found)
    evaluation = evaluate_files(annotations, results)
    (order.out / "val_stats.json").write_text(json.dumps(evaluation.stats) + "\n", encoding="utf-8")
    print(evaluation_table(evaluation), file=sys.stderr)
    if batch.failed:
        raise SomeVideosFailed(
            f"{len(batch.failed)} of {len(listed.videos)} videos of {annotations} could not be read."
        )
    return evaluation.stats
