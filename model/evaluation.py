"""YouTube-VIS average precision, equal to the official ``ytvoseval`` of youtubevos/cocoapi.

Tracks are compared by space-time IoU; precision is averaged over IoU 0.50:0.05:0.95 and 101 recalls.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from .evaluation_masks import EvaluationInputError, mean_area, read_masks
from .evaluation_matching import (
    AREA_NAMES,
    IOU_THRESHOLDS,
    PairMatch,
    ResultTrack,
    TruthTrack,
    match_pair,
)

__all__ = ["Evaluation", "EvaluationInputError", "evaluate"]

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


@dataclass(frozen=True)
class Evaluation:
    """Outcome of one evaluation; I thresholds, R recalls, K categories, A size classes, M result limits.

    ``stats``: AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm, ARl in 0..1 (-1 where no truth counts),
    ``stats`` (these twelve), ``per_category_AP`` (``None`` without truth) by rising category id, ``n_gt``, ``n_dt``,
    ``printed`` and ``warnings``. ``precision`` float64 (I, R, K, A, M) and ``recall`` (I, K, A, M), -1 where undefined;
    ``categories``: (id, name) of K.
    """

    stats: dict[str, Any]
    precision: np.ndarray
    recall: np.ndarray
    categories: tuple[tuple[int, str], ...]


def _field(entry: Any, name: str, kinds: type | tuple[type, ...], where: str) -> Any:
    """A required field of a parsed entry, checked for its type."""
    if not isinstance(entry, dict):
        raise EvaluationInputError(f"{where}: expected an object, not {type(entry).__name__}")
    if name not in entry:
        raise EvaluationInputError(f"{where}: '{name}' is missing")
    value = entry[name]
    if not isinstance(value, kinds) or isinstance(value, bool):
        raise EvaluationInputError(f"{where}.{name}: {value!r:.60} is not what belongs here")
    return value


def _numbered(entries: Iterable[Any], where: str) -> dict[int, dict[str, Any]]:
    """Entries by their id, which must be unique."""
    found: dict[int, dict[str, Any]] = {}
    for number, entry in enumerate(entries):
        key = _field(entry, "id", int, f"{where}[{number}]")
        if key in found:
            raise EvaluationInputError(f"{where}[{number}].id: {key} is used already")
        found[key] = entry
    return found


def _video_size(videos: dict[int, dict[str, Any]], entry: Any, where: str) -> tuple[int, tuple[int, int]]:
    """The entry's video id and that video's (height, width)."""
    video = _field(entry, "video_id", int, where)
    if video not in videos:
        raise EvaluationInputError(f"{where}.video_id: the truth has no video {video}")
    name = f"the truth's video {video}"
    return video, (_field(videos[video], "height", int, name), _field(videos[video], "width", int, name))


def _truth_area(entry: dict[str, Any], computed: np.ndarray, where: str) -> float:
    """Mean area that decides a track's size class: of the stated areas, else of the masks."""
    areas = entry.get("areas")
    if areas is None:
        return mean_area(computed.tolist())
    if not isinstance(areas, list) or not all(area is None or isinstance(area, Real) for area in areas):
        raise EvaluationInputError(f"{where}.areas: expected a list of numbers and nulls")
    return mean_area(areas)


def _read_truth(
    truth: dict[str, Any], videos: dict[int, dict[str, Any]], labels: dict[int, dict[str, Any]]
) -> dict[tuple[int, int], list[TruthTrack]]:
    """Annotated tracks by (video id, category id)."""
    pairs: dict[tuple[int, int], list[TruthTrack]] = {}
    entries = _field(truth, "annotations", list, "truth")
    _numbered(entries, "truth.annotations")
    for number, entry in enumerate(entries):
        where = f"truth.annotations[{number}]"
        video, size = _video_size(videos, entry, where)
        category = _field(entry, "category_id", int, where)
        if category not in labels:
            raise EvaluationInputError(f"{where}.category_id: the truth has no category {category}")
        masks = read_masks(_field(entry, "segmentations", list, where), size=size, where=where)
        crowd = bool(entry.get("iscrowd", 0))
        track = TruthTrack(entry["id"], masks, _truth_area(entry, masks.areas, where), crowd, ignore=crowd)
        pairs.setdefault((video, category), []).append(track)
    return pairs


def _read_results(
    results: list[dict[str, Any]], videos: dict[int, dict[str, Any]]
) -> dict[tuple[int, int], list[ResultTrack]]:
    """Predicted tracks by (video id, category id); a category that the truth lacks plays no part later."""
    pairs: dict[tuple[int, int], list[ResultTrack]] = {}
    if not isinstance(results, list):
        raise EvaluationInputError("results: expected a list of entries")
    for number, entry in enumerate(results):
        where = f"results[{number}]"
        video, size = _video_size(videos, entry, where)
        category = _field(entry, "category_id", int, where)
        score = float(_field(entry, "score", (int, float), where))
        if not math.isfinite(score):
            raise EvaluationInputError(f"{where}.score: {score} is not a finite number")
        masks = read_masks(_field(entry, "segmentations", list, where), size=size, where=where)
        track = ResultTrack(masks, mean_area(masks.areas.tolist()), score)
        pairs.setdefault((video, category), []).append(track)
    return pairs


