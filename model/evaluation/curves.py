"""Precision and recall curves of matched results, and the twelve figures that summarise them."""

from typing import Any

import numpy as np

from .matching import AREA_NAMES, IOU_THRESHOLDS, Matches

RECALL_LEVELS = np.linspace(0.0, 1.0, 101)
MOST_RESULTS = (1, 10, 100)
# key, kind, IoU threshold or all, size class, most results per video and category
_SUMMARY = (
    ("AP", "precision", None, "all", 100),
    ("AP50", "precision", 0.5, "all", 100),
    ("AP75", "precision", 0.75, "all", 100),
    ("APs", "precision", None, "small", 100),
    ("APm", "precision", None, "medium", 100),
    ("APl", "precision", None, "large", 100),
    ("AR1", "recall", None, "all", 1),
    ("AR10", "recall", None, "all", 10),
    ("AR100", "recall", None, "all", 100),
    ("ARs", "recall", None, "small", 100),
    ("ARm", "recall", None, "medium", 100),
    ("ARl", "recall", None, "large", 100),
)


def curves_shape(categories: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shapes of precision (I, R, K, A, M) and recall (I, K, A, M)."""
    rest = (categories, len(AREA_NAMES), len(MOST_RESULTS))
    return (len(IOU_THRESHOLDS), len(RECALL_LEVELS), *rest), (len(IOU_THRESHOLDS), *rest)


def _curves(hits: np.ndarray, misses: np.ndarray, positives: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision at the recall levels, float64 (A, I, R), and final recall (A, I).

    ``hits``, ``misses`` bool (A, I, results by falling score); ``positives`` int (A,), none of which is 0.
    """
    if not hits.size:
        return np.zeros((*hits.shape[:2], len(RECALL_LEVELS))), np.zeros(hits.shape[:2])
    true, false = np.cumsum(hits, axis=2, dtype=np.float64), np.cumsum(misses, axis=2, dtype=np.float64)
    recall = true / positives[:, None, None]
    precision = np.zeros((*hits.shape[:2], hits.shape[2] + 1))
    precision[..., :-1] = true / (false + true + np.spacing(1))
    # Precision at a recall is the best one at this or any higher recall; beyond the last recall it is 0.
    precision = np.maximum.accumulate(precision[..., ::-1], axis=2)[..., ::-1]
    places = np.array([row.searchsorted(RECALL_LEVELS) for row in recall.reshape(-1, hits.shape[2])])
    return np.take_along_axis(precision, places.reshape(*hits.shape[:2], -1), axis=2), recall[..., -1]


def category_curves(scores: np.ndarray, ranks: np.ndarray, matches: Matches) -> tuple[np.ndarray, np.ndarray]:
    """Precision (I, R, A, M) and recall (I, A, M) of one category, -1 without ground truth.

    ``scores`` float64 (N,) of the results in order of video id and rank; ``ranks`` (N,), their rank by falling score
    among those of the same video, from 0.
    """
    shape = (len(AREA_NAMES), len(MOST_RESULTS))
    precision = np.full((len(IOU_THRESHOLDS), len(RECALL_LEVELS), *shape), -1.0)
    recall = np.full((len(IOU_THRESHOLDS), *shape), -1.0)
    order = np.argsort(-scores, kind="stable")
    counted = np.flatnonzero(matches.positives)
    matched, judged = matches.matched[counted][..., order], ~matches.ignored[counted][..., order]
    hits, misses = matched & judged, ~matched & judged
    for m, most in enumerate(MOST_RESULTS):
        chosen = ranks[order] < most
        if m and np.count_nonzero(chosen) == np.count_nonzero(ranks < MOST_RESULTS[m - 1]):
            precision[..., m], recall[..., m] = precision[..., m - 1], recall[..., m - 1]
            continue
        taken = hits[..., chosen], misses[..., chosen]
        curves, ends = _curves(*taken, matches.positives[counted])
        precision[..., counted, m], recall[..., counted, m] = curves.transpose(1, 2, 0), ends.T
    return precision, recall


def mean_defined(values: np.ndarray) -> float:
    """Mean of the defined values (above -1); -1 if there are none."""
    defined = values[values > -1]
    return float(defined.mean()) if defined.size else -1.0


def summarize(precision: np.ndarray, recall: np.ndarray) -> dict[str, Any]:
    """The twelve figures, their list and the official lines of text."""
    stats: dict[str, Any] = {"stats": [], "printed": []}
    for key, kind, threshold, size, most in _SUMMARY:
        a, m = AREA_NAMES.index(size), MOST_RESULTS.index(most)
        values = precision[..., a, m] if kind == "precision" else recall[..., a, m]
        if threshold is not None:
            values = values[np.isclose(IOU_THRESHOLDS, threshold)]
        stats[key] = mean_defined(values)
        stats["stats"].append(stats[key])
        title, short = ("Average Precision", "(AP)") if kind == "precision" else ("Average Recall", "(AR)")
        levels = "0.50:0.95" if threshold is None else f"{threshold:0.2f}"
        stats["printed"].append(
            f" {title:<18} {short} @[ IoU={levels:<9} | area={size:>6s} | maxDets={most:>3d} ] = {stats[key]:0.3f}"
        )
    return stats
