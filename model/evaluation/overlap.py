"""Space-time IoU of tracks: exact pixel counts of many pairs of tracks from few calls of the mask library.

The library decodes every mask of a call anew, and intersects each pair whose boxes meet. So masks are compared in
stages, a part of the frames at a time; after each stage pairs that can no longer reach the least IoU are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from .masks import MaskSequence

Tracks = Sequence[MaskSequence]
_STAGES = 6
_MASKS = 128  # masks per call of the library; with more, skipping pairs of different frames costs too much
_WIDE = 1 << 24  # above the width of any mask
_FEW_PARTNERS = 1.1  # found tracks for each true one
_NOTHING = np.zeros(0, np.int64)
_BLOCK = 1 << 20  # numbers of a table of pairs and frames that are computed at once


@dataclass(frozen=True, slots=True)
class Overlap:
    """Pixels over all frames of each pair of a group, int64 (D, G).

    ``inter`` is exact if the pair's IoU can reach the least IoU of interest, else at most the exact count;
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
class _Side:
    """The N found (or true) tracks of all groups, padded or cut to T frames, which stand in the order of the stages.

    ``codes``: the masks of all tracks, one after another, in their own order; ``starts`` (N,): where each track begins;
    ``areas`` int64 (N, T), pixels; ``lengths`` (N,), frames; ``sizes`` int64 (N, T): in groups with several sizes a
    number for each of them, from 1, else 0.
    """

    codes: list[Any]
    starts: np.ndarray
    areas: np.ndarray
    lengths: np.ndarray
    sizes: np.ndarray


@dataclass(frozen=True, slots=True)
class _Pairs:
    """All P pairs, group by group: ``rows`` and ``columns`` int64 (P,) number the found and the true track.

    The pair of tracks d and g of one group is number ``row_places[d] + column_places[g]``. ``odd`` lists the pairs of
    the groups whose tracks differ in length or in the size of their masks.
    """

    rows: np.ndarray
    columns: np.ndarray
    row_places: np.ndarray
    column_places: np.ndarray
    odd: np.ndarray


def _pairs(found: np.ndarray, truth: np.ndarray, odd: np.ndarray) -> _Pairs:
    """Pairs of groups with so many found and true tracks, int64 (groups,) each; ``odd`` bool (groups,)."""
    counts = found * truth
    places = np.cumsum(counts) - counts
    local, width = np.arange(counts.sum()) - np.repeat(places, counts), np.repeat(truth, counts)
    return _Pairs(
        np.repeat(np.cumsum(found) - found, counts) + local // width,
        np.repeat(np.cumsum(truth) - truth, counts) + local % width,
        np.repeat(places, found) + np.repeat(truth, found) * _within(found),
        _within(truth),
        np.flatnonzero(np.repeat(odd, counts)),
    )


