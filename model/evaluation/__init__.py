"""YouTube-VIS average precision, equal to the official ``ytvoseval`` of youtubevos/cocoapi.

Tracks are compared by space-time IoU; precision is averaged over IoU 0.50:0.05:0.95 and 101 recalls.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .curves import MOST_RESULTS, category_curves, curves_shape, mean_defined, summarize
from .doubts import doubts
from .groups import Entry, Group, Measured, group, measure
from .masks import MAX_PIXELS, EvaluationInputError
from .matching import Candidates, Truth, match_category

__all__ = ["Evaluation", "EvaluationInputError", "evaluate"]

MAX_AREA = 1e15  # pixels; a larger stated area is a mistake and would overflow in means


@dataclass(frozen=True)
class Evaluation:
    """The result of one evaluation; I thresholds, R recalls, K categories, A size classes, M result limits.

    ``stats``: AP, AP50, AP75, APs, APm, APl, AR1, AR10, AR100, ARs, ARm, ARl in 0..1 (-1 without ground truth),
    ``stats`` (these twelve), ``per_category_AP`` (``None`` without truth) by rising category id, ``n_gt``, ``n_dt``,
    ``printed`` and ``warnings``. ``precision`` float64 (I, R, K, A, M) and ``recall`` (I, K, A, M), -1 where undefined;
    ``categories``: (id, name) of K. ``doubts`` are sentences about input that lowers the figures unnoticed,
    beside the official ``warnings``.
    """

    stats: dict[str, Any]
    precision: np.ndarray
    recall: np.ndarray
    categories: tuple[tuple[int, str], ...]
    doubts: tuple[str, ...] = ()


def _field(entry: Any, name: str, kinds: tuple[type, ...], where: str) -> Any:
    """A required field of a parsed entry, checked for its type."""
    if type(entry) is dict and type(value := entry.get(name)) in kinds:
        return value
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
        key = _field(entry, "id", (int,), f"{where}[{number}]")
        if key in found:
            raise EvaluationInputError(f"{where}[{number}].id: {key} is used already")
        found[key] = entry
    return found


class _Sizes:
    """(height, width) of the truth's videos by id; each is read once."""

    def __init__(self, videos: dict[int, dict[str, Any]]) -> None:
        self._videos = videos
        self._found: dict[int, tuple[int, int]] = {}

    def of(self, video: int, where: str) -> tuple[int, int]:
        """The size of a video, which ``where`` names."""
        size = self._found.get(video)
        if size is None:
            size = self._found[video] = self._read(video, where)
        return size

    def _read(self, video: int, where: str) -> tuple[int, int]:
        if video not in self._videos:
            raise EvaluationInputError(f"{where}.video_id: the truth has no video {video}")
        entry, name = self._videos[video], f"the truth's video {video}"
        height, width = _field(entry, "height", (int,), name), _field(entry, "width", (int,), name)
        if not 0 < height * width <= MAX_PIXELS:
            raise EvaluationInputError(f"{name}: {height!r:.20} x {width!r:.20} is not the size of a picture")
        return height, width


def _truth_areas(entry: dict[str, Any], where: str) -> list[Any] | None:
    """The stated areas, from which a track's size class follows; None: it follows from the areas of its masks."""
    areas = entry.get("areas")
    if areas is None:
        return None
    if not isinstance(areas, list) or not (_are_areas(areas) or all(area is None or _is_area(area) for area in areas)):
        raise EvaluationInputError(f"{where}.areas: expected a list of numbers and nulls")
    return areas


def _is_area(value: Any) -> bool:
    # Python compares integers of any size exactly; NaN fails.
    return isinstance(value, int | float) and abs(value) <= MAX_AREA


def _are_areas(values: list[Any]) -> bool:
    """Whether all are integers in bounds or null: the common case, checked all at once."""
    found = [value for value in values if value is not None]
    return set(map(type, found)) == {int} and min(found) >= -MAX_AREA and max(found) <= MAX_AREA


def _read_truth(
    truth: dict[str, Any], videos: dict[int, dict[str, Any]], labels: dict[int, dict[str, Any]]
) -> list[Entry]:
    """Annotated tracks in their order; their masks are not read yet."""
    found = []
    entries = _field(truth, "annotations", (list,), "truth")
    sizes = _Sizes(videos)
    _numbered(entries, "truth.annotations")
    for number, entry in enumerate(entries):
        where = f"truth.annotations[{number}]"
        video = _field(entry, "video_id", (int,), where)
        size = sizes.of(video, where)
        category = _field(entry, "category_id", (int,), where)
        if category not in labels:
            raise EvaluationInputError(f"{where}.category_id: the truth has no category {category}")
        masks, areas = _field(entry, "segmentations", (list,), where), _truth_areas(entry, where)
        crowd = bool(entry.get("iscrowd", 0))
        found.append(Entry(where, video, category, size, masks, areas=areas, identity=entry["id"], crowd=crowd))
    return found


