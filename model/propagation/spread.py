"""Spreading: masks that a person gave in a few frames, carried to the frames between and around them."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import Protocol, runtime_checkable

import cv2
import numpy as np

from model.propagation.blending import KeptStep, blended, guesses
from model.propagation.candidates import ClipModel
from model.propagation.fine_edges import FineEdges
from model.propagation.fusing import softened
from model.propagation.guess import SpreadFrame
from model.propagation.settings import SpreadSettings
from model.propagation.walk import GivenChances, Step, Walk
from model.propagation.working import Read, Trunk, WorkingFrames
from model.refining import MaskRefiner

Given = Mapping[int, Mapping[int, np.ndarray | None]]
"""Track -> frame -> mask (bool H x W) of a person, or None: the person says that the track is absent there.

Masks are asked for one at a time, some of them several times, and none is kept: a mapping may decode them on demand.
Where it is also `MeasuredMasks`, the first look at all of them decodes none.
"""


@runtime_checkable
class MeasuredMasks(Protocol):
    """Masks of a track whose size and area are known without decoding them."""

    def measured(self, frame: int) -> tuple[tuple[int, int], int] | None:
        """(height, width) of the mask in a frame and the number of its pixels; None where the track is absent."""
        ...


class SpreadError(ValueError):
    """What was given cannot be spread; the message is one sentence."""


def spread(
    read: Read,
    given: Given,
    *,
    size: tuple[int, int],
    start: int,
    stop: int,
    trunk: Trunk | None = None,
    model: ClipModel | None = None,
    refiner: MaskRefiner | None = None,
    settings: SpreadSettings | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    first_looks: bool = True,
) -> Iterator[SpreadFrame]:
    """Guesses for the frames ``start`` <= k < ``stop``, one frame after another, as soon as each is known.

    read: gives frame k, uint8 H x W x 3 RGB of ``size`` = (height, width). It is called for frames of the range and
    for given frames, mostly in steps of one frame, forward and then backward; a reader with a cache of its own helps.

    given: see `Given`. Keys are the caller's numbers for tracks. All tracks compete for pixels, so a caller who spreads
    one track also gives what is known of the others. Given masks never change and are not among the guesses. Given
    absences are hard stops: nothing of the track goes beyond one. The given frames may lie outside of the range, and
    need not be the same ones for all tracks. To spread again only between a correction's human neighbours, give these
    neighbours and the correction, with ``start`` = the first neighbour + 1 and ``stop`` = the last one.

    trunk: the network whose features are compared; without one, the flow and the colours have to do.

    model: a network that finds things by itself. It adds its shapes for the tracks whose given mask it finds, too; then
    ``read`` is called for a clip of frames ahead.

    refiner: the network that draws the edges of final guesses, where it can be trusted (`fine_edges`).

    Between two given frames a walk goes forward and another one backward, and both are blended by distance and trust. A
    frame there comes twice: first with ``final=False`` (in forward order, for the screen), then, blended, with
    ``final=True`` (in backward order); without ``first_looks`` only so. Other frames come once, final. Every frame of
    the range comes exactly once as final, unless ``cancelled`` becomes true: then the iteration ends after the frame in
    work, and what came stays valid. A frame with only given tracks comes with no guesses. Closing the generator ends
    it, too.

    A track has no guess where nothing leads to it: beyond a given absence, beyond a cut (without ``beyond_cuts``), and
    where it was not given at all.

    Raises `SpreadError` for an empty range, no mask at all, or a mask of another size; and what ``read`` raises.
    """
    settings = settings or SpreadSettings()
    smallest, known = _checked(given, size, start, stop)
    clips = None if model is None else (model, range(min(start, *known), max(stop, *(k + 1 for k in known))))
    frames = WorkingFrames(read, size, settings, trunk, math.sqrt(smallest), clips)
    edges = None if refiner is None else FineEdges(refiner, lambda k: frames.frame(k).rgb, given)
    small = {track: {k: partial(_small, of, k, frames) for k in of} for track, of in given.items()}
    try:
        for part in _parts(small, start, stop):
            for step in _Stretch(frames, small, part, settings).guesses(cancelled, first_looks):
                yield step if edges is None else edges.of(step)
            if cancelled():
                return
    finally:
        frames.close()


def _checked(given: Given, size: tuple[int, int], start: int, stop: int) -> tuple[int, list[int]]:
    """Pixels of the smallest mask that is not empty (0 without one), and the frames with a mask, in any order.

    Raises `SpreadError` for what cannot be spread.
    """
    if start >= stop:
        raise SpreadError(f"The range of frames from {start} to {stop} is empty.")
    areas, known = [], []
    for of in given.values():
        for k in of:
            found = _measured(of, k)
            if found is None:
                continue
            (height, width), area = found
            if (height, width) != size:
                raise SpreadError(f"A mask has {width} x {height} pixels, but the video has {size[1]} x {size[0]}.")
            areas.append(area)
            known.append(k)
    if not known:
        raise SpreadError("There is no mask to spread: give at least one track a mask in some frame.")
    return min((area for area in areas if area), default=0), known


def _measured(of: Mapping[int, np.ndarray | None], k: int) -> tuple[tuple[int, int], int] | None:
    """As `MeasuredMasks.measured`, of any mapping."""
    if isinstance(of, MeasuredMasks):
        return of.measured(k)
    mask = of[k]
    return None if mask is None else ((mask.shape[0], mask.shape[1]), int(mask.sum()))


def _small(of: Mapping[int, np.ndarray | None], k: int, frames: WorkingFrames) -> np.ndarray | None:
    """The chances of a track given in frame ``k``, at the working size; None where it is absent."""
    mask = of[k]
    if mask is None or not mask.any():
        return None
    if mask.shape == (frames.height, frames.width):
        return softened(mask)
    return softened(cv2.resize(mask.astype(np.float32), (frames.width, frames.height), interpolation=cv2.INTER_AREA))


def _parts(given: Mapping[int, Iterable[int]], start: int, stop: int) -> list[range]:
    """The range cut at frames in which every track is given; what lies in one part does not depend on the others."""
    common = sorted(set.intersection(*(set(of) for of in given.values())))
    ends = [start, *(k for k in common if start < k < stop), stop]
    return [range(first, last) for first, last in pairwise(ends)]


class _Stretch:
    """The walks over one part of the range."""

    def __init__(self, frames: WorkingFrames, given: GivenChances, part: range, settings: SpreadSettings) -> None:
        self._frames, self._part, self._settings = frames, part, settings
        common = set.intersection(*(set(of) for of in given.values()))
        # What lies beyond a frame in which every track is given has no influence here.
        low = max((k for k in common if k <= part.start), default=None)
        high = min((k for k in common if k >= part.stop), default=None)
        self._given = {
            track: {k: mask for k, mask in of.items() if (low is None or k >= low) and (high is None or k <= high)}
            for track, of in given.items()
        }
        self._known = sorted({k for of in self._given.values() for k in of})

    def guesses(self, cancelled: Callable[[], bool], first_looks: bool) -> Iterator[SpreadFrame]:
        """Final guesses of the frames of the part, and first looks if they are wanted."""
        if not self._known:
            yield from (SpreadFrame(k, {}) for k in self._part)
            return
        # Frames from here on have nothing given behind them: they need no walk backward.
        turn = min(max(self._known[-1], self._part.start), self._part.stop)
        forward: dict[int, dict[int, KeptStep]] = {}
        first = min(self._known[0], self._part.start) if self._known[0] < self._part.stop else self._part.stop
        for k, steps in self._walk(range(max(first, self._known[0]), self._part.stop), cancelled):
            if k < turn:
                forward[k] = {track: KeptStep.of(step) for track, step in steps.items()}
            if k in self._part and (first_looks or k >= turn):
                yield SpreadFrame(k, guesses(steps, self._frames.full), final=k >= turn)
        if turn == self._part.start or cancelled():
            return
        for k, steps in self._walk(range(self._known[-1], self._part.start - 1, -1), cancelled):
            if k < turn and k in self._part:
                yield SpreadFrame(k, guesses(self._both(forward.pop(k, {}), steps), self._frames.full))

    def _walk(self, order: range, cancelled: Callable[[], bool]) -> Iterator[tuple[int, dict[int, Step]]]:
        walk = Walk(self._frames, self._given, self._settings)
        for k in order:
            if cancelled():
                return
            after = k + order.step
            yield k, walk.step(k, after if after in order else None)

    def _both(self, kept: Mapping[int, KeptStep], backward: Mapping[int, Step]) -> dict[int, Step]:
        height, width = self._frames.height, self._frames.width
        forward = {track: step.whole(height, width) for track, step in kept.items()}
        tracks = list({**forward, **backward})
        work = [partial(blended, forward.get(track), backward.get(track)) for track in tracks]
        both = dict(zip(tracks, self._frames.second.all(work), strict=True))
        return {track: step for track, step in both.items() if step is not None}
