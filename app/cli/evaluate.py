"""The command evaluate: YouTube-VIS AP of a results file against a truth file."""

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.cli.outcome import print_lines
from app.errors import BadInput
from app.settings import Settings
from model.evaluation import Evaluation, EvaluationInputError
from model.evaluation import evaluate as average_precision
from storage.youtube_vis import VisContent, dataset_kind, note_lines, parse_dataset, parse_results, read_content

SUMMARY = ("AP", "AP50", "AP75", "AR1", "AR10")
SIZES = (("small", "APs", "ARs"), ("medium", "APm", "ARm"), ("large", "APl", "ARl"))


def evaluate(arguments: argparse.Namespace, settings: Settings) -> None:
    """YouTube-VIS AP of a results file, as a table or as JSON."""
    evaluation = evaluate_files(arguments.truth, arguments.results, processes=os.cpu_count() or 1)
    print_lines(evaluation.stats["warnings"])
    print(json.dumps(evaluation.stats) if arguments.json else evaluation_table(evaluation))


def evaluate_files(truth: Path, results: Path, *, processes: int = 1) -> Evaluation:
    """Compare two files, shared among ``processes``; ``warnings`` of its ``stats`` has every sentence about the input.

    Raises `BadInput` for files that cannot be read or compared, `storage.youtube_vis.YouTubeVisError` with the place of
    an entry that no import would read either.
    """
    known, found = _read_truth(truth), _read(results)
    try:
        evaluation = average_precision(known.content, found.content, processes=processes)
    except EvaluationInputError as error:
        # The reader of imports names the place in the file; it is slower, and stricter than the official evaluation.
        parse_dataset(known.content, where=str(truth))
        parse_results(found.content, where=str(results))
        raise BadInput(f"{truth} and {results} cannot be compared: {error}.") from error
    warnings = [*note_lines((*known.notes, *found.notes)), *evaluation.stats["warnings"], *evaluation.doubts]
    return replace(evaluation, stats={**evaluation.stats, "warnings": warnings})


def check_truth(truth: Path) -> None:
    """Raise, before there are results, what `evaluate_files` would raise about the truth."""
    known = _read_truth(truth)
    try:
        average_precision(known.content, [])
    except EvaluationInputError as error:
        parse_dataset(known.content, where=str(truth))
        raise BadInput(f"{truth} cannot be evaluated on: {error}.") from error


def evaluation_table(evaluation: Evaluation) -> str:
    """The figures x 100 as text: over all tracks, by category and by size; "-" if there is no ground truth."""
    stats = evaluation.stats
    lines = [f"{'':<24}" + "".join(f"{key:>8}" for key in SUMMARY)]
    lines.append(f"{'all':<24}" + "".join(_percent(stats[key]) for key in SUMMARY))
    for k, (_, name) in enumerate(evaluation.categories):
        precision, recall = evaluation.precision[:, :, k, 0, -1], evaluation.recall[:, k, 0]
        figures = (precision, precision[0], precision[5], recall[:, 0], recall[:, 1])
        lines.append(f"{_printable(name)[:23]:<24}" + "".join(_percent(_mean(values)) for values in figures))
    lines += ["", f"{'size':<24}{'AP':>8}{'AR100':>8}"]
    lines += [f"{name:<24}{_percent(stats[ap])}{_percent(stats[ar])}" for name, ap, ar in SIZES]
    return "\n".join(lines)


def _printable(name: str) -> str:
    """A category's name on one line; JSON can hold halves of characters, which no terminal takes."""
    return " ".join(name.encode("utf-8", "replace").decode("utf-8").split())


def _mean(values: np.ndarray) -> float:
    known = values[values > -1]
    return float(known.mean()) if known.size else -1.0


def _percent(value: float) -> str:
    return f"{'-':>8}" if value < 0 else f"{100 * value:>8.1f}"


def _read_truth(path: Path) -> VisContent:
    known = _read(path)
    if not isinstance(known.content, dict) or not isinstance(known.content.get("videos"), list):
        raise BadInput(f"{path}: {dataset_kind(known.content)}.")
    return known


def _read(path: Path) -> VisContent:
    try:
        return read_content(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror or error}).") from error
