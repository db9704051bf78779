"""A YouTube-VIS file with its frames folder as a source of training clips.

The official loader (TeViT `mmdet/datasets/youtubevis.py`) trains on the boxes and areas of the file, and fails on some
files of other programs. The problems that it fails on are solved here, and each one has a note in
:attr:`YoutubeVisClips.notes`.
"""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.training.file_states import FileStates
from model.training.clips import ClipVideo, DataNote, LabelledTrack
from model.training.targets import ABSENT, PRESENT, UNKNOWN
from storage import rle
from storage.frames.image_folder import picture_size, read_picture
from storage.rle import Rle
from storage.youtube_vis import (
    OTHER_BOX,
    Box,
    PictureFinder,
    PicturesNotFound,
    VideoPictures,
    VisCategory,
    VisNote,
    VisTrack,
    VisVideo,
    read_dataset,
)

_READERS = 8  # threads that open pictures; most of that time is spent waiting for the disk


class MissingFrames(ValueError):
    """A frame that the annotation file names is not in the frames folder."""


class WrongSize(ValueError):
    """A picture has another shape than in the annotation file, or another size than the first of its video."""


class YoutubeVisClips:
    """All videos of a YouTube-VIS file as a clip source; null in the file means that the track is absent.

    Labels follow the category ids, not the order in the file. The size of every picture is read at
    the start. With ``states`` (the ``states.json`` of an export) only frames that a person declared complete teach what
    is background; without it all frames do, as in every published loader.
    Raises MissingFrames, WrongSize, `BadInput`, `storage.frames.VideoError`, `storage.youtube_vis.YouTubeVisError`.
    """

    def __init__(self, annotations: Path, frames: Path, states: Path | None = None) -> None:
        dataset = read_dataset(annotations)
        ordered = sorted(dataset.categories, key=lambda category: category.id)
        self.categories = tuple(category.name for category in ordered)
        labels = {category.id: label for label, category in enumerate(ordered)}
        notes = _notes_of_file(annotations.name, dataset.categories)
        tracks = defaultdict(list)  # looked up by video: files have thousands of both
        for track in dataset.tracks:
            tracks[track.video_id].append(track)
        self.videos: Sequence[ClipVideo] = tuple(
            _video(video, [_Reading(track, video) for track in tracks[video.id]], labels, notes)
            for video in dataset.videos
        )
        if states is not None:
            known = FileStates.read(states)
            pairs = zip(self.videos, dataset.videos, strict=True)
            self.videos = tuple(known.applied(clip, video.id, labels) for clip, video in pairs)
        finder = PictureFinder(frames)
        self._pictures = [_pictures(video, finder) for video in dataset.videos]
        notes += _notes_of_reading(dataset.notes, self.videos)
        notes += [DataNote(note.kind, None, None, str(note)) for found in self._pictures for note in found.notes]
        notes += _notes_of_sizes(dataset.videos, self._pictures)
        self.notes = tuple(notes)

    def file_name(self, video: int, frame: int) -> str:
        """The picture of one frame, relative to the folder that holds it."""
        return self._pictures[video].files[frame]

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames."""
        found = self._pictures[video]
        return np.stack([read_picture(found.place / found.files[frame]) for frame in frames])


def _pictures(video: VisVideo, finder: PictureFinder) -> VideoPictures:
    try:
        found = finder.find(video)
    except PicturesNotFound as error:
        raise MissingFrames(f"video {video.id}: {error}") from error
    missing = next((file for file in found.files if not (found.place / file).is_file()), None)
    if missing is not None:
        raise MissingFrames(f"{found.place / missing}: the frame of video {video.id} is not there")
    return found


def _notes_of_sizes(videos: Sequence[VisVideo], pictures: Sequence[VideoPictures]) -> list[DataNote]:
    """A note for each video whose pictures are scaled against the size in the file. Raises WrongSize."""
    notes = []
    with ThreadPoolExecutor(_READERS) as pool:
        for video, found in zip(videos, pictures, strict=True):
            paths = [found.place / file for file in found.files]
            sizes = list(pool.map(picture_size, paths))
            for path, size in zip(paths, sizes, strict=True):
                _check_size(video, path, size, first=sizes[0])
            if sizes and sizes[0] != (video.width, video.height):
                text = f"its pictures are {_x(sizes[0])}, the file says {_x((video.width, video.height))}; masks and "
                text += "boxes are scaled to them."
                notes.append(DataNote("pictures of another scale", _name_of(video), None, text))
    return notes


def _check_size(video: VisVideo, path: Path, size: tuple[int, int], *, first: tuple[int, int]) -> None:
    stated = (video.width, video.height)
    # Scaled sizes are rounded to whole pixels.
    if abs(size[0] * stated[1] - size[1] * stated[0]) > max(stated):
        raise WrongSize(f"{path} is {_x(size)}, but the file says {_x(stated)} for video {video.id}: another shape")
    if size != first:
        raise WrongSize(f"{path} is {_x(size)}, but the first picture of video {video.id} is {_x(first)}")


def _x(size: tuple[int, int]) -> str:
    return f"{size[0]} x {size[1]}"


def _notes_of_reading(found: Sequence[VisNote], videos: Sequence[ClipVideo]) -> list[DataNote]:
    """The reader's notes on entries that break the format, with their video and frame."""
    names = {track.id: video.name for video in videos for track in video.tracks}
    states = {track.id: track.states for video in videos for track in video.tracks}
    notes = []
    for note in found:
        place = f"{note.where.rpartition(': ')[2]} {note.text}"
        if note.track is None or note.frame is None:
            notes.append(DataNote(note.kind, None, None, place))
        elif note.kind != OTHER_BOX or states[note.track][note.frame] == PRESENT:
            # A frame whose box lies outside the picture is not present, and has a note already.
            notes.append(DataNote(note.kind, names[note.track], note.frame, place))
    return notes


