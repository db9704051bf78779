"""The results of the windows of a video made steady, a group of windows at a time.

A group ends with the first window that brings it to `GROUP` frames, or with the video. What becomes of a group depends
on its frames alone, so a run that goes on after a group gives what an undisturbed one gives.
"""

import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

import cv2
import numpy as np

from model.propagation.working import working_size
from model.steadying.steady import SteadyNetworks, steadied
from model.tracking.whole_video import Rle, TrackProposal, WindowResult
from model.training.clips import ClipSource

GROUP = 24  # frames


class Frames(Protocol):
    """The frames of a video that steadying needs."""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the video; known once a frame was read."""
        ...

    def read(self, k: int) -> np.ndarray:
        """Frame ``k``, uint8 RGB of the video's size or of `model.propagation.working.working_size`."""
        ...

    def forget(self, before: int) -> None:
        """Frames below ``before`` are not asked for any more."""
        ...


class PassingFrames:
    """Frames that pass through to the network, kept small until they are not needed any more."""

    def __init__(self, frames: Iterable[np.ndarray], *, first: int = 0) -> None:
        """``frames``: uint8 RGB (H, W, 3) of one size, in order; ``first`` is the number of the first one."""
        self.size = (0, 0)
        self._frames, self._first = frames, first
        self._kept: dict[int, np.ndarray] = {}
        self._forgotten = first
        self._lock = threading.Lock()  # a thread may read ahead

    def __iter__(self) -> Iterator[np.ndarray]:
        for k, pixels in enumerate(self._frames, self._first):
            self.size = pixels.shape[:2]
            small = _small(pixels)
            with self._lock:
                if k >= self._forgotten:
                    self._kept[k] = small
            yield pixels

    def read(self, k: int) -> np.ndarray:
        """See `Frames`. Raises `KeyError` for a frame that did not pass or was forgotten."""
        with self._lock:
            return self._kept[k]

    def forget(self, before: int) -> None:
        """See `Frames`."""
        with self._lock:
            self._forgotten = max(before, self._forgotten)
            for k in [k for k in self._kept if k < before]:
                del self._kept[k]


class SourceFrames:
    """The frames of a video of a clip source, some of them read at once: reading backward is slow in a video file."""

    def __init__(self, source: ClipSource, video: int) -> None:
        self._source, self._video = source, video
        described = source.videos[video]
        self.size, self._count = (described.height, described.width), described.count
        self._kept: dict[int, np.ndarray] = {}

    def read(self, k: int) -> np.ndarray:
        """See `Frames`."""
        if k not in self._kept:
            block = k // GROUP * GROUP  # so that a walk backward finds what it asks for
            some = range(block, min(block + GROUP, self._count))
            self._kept |= {at: _small(self._source.read_frames(self._video, [at])[0]) for at in some}
        return self._kept[k]

    def forget(self, before: int) -> None:
        """See `Frames`."""
        self._kept = {k: pixels for k, pixels in self._kept.items() if k >= before}


def _small(pixels: np.ndarray) -> np.ndarray:
    height, width = working_size(pixels.shape[:2])
    if pixels.shape[:2] == (height, width):
        return pixels.copy()
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA))


def steadied_results(
    results: Generator[WindowResult],
    frames: Frames,
    *,
    networks: SteadyNetworks,
    cancelled: Callable[[], bool] = lambda: False,
) -> Generator[WindowResult]:
    """The results of `model.tracking.windows.propose` with steady masks (`model.steadying.steady`), groups as windows.

    A group is yielded whole or, if ``cancelled``, not at all. Closing the generator closes ``results``.
    """
    group: list[WindowResult] = []
    try:
        for result in results:
            group.append(result)
            if result.stop - group[0].start >= GROUP:
                one = _steady_group(group, frames, networks, cancelled)
                if cancelled():
                    return
                yield one
                frames.forget(result.stop)
                group = []
        if group and not cancelled():
            one = _steady_group(group, frames, networks, cancelled)
            if not cancelled():
                yield one
    finally:
        results.close()


def _steady_group(
    group: Sequence[WindowResult], frames: Frames, networks: SteadyNetworks, cancelled: Callable[[], bool]
) -> WindowResult:
    """The windows as one; tracks are steadied from cut to cut."""
    whole = joined(group)
    borders = [whole.start, *(cut for cut in whole.cuts if whole.start < cut < whole.stop), whole.stop]
    scenes = [range(start, stop) for start, stop in pairwise(borders)]
    parts = [
        steadied(
            frames.read,
            [_cut_out(one, scene.start - whole.start, scene.stop - whole.start) for one in whole.tracks],
            scene,
            size=frames.size,
            networks=networks,
            cancelled=cancelled,
        )
        for scene in scenes
    ]
    return replace(whole, tracks=tuple(_in_a_row(of_track) for of_track in zip(*parts, strict=True)))


def joined(group: Sequence[WindowResult]) -> WindowResult:
    """Windows that follow each other, as one; every track has an entry for each frame."""
    start, last = group[0].start, group[-1]
    numbers = sorted({one.track for result in group for one in result.tracks})
    tracks = []
    for number in numbers:
        parts = [_in_window(result, number) for result in group]
        tracks.append(_in_a_row(parts))
    cuts = tuple(cut for result in group for cut in result.cuts)
    return replace(last, start=start, tracks=tuple(tracks), cuts=cuts)


def _in_window(result: WindowResult, number: int) -> TrackProposal:
    count = result.stop - result.start
    nothing: tuple[None, ...] = (None,) * count
    found = next((one for one in result.tracks if one.track == number), None)
    if found is None:
        return TrackProposal(number, (0.0,) * count, nothing, nothing)
    return found if found.agreements else replace(found, agreements=nothing)


def _cut_out(track: TrackProposal, start: int, stop: int) -> TrackProposal:
    return replace(
        track,
        frame_scores=track.frame_scores[start:stop],
        segmentations=track.segmentations[start:stop],
        agreements=track.agreements[start:stop],
    )


def _in_a_row(parts: Sequence[TrackProposal]) -> TrackProposal:
    """One track from its parts, which follow each other."""
    masks: tuple[Rle | None, ...] = tuple(mask for one in parts for mask in one.segmentations)
    return TrackProposal(
        parts[0].track,
        tuple(score for one in parts for score in one.frame_scores),
        masks,
        tuple(value for one in parts for value in one.agreements),
    )
