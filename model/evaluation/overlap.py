"""Space-time IoU of tracks: exact pixel counts of many pairs of tracks at once.

Masks are compared in stages, a part of the frames at a time; after each stage pairs that can no longer reach the least
IoU are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from .common_pixels import common_pixels
from .masks import MaskSequence
from .run_lengths import RunLengths, joined

Tracks = Sequence[MaskSequence]
_STAGES = 6
_FEW_PARTNERS = 1.1  # found tracks for each true one
_BLOCK = 1 << 20  # numbers of a table of pairs and frames that are computed at once


class Overlap(NamedTuple):
    """Pixels over all frames of each pair of a group, int64 (D, G), and ``ious`` float64 (D, G), 0 without any pixel.

    ``inter`` is exact if the pair's IoU can reach the least IoU of interest, else at most the exact count;
    ``total`` is the sum of both tracks' areas over the frames that count, always exact.
    """

    inter: np.ndarray
    total: np.ndarray
    ious: np.ndarray


@dataclass(frozen=True, slots=True)
class _Side:
    """The N found (or true) tracks of all groups, padded or cut to T frames, which stand in the order of the stages.

    ``numbers`` int64 (N, T): those of the masks in ``runs``, -1 where there is none; ``areas`` int64 (N, T), pixels;
    ``lengths`` (N,), frames; ``sizes`` int64 (N, T): in groups with several sizes a number for each of them, from 1,
    else 0.
    """

    runs: RunLengths
    numbers: np.ndarray
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
    runs, shifts = joined([track.runs for track in tracks])
    masks, sizes = np.full((len(tracks), most), -1), np.zeros((len(tracks), most), np.int64)
    for row, track, shift in zip(masks, tracks, shifts, strict=True):
        own = track.numbers[:most]
        row[: len(own)] = own if not shift else np.where(own < 0, own, own + shift)
    strange = [differs for group, differs in zip(groups, odd, strict=True) for _ in group]
    for number in np.flatnonzero(strange).tolist():
        codes = tracks[number].codes[:most]
        each = [numbers.setdefault(tuple(code["size"]), len(numbers) + 1) if code else 0 for code in codes]
        sizes[number, : len(codes)] = each
    lengths = np.array([len(track) for track in tracks], np.int64)
    masks = masks[:, order]
    return _Side(runs, masks, runs.areas[masks], lengths, sizes[:, order])


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
        ours, theirs = self._ours, self._theirs
        rows, columns = self._pairs.rows[chosen], self._pairs.columns[chosen]
        a, b = ours.numbers[rows, span], theirs.numbers[columns, span]
        there = (a >= 0) & (b >= 0) & (ours.sizes[rows, span] == theirs.sizes[columns, span])
        frames = self._order[span]
        if (np.diff(frames) < 0).any():
            # By rising frames: masks that follow each other are compared faster.
            rising = np.argsort(frames)
            a, b, there = a[:, rising], b[:, rising], there[:, rising]
        pair, frame = np.nonzero(there)
        common = common_pixels(ours.runs, a[pair, frame], theirs.runs, b[pair, frame])
        self.inter[chosen] += np.bincount(pair, common, len(chosen)).astype(np.int64)  # exact below 2^53


def overlaps(groups: Sequence[tuple[Tracks, Tracks]], *, least: float) -> list[Overlap]:
    """Overlap of every found track with every true one of its group, (found, truth) each.

    A pair is compared over the frames that both have; frames in which their mask sizes differ are skipped. Pairs whose
    areas, or whose overlap in a part of the frames, prove that their IoU is below ``least`` are not compared further.
    """
    tables = [_empty(len(found), len(truth)) for found, truth in groups]
    frames = {number: _frames(pair) for number, pair in enumerate(groups) if pair[0] and pair[1]}
    # Groups that are compared together are padded to the longest of them, at most twice as long as the shortest.
    for _, numbers in groupby(sorted(frames, key=lambda n: frames[n].bit_length()), lambda n: frames[n].bit_length()):
        chosen = list(numbers)
        compared = _compared([groups[n] for n in chosen], max(frames[n] for n in chosen), least)
        for number, table in zip(chosen, compared, strict=True):
            tables[number] = table
    return tables


def _empty(found: int, truth: int) -> Overlap:
    nothing = np.zeros((found, truth), np.int64)
    return Overlap(nothing, nothing, np.zeros(nothing.shape))


def _frames(group: tuple[Tracks, Tracks]) -> int:
    """How many frames the longest pair of a group has in common."""
    found, truth = group
    return min(max([len(track.codes) for track in found]), max([len(track.codes) for track in truth]))


def _compared(groups: Sequence[tuple[Tracks, Tracks]], frames: int, least: float) -> list[Overlap]:
    """:func:`overlaps` of groups that have tracks on both sides, in the first ``frames`` frames."""
    comparison = _Comparison(groups, frames)
    comparison.run(least)
    inter, total = comparison.inter, comparison.total
    union = total - inter
    ious = np.where(union > 0, inter / np.maximum(union, 1), 0.0)
    tables, start = [], 0
    for found, truth in groups:
        shape = (len(found), len(truth))
        stop = start + shape[0] * shape[1]
        tables.append(Overlap(*(each[start:stop].reshape(shape) for each in (inter, total, ious))))
        start = stop
    return tables