def _notes_of_file(name: str, categories: Sequence[VisCategory]) -> list[DataNote]:
    ids = [category.id for category in categories]
    if ids == sorted(ids):
        return []
    text = f"{name} lists its categories out of the order of their ids; labels follow the ids (the published loader"
    return [DataNote("category order", None, None, f"{text} numbers them as listed, and would permute the classes).")]


@dataclass(frozen=True)
class _Reading:
    """One track of the file, from which a labelled track is made frame by frame."""

    track: VisTrack
    video: VisVideo

    def frame(self, k: int) -> tuple[int, Rle | None, Box | None, str | None]:
        """State, mask and box (xywh, pixels) in frame k, and the kind of note if the entry is wrong."""
        stated, mask = self.track.stated, self.track.segmentations[k]
        box = stated.boxes[k] if k < len(stated.boxes) else None
        if k in self.track.unknown:
            return UNKNOWN, None, None, None
        if mask is None:
            # Some files write boxes of zeros where a track is absent.
            return ABSENT, None, None, "box without mask" if box is not None and min(box[2:]) > 0 else None
        areas = stated.areas or ()
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
    """A video's name: the folder of its pictures, or its id."""
    names = video.file_names
    return Path(names[0]).parent.name if names else str(video.id)


def _track(reading: _Reading, labels: dict[int, int], notes: list[DataNote]) -> LabelledTrack:
    """The labelled track; boxes are those in the file, or those of the masks where the file has none."""
    track, name = reading.track, _name_of(reading.video)
    frames = [reading.frame(k) for k in range(len(track.segmentations))]
    for k, (_, _, _, wrong) in enumerate(frames):
        if wrong:
            notes.append(DataNote(wrong, name, k, f"track {track.id} {_WRONG[wrong]}"))
    if track.stated.areas is None:
        text = f"track {track.id} has no areas; those of its masks count."
        notes.append(DataNote("areas missing", name, None, text))
    if track.id < 1:
        text = f"the id of track {track.id} is below 1, where the published loader counts from; here any id will do."
        notes.append(DataNote("track id", name, None, text))
    return LabelledTrack(
        id=track.id,
        label=labels[track.category_id],
        states=tuple(state for state, _, _, _ in frames),
        segmentations=tuple(None if mask is None else dict(mask) for _, mask, _, _ in frames),
        boxes=tuple(box for _, _, box, _ in frames),
        iscrowd=bool(track.iscrowd),
    )
