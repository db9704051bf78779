"""Commands that use a model or its evaluator on files: evaluate, conform, train, synthesize."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.cli.progress import Progress, duration
from app.cli.propose import SomeVideosFailed, tell_outcome
from app.errors import BadInput
from app.machine import Shard
from app.settings import Settings

PICTURES = "JPEGImages"
SUMMARY = ("AP", "AP50", "AP75", "AR1", "AR10")
SIZES = (("small", "APs", "ARs"), ("medium", "APm", "ARm"), ("large", "APl", "ARl"))


def evaluate(arguments: argparse.Namespace, settings: Settings) -> None:
    """YouTube-VIS AP of a results file."""
    print(_evaluated(arguments.truth, arguments.results, as_json=arguments.json))


def _evaluated(truth: Path, results: Path, *, as_json: bool) -> str:
    from model.evaluation import EvaluationInputError
    from model.evaluation import evaluate as measure

    try:
        evaluation = measure(_read_json(truth), _read_json(results), processes=os.cpu_count() or 1)
    except EvaluationInputError as error:
        raise BadInput(f"{truth} and {results} cannot be compared: {error}.") from error
    for warning in evaluation.stats["warnings"]:
        print(warning, file=sys.stderr)
    return json.dumps(evaluation.stats) if as_json else evaluation_table(evaluation)


def evaluation_table(evaluation: Any) -> str:
    """The figures x 100 as text, over all, by size and by category; "-" where there is no truth."""
    stats = evaluation.stats
    lines = [f"{'':<24}" + "".join(f"{key:>8}" for key in SUMMARY)]
    lines.append(f"{'all':<24}" + "".join(_percent(stats[key]) for key in SUMMARY))
    for k, (_, name) in enumerate(evaluation.categories):
        precision, recall = evaluation.precision[:, :, k, 0, -1], evaluation.recall[:, k, 0]
        figures = (precision, precision[0], precision[5], recall[:, 0], recall[:, 1])
        lines.append(f"{name[:23]:<24}" + "".join(_percent(_mean(values)) for values in figures))
    lines += ["", f"{'size':<24}{'AP':>8}{'AR100':>8}"]
    lines += [f"{name:<24}{_percent(stats[ap])}{_percent(stats[ar])}" for name, ap, ar in SIZES]
    return "\n".join(lines)


def _mean(values: np.ndarray) -> float:
    known = values[values > -1]
    return float(known.mean()) if known.size else -1.0


def _percent(value: float) -> str:
    return f"{'-':>8}" if value < 0 else f"{100 * value:>8.1f}"


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror or error}).") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is no JSON ({error}).") from error


def conform(arguments: argparse.Namespace, settings: Settings) -> None:
    """Compare the program with golden figures; the table says which are beyond their tolerance."""
    from app.cli.serve import ChecksFailed
    from app.conform.runner import run
    from app.machine import choose_device

    # Golden figures were made on a CPU: another device is used only where it is asked for.
    device = choose_device(settings.device or "cpu")
    if run(arguments.folder, arguments.json, device=device, as_markdown=arguments.markdown) != 0:
        raise ChecksFailed(f"Some figures of {arguments.folder} do not agree; the table on stdout says which.")


def train(arguments: argparse.Namespace, settings: Settings) -> None:
    """Train a checkpoint on a YouTube-VIS file; with ``--val`` evaluate it at the end.

    Under `torchrun` all processes train; the first one evaluates, writes and speaks.
    """
    first = Shard.of_environment().first
    held_out = None if arguments.val is None else _held_out(arguments.val, arguments.frames)
    from app.checkpoints.starting_points import find_start
    from app.machine import choose_device
    from app.training.train import TrainOrder
    from app.training.train import train as run

    order = TrainOrder(
        annotations=arguments.annotations,
        frames=arguments.frames,
        config=arguments.config,
        out=arguments.out,
        init=find_start(settings, arguments.init) if arguments.init else None,
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
    progress = Progress()

    def report(step: Any) -> None:
        progress(step.step / step.steps, f"step {step.step} of {step.steps}, loss {step.loss:.3f}")
        spent.append(step.seconds)

    spent: list[float] = []
    checkpoint = run(order, report=report, tell=lambda line: print(line, file=sys.stderr))
    progress.end()
    if not first:
        return
    print(f"Trained in {duration(spent[-1] if spent else 0.0)}.", file=sys.stderr)
    stats = None if held_out is None else _validate(checkpoint, held_out, order, settings)
    if arguments.json:
        print(json.dumps({"checkpoint": str(checkpoint), "steps": len(spent), "evaluation": stats}))
    else:
        print(checkpoint)


def _held_out(annotations: Path, training_frames: Path) -> tuple[Path, Path]:
    """The validation file and its frames, looked at before hours of training depend on them."""
    from app.proposing.video_lists import videos_of_annotations

    beside = annotations.parent / PICTURES
    videos, _ = videos_of_annotations(annotations, annotations.parent)
    for folder in (beside, training_frames):
        if all((folder / name).is_file() for video in videos for name in (video.names or ())[:1]):
            return annotations, folder
    raise BadInput(f"The frames of {annotations} are neither in {beside} nor in {training_frames}; put them there.")


def _validate(checkpoint: Path, held_out: tuple[Path, Path], order: Any, settings: Settings) -> Any:
    """Propose for the held-out videos under the published rule; the table goes to stderr, the figures to files."""
    from app.checkpoints.find import find_model
    from app.proposing import into_file as use_case
    from app.proposing.video_lists import videos_of_annotations
    from model.evaluation import evaluate as measure
    from model.tracking.settings import ProposeSettings

    annotations, folder = held_out
    videos, categories = videos_of_annotations(annotations, folder)
    model = find_model(settings, str(checkpoint))
    how, progress = ProposeSettings(rule="published", precision="float32"), Progress()
    outcome = use_case.propose_files(
        model, videos, categories=categories, settings=how, device=order.device, report=progress
    )
    progress.end()
    tell_outcome(outcome)
    results = order.out / "val_results.json"
    use_case.write_outcome(results, outcome, model)
    evaluation = measure(_read_json(annotations), _read_json(results))
    (order.out / "val_stats.json").write_text(json.dumps(evaluation.stats) + "\n", encoding="utf-8")
    print(evaluation_table(evaluation), file=sys.stderr)
    if outcome.failed:
        raise SomeVideosFailed(f"{len(outcome.failed)} of {len(videos)} videos of {annotations} could not be read.")
    return evaluation.stats


def synthesize(arguments: argparse.Namespace, settings: Settings) -> None:
    """Make procedural videos with exact truth; the same bytes for the same arguments."""
    from model.procedural import synthesize as make

    progress = Progress()
    try:
        out = make(
            arguments.out,
            domain=arguments.domain,
            videos=arguments.videos,
            frames=arguments.frames,
            size=arguments.size,
            seed=arguments.seed,
            progress=lambda done, count: progress(done / count, f"video {done} of {count}"),
        )
    except ValueError as error:
        raise BadInput(str(error)) from error
    progress.end()
    files: Sequence[str] = (PICTURES, "instances.json")
    print(json.dumps({"out": str(out), "files": list(files), "videos": arguments.videos}) if arguments.json else out)
