"""Draws training clips inside the windows in which a network works through a video.

Messenger tokens mix the frames of a window, so the features of a frame belong to its window. Clips from inside one
window can be cut from features that are computed once, and are what the network sees when it proposes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.adapting.background import BackgroundFrame, BackgroundFrames
from model.adapting.windows import Window, windows_of
from model.training.clips import ClipSource, NoTrainingFrames, labelled_frames


@dataclass(frozen=True)
class Draw:
    """One training clip: some frames of a window of a video, mirrored or not."""

    video: int
    window: Window
    frames: tuple[int, ...]
    flip: bool


class Draws:
    """Clip number i of an endless sequence that depends on the seed alone; an epoch has each labelled frame once.

    With ``background`` there are clips of frames without a mask among them, see `model.adapting.background`.
    """

    def __init__(
        self,
        source: ClipSource,
        *,
        clip_frames: int,
        length: int,
        overlap: int,
        flip: float,
        seed: int,
        background: bool = True,
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
        self._background = BackgroundFrames(source, self._windows) if background else None

    @property
    def epoch_length(self) -> int:
        """Clips of an epoch: one for each frame with a mask, and those of frames without one."""
        return len(self.items) + (self._background.count if self._background else 0)

    def __getitem__(self, index: int) -> Draw:
        epoch, position = divmod(index, self.epoch_length)
        order = np.random.RandomState((self._seed * 1009 + epoch) % 2**32).permutation(self.epoch_length)
        place = int(order[position])
        rng = random.Random(self._seed * 1_000_003 + index)
        if self._background and place >= len(self.items):
            return self._of_background(self._background.of_epoch(epoch)[place - len(self.items)], rng)
        video, key = self.items[place]
        window = rng.choice([one for one in self._windows[video] if one[0] <= key < one[1]])
        pool = [frame for frame in self._kept[video] if window[0] <= frame < window[1] and frame != key]
        others = self._others(pool or [key], self._clip_frames - 1, rng)
        return Draw(video, window, (key, *others), rng.random() < self._flip)

    def _of_background(self, key: BackgroundFrame, rng: random.Random) -> Draw:
        """About half of the clip shows frames without a mask, the rest those of the window with one, if there are."""
        wanted = self._clip_frames - 1
        empty = wanted // 2 if key.shown else wanted
        frames = [
            key.frame,
            *self._others(key.empty or [key.frame], empty, rng),
            *self._others(key.shown, wanted - empty, rng),
        ]
        return Draw(key.video, key.window, tuple(frames), rng.random() < self._flip)

    def _others(self, pool: Sequence[int], wanted: int, rng: random.Random) -> list[int]:
        return rng.sample(pool, wanted) if len(pool) >= wanted else rng.choices(pool, k=wanted)
