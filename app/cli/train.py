"""The command train: a checkpoint from a YouTube-VIS file, evaluated at the end with ``--val``."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.checkpoints.find import read_checkpoint
from app.checkpoints.starting_points import find_start
from app.cli.evaluate import check_truth, evaluate_files, evaluation_table
from app.cli.outcome import SomeVideosFailed, print_lines, print_outcome
from app.cli.progress import Progress, duration
from app.errors import BadInput
from app.machine import Shard, choose_device
from app.proposing.into_file import FileProposer, propose_files
from app.proposing.results_file import write_batch
from app.proposing.video_lists import videos_of_annotations
from app.sentences import counted
from app.settings import Settings
from app.training.best import BEST, keep_if_best
from model.tracking.settings import ProposeSettings
from storage.youtube_vis import FRAMES_FOLDER

if TYPE_CHECKING:
    from app.training.train import TrainOrder
    from model.training.trainer import StepReport


def train(arguments: argparse.Namespace, settings: Settings) -> None:
    """Train a checkpoint on a YouTube-VIS file; with ``--val`` evaluate it at the end.

    Under `torchrun` all processes train; only the first one evaluates and writes files and messages.
    """
    if arguments.val_every and arguments.val is None:
        raise BadInput("--val-every needs the held-out videos of --val.")
    first = Shard.of_environment().first
    held_out = None if arguments.val is None else _held_out(arguments.val, arguments.frames)
    order = _order(arguments, settings)
    # Loads torch, as _order does; wrong names of files are refused before that.
    from app.training.train import TrainListener
    from app.training.train import train as train_checkpoint

    progress = Progress()
    spent: list[float] = []

    def on_candidate(path: Path, step: int) -> None:
        progress.end()
        assert held_out is not None
        stats, _ = _evaluated(path, held_out, order, settings)
        _keep_best(order, path, step, stats)

    def on_line(line: str) -> None:
        progress.end()
        print(line, file=sys.stderr)

    def on_step(step: "StepReport") -> None:
        if not spent:
            progress.begin((step.step - 1) / step.steps)
        progress(step.step / step.steps, f"step {step.step} of {step.steps}, loss {step.loss:.3f}")
        spent.append(step.seconds)

    listener = TrainListener(on_step, on_line, on_candidate)
    trained = train_checkpoint(order, listener)
    checkpoint = trained.checkpoint
    progress.end()
    if not first:
        return
    print(f"Trained in {duration(spent[-1] if spent else 0.0)}.", file=sys.stderr)
    stats = None if held_out is None else _validate(checkpoint, held_out, order, settings)
    if stats is not None and order.candidate_every:
        _keep_best(order, checkpoint, trained.steps, stats)
    if arguments.json:
        print(json.dumps({"checkpoint": str(checkpoint), "steps": trained.steps, "evaluation": stats}))
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
        candidate_every=arguments.val_every,
    )


def _held_out(annotations: Path, training_frames: Path) -> tuple[Path, Path]:
    """The validation file and the folder of its frames, checked before hours of training depend on them."""
    check_truth(annotations)
    beside = annotations.parent / FRAMES_FOLDER
    for folder in (beside, training_frames):
        if not folder.is_dir():
            continue
        videos = videos_of_annotations(annotations, folder).videos
        if all((video.path / name).is_file() for video in videos for name in (video.names or ())[:1]):
            return annotations, folder
    raise BadInput(f"The frames of {annotations} are neither in {beside} nor in {training_frames}; put them there.")


def _keep_best(order: "TrainOrder", checkpoint: Path, step: int, stats: dict[str, Any]) -> None:
    """Keep the checkpoint if no earlier one of the run was better, and print which one is kept."""
    ap = stats["AP"] if stats["AP"] >= 0 else None  # below 0: the truth has no track to find
    if keep_if_best(order.out, checkpoint, step=step, ap=ap):
        print(f"Step {step}: AP {100 * (ap or 0.0):.2f}, the best so far; kept as {order.out / BEST}.", file=sys.stderr)


def _validate(checkpoint: Path, held_out: tuple[Path, Path], order: "TrainOrder", settings: Settings) -> dict[str, Any]:
    """The figures of a checkpoint on the held-out videos. Raises SomeVideosFailed where some could not be read."""
    stats, failed = _evaluated(checkpoint, held_out, order, settings)
    if failed:
        raise SomeVideosFailed(f"{counted(failed, 'video')} of {held_out[0]} could not be read.")
    return stats


def _evaluated(
    checkpoint: Path, held_out: tuple[Path, Path], order: "TrainOrder", settings: Settings
) -> tuple[dict[str, Any], int]:
    """Propose for the held-out videos under the published rule and evaluate the results.

    The table goes to stderr, results and figures to files in ``order.out``. Returns the figures, and how many videos
    could not be read.
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
    return evaluation.stats, len(batch.failed)
