"""Space-time IoU of tracks: exact pixel counts of many pairs of tracks from few calls of the mask library."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from .masks import MaskSequence

Tracks = Sequence[MaskSequence]
_CELLS = 4096  # comparisons per call of the library; with more, skipping pairs of different frames costs too much
_WIDE = 1 << 24  # above the width of any mask
_BLOCK = 1 << 20  # numbers of a group's bounds that are computed at once


@dataclass(frozen=True, slots=True)
class Overlap:
    """Pixels over all frames of each pair of a group, int64 (D, G).

    ``inter`` is exact if the pair's IoU can reach the least IoU of interest, else 0 or exact;
    ``total`` is the sum of both tracks' areas over the frames that count, always exact.
    """

    inter: np.ndarray
    total: np.ndarray

    @property
    def ious(self) -> np.ndarray:
        """IoU, float64 (D, G); 0 without any pixel."""
        union = self.total - self.inter
        return np.where(union > 0, self.inter / np.maximum(union, 1), 0.0)


@dataclass(frozen=True, slots=True)
class _Stack:
    """N tracks cut or padded to T frames: ``lengths`` (N,), ``areas`` int64 (N, T), ``sizes`` int64 (N, T, 2).

    ``sizes`` is None if all tracks of a group have the same length and all their masks the same size.
    """

    tracks: Tracks
    lengths: np.ndarray
    areas: np.ndarray
    sizes: np.ndarray | None


def _stack(tracks: Tracks, frames: int, *, alike: bool) -> _Stack:
    lengths = np.array([len(track) for track in tracks])
    if alike:
        return _Stack(tracks, lengths, np.array([track.areas for track in tracks]), None)
    sizes, areas = np.zeros((len(tracks), frames, 2), np.int64), np.zeros((len(tracks), frames), np.int64)
    for number, track in enumerate(tracks):
        sizes[number, : len(track)], areas[number, : len(track)] = track.sizes[:frames], track.areas[:frames]
    return _Stack(tracks, lengths, areas, sizes)


def _stacks(found: Tracks, truth: Tracks) -> tuple[_Stack, _Stack]:
    first, frames = found[0], min(max(map(len, found)), max(map(len, truth)))
    alike = first.size is not None and all(
        one.size == first.size and len(one) == frames for tracks in (found, truth) for one in tracks
    )
    return _stack(found, frames, alike=alike), _stack(truth, frames, alike=alike)


def _bounds(ours: _Stack, theirs: _Stack) -> tuple[np.ndarray, np.ndarray]:
    """The largest possible intersection, and the total area, of each pair over the frames that count."""
    if ours.sizes is None or theirs.sizes is None:
        return _smaller(ours, theirs), ours.areas.sum(axis=1)[:, None] + theirs.areas.sum(axis=1)
    frames, shape = ours.areas.shape[1], (len(ours.areas), len(theirs.areas))
    most, total = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    step = max(1, _BLOCK // (shape[0] * shape[1]))
    for start in range(0, frames, step):
        span, time = slice(start, start + step), np.arange(frames)[start : start + step]
        a, b = ours.areas[:, None, span], theirs.areas[None, :, span]
        first, second = ours.sizes[:, None, span], theirs.sizes[None, :, span]
        counted = (time < ours.lengths[:, None, None]) & (time < theirs.lengths[:, None])
        counted &= ~((first != second).any(axis=3) & (first[..., 0] > 0) & (second[..., 0] > 0))
        most += np.where(counted, np.minimum(a, b), 0).sum(axis=2)
        total += np.where(counted, a + b, 0).sum(axis=2)
    return most, total


def _smaller(ours: _Stack, theirs: _Stack, frames: slice = slice(None)) -> np.ndarray:
    """Sums of each pair's smaller areas, int64 (D, G)."""
    return np.stack([np.minimum(row, theirs.areas[:, frames]).sum(axis=1) for row in ours.areas[:, frames]])


@dataclass(frozen=True, slots=True)
class _Side:
    """The masks of one side of a comparison, with their ``areas`` and their tracks' ``places`` among all pairs."""

    codes: list[dict[str, Any]]
    areas: np.ndarray
    places: np.ndarray


def _side(stack: _Stack, rows: np.ndarray, span: range, places: np.ndarray, tags: Sequence[Any]) -> _Side:
    """Masks with pixels in some frames of some tracks; ``tags``: per frame a number, or a number for each width."""
    codes, areas, own = [], [], []
    for row in rows.tolist():
        track, shown = stack.tracks[row], stack.areas[row].tolist()
        for t in span:
            if shown[t]:
                code = track.codes[t]
                height, width = code["size"]
                tag = tags[t] if stack.sizes is None else tags[t][width]
                codes.append({"size": (height, tag), "counts": code["counts"]})
                areas.append(shown[t])
                own.append(places[row])
    return _Side(codes, np.array(areas, np.int64), np.array(own, np.int64))


