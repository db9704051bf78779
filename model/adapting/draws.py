"""Draws training clips inside the windows in which a network works through a video.

Messenger tokens mix the frames of a window, so the features of a frame belong to its window. Clips from inside one
window can be cut from features that are computed once, and are what the network sees when it proposes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.training.clips import ClipSource, NoTrainingFrames, labelled_frames

Window = tuple[int, int]  # first frame, and the frame after the last


@dataclass(frozen=True)
class Draw:
    """One training clip: some frames of a window of a video, mirrored or not."""

    video: int
    window: Window
    frames: tuple[int, ...]
    flip: bool


def windows_of(count: int, *, length: int, overlap: int) -> tuple[Window, ...]:
    """The windows of a video without cuts: ``length`` frames that share ``overlap``, the last aligned to the end."""
    stops = [min(length, count)]
    while stops[-1] < count:
        stops.append(min(stops[-1] + length - overlap, count))
    return tuple((max(stop - length, 0), stop) for stop in stops)


class Draws:
    """Clip number i of an endless sequence that depends on the seed alone; an epoch has each labelled frame once."""

    def __init__(
        self, source: ClipSource, *, clip_frames: int, length: int, overlap: int, flip: float, seed: int
    ) -> None:
        """``length`` and ``overlap`` are those of the windows, ``flip`` is the chance of a mirrored clip.

        Raises `NoTrainingFrames` if no frame has a mask to learn from.
        """
        self._clip_frames, self._flip, self._seed = clip_frames, flip, seed
        self._kept = [labelled_frames(video) for video in source.videos]
        self._windows = [windows_of(video.count, length=length, overlap=overlap) for video in source.videos]
        self.items = [(video, frame) for video, kept in enumerate(self._kept) for frame in kept]
        if not self.items:
            raise NoTrainingFrames("no frame of any video carries a mask to learn from")

    def __getitem__(self, index: int) -> Draw:
        epoch, position = divmod(index, len(self.items))
        order = np.random.RandomState((self._seed * 1009 + epoch) % 2**32).permutation(len(self.items))
        video, key = self.items[order[position]]
        rng = random.Random(self._seed * 1_000_003 + index)
        window = rng.choice([one for one in self._windows[video] if one[0] <= key < one[1]])
        pool = [frame for frame in self._kept[video] if window[0] <= frame < window[1] and frame != key]
        return Draw(video, window, (key, *self._others(pool or [key], rng)), rng.random() < self._flip)

    def _others(self, pool: Sequence[int], rng: random.Random) -> list[int]:
        wanted = self._clip_frames - 1
        return rng.sample(pool, wanted) if len(pool) >= wanted else rng.choices(pool, k=wanted)
