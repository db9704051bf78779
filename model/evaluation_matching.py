"""Space-time IoU of tracks and the greedy matching of results to truth, for one video and category at a time."""

from dataclasses import dataclass

import numpy as np
from pycocotools import mask as coco_mask

from .evaluation_masks import MaskSequence

IOU_THRESHOLDS = np.linspace(0.5, 0.95, 10)
AREA_NAMES = ("all", "small", "medium", "large")
AREA_BOUNDS = np.array([[0.0, 1e10], [0.0, 128.0**2], [128.0**2, 256.0**2], [256.0**2, 1e10]])
"""Lowest and highest mean area, in pixels, of the tracks that count in a size class; both ends belong to it."""


@dataclass(frozen=True)
class TruthTrack:
    """One annotated track: ``area`` is its mean area in pixels; ``crowd`` marks a region that is not counted."""

    id: int
    masks: MaskSequence
    area: float
    crowd: bool
    ignore: bool


@dataclass(frozen=True)
class ResultTrack:
    """One predicted track with its score and mean area in pixels."""

    masks: MaskSequence
    area: float
    score: float


@dataclass(frozen=True)
class PairMatch:
    """Matching in one video and category; A size classes, I IoU thresholds, D results by falling score.

    ``scores`` float64 (D,); ``matched`` and ``ignored`` bool (A, I, D); ``positives`` int (A,): tracks that count;
    ``unmeasured``: whether some pair had no common pixel count at all (sizes differ or both empty).
    """

    scores: np.ndarray
    matched: np.ndarray
    ignored: np.ndarray
    positives: np.ndarray
    unmeasured: bool


@dataclass(frozen=True)
class _Stack:
    """N tracks over T frames: ``reaches`` and ``present`` bool (N, T), ``sizes`` (N, T, 2), ``areas`` (N, T)."""

    reaches: np.ndarray
    present: np.ndarray
    sizes: np.ndarray
    areas: np.ndarray


def _stack(tracks: list[MaskSequence], frames: int) -> _Stack:
    """Tracks cut or filled up to ``frames`` frames; ``reaches`` tells what is of the track."""
    sizes, areas = np.zeros((len(tracks), frames, 2), np.int64), np.zeros((len(tracks), frames), np.int64)
    for number, track in enumerate(tracks):
        sizes[number, : len(track)], areas[number, : len(track)] = track.sizes[:frames], track.areas[:frames]
    reaches = np.arange(frames) < np.array([len(track) for track in tracks])[:, None]
    return _Stack(reaches, sizes[..., 0] > 0, sizes, areas)


def space_time_overlap(found: list[MaskSequence], truth: list[MaskSequence]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels over all frames in the intersection and the union of each pair, int64 (len(found), len(truth)).

    A pair is compared over the frames both have; a frame where the mask sizes differ counts for nothing.
    """
    if not found or not truth:
        empty = np.zeros((len(found), len(truth)), np.int64)
        return empty, empty
    frames = min(max(map(len, found)), max(map(len, truth)))
    ours, theirs = _stack(found, frames), _stack(truth, frames)
    differ = (ours.sizes[:, None] != theirs.sizes[None]).any(axis=3) & ours.present[:, None] & theirs.present[None]
    counted = ours.reaches[:, None] & theirs.reaches[None] & ~differ
    total = ours.areas[:, None] + theirs.areas[None]
    iou = np.zeros(total.shape)
    for t in range(frames):
        rows, columns = np.flatnonzero(ours.areas[:, t]), np.flatnonzero(theirs.areas[:, t])
        if len(rows) and len(columns):
            codes = [found[n].codes[t] for n in rows], [truth[n].codes[t] for n in columns]
            # Where the sizes differ the library says -1; such a frame is not counted.
            iou[rows[:, None], columns, t] = np.maximum(coco_mask.iou(*codes, [0] * len(columns)), 0.0)
    # IoU and the sum of both areas give the intersection back, a whole number of pixels.
    common = np.where(counted, np.rint(iou * total / (1.0 + iou)), 0).astype(np.int64)
    return common.sum(axis=2), np.where(counted, total - common, 0).sum(axis=2)


def _match(ious: np.ndarray, truth: list[TruthTrack], skipped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Greedy matching by falling score for every size class and threshold at once.

    ``ious`` (D, G); ``skipped`` bool (A, G), truth that does not count. A result takes the free track of the highest
    IoU at or over the threshold, the last one of equals; one that does not count only where no other fits. Returns
    (matched to a countable identity, matched to skipped truth), both bool (A, I, D).
    """
    limits = np.minimum(IOU_THRESHOLDS, 1.0 - 1e-10)
    shape = (len(skipped), len(limits), ious.shape[0])
    matched, ignored = np.zeros(shape, bool), np.zeros(shape, bool)
    crowd = np.array([track.crowd for track in truth], bool)
    # An identity of 0 reads as "no match" in the official code, and benchmarks are compared with that.
    named = np.array([track.id != 0 for track in truth], bool)
    free = np.ones((*shape[:2], len(truth)), bool)
    classes, levels = np.indices(shape[:2])
    for d in range(len(ious) if truth else 0):
        fits = free & (ious[d] >= limits[:, None])
        hit = fits.any(axis=2)
        if not hit.any():
            continue
        plain = fits & ~skipped[:, None, :]
        usable = np.where(plain.any(axis=2, keepdims=True), plain, fits)
        best = len(truth) - 1 - np.argmax(np.where(usable, ious[d], -1.0)[..., ::-1], axis=2)
        matched[..., d] = hit & named[best]
        ignored[..., d] = hit & skipped[classes, best]
        free[classes[hit], levels[hit], best[hit]] = crowd[best[hit]]
    return matched, ignored


def match_pair(found: list[ResultTrack], truth: list[TruthTrack], *, most: int) -> PairMatch:
    """Matches one video's results of one category to its truth; only the ``most`` best-scored results take part."""
    order = np.argsort([-track.score for track in found], kind="stable")[:most] if found else []
    found = [found[n] for n in order]
    inter, union = space_time_overlap([track.masks for track in found], [track.masks for track in truth])
    ious = np.where(union > 0, inter / np.maximum(union, 1), 0.0)
    low, high = AREA_BOUNDS[:, :1], AREA_BOUNDS[:, 1:]
    truth_areas = np.array([track.area for track in truth], np.float64)
    result_areas = np.array([track.area for track in found], np.float64)
    skipped = (truth_areas < low) | (truth_areas > high) | np.array([track.ignore for track in truth], bool)
    outside = (result_areas < low) | (result_areas > high)
    matched, ignored = _match(ious, truth, skipped)
    return PairMatch(
        scores=np.array([track.score for track in found], np.float64),
        matched=matched,
        ignored=ignored | (~matched & outside[:, None, :]),
        positives=(~skipped).sum(axis=1),
        unmeasured=bool((union == 0).any()),
    )
