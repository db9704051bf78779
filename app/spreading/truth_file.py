"""The videos of a YouTube-VIS file, with its masks in a few chosen frames; other masks are not read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from app.errors import BadInput
from app.sentences import counted
from storage.frames.scan import VIDEO_SUFFIXES
from storage.rle import Rle
from storage.youtube_vis import (
    PictureFinder,
    PicturesNotFound,
    VisDataset,
    VisVideo,
    YouTubeVisError,
    note_lines,
    parse_dataset,
    parse_mask,
    read_content,
)


@dataclass(frozen=True)
class GivenTrack:
    """A track of the file: its annotation id, its category, and its masks in the chosen frames (None: absent).

    A frame in which the file does not say what is there, such as one with a box alone, is not among them.
    """

    id: int
    category: int
    masks: Mapping[int, Rle | None]


@dataclass(frozen=True)
class GivenVideo:
    """A video with its tracks; ``annotated``: the frames that the file annotates, None for all."""

    video: VisVideo
    tracks: tuple[GivenTrack, ...]
    annotated: frozenset[int] | None = None

    @property
    def shown(self) -> str:
        """Its name in messages."""
        folder = PurePosixPath(self.video.file_names[0]).parent.name if self.video.file_names else ""
        return f"video {self.video.id} ({folder})" if folder else f"video {self.video.id}"


@dataclass(frozen=True)
class GivenMasks:
    """What a file gives. ``left_out``: a sentence for each video that lacks one of the frames."""

    videos: tuple[GivenVideo, ...]
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def read_given(file: Path, frames: Sequence[int]) -> GivenMasks:
    """The masks that a file has in ``frames``, for the videos that have all of these frames.

    A frame that a video with a list ``annotated_frames`` does not name is one that it lacks. Raises `BadInput`,
    `storage.youtube_vis.YouTubeVisError`.
    """
    try:
        read = read_content(file)
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror or error}).") from error
    if not isinstance(read.content, dict):
        raise BadInput(f"{file} is no YouTube-VIS file with videos and annotations.")
    outline = {key: value for key, value in read.content.items() if key != "annotations"}
    dataset = parse_dataset(outline, where=str(file))
    tracks, unknown = _tracks(read.content, dataset, frames, str(file))
    found, left_out = [], []
    for video in dataset.videos:
        one = GivenVideo(video, tuple(tracks.get(video.id, ())), _annotated(video))
        missing = [k for k in frames if k >= video.length or (one.annotated is not None and k not in one.annotated)]
        if missing:
            left_out.append(f"Left out: {one.shown} has no annotated frame {missing[0]}.")
        else:
            found.append(one)
    return GivenMasks(tuple(found), tuple(left_out), (*note_lines(read.notes), *unknown))


def _annotated(video: VisVideo) -> frozenset[int] | None:
    named = video.extra.get("annotated_frames")
    return frozenset(named) if isinstance(named, list) and all(isinstance(k, int) for k in named) else None


def _tracks(
    content: Mapping[str, Any], dataset: VisDataset, frames: Sequence[int], where: str
) -> tuple[dict[int, list[GivenTrack]], list[str]]:
    """The tracks by video, with the masks of the frames alone; and a sentence for each mask that is unknown."""
    by_id, categories = {video.id: video for video in dataset.videos}, {one.id for one in dataset.categories}
    entries, ids = content.get("annotations"), set[int]()
    if entries is not None and not isinstance(entries, list):
        raise YouTubeVisError(f"{where}: annotations: must be a list.")
    found: dict[int, list[GivenTrack]] = {}
    unknown = []
    for number, entry in enumerate(entries or ()):
        place = f"{where}: annotations[{number}]"
        if not isinstance(entry, dict) or not all(_is_id(entry.get(key)) for key in ("id", "video_id", "category_id")):
            raise YouTubeVisError(f"{place} must have whole numbers as id, video_id and category_id.")
        if entry["id"] in ids:
            raise YouTubeVisError(f"{place}.id {entry['id']} is used twice; ids must differ.")
        ids.add(entry["id"])
        if entry["category_id"] not in categories:
            raise YouTubeVisError(f"{place}.category_id names no category of the file.")
        video, masks = by_id.get(entry["video_id"]), entry.get("segmentations")
        if video is None:
            raise YouTubeVisError(f"{place}.video_id names no video of the file.")
        if not isinstance(masks, list) or len(masks) != video.length:
            needed = counted(video.length, "entry", "entries")
            raise YouTubeVisError(f"{place}.segmentations must have {needed}, one for each frame.")
        size = (video.height, video.width)
        given = {}
        for k in frames:
            if k < video.length:
                mask, why = parse_mask(masks[k], size, f"{place}.segmentations[{k}]")
                if why:
                    unknown.append(f"{place}.segmentations[{k}] {why}")
                else:
                    given[k] = mask
        found.setdefault(video.id, []).append(GivenTrack(entry["id"], entry["category_id"], given))
    return found, unknown


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class VideoPlaces:
    """Where the frames of videos lie: a folder of pictures or of video files, or one video file."""

    def __init__(self, frames: Path, videos: Sequence[VisVideo]) -> None:
        """Raises `BadInput` if there is nothing at ``frames``, or a file cannot be one of several videos."""
        if not frames.exists():
            raise BadInput(f"There is no file or folder {frames}; check its name.")
        self._frames = frames
        self._finder = PictureFinder(frames) if frames.is_dir() else None
        self._only = None
        if self._finder is None:
            named = [video.id for video in videos if frames.name in _file_names(video)]
            if len(videos) != 1 and len(named) != 1:
                raise BadInput(f"{frames} is one file, but the truth has {len(videos)} videos; give their folder.")
            self._only = named[0] if len(named) == 1 else videos[0].id

    def find(self, video: VisVideo) -> tuple[Path, tuple[str, ...] | None]:
        """A folder and the names of the pictures in it, or a video file and None. Raises `BadInput`."""
        if self._finder is None:
            if video.id != self._only:
                raise BadInput(f"{self._frames} is the file of another video.")
            return self._frames, None
        try:
            found = self._finder.find(video)
            return found.place, found.files
        except PicturesNotFound as error:
            files = [file for file in self._files(video) if file.is_file()]
            if not files:
                raise BadInput(str(error)) from error
            return files[0], None

    def _files(self, video: VisVideo) -> list[Path]:
        """Where its video file may lie."""
        folder = PurePosixPath(video.file_names[0]).parent.name if video.file_names else ""
        named = [*_stated_files(video), *(f"{folder}{suffix}" for suffix in sorted(VIDEO_SUFFIXES) if folder)]
        inside = [PurePosixPath(name) for name in named]
        return [self._frames / path for one in inside for path in (one, one.name) if ".." not in one.parts]


def _stated_files(video: VisVideo) -> list[str]:
    """Names of its video file in the file, relative to somewhere."""
    one, several = video.extra.get("video_file"), video.extra.get("video_files")
    named = [one, *(several if isinstance(several, list) else ())]
    return [name for name in named if isinstance(name, str) and name and not PurePosixPath(name).is_absolute()]


def _file_names(video: VisVideo) -> set[str]:
    return {PurePosixPath(name).name for name in _stated_files(video)}