def _read_results(results: list[dict[str, Any]], videos: dict[int, dict[str, Any]]) -> tuple[list[Entry], list[int]]:
    """Predicted tracks in their order, with unread masks, and the video ids that the truth lacks."""
    if not isinstance(results, list):
        raise EvaluationInputError("results: expected a list of entries")
    found, strange, sizes = [], [], _Sizes(videos)
    for number, entry in enumerate(results):
        where = f"results[{number}]"
        if (video := _field(entry, "video_id", (int,), where)) not in videos:
            strange.append(video)
            continue
        size = sizes.of(video, where)
        category = _field(entry, "category_id", (int,), where)
        score = _field(entry, "score", (int, float), where)
        if not abs(score) <= sys.float_info.max:
            raise EvaluationInputError(f"{where}.score: {score!r:.60} is not a finite number")
        masks = _field(entry, "segmentations", (list,), where)
        found.append(Entry(where, video, category, size, masks, score=float(score)))
    return found, strange


class _Tables:
    """All tracks to be matched, by group."""

    def __init__(
        self, truth: Sequence[Entry], found: Sequence[Entry], groups: Sequence[Group], measured: Measured
    ) -> None:
        self._groups, self._measured = groups, measured
        self._scores = np.array([one.score for one in found], np.float64)
        self._crowd = np.array([one.crowd for one in truth], bool)
        self._unnamed = np.array([one.identity == 0 for one in truth], bool)

    def curves(self, chosen: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """Precision (I, R, A, M) and recall (I, A, M) of a category, whose groups have the numbers ``chosen``."""
        groups = [self._groups[number] for number in chosen]
        truth = [n for one in groups for n in one.truth]
        found = [n for one in groups for n in one.found]
        known = Truth(self._measured.truth_areas[truth], self._crowd[truth], self._unnamed[truth])
        candidates, row, column = [], 0, 0
        for number, one in zip(chosen, groups, strict=True):
            places, ious = self._measured.ious[number]
            if len(places):
                candidates.append(Candidates(ious, row + places, column + np.arange(len(one.truth))))
            row, column = row + len(one.found), column + len(one.truth)
        ranks = np.array([rank for one in groups for rank in range(len(one.found))], np.int64)
        matches = match_category(self._measured.found_areas[found], known, candidates)
        return category_curves(self._scores[found], ranks, matches)


def evaluate(truth: dict[str, Any], results: list[dict[str, Any]], *, processes: int = 1) -> Evaluation:
    """Evaluates parsed YouTube-VIS results against parsed truth (both as ``json.load`` gives them; left unchanged).

    Segmentations may be compressed or uncompressed RLE, polygons or null. As in the official code, a track and a result
    of different length are compared over the frames that both have, a frame in which their mask sizes differ is
    skipped, and results of a category that the truth lacks are left out. Unlike there, results of a video that the
    truth lacks are left out as well, and an empty list of results gives 0. Large inputs are divided among ``processes``
    (by fork: only for a program without other threads). Raises ``EvaluationInputError``, which names the entry that
    cannot be read.
    """
    videos = _numbered(_field(truth, "videos", (list,), "truth"), "truth.videos")
    labels = _numbered(_field(truth, "categories", (list,), "truth"), "truth.categories")
    known = _read_truth(truth, videos, labels)
    found, strange = _read_results(results, videos)
    groups = group(known, found, most=MOST_RESULTS[-1])
    measured = measure(known, found, groups, processes=processes)
    tables = _Tables(known, found, groups, measured)
    per_category: dict[int, list[int]] = {category: [] for category in sorted(labels)}
    for number, one in enumerate(groups):
        if one.category in per_category:
            per_category[one.category].append(number)
    shapes = curves_shape(len(per_category))
    precision, recall = np.full(shapes[0], -1.0), np.full(shapes[1], -1.0)
    for k, chosen in enumerate(per_category.values()):
        if chosen:
            precision[:, :, k], recall[:, k] = tables.curves(chosen)
    stats = summarize(precision, recall)
    averages = [mean_defined(precision[:, :, k, 0, -1]) for k in range(len(per_category))]
    stats["per_category_AP"] = [None if value < 0 else value for value in averages]
    warnings = sorted(
        (one.video, one.category) for one, doubt in zip(groups, measured.unmeasured, strict=True) if doubt
    )
    lines = [f"Mask sizes in video {video} and category {label} may not match!" for video, label in warnings]
    stats |= {"n_gt": len(known), "n_dt": len(results), "warnings": lines}
    names = tuple((key, str(labels[key].get("name", key))) for key in per_category)
    doubtful = doubts(known, found, videos=videos, categories=labels, strange_videos=strange, measured=measured)
    return Evaluation(stats, precision, recall, names, doubtful)
