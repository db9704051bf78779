"""The confident tracks of a network as a clip source: what it knew, taught by itself where its own data cannot be had.

Only these tracks teach. What else is in the pictures is unknown, so nothing is background.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

import numpy as np
from pycocotools import mask as coco

from model.network.short_of_memory import with_memory
from model.network.tevit import TeViT
from model.scoring import frames_of
from model.thresholds import Thresholds
from model.tracking.settings import ProposeSettings
from model.tracking.whole_video import WholeTrack, gather
from model.tracking.windows import propose
from model.training.clips import ClipSource, ClipVideo, LabelledTrack
from model.training.targets import PRESENT, UNKNOWN

CONFIDENT = Thresholds(begin=0.5, go_on=0.4, floor=0.25)


class ConfidentClips:
    """The first window of each of some videos with the tracks that a network is sure of, as a clip source."""

    def __init__(
        self,
        network: TeViT,
        categories: tuple[str, ...],
        source: ClipSource,
        *,
        most_frames: int,
        each: int | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """``network`` in evaluation mode has the classes ``categories``; it sees ``most_frames`` frames at most.

        ``each``: frames of each video at most, where that is less than a window.

        ``check`` is called before each video, and stops this by raising an error.
        """
        self.categories = categories
        self._source = source
        self._indices: list[int] = []
        self.videos: Sequence[ClipVideo] = ()
        left = most_frames
        for index, video in enumerate(source.videos):
            count = min(video.count, network.config.window, each or network.config.window, left)
            if count < 1:  # a video of which no frame is counted yet, or enough frames were seen
                continue
            check()
            left -= count
            found = with_memory(network, partial(_of_video, network, source, index, count))
            if found.tracks:
                self._indices.append(index)
                self.videos = (*self.videos, found)

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``, in that order."""
        return self._source.read_frames(self._indices[video], frames)


def _of_video(network: TeViT, source: ClipSource, index: int, count: int) -> ClipVideo:
    return _confident(network, islice(frames_of(source, index), count), source.videos[index], count)


def _confident(network: TeViT, frames: Iterator[np.ndarray], video: ClipVideo, count: int) -> ClipVideo:
    settings = ProposeSettings(rule="review", thresholds=CONFIDENT)
    results = propose(network, frames, expected=count, config=network.config, settings=settings, keep_state=False)
    tracks = tuple(_labelled(track, number) for number, track in enumerate(gather(results).tracks, 1))
    nowhere = (frozenset[int](),) * count
    return ClipVideo(video.name, count, video.height, video.width, tracks, complete=nowhere)


def _labelled(track: WholeTrack, number: int) -> LabelledTrack:
    masks = [mask if mask is not None and coco.area(mask) > 0 else None for mask in track.segmentations]
    return LabelledTrack(
        id=number,
        label=track.label,
        states=tuple(UNKNOWN if mask is None else PRESENT for mask in masks),
        segmentations=tuple(None if mask is None else dict(mask) for mask in masks),
        boxes=tuple(None if mask is None else _box(dict(mask)) for mask in masks),
    )


def _box(mask: dict[str, object]) -> tuple[float, float, float, float]:
    x, y, width, height = (float(side) for side in coco.toBbox(mask))
    return x, y, width, height
