"""Areas of the tracks of entries, and the IoU of those that may match.

Tracks are grouped by video and category. Masks are read for a few videos at a time, and large inputs can be divided
among processes, so that time goes to the mask library and memory grows with the input only.
"""

import multiprocessing
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np

from .masks import EvaluationInputError, MaskSequence, mean_area, mean_areas, read_tracks
from .matching import LEAST_IOU
from .overlap import overlaps

_MASKS_AT_ONCE = 8192
_PARTS_A_PROCESS = 2  # fewer are not worth a process


class Entry(NamedTuple):
    """One track of the truth or of the results; ``where`` names it in messages.

    ``size`` is (height, width) of its video; ``segmentations`` are as in the file; ``areas`` those that the truth
    states, if any; ``identity`` and ``crowd`` are the truth's, ``score`` the results'.
    """

    where: str
    video: int
    category: int
    size: tuple[int, int]
    segmentations: list[Any]
    areas: list[Any] | None = None
    identity: int = 0
    crowd: bool = False
    score: float = 0.0


class Group(NamedTuple):
    """Entries of one video and category by their numbers: evaluated results, best first, and truth."""

    video: int
    category: int
    found: list[int]
    truth: list[int]


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of the masks; areas are means in pixels by the numbers of the entries.

    ``truth_areas`` decide the size class of a track: those that the truth states, if it does; ``mask_areas`` are always
    those of its masks.
    ``ious`` per group: indices of results that may match a track, and their IoUs, float64 (those, truth).
    ``unmeasured`` per group: whether some pair could not be compared (sizes differ, or both are empty).
    ``found_fits``, ``truth_fits`` bool: all masks of the entry have the size of its video; False if it has none.
    """

    found_areas: np.ndarray
    truth_areas: np.ndarray
    mask_areas: np.ndarray
    ious: list[tuple[np.ndarray, np.ndarray]]
    unmeasured: list[bool]
    found_fits: np.ndarray
    truth_fits: np.ndarray


@dataclass(slots=True)
class _VideoBatch:
    """Some videos' entries and groups, by number."""

    truth: list[int] = field(default_factory=list)
    found: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    masks: int = 0


def group(truth: Sequence[Entry], found: Sequence[Entry], *, most: int) -> list[Group]:
    """Groups by rising category and video id; of the results the ``most`` best of each, equal scores in their order."""
    known, proposed = _members(truth), _members(found)
    groups = []
    for key in sorted(known.keys() | proposed):
        category, video = key
        best = proposed.get(key, [])
        if len(best) > 1:
            best.sort(key=lambda number: -found[number].score)
            del best[most:]
        groups.append(Group(video, category, best, known.get(key, [])))
    return groups


def _members(entries: Sequence[Entry]) -> dict[tuple[int, int], list[int]]:
    """Numbers of the entries by category and video."""
    members: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, entry in enumerate(entries):
        members[entry.category, entry.video].append(number)
    return dict(members)


def measure(truth: Sequence[Entry], found: Sequence[Entry], groups: Sequence[Group], *, processes: int = 1) -> Measured:
    """Reads all masks and compares those of each group. Raises ``EvaluationInputError``, which names the entry."""
    inputs = _Inputs(truth, found, groups)
    parts = list(inputs.parts())
    areas = (np.zeros(len(found)), np.zeros(len(truth)), np.zeros(len(truth)))
    fits = (np.zeros(len(found), bool), np.zeros(len(truth), bool))
    done = Measured(*areas, [_NONE] * len(groups), [False] * len(groups), *fits)
    for part, one in zip(parts, _each(inputs, parts, processes), strict=True):
        done.found_areas[part.found], done.truth_areas[part.truth] = one.found_areas, one.truth_areas
        done.mask_areas[part.truth] = one.mask_areas
        done.found_fits[part.found], done.truth_fits[part.truth] = one.found_fits, one.truth_fits
        for number, ious, unmeasured in zip(part.groups, one.ious, one.unmeasured, strict=True):
            done.ious[number], done.unmeasured[number] = ious, unmeasured
    return done


_NONE = (np.zeros(0, np.int64), np.zeros((0, 0)))


