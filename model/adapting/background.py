"""Frames without a mask that teach background, inside the windows in which a network works through a video.

Where a person declared frames complete, rejected a proposal or marked a thing as absent, a network learns that nothing
is there, although no mask is. A long empty range has many such frames that look alike. So they are a share of what is
drawn, however many there are; all videos, and frames with rejected masks as much as others, have equal parts of it; and
few windows are seen for their sake alone, since the trunk has to run over each.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from model.adapting.windows import Window
from model.training.clips import ClipSource, ClipVideo, labelled_frames, usable
from model.training.targets import ABSENT, PRESENT

T = TypeVar("T")
SHARE = 1 / 3  # frames without a mask in an epoch, of those with one
LEAST_WINDOWS = 8  # without a mask that may be seen; as many as those with one, where these are more


@dataclass(frozen=True)
class BackgroundFrame:
    """A frame of a window that teaches background, and what can be seen with it.

    ``empty``: the other such frames of the window. ``shown``: frames of the window with a mask; where things that are
    absent here are seen there, only those: a network can be told that a thing is absent if it is shown the thing.
    """

    video: int
    frame: int
    window: Window
    rejected: bool
    empty: tuple[int, ...]
    shown: tuple[int, ...]


class BackgroundFrames:
    """Those of a source, a few of them for each epoch. They are the same in all trainings of one source.

    Videos that are complete from the start, as those of a file are, have none: who labelled them had every frame in
    view, and frames with a mask show their background.
    """

    def __init__(self, source: ClipSource, windows: Sequence[Sequence[Window]]) -> None:
        """``windows``: those of each video."""
        labelled = [labelled_frames(video) for video in source.videos]
        found = [
            _of_window(index, video, window, labelled[index])
            for index, video in enumerate(source.videos)
            if video.complete is not None and len(labelled[index]) < video.count
            for window in windows[index]
        ]
        pairs = zip(windows, labelled, strict=True)
        with_masks = sum(any(start <= one < stop for one in frames) for own, frames in pairs for start, stop in own)
        rng = np.random.default_rng(0)
        seen = _seen(found, max(with_masks, LEAST_WINDOWS), rng)
        # A frame of two windows is seen in one of them, in that with a mask if one has.
        each = list({(frame.video, frame.frame): frame for one in reversed(seen) for frame in one}.values())
        self._groups = _groups(each, [(frame.video, frame.rejected) for frame in each], rng)
        wanted = math.ceil(SHARE * sum(map(len, labelled)))
        self._counts = _equally([len(group) for group in self._groups], wanted)
        self.count = sum(self._counts)  # in an epoch

    def of_epoch(self, epoch: int) -> list[BackgroundFrame]:
        """The frames of an epoch, each at most once; the next epoch has the next ones."""
        groups = self._groups
        if self.count < len(groups):  # they take turns
            turns = (divmod(turn, len(groups)) for turn in range(epoch * self.count, (epoch + 1) * self.count))
            return [groups[group][place % len(groups[group])] for place, group in turns]
        return [
            group[(epoch * count + place) % len(group)]
            for group, count in zip(groups, self._counts, strict=True)
            for place in range(count)
        ]


def _of_window(index: int, video: ClipVideo, window: Window, labelled: Iterable[int]) -> list[BackgroundFrame]:
    """The frames of a window of ``videos[index]`` that teach background in it."""
    start, stop = window
    shown = [frame for frame in labelled if start <= frame < stop]
    rejected = {frame for frame, _, _ in video.rejected}
    found: list[tuple[int, list[int]]] = []
    for frame in range(start, stop):
        if any(track.states[frame] == PRESENT for track in video.tracks):
            continue
        absent = [track for track in video.tracks if track.states[frame] == ABSENT]
        seen = [at for at in shown if any(usable(track, at) for track in absent)]
        if seen or frame in rejected or (video.complete is not None and video.complete[frame]):
            found.append((frame, seen or shown))
    frames = [frame for frame, _ in found]
    return [
        BackgroundFrame(
            index, frame, window, frame in rejected, tuple(one for one in frames if one != frame), tuple(seen)
        )
        for frame, seen in found
    ]


def _seen(found: Sequence[list[BackgroundFrame]], most: int, rng: np.random.Generator) -> list[list[BackgroundFrame]]:
    """The windows with a mask, then ``most`` others, in equal parts from all videos."""
    with_masks = [frames for frames in found if frames and frames[0].shown]
    without = [frames for frames in found if frames and not frames[0].shown]
    groups = _groups(without, [(one[0].video, any(frame.rejected for frame in one)) for one in without], rng)
    counts = _equally([len(group) for group in groups], most)
    return [*with_masks, *(one for group, count in zip(groups, counts, strict=True) for one in group[:count])]


def _groups(values: Sequence[T], keys: Sequence[tuple[int, bool]], rng: np.random.Generator) -> list[list[T]]:
    """The values with equal keys together, each group in an order of its own."""
    found: dict[tuple[int, bool], list[T]] = {}
    for place in rng.permutation(len(values)):
        found.setdefault(keys[place], []).append(values[place])
    return [found[key] for key in sorted(found)]


def _equally(sizes: Sequence[int], wanted: int) -> list[int]:
    """How many of each size are taken: ``wanted`` in all, or all there are; equally many of each as far as they go."""
    taken, left = [0] * len(sizes), wanted
    for number, place in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        taken[place] = min(sizes[place], -(-left // (len(sizes) - number)))
        left -= taken[place]
    return taken
