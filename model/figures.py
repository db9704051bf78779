"""Figures of proposed tracks against true ones: AP, AR, best-track IoU, identity switches and effort."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pycocotools import mask as coco
from scipy.optimize import linear_sum_assignment

from model import effort
from model.evaluation.mask_overlap import track_iou
from model.scoring import STATS, evaluated, number_or_none
from model.training.clips import ClipSource, ClipVideo

Entries = list[dict[str, Any]]
Frames = Callable[[ClipVideo], list[int]]
FigureValues = dict[str, float | int | None]
SAME = 0.5  # mask IoU in a frame from which a proposed track shows a true one there


def figures_of(
    source: ClipSource, videos: Sequence[int], frames: Frames, truth: Entries, results: Entries
) -> FigureValues:
    """Figures of YouTube-VIS ``results`` against ``truth``, both of ``source.videos[i]`` for i in ``videos``.

    ``AP``, ``AP50``, ``AP75``, ``AR1``, ``AR10``, ``AP_agnostic`` (classes taken as one) and ``track_iou``, the mean
    over true tracks of the mask IoU of the best proposed one, 0 to 1; ``proposed``, ``true`` and ``identity_switches``,
    numbers; ``effort``, seconds. Where there is no true track they are None, but for the numbers of tracks.
    """
    counts: FigureValues = {"proposed": len(results), "true": len(truth)}
    names = (*STATS, "AP_agnostic", "track_iou", "identity_switches", "effort")
    if not truth:
        return {**dict.fromkeys(names), **counts}
    numbered = [{**entry, "id": number} for number, entry in enumerate(truth, 1)]
    with_class = evaluated(source, videos, numbered, results, frames).stats
    things, found = ([{**entry, "category_id": 1} for entry in entries] for entries in (numbered, results))
    agnostic = evaluated(source, videos, things, found, frames).stats
    best, switches, overlaps = [], 0, []
    for index in videos:
        mine, theirs = (
            [entry["segmentations"] for entry in entries if entry["video_id"] == index + 1]
            for entries in (truth, results)
        )
        if mine:
            shown = frame_overlaps(mine, theirs)
            best += best_overlaps(mine, theirs)
            switches += identity_switches(mine, shown)
            overlaps += _followed(mine, theirs, shown)
    return {
        **{name: number_or_none(with_class[name]) for name in STATS},
        "AP_agnostic": number_or_none(agnostic["AP"]),
        "track_iou": float(np.mean(best)),
        "identity_switches": switches,
        "effort": effort.seconds(len(results), overlaps),
        **counts,
    }


def best_overlaps(truth: Sequence[Any], found: Sequence[Any]) -> list[float]:
    """For each true track of a video the mask IoU of the best proposed one, 0 without any."""
    if not truth or not found:
        return [0.0] * len(truth)
    best: list[float] = track_iou(found, truth).max(axis=0).tolist()
    return best


def frame_overlaps(truth: Sequence[Any], found: Sequence[Any]) -> np.ndarray:
    """Mask IoU (T, N, M) of N true and M proposed tracks of a video in each of its T frames; 0 where one is absent."""
    count = len(truth[0]) if truth else 0
    table = np.zeros((count, len(truth), len(found)))
    for frame in range(count):
        rows = [n for n, masks in enumerate(truth) if masks[frame] is not None]
        columns = [m for m, masks in enumerate(found) if masks[frame] is not None]
        if rows and columns:
            masks = ([truth[n][frame] for n in rows], [found[m][frame] for m in columns])
            table[frame][np.ix_(rows, columns)] = coco.iou(masks[1], masks[0], [0] * len(rows)).T
    return table


def identity_switches(truth: Sequence[Any], overlaps: np.ndarray) -> int:
    """How often the proposed track that shows a true one is another than in the last frame in which one did.

    A proposed track shows at most one true track in a frame, at a mask IoU of at least `SAME`; where it can go on to
    show the same one it does, as in CLEAR MOT (Bernardin and Stiefelhagen 2008).
    """
    shown: dict[int, int] = {}
    switches = 0
    for table in overlaps:
        kept = {n: m for n, m in shown.items() if table[n, m] >= SAME}
        free_rows = [n for n in range(len(truth)) if n not in kept]
        free_columns = [m for m in range(table.shape[1]) if m not in kept.values()]
        part = table[np.ix_(free_rows, free_columns)]
        rows, columns = linear_sum_assignment(-np.where(part >= SAME, part, 0.0))
        for row, column in zip(rows, columns, strict=True):
            if part[row, column] >= SAME:
                n, m = free_rows[row], free_columns[column]
                switches += n in shown and shown[n] != m
                shown[n] = m
    return switches


def _followed(truth: Sequence[Any], found: Sequence[Any], overlaps: np.ndarray) -> list[np.ndarray]:
    """For each true track the IoU in its visible frames of the proposed track that is matched to it, 0 without one."""
    matched: dict[int, int] = {}
    if found:
        whole = track_iou(truth, found)
        rows, columns = linear_sum_assignment(-whole)
        matched = {int(n): int(m) for n, m in zip(rows, columns, strict=True) if whole[n, m] > 0}
    visible = [[frame for frame, mask in enumerate(masks) if mask is not None] for masks in truth]
    return [
        overlaps[frames, n, matched[n]] if n in matched else np.zeros(len(frames)) for n, frames in enumerate(visible)
    ]
