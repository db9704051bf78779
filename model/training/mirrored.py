"""A clip source in a mirror: the same videos with left and right exchanged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pycocotools import mask as coco

from model.training.clips import ClipSource, ClipVideo, LabelledTrack, Rle


class MirroredClips:
    """The videos of a clip source with frames and masks mirrored (`model.training.clips.ClipSource`)."""

    def __init__(self, source: ClipSource) -> None:
        self._source = source
        self.categories = source.categories
        self.videos: Sequence[ClipVideo] = tuple(_video(video) for video in source.videos)

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``, in that order."""
        return np.ascontiguousarray(self._source.read_frames(video, frames)[:, :, ::-1])


def _video(video: ClipVideo) -> ClipVideo:
    return replace(
        video,
        tracks=tuple(_track(track, video.width) for track in video.tracks),
        rejected=tuple((frame, label, _mask(mask)) for frame, label, mask in video.rejected),
        unknown=tuple((frame, _mask(mask), is_crowd) for frame, mask, is_crowd in video.unknown),
    )


def _track(track: LabelledTrack, width: int) -> LabelledTrack:
    return replace(
        track,
        segmentations=tuple(None if mask is None else _mask(mask) for mask in track.segmentations),
        boxes=tuple(None if box is None else (width - box[0] - box[2], *box[1:]) for box in track.boxes),
    )


def _mask(mask: Rle) -> Rle:
    return dict(coco.encode(np.asfortranarray(coco.decode(mask)[:, ::-1])))
