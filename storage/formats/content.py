"""The neutral dataset that every reader makes and every writer takes: a `VisDataset`, with the place of its pictures.

Masks are compressed RLE in pixels of the frame. In a frame a track is present (a mask), absent (None) or unknown (None,
and the frame is in ``unknown``). Attributes are described in `storage.formats.attributes`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage import rle
from storage.formats.attributes import AttributeValue, keys_of
from storage.formats.errors import Broken, refuse
from storage.rle import MAX_PIXELS, Rle
from storage.youtube_vis import VisCategory, VisDataset, VisNote, VisTrack, VisVideo, version_of

Json = dict[str, object]
UNNAMED = "object"
"""The category of things in formats without categories."""
MOST_FRAMES = 1_000_000


@dataclass(frozen=True)
class FormatContent:
    """The content of a file or folder.

    pictures: the folder under which its pictures are found, as far as the file or its folder says; else None.
    left_out: with ``keep_good`` one sentence for each video with an error.
    """

    dataset: VisDataset
    pictures: Path | None = None
    left_out: tuple[str, ...] = ()


@dataclass
class TrackDraft:
    """A track while its masks are read. Frames count from 0; ``number`` is its id, None for a free one."""

    video: int
    category: int
    number: int | None = None
    iscrowd: int = 0
    masks: dict[int, Rle] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    attributes: dict[str, AttributeValue] = field(default_factory=dict)
    frame_attributes: dict[str, dict[int, AttributeValue]] = field(default_factory=dict)
    extra: Json = field(default_factory=dict)

    def add(self, frame: int, mask: Rle) -> None:
        """Add a mask in a frame; several ones there are joined, and one without a pixel is none."""
        if rle.area(mask):
            known = self.masks.get(frame)
            self.masks[frame] = mask if known is None else rle.union(known, mask)

    def mark(self, frame: int, name: str, value: AttributeValue) -> None:
        """Set an attribute of the mask in a frame."""
        self.frame_attributes.setdefault(name, {})[frame] = value

    def track(self, number: int, length: int) -> VisTrack:
        """The track with the id ``number`` in a video of ``length`` frames."""
        masks = tuple(self.masks.get(frame) for frame in range(length))
        return VisTrack(
            id=number,
            video_id=self.video,
            category_id=self.category,
            segmentations=masks,
            iscrowd=self.iscrowd,
            extra={**self.extra, **keys_of(self.attributes, self.frame_attributes, masks)},
            unknown=frozenset(self.unknown - self.masks.keys()),
        )


class DatasetDraft:
    """A dataset while a file is read. ``where`` names the file in errors."""

    def __init__(self, where: str, broken: Broken) -> None:
        self.where = where
        self.broken = broken
        self.notes: list[VisNote] = []
        self.videos: dict[int, VisVideo] = {}
        self.tracks: list[TrackDraft] = []
        self._categories: dict[int, VisCategory] = {}
        self._by_name: dict[str, int] = {}

    def video(
        self,
        width: int,
        height: int,
        names: Sequence[str],
        *,
        number: int | None = None,
        extra: Json | None = None,
        numbers: range | None = None,
    ) -> VisVideo:
        """Add a video with its picture names; raises FormatError for an impossible size or number of frames.

        numbers: the frames of the whole video that they are, see `VisVideo`.
        """
        where = f"{self.where}: video {names[0] if names else number}"
        if width < 1 or height < 1 or width * height > MAX_PIXELS:
            refuse(where, f"has pictures of {width} x {height} pixels, which is empty or above {MAX_PIXELS} in all")
        if len(names) > MOST_FRAMES:
            refuse(where, f"has {len(names)} frames, more than {MOST_FRAMES}")
        chosen = number if number is not None else max(self.videos, default=0) + 1
        if chosen in self.videos:
            refuse(where, f"has the id {chosen}, which another video has")
        self.videos[chosen] = VisVideo(chosen, width, height, len(names), tuple(names), dict(extra or {}), numbers)
        return self.videos[chosen]

    def category(self, name: str, number: int | None = None, supercategory: str | None = UNNAMED) -> int:
        """The id of the category of this name; it is added if it is new. With ``number``, it is added with that id."""
        plain = name.strip()
        if not plain:
            refuse(self.where, "has a category without a name")
        if number is None and plain in self._by_name:
            return self._by_name[plain]
        chosen = number if number is not None else max(self._categories, default=0) + 1
        if chosen in self._categories:
            refuse(self.where, f"has two categories with the id {chosen}")
        self._categories[chosen] = VisCategory(chosen, plain, supercategory)
        self._by_name.setdefault(plain, chosen)
        return chosen

    @property
    def categories(self) -> tuple[VisCategory, ...]:
        """The categories so far."""
        return tuple(self._categories.values())

    def note(self, kind: str, place: str, text: str) -> None:
        """Add a note about something that was read in spite of the format."""
        self.notes.append(VisNote(kind, f"{self.where}: {place}" if place else self.where, text))

    def track(self, video: int, category: int, number: int | None = None) -> TrackDraft:
        """A new track of a video."""
        draft = TrackDraft(video, category, number)
        self.tracks.append(draft)
        return draft

    def content(
        self, *, pictures: Path | None = None, info: Mapping[str, object] | None = None, extra: Json | None = None
    ) -> FormatContent:
        """The dataset without its broken videos. Raises FormatError if nothing is left."""
        left = tuple(self.broken.sentences.values())
        videos = tuple(video for video in self.videos.values() if video.id not in self.broken.sentences)
        if left and not videos:
            refuse(self.where, f"every video has an error; the first: {left[0]}")
        shown = {video.id: video for video in videos}
        drafts = [draft for draft in self.tracks if draft.video in shown]
        dataset = VisDataset(
            info=dict(info or {}),
            licenses=(),
            videos=videos,
            categories=self.categories,
            tracks=tuple(
                draft.track(number, shown[draft.video].length)
                for draft, number in zip(drafts, _numbers(drafts), strict=True)
            ),
            extra=dict(extra or {}),
            version=version_of(self._categories.values()),
            notes=tuple(self.notes),
        )
        return FormatContent(dataset, pictures, left)


def _numbers(drafts: Sequence[TrackDraft]) -> list[int]:
    """Ids of tracks: those of the file if they all differ, else 1, 2, 3, …; the file may count in each video anew."""
    given = [draft.number for draft in drafts]
    if None not in given and len(set(given)) == len(given):
        return [int(number) for number in given if number is not None]
    return list(range(1, len(drafts) + 1))


def without_unknown_frames(dataset: VisDataset) -> VisDataset:
    """The dataset without frames in which every track of the video is unknown, because a file could only call them
    absent; a video without tracks keeps its frames."""
    tracks: dict[int, list[VisTrack]] = {video.id: [] for video in dataset.videos}
    for track in dataset.tracks:
        tracks[track.video_id].append(track)
    kept: dict[int, list[int]] = {}
    for video in dataset.videos:
        own = tracks[video.id]
        silent = frozenset[int].intersection(*(track.unknown for track in own)) if own else frozenset()
        if silent:
            kept[video.id] = [frame for frame in range(video.length) if frame not in silent]
    if not kept:
        return dataset
    videos = tuple(_video_part(video, kept.get(video.id)) for video in dataset.videos)
    cut = tuple(_track_part(track, kept.get(track.video_id)) for track in dataset.tracks)
    return replace(dataset, videos=videos, tracks=cut)


def _video_part(video: VisVideo, frames: list[int] | None) -> VisVideo:
    if frames is None:
        return video
    names = tuple(video.file_names[frame] for frame in frames) if video.file_names else ()
    return replace(video, length=len(frames), file_names=names)


def _track_part(track: VisTrack, frames: list[int] | None) -> VisTrack:
    if frames is None:
        return track
    extra = dict(track.extra)
    lines = extra.get("frame_attributes")
    if isinstance(lines, dict):
        extra["frame_attributes"] = {
            name: [line[frame] for frame in frames]
            for name, line in lines.items()
            if isinstance(line, list) and len(line) == len(track.segmentations)
        }
    return replace(
        track,
        segmentations=tuple(track.segmentations[frame] for frame in frames),
        unknown=frozenset(place for place, frame in enumerate(frames) if frame in track.unknown),
        extra=extra,
    )
