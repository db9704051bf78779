"""A YouTube-VIS file with its frames folder as a source of training clips.

The official loader trains on the boxes and areas that the file states, and trips over several things that occur in
files of others (TeViT `mmdet/datasets/youtubevis.py`). Here each is worked around and told in
:attr:`YoutubeVisClips.notes`.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.training.clips import ClipTrack, ClipVideo, DataNote
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from storage import rle
from storage.frames.image_folder import read_picture
from storage.rle import Rle
from storage.youtube_vis import VisCategory, VisDataset, VisTrack, VisVideo, parse_dataset

Box = tuple[float, float, float, float]  # x, y, width, height in frame pixels


class MissingFrames(ValueError):
    """A frame that the annotation file names is not in the frames folder."""


@dataclass(frozen=True)
class _Stated:
    """What the file says of a track beside its masks, one entry per frame or none at all."""

    boxes: Sequence[Any] = ()
    areas: Sequence[Any] | None = ()  # None: the file has null there


class YoutubeVisClips:
    """All videos of a YouTube-VIS file; null there means absent there.

    Labels follow the ids of the categories, whatever their order in the file.
    """

    def __init__(self, annotations: Path, frames: Path) -> None:
        dataset, stated = _read(annotations)
        self._frames = frames
        self._dataset_videos = dataset.videos
        ordered = sorted(dataset.categories, key=lambda category: category.id)
        self.categories = tuple(category.name for category in ordered)
        labels = {category.id: label for label, category in enumerate(ordered)}
        notes = _notes_of_file(annotations.name, dataset.categories)
        tracks = defaultdict(list)  # looked up by video: files have thousands of both
        for track in dataset.tracks:
            tracks[track.video_id].append(track)
        self.videos: Sequence[ClipVideo] = tuple(
            _video(video, [_Reading(track, video, stated[track.id]) for track in tracks[video.id]], labels, notes)
            for video in dataset.videos
        )
        self.notes = tuple(notes)
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


def _read(path: Path) -> tuple[VisDataset, dict[int, _Stated]]:
    """The dataset, and what the file states per track: the official loader trains on its boxes and areas."""
    text = path.read_bytes()
    try:
        content = json.loads(text)
    except ValueError:
        return parse_dataset(text, where=str(path)), {}  # says what is wrong with the text
    dataset = parse_dataset(content, where=str(path))
    return dataset, {
        entry["id"]: _Stated(entry.get("bboxes") or (), entry.get("areas", ()))
        for entry in content.get("annotations") or []
    }


def _notes_of_file(name: str, categories: Sequence[VisCategory]) -> list[DataNote]:
    ids = [category.id for category in categories]
    if ids == sorted(ids):
        return []
    text = f"{name} lists its categories out of the order of their ids; labels follow the ids (the published loader"
    return [DataNote("category order", None, None, f"{text} numbers them as listed, and would permute the classes).")]


@dataclass(frozen=True)
class _Reading:
    """One track of the file on its way to a clip track: what counts in each frame, and what has to be told."""

    track: VisTrack
    video: VisVideo
    stated: _Stated

    def frame(self, k: int) -> tuple[int, Rle | None, Box | None, str | None]:
        """State, mask and box in frame k, and the kind of note if something is wrong there."""
        mask = self.track.segmentations[k]
        given = self.stated.boxes[k] if k < len(self.stated.boxes) else None
        box = given if isinstance(given, list) and len(given) == 4 else None
        if mask is None:
            # Some files write boxes of zeros where a track is absent.
            return ABSENT, None, None, "box without mask" if box is not None and min(box[2:]) > 0 else None
        areas = self.stated.areas or ()
        area = areas[k] if k < len(areas) else None
        if area is not None and area <= 0:
            return UNKNOWN, None, None, "mask without area"
        x, y, width, height = (float(value) for value in (box if box is not None else rle.bbox(mask)))
        if min(x + width, y + height) <= 0 or x >= self.video.width or y >= self.video.height:
            return UNKNOWN, None, None, "box outside the picture"
        return PRESENT, mask, (x, y, width, height), "area missing" if areas and area is None else None


_WRONG = {
    "area missing": "has a mask but no stated area; the mask's own area counts.",
    "box without mask": "has a box but no mask; it counts as absent there.",
    "mask without area": "has a mask whose stated area is not above 0; nothing is learnt of it there.",
    "box outside the picture": "has a box that lies outside the picture; nothing is learnt of it there.",
}


def _video(video: VisVideo, readings: Sequence[_Reading], labels: dict[int, int], notes: list[DataNote]) -> ClipVideo:
    tracks = tuple(_track(reading, labels, notes) for reading in readings)
    return ClipVideo(_name_of(video), video.length, video.height, video.width, tracks)


def _name_of(video: VisVideo) -> str:
    """A video's name: its folder."""
    names = video.file_names
    return Path(names[0]).parent.name if names else str(video.id)


def _track(reading: _Reading, labels: dict[int, int], notes: list[DataNote]) -> ClipTrack:
    """Boxes are the stated ones; where the file states none, they are those of the masks."""
    track, name = reading.track, _name_of(reading.video)
    frames = [reading.frame(k) for k in range(len(track.segmentations))]
    for k, (_, _, _, wrong) in enumerate(frames):
        if wrong:
            notes.append(DataNote(wrong, name, k, f"track {track.id} {_WRONG[wrong]}"))
    if reading.stated.areas is None:
        text = f"track {track.id} has no areas; those of its masks count."
        notes.append(DataNote("areas missing", name, None, text))
    if track.id < 1:
        text = f"the id of track {track.id} is below 1, where the published loader counts from; here any id will do."
        notes.append(DataNote("track id", name, None, text))
    return ClipTrack(
        id=track.id,
        label=labels[track.category_id],
        states=tuple(state for state, _, _, _ in frames),
        segmentations=tuple(None if mask is None else dict(mask) for _, mask, _, _ in frames),
        boxes=tuple(box for _, _, box, _ in frames),
        iscrowd=bool(track.iscrowd),
    )