class _Comparison:
    """Collects masks of many frames and groups, to compare them in few calls of the library.

    The library skips pairs of masks of different size. Each frame and real width therefore gets a fictitious width (its
    tag), so that masks of different frames are not compared; run lengths do not depend on the width.
    """

    def __init__(self, pairs: int) -> None:
        self.inter = np.zeros(pairs, np.int64)
        self._sides: list[tuple[_Side, _Side]] = []
        self._masks = (0, 0)
        self._tag = _WIDE

    def add(self, ours: _Stack, theirs: _Stack, worth: np.ndarray, *, start: int, frames: slice = slice(None)) -> None:
        """Adds the pairs of a group for which ``worth`` (D, G) is true; ``start`` is the index of its first pair."""
        rows, columns = np.flatnonzero(worth.any(axis=1)), np.flatnonzero(worth.any(axis=0))
        step = max(1, int((_CELLS / (len(rows) * len(columns))) ** 0.5))
        tags, chosen = self._tags(ours, theirs), range(ours.areas.shape[1])[frames]
        places = start + np.arange(worth.shape[0]) * worth.shape[1], np.arange(worth.shape[1])
        for first in range(0, len(chosen), step):
            span = chosen[first : first + step]
            sides = _side(ours, rows, span, places[0], tags), _side(theirs, columns, span, places[1], tags)
            if all(side.codes for side in sides):
                self._take(*sides)

    def _tags(self, ours: _Stack, theirs: _Stack) -> Sequence[Any]:
        """The tag of each frame, or its tags by real width if the sizes differ."""
        first, frames = self._tag, ours.areas.shape[1]
        if ours.sizes is None or theirs.sizes is None:
            self._tag += frames
            return range(first, first + frames)
        widths = np.unique(np.concatenate((ours.sizes[..., 1], theirs.sizes[..., 1]))).tolist()
        self._tag += frames * len(widths)
        return [{width: first + t * len(widths) + k for k, width in enumerate(widths)} for t in range(frames)]

    def _take(self, ours: _Side, theirs: _Side) -> None:
        masks = self._masks[0] + len(ours.codes), self._masks[1] + len(theirs.codes)
        if self._sides and masks[0] * masks[1] > _CELLS:
            self.finish()
            masks = len(ours.codes), len(theirs.codes)
        self._sides.append((ours, theirs))
        self._masks = masks

    def finish(self) -> np.ndarray:
        """Compares the collected masks; returns the common pixels of every pair by its index, int64."""
        if self._sides:
            found, truth = ([code for side in sides for code in side.codes] for sides in zip(*self._sides, strict=True))
            ious = np.asarray(coco_mask.iou(found, truth, [0] * len(truth)))
            d, g = np.nonzero(ious > 0)  # 0: no common pixel; -1: different sizes, hence different frames
            areas = [np.concatenate([side.areas for side in sides]) for sides in zip(*self._sides, strict=True)]
            places = [np.concatenate([side.places for side in sides]) for sides in zip(*self._sides, strict=True)]
            iou, total = ious[d, g], areas[0][d] + areas[1][g]
            # The intersection, a whole number of pixels, follows from the IoU and the sum of both areas.
            common = np.rint(iou * total / (1.0 + iou)).astype(np.int64)
            np.add.at(self.inter, places[0][d] + places[1][g], common)
            self._sides = []
        return self.inter


def overlaps(groups: Sequence[tuple[Tracks, Tracks]], *, least: float) -> list[Overlap]:
    """Overlap of every found track with every true one of its group, (found, truth) each.

    A pair is compared over the frames that both have; frames in which their mask sizes differ are skipped. Pairs whose
    areas prove that their IoU is below ``least`` are not compared.
    """
    starts = np.cumsum([0, *(len(found) * len(truth) for found, truth in groups)]).tolist()
    comparison = _Comparison(starts[-1])
    totals = []
    for (found, truth), start in zip(groups, starts, strict=False):
        if not found or not truth:
            totals.append(np.zeros((len(found), len(truth)), np.int64))
            continue
        ours, theirs = _stacks(found, truth)
        most, total = _bounds(ours, theirs)
        totals.append(total)
        _compare(comparison, ours, theirs, most=most, total=total, start=start, least=least)
    inter = comparison.finish()
    return [
        Overlap(inter[start : start + total.size].reshape(total.shape), total)
        for total, start in zip(totals, starts, strict=False)
    ]


def _compare(
    comparison: _Comparison,
    ours: _Stack,
    theirs: _Stack,
    *,
    most: np.ndarray,
    total: np.ndarray,
    start: int,
    least: float,
) -> None:
    """Compares a group's pairs; if they are many, first in every other frame, which rules some of them out."""
    worth = (most > 0) & (most >= least * (total - most))
    if not worth.any():
        return
    if ours.sizes is not None or np.count_nonzero(worth) <= 2 * max(worth.shape):
        comparison.add(ours, theirs, worth, start=start)
        return
    comparison.add(ours, theirs, worth, start=start, frames=slice(0, None, 2))
    rest = slice(1, None, 2)
    common = comparison.finish()[start : start + total.size].reshape(total.shape)
    most = common + _smaller(ours, theirs, rest)
    worth &= most >= least * (total - most)
    if worth.any():
        comparison.add(ours, theirs, worth, start=start, frames=rest)