def _within(counts: np.ndarray) -> np.ndarray:
    """0 to n - 1 for each n of ``counts``, one after another."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def _odd(groups: Sequence[tuple[Tracks, Tracks]]) -> np.ndarray:
    """bool (groups,): whether the tracks of a group differ in length or in the size of their masks."""
    return np.array(
        [
            any(track.size != found[0].size or len(track.codes) != len(found[0].codes) for track in (*found, *truth))
            or found[0].size is None
            for found, truth in groups
        ],
        bool,
    )


def _side(groups: Sequence[Tracks], odd: Sequence[bool], order: np.ndarray, numbers: dict[Any, int]) -> _Side:
    """The tracks of one side; ``order``: frames by stage; ``numbers``: the number of each size, to which it adds."""
    tracks = [track for group in groups for track in group]
    most = len(order)
    areas, sizes = np.zeros((2, len(tracks), most), np.int64)
    for row, track in zip(areas, tracks, strict=True):
        pixels = track.areas[:most]
        row[: len(pixels)] = pixels
    strange = [differs for group, differs in zip(groups, odd, strict=True) for _ in group]
    for number in np.flatnonzero(strange).tolist():
        codes = tracks[number].codes[:most]
        each = [numbers.setdefault(tuple(code["size"]), len(numbers) + 1) if code else 0 for code in codes]
        sizes[number, : len(codes)] = each
    lengths = np.array([len(track.areas) for track in tracks], np.int64)
    codes = list(chain.from_iterable(track.codes for track in tracks))
    return _Side(codes, np.cumsum(lengths) - lengths, areas[:, order], lengths, sizes[:, order])


def _stages(frames: int) -> tuple[np.ndarray, list[int]]:
    """Frames in the order in which they are compared, and where in it each stage begins and the last one ends.

    A stage is every n-th frame: neighbours are alike, so that frames apart decide more.
    """
    count = min(_STAGES, frames)
    parts = [np.arange(first, frames, count) for first in range(count)]
    return np.concatenate(parts), np.cumsum([0, *map(len, parts)]).tolist()


class _Comparison:
    """Compares the pairs of many groups, stage by stage."""

    def __init__(self, groups: Sequence[tuple[Tracks, Tracks]], frames: int) -> None:
        """``groups`` have tracks on both sides, no two of which share more than ``frames`` frames."""
        odd = _odd(groups)
        self._order, self._starts = _stages(frames or 1)  # tracks without any frame get one without a mask
        numbers: dict[Any, int] = {}
        self._ours = _side([found for found, _ in groups], odd.tolist(), self._order, numbers)
        self._theirs = _side([truth for _, truth in groups], odd.tolist(), self._order, numbers)
        self._kinds = len(numbers) + 1
        found, truth = (np.array([len(pair[k]) for pair in groups], np.int64) for k in range(2))
        self._pairs = _pairs(found, truth, odd)
        self.inter = np.zeros(len(self._pairs.rows), np.int64)
        self.total, self._most = self._bounds()

    def run(self, least: float) -> None:
        """Counts ``inter``; pairs whose IoU proves to be below ``least`` are not counted further."""
        rest = self._most.sum(axis=1)
        alive = np.flatnonzero((rest > 0) & (rest >= least * (self.total - rest)))
        stage, last = 0, len(self._starts) - 1
        while stage < last and alive.size:
            # Where hardly a track has a second partner, there is little left to exclude: the rest is one stage.
            until = last if stage and self._has_one_partner(alive) else stage + 1
            start, stop = self._starts[stage], self._starts[until]
            step = max(1, _BLOCK // len(alive))
            for first in range(start, stop, step):
                self._compare(alive, slice(first, min(first + step, stop)))
            rest[alive] -= self._most[alive, stage:until].sum(axis=1)
            most = self.inter[alive] + rest[alive]
            alive = alive[most >= least * (self.total[alive] - most)]
            stage = until

    def _has_one_partner(self, chosen: np.ndarray) -> bool:
        """Whether most true tracks of these pairs have one found track alone."""
        return len(chosen) <= _FEW_PARTNERS * len(np.unique(self._pairs.columns[chosen]))

    def _bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Total areas (P,), and the largest possible intersections by stage (P, S), over the frames that count."""
        ours, theirs, pairs = self._ours, self._theirs, self._pairs
        total = ours.areas.sum(axis=1)[pairs.rows] + theirs.areas.sum(axis=1)[pairs.columns]
        most = np.zeros((len(total), len(self._starts) - 1), np.int64)
        step = max(1, _BLOCK // len(self._order))
        for first in range(0, len(total), step):
            span = slice(first, first + step)
            smaller = np.minimum(ours.areas[pairs.rows[span]], theirs.areas[pairs.columns[span]])
            most[span] = np.add.reduceat(smaller, self._starts[:-1], axis=1)
        for first in range(0, len(pairs.odd), step):
            odd = pairs.odd[first : first + step]
            counted = self._counted(pairs.rows[odd], pairs.columns[odd])
            a, b = (side.areas[n] * counted for side, n in ((ours, pairs.rows[odd]), (theirs, pairs.columns[odd])))
            most[odd] = np.add.reduceat(np.minimum(a, b), self._starts[:-1], axis=1)
            total[odd] = (a + b).sum(axis=1)
        return total, most

    def _counted(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """bool (P, T): frames that both tracks of a pair have, without those in which their masks differ in size."""
        shared = np.minimum(self._ours.lengths[rows], self._theirs.lengths[columns])
        a, b = self._ours.sizes[rows], self._theirs.sizes[columns]
        return (self._order < shared[:, None]) & ((a == b) | (a == 0) | (b == 0))

    def _compare(self, chosen: np.ndarray, span: slice) -> None:
        """Adds the common pixels of the pairs ``chosen`` in some frames."""
        rows, columns = self._pairs.rows[chosen], self._pairs.columns[chosen]
        pair, frame = np.nonzero((self._ours.areas[rows, span] > 0) & (self._theirs.areas[columns, span] > 0))
        labels = _components(rows, columns)[pair] * len(self._order) + frame
        ours = self._masks(self._ours, rows[pair], span.start + frame, labels)
        theirs = self._masks(self._theirs, columns[pair], span.start + frame, labels)
        d, g, common = _common(ours, theirs)
        np.add.at(self.inter, self._pairs.row_places[d] + self._pairs.column_places[g], common)

    def _masks(self, side: _Side, tracks: np.ndarray, places: np.ndarray, labels: np.ndarray) -> "_SortedMasks":
        """The masks of some tracks at some places of the order, each once; those with one label are compared."""
        needed, label = np.zeros(side.areas.shape, bool), np.zeros(side.areas.shape, np.int64)
        needed[tracks, places] = True
        label[tracks, places] = labels
        tracks, places = np.nonzero(needed)
        keys = label[tracks, places] * self._kinds + side.sizes[tracks, places]
        ranks = np.argsort(keys, kind="stable")
        tracks, places = tracks[ranks], places[ranks]
        frames = self._order[places]
        codes = [side.codes[at] for at in (side.starts[tracks] + frames).tolist()]
        return _SortedMasks(codes, keys[ranks], tracks, side.areas[tracks, places])


def _components(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """A number for each pair, equal for pairs that share a track, directly or over other pairs."""
    labels = np.arange(len(rows))
    while True:
        before = labels
        for ends in (rows, columns):
            least = np.full(ends.max() + 1, len(rows))
            np.minimum.at(least, ends, labels)
            labels = least[ends]
        if np.array_equal(labels, before):
            return labels


@dataclass(frozen=True, slots=True)
class _SortedMasks:
    """M masks by rising ``keys`` (M,): ``codes``, their ``tracks`` and ``areas`` (M,). Equal keys are compared."""

    codes: list[Any]
    keys: np.ndarray
    tracks: np.ndarray
    areas: np.ndarray


class _Slots:
    """The masks of a call as the library takes them: the same dicts for every call, since a new one takes longer."""

    def __init__(self) -> None:
        self._slots: list[dict[str, Any]] = []

    def filled(self, codes: Sequence[Any], sizes: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
        """The masks ``codes`` with these sizes in place of their own; they hold until the next call."""
        self._slots += [{} for _ in range(len(codes) - len(self._slots))]
        for slot, code, size in zip(self._slots, codes, sizes, strict=False):
            slot["size"], slot["counts"] = size, code["counts"]
        return self._slots[: len(codes)]


def _common(ours: _SortedMasks, theirs: _SortedMasks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Found track, true track and common pixels, int64 (N,) each, of the masks with equal keys.

    The library skips pairs of masks of different size. Each key therefore gets a fictitious width (its tag), so that
    masks of different keys are not compared. Run lengths do not depend on the width, and the height only says where the
    library looks for boxes that do not meet; those of masks with common pixels meet for any height.
    """
    keys, counts = np.unique(np.concatenate((ours.keys, theirs.keys)), return_counts=True)
    calls = (np.cumsum(counts) - counts) // _MASKS
    bounds = keys[np.flatnonzero(np.diff(calls)) + 1]
    tags = [np.searchsorted(keys, side.keys) for side in (ours, theirs)]
    our_slots, their_slots = _Slots(), _Slots()
    cuts = [[0, *np.searchsorted(side.keys, bounds).tolist(), len(side.keys)] for side in (ours, theirs)]
    places: list[np.ndarray] = []
    found_ious: list[np.ndarray] = []
    for a, b, c, d in zip(cuts[0], cuts[0][1:], cuts[1], cuts[1][1:], strict=False):
        if a == b or c == d:
            continue
        first, last = min(tags[0][a], tags[1][c]), max(tags[0][b - 1], tags[1][d - 1])
        height = ours.codes[a]["size"][0]
        sizes = [(height, _WIDE + tag) for tag in range(last - first + 1)]
        found, truth = (
            slots.filled(side.codes[span], [sizes[tag] for tag in (of_side[span] - first).tolist()])
            for slots, side, of_side, span in (
                (our_slots, ours, tags[0], slice(a, b)),
                (their_slots, theirs, tags[1], slice(c, d)),
            )
        )
        ious = np.asarray(coco_mask.iou(found, truth, [0] * len(truth)))
        rows, columns = np.nonzero(ious > 0)  # 0: no common pixel; -1: different tags
        places.append(np.stack((rows + a, columns + c)))
        found_ious.append(ious[rows, columns])
    if not places:
        return _NOTHING, _NOTHING, _NOTHING
    (rows, columns), iou = np.concatenate(places, axis=1), np.concatenate(found_ious)
    # The intersection, a whole number of pixels, follows from the IoU and the sum of both areas.
    total = ours.areas[rows] + theirs.areas[columns]
    return ours.tracks[rows], theirs.tracks[columns], np.rint(iou * total / (1.0 + iou)).astype(np.int64)


def overlaps(groups: Sequence[tuple[Tracks, Tracks]], *, least: float) -> list[Overlap]:
    """Overlap of every found track with every true one of its group, (found, truth) each.

    A pair is compared over the frames that both have; frames in which their mask sizes differ are skipped. Pairs whose
    areas, or whose overlap in a part of the frames, prove that their IoU is below ``least`` are not compared further.
    """
    tables = [_empty(len(found), len(truth)) for found, truth in groups]
    frames = {number: _frames(pair) for number, pair in enumerate(groups) if all(pair)}
    # Groups that are compared together are padded to the longest of them, at most twice as long as the shortest.
    for _, numbers in groupby(sorted(frames, key=lambda n: frames[n].bit_length()), lambda n: frames[n].bit_length()):
        chosen = list(numbers)
        compared = _compared([groups[n] for n in chosen], max(frames[n] for n in chosen), least)
        for number, table in zip(chosen, compared, strict=True):
            tables[number] = table
    return tables


def _empty(found: int, truth: int) -> Overlap:
    nothing = np.zeros((found, truth), np.int64)
    return Overlap(nothing, nothing)


def _frames(group: tuple[Tracks, Tracks]) -> int:
    """How many frames the longest pair of a group has in common."""
    return min(max(len(track.areas) for track in side) for side in group)


def _compared(groups: Sequence[tuple[Tracks, Tracks]], frames: int, least: float) -> list[Overlap]:
    """:func:`overlaps` of groups that have tracks on both sides, in the first ``frames`` frames."""
    comparison = _Comparison(groups, frames)
    comparison.run(least)
    shapes = np.array([(len(found), len(truth)) for found, truth in groups], np.int64)
    ends = np.cumsum(shapes.prod(axis=1)).tolist()
    tables = []
    for start, stop, shape in zip([0, *ends], ends, shapes.tolist(), strict=False):
        inter, total = (counts[start:stop].reshape(shape) for counts in (comparison.inter, comparison.total))
        tables.append(Overlap(inter, total))
    return tables