def _curves(hits: np.ndarray, misses: np.ndarray, positives: int) -> tuple[np.ndarray, np.ndarray]:
    """Precision at the recall levels, float64 (I, R), and final recall (I,) of bool (I, results by falling score)."""
    if not hits.shape[1]:
        return np.zeros((len(hits), len(RECALL_LEVELS))), np.zeros(len(hits))
    true, false = np.cumsum(hits, axis=1, dtype=np.float64), np.cumsum(misses, axis=1, dtype=np.float64)
    recall = true / positives
    precision = np.zeros((len(hits), hits.shape[1] + 1))
    precision[:, :-1] = true / (false + true + np.spacing(1))
    # Precision at a recall is the best one at that recall or over it; beyond the last recall it is 0.
    precision = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    places = np.array([np.searchsorted(row, RECALL_LEVELS, side="left") for row in recall])
    return np.take_along_axis(precision, places, axis=1), recall[:, -1]


def _accumulate(pairs: list[PairMatch]) -> tuple[np.ndarray, np.ndarray]:
    """Precision (I, R, A, M) and recall (I, A, M) of one category over its videos, in order of video id."""
    shape = (len(AREA_NAMES), len(MOST_RESULTS))
    precision = np.full((len(IOU_THRESHOLDS), len(RECALL_LEVELS), *shape), -1.0)
    recall = np.full((len(IOU_THRESHOLDS), *shape), -1.0)
    if not pairs:
        return precision, recall
    scores = np.concatenate([pair.scores for pair in pairs])
    ranks = np.concatenate([np.arange(len(pair.scores)) for pair in pairs])
    matched = np.concatenate([pair.matched for pair in pairs], axis=2)
    ignored = np.concatenate([pair.ignored for pair in pairs], axis=2)
    positives = np.sum([pair.positives for pair in pairs], axis=0)
    order = np.argsort(-scores, kind="stable")
    for m, most in enumerate(MOST_RESULTS):
        chosen = order[ranks[order] < most]
        for a in np.flatnonzero(positives):
            hits, counts = matched[a][:, chosen], ~ignored[a][:, chosen]
            precision[..., a, m], recall[..., a, m] = _curves(hits & counts, ~hits & counts, int(positives[a]))
    return precision, recall


def _mean(values: np.ndarray) -> float:
    """Mean of what is defined, -1 where nothing is."""
    defined = values[values > -1]
    return float(defined.mean()) if defined.size else -1.0


def _summarize(precision: np.ndarray, recall: np.ndarray) -> dict[str, Any]:
    """The twelve figures, their list and the official lines of text."""
    stats: dict[str, Any] = {"stats": [], "printed": []}
    for key, kind, threshold, size, most in _SUMMARY:
        a, m = AREA_NAMES.index(size), MOST_RESULTS.index(most)
        values = precision[..., a, m] if kind == "precision" else recall[..., a, m]
        if threshold is not None:
            values = values[np.isclose(IOU_THRESHOLDS, threshold)]
        stats[key] = _mean(values)
        stats["stats"].append(stats[key])
        title, short = ("Average Precision", "(AP)") if kind == "precision" else ("Average Recall", "(AR)")
        levels = "0.50:0.95" if threshold is None else f"{threshold:0.2f}"
        stats["printed"].append(
            f" {title:<18} {short} @[ IoU={levels:<9} | area={size:>6s} | maxDets={most:>3d} ] = {stats[key]:0.3f}"
        )
    return stats


def evaluate(truth: dict[str, Any], results: list[dict[str, Any]]) -> Evaluation:
    """Evaluates parsed YouTube-VIS results against parsed truth (both as ``json.load`` gives them; left unchanged).

    Segmentations may be compressed or uncompressed RLE, polygons or null. As in the official code, a track and a result
    of different length are compared over the frames both have, a frame of different mask size counts for nothing, and
    results of a category that the truth lacks are left out; unlike there, an empty result list gives 0. Raises
    ``EvaluationInputError`` naming the entry that cannot be read.
    """
    videos = _numbered(_field(truth, "videos", list, "truth"), "truth.videos")
    labels = _numbered(_field(truth, "categories", list, "truth"), "truth.categories")
    known, found = _read_truth(truth, videos, labels), _read_results(results, videos)
    per_category: dict[int, list[PairMatch]] = {category: [] for category in sorted(labels)}
    warnings: list[str] = []
    for video, category in sorted({*known, *found}):
        if category not in labels:
            continue
        pair = match_pair(found.get((video, category), []), known.get((video, category), []), most=MOST_RESULTS[-1])
        per_category[category].append(pair)
        if pair.unmeasured:
            warnings.append(f"Mask sizes in video {video} and category {category} may not match!")
    curves = [_accumulate(pairs) for pairs in per_category.values()]
    precision = np.stack([curve[0] for curve in curves], axis=2) if curves else np.full((10, 101, 0, 4, 3), -1.0)
    recall = np.stack([curve[1] for curve in curves], axis=1) if curves else np.full((10, 0, 4, 3), -1.0)
    stats = _summarize(precision, recall)
    averages = [_mean(precision[:, :, k, 0, -1]) for k in range(len(per_category))]
    stats["per_category_AP"] = [None if value < 0 else value for value in averages]
    stats |= {"n_gt": sum(map(len, known.values())), "n_dt": len(results), "warnings": warnings}
    names = tuple((key, str(labels[key].get("name", key))) for key in per_category)
    return Evaluation(stats, precision, recall, names)
