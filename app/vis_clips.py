"""A YouTube-VIS file with its frames folder as a source of training clips."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.clips import ClipTrack, ClipVideo
from model.targets import ABSENT, PRESENT
from storage import rle
from storage.image_folder import read_picture
from storage.youtube_vis import VisDataset, VisTrack, VisVideo, parse_dataset

Stated = dict[int, list[Any]]  # boxes x, y, w, h (or null) per frame, by track id


class MissingFrames(ValueError):
    """A frame that the annotation file names is not in the frames folder."""


class YoutubeVisClips:
    """All videos of a YouTube-VIS file; null there means absent there."""

    def __init__(self, annotations: Path, frames: Path) -> None:
        dataset, stated = _read(annotations)
        self._frames = frames
        self._dataset_videos = dataset.videos
        ordered = sorted(dataset.categories, key=lambda category: category.id)
        self.categories = tuple(category.name for category in ordered)
        labels = {category.id: label for label, category in enumerate(ordered)}
        self.videos: Sequence[ClipVideo] = tuple(_video(video, dataset, labels, stated) for video in dataset.videos)
        self._require_frames()

    def file_name(self, video: int, frame: int) -> str:
        """The picture of one frame, relative to the frames folder."""
        return self._dataset_videos[video].file_names[frame]

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames."""
        names = self._dataset_videos[video].file_names
        return np.stack([read_picture(self._frames / names[frame]) for frame in frames])

    def _require_frames(self) -> None:
        for video in self._dataset_videos:
            for name in video.file_names[:1] + video.file_names[-1:]:
                if not (self._frames / name).is_file():
                    raise MissingFrames(f"{self._frames / name}: the frame of video {video.id} is not there")


def _read(path: Path) -> tuple[VisDataset, Stated]:
    """The dataset, and the `bboxes` that the file states per track: the official loader trains on those."""
    text = path.read_bytes()
    try:
        content = json.loads(text)
    except ValueError:
        return parse_dataset(text, where=str(path)), {}  # says what is wrong with the text
    dataset = parse_dataset(content, where=str(path))
    return dataset, {entry["id"]: entry.get("bboxes") or [] for entry in content.get("annotations") or []}


def _video(video: VisVideo, dataset: VisDataset, labels: dict[int, int], stated: Stated) -> ClipVideo:
    tracks = tuple(
        _track(track, labels, stated.get(track.id, [])) for track in dataset.tracks if track.video_id == video.id
    )
    name = Path(video.file_names[0]).parent.name if video.file_names else str(video.id)
    return ClipVideo(name, video.length, video.height, video.width, tracks)


def _track(track: VisTrack, labels: dict[int, int], stated: Sequence[Any]) -> ClipTrack:
    """Boxes are the stated ones; where the file states none, they are those of the masks."""
    given = [*stated, *[None] * (len(track.segmentations) - len(stated))]
    boxes = tuple(
        None if mask is None else _box(box if isinstance(box, list) and len(box) == 4 else rle.bbox(mask))
        for mask, box in zip(track.segmentations, given, strict=True)
    )
    return ClipTrack(
        id=track.id,
        label=labels[track.category_id],
        states=tuple(ABSENT if box is None else PRESENT for box in boxes),
        segmentations=track.segmentations,
        boxes=boxes,
        iscrowd=bool(track.iscrowd),
    )


def _box(values: Sequence[float]) -> tuple[float, float, float, float]:
    x, y, width, height = (float(value) for value in values)
    return x, y, width, height
