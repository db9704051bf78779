"""Golden evaluations: ground truth, results, and the figures of the official code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from app.conform.checks import Case, read_arrays, read_json
from model.evaluation import Evaluation, evaluate

_BOUND = 1e-6


def eval_case(case: Case, folder: Path) -> None:
    """Evaluate one set of ``folder`` and compare its numbers, its curves and its printed lines."""
    truth, results, stats = (read_json(folder / f"{case.name}_{part}.json") for part in ("gt", "dt", "stats"))
    curves = read_arrays(folder / f"{case.name}_curves.npz")
    own = evaluate(truth, results)
    _names(case, "stats", own.stats, stats)
    for key in own.stats.keys() & stats.keys():
        _statistic(case, f"stats/{key}", own.stats[key], stats[key])
    _curves(case, own, curves)


def _names(case: Case, title: str, own: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    """Checks that the case holds every figure of an evaluation, and no other."""
    for name in own:
        if name not in wanted:
            case.fail(f"{title}/{name}", "the case does not hold this figure")
    for name in wanted:
        if name not in own:
            case.fail(f"{title}/{name}", "nothing of ours has this name")


def curve_figures(own: Evaluation) -> dict[str, np.ndarray]:
    """Figures of the curves by name: precision (I, R, K, A, M) averaged or in part, recall (I, K, A, M)."""
    return {
        "precision_mean_over_recall": own.precision.mean(axis=1),
        "precision_all_area_max100": own.precision[:, :, :, 0, -1],
        "recall": own.recall,
    }


def _statistic(case: Case, key: str, own: Any, wanted: Any) -> None:
    if key in ("stats/printed", "stats/warnings"):
        case.equal(key, list(own), list(wanted))
    elif isinstance(wanted, list):
        case.equal(f"{key} undefined", [v is None for v in own], [v is None for v in wanted])
        case.close(key, [v for v in own if v is not None], [v for v in wanted if v is not None], atol=_BOUND)
    else:
        case.close(key, own, wanted, atol=_BOUND)


def _curves(case: Case, own: Evaluation, curves: dict[str, np.ndarray]) -> None:
    figures = curve_figures(own)
    _names(case, "curves", figures, curves)
    for name in figures:
        if name in curves:
            case.close(f"curves/{name}", figures[name], curves[name], atol=_BOUND)