@dataclass(frozen=True, slots=True)
class _Inputs:
    """All entries and groups."""

    truth: Sequence[Entry]
    found: Sequence[Entry]
    groups: Sequence[Group]

    def parts(self) -> Iterable[_VideoBatch]:
        """Batches of videos with a bounded number of masks."""
        videos: defaultdict[int, _VideoBatch] = defaultdict(_VideoBatch)
        for number, entry in enumerate(self.truth):
            part = videos[entry.video]
            part.truth.append(number)
            part.masks += len(entry.segmentations)
        for number, entry in enumerate(self.found):
            part = videos[entry.video]
            part.found.append(number)
            part.masks += len(entry.segmentations)
        for number, one in enumerate(self.groups):
            videos[one.video].groups.append(number)
        whole = _VideoBatch()
        for part in videos.values():
            if whole.masks and whole.masks + part.masks > _MASKS_AT_ONCE:
                yield whole
                whole = _VideoBatch()
            whole.truth += part.truth
            whole.found += part.found
            whole.groups += part.groups
            whole.masks += part.masks
        if whole.masks or whole.truth or whole.found:
            yield whole

    def measured(self, part: _VideoBatch) -> Measured:
        """Figures of one part, in the order in which it lists its entries and groups."""
        truth, found = self._read(self.truth, part.truth), self._read(self.found, part.found)
        ious, unmeasured = _compared([self.groups[number] for number in part.groups], found, truth)
        stated = [self.truth[n].areas for n in part.truth]
        own = mean_areas(list(truth.values()))
        return Measured(
            mean_areas(list(found.values())),
            np.array([mean if areas is None else mean_area(areas) for mean, areas in zip(own, stated, strict=True)]),
            own,
            ious,
            unmeasured,
            np.array([masks.size == self.found[n].size for n, masks in found.items()], bool),
            np.array([masks.size == self.truth[n].size for n, masks in truth.items()], bool),
        )

    @staticmethod
    def _read(entries: Sequence[Entry], numbers: list[int]) -> dict[int, MaskSequence]:
        chosen = [entries[number] for number in numbers]
        tracks = read_tracks([(one.segmentations, one.size, one.where) for one in chosen])
        return dict(zip(numbers, tracks, strict=True))


def _compared(
    groups: Sequence[Group], found: Mapping[int, MaskSequence], truth: Mapping[int, MaskSequence]
) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[bool]]:
    """``ious`` and ``unmeasured`` of :class:`Measured` for some groups, whose tracks are given by their numbers."""
    ious, unmeasured = [_NONE] * len(groups), [False] * len(groups)
    paired = [number for number, one in enumerate(groups) if one.found and one.truth]
    pairs = [([found[n] for n in groups[k].found], [truth[n] for n in groups[k].truth]) for k in paired]
    for number, one in zip(paired, overlaps(pairs, least=LEAST_IOU), strict=True):
        whole = one.ious
        rows = np.flatnonzero((whole >= LEAST_IOU).any(axis=1))
        ious[number] = (rows, whole[rows])
        unmeasured[number] = not one.total.all()
    return ious, unmeasured


def _each(inputs: _Inputs, parts: list[_VideoBatch], processes: int) -> list[Measured]:
    """Figures of every part in order; several processes only if a fork can share the input."""
    processes = min(processes, len(parts) // _PARTS_A_PROCESS)
    if processes < 2 or sys.platform != "linux":
        return [inputs.measured(part) for part in parts]
    context = multiprocessing.get_context("fork")
    helpers = []
    for share in range(1, processes):
        receiver, sender = context.Pipe(duplex=False)
        helper = context.Process(target=_send, args=(sender, inputs, parts[share::processes]), daemon=True)
        helper.start()
        sender.close()
        helpers.append((helper, receiver))
    try:
        done: list[Any] = [None] * len(parts)
        done[::processes] = [inputs.measured(part) for part in parts[::processes]]
        for share, (_, receiver) in enumerate(helpers, start=1):
            done[share::processes] = _received(receiver, inputs, parts[share::processes])
        return done
    finally:
        for helper, receiver in helpers:
            receiver.close()
            helper.kill()
            helper.join()


def _send(sender: Connection, inputs: _Inputs, parts: list[_VideoBatch]) -> None:
    """Runs in a helper process: sends the figures of its share, or the error of an entry."""
    try:
        found: list[Measured] | EvaluationInputError = [inputs.measured(part) for part in parts]
    except EvaluationInputError as error:
        found = error
    sender.send(found)
    sender.close()


def _received(receiver: Connection, inputs: _Inputs, parts: list[_VideoBatch]) -> list[Measured]:
    try:
        found = receiver.recv()
    except EOFError:  # the process was killed, perhaps by a lack of memory
        return [inputs.measured(part) for part in parts]
    if isinstance(found, EvaluationInputError):
        raise found
    return found
