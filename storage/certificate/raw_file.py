"""The JSON content of a YouTube-VIS file as loaders see it: nothing is checked, changed or filled in."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True)
class RawEntry:
    """One entry of a list of the file. ``where`` is its place, such as ``annotations[7]``."""

    where: str
    values: Json

    def get(self, key: str) -> Any:
        """The value of a key, None if it is missing."""
        return self.values.get(key)

    def of_frame(self, key: str, frame: int) -> Any:
        """The entry of a frame in a list of the track; None if it is missing."""
        listed = self.values.get(key)
        return listed[frame] if isinstance(listed, list) and frame < len(listed) else None


class RawFile:
    """A content with its entries, looked up in the ways that loaders do. ``trained_on``: it is no validation set."""

    def __init__(self, content: Any, *, trained_on: bool = True) -> None:
        self.trained_on = trained_on
        self.top: Json = content if isinstance(content, dict) else {}
        self.videos = self._entries("videos")
        self.categories = self._entries("categories")
        self.tracks = self._entries("annotations")

    def _entries(self, key: str) -> tuple[RawEntry, ...]:
        listed = self.top.get(key)
        if not isinstance(listed, list):
            return ()
        return tuple(RawEntry(f"{key}[{k}]", one if isinstance(one, dict) else {}) for k, one in enumerate(listed))

    @cached_property
    def video_by_id(self) -> dict[Any, RawEntry]:
        """The last video with each id, as an index of the loaders has it."""
        return {_key(video.get("id")): video for video in self.videos}

    @cached_property
    def category_ids(self) -> tuple[Any, ...]:
        """The ids of the categories, in the order of the file."""
        return tuple(_key(category.get("id")) for category in self.categories)

    @cached_property
    def _tracks_by_video(self) -> dict[Any, list[RawEntry]]:
        found: dict[Any, list[RawEntry]] = defaultdict(list)
        for track in self.tracks:
            found[_key(track.get("video_id"))].append(track)
        return found

    def tracks_of(self, video: RawEntry) -> Sequence[RawEntry]:
        """The tracks of a video."""
        return self._tracks_by_video.get(_key(video.get("id")), ())

    def has_category(self, track: RawEntry) -> bool:
        """Whether the category of a track is in the file."""
        return _key(track.get("category_id")) in self.category_ids

    def video_of(self, track: RawEntry) -> RawEntry | None:
        """The video of a track; None if the file has no such video."""
        return self.video_by_id.get(_key(track.get("video_id")))

    def frames(self, video: RawEntry) -> int:
        """The number of frames of a video, by its picture names, else by its length."""
        names, length = video.get("file_names"), video.get("length")
        if isinstance(names, list):
            return len(names)
        return length if isinstance(length, int) else 0

    def names(self, video: RawEntry) -> tuple[str, ...]:
        """The picture names of a video."""
        names = video.get("file_names")
        return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()

    def boxed_frames(self, video: RawEntry) -> int:
        """The number of frames of a video in which a track that is no crowd has a box."""
        lists = [track.get("bboxes") for track in self.tracks_of(video) if not track.get("iscrowd")]
        boxes = [listed for listed in lists if isinstance(listed, list)]
        longest = max((len(listed) for listed in boxes), default=0)
        frames = range(min(self.frames(video), longest))
        return sum(any(k < len(listed) and listed[k] for listed in boxes) for k in frames)

    @cached_property
    def texts(self) -> tuple[tuple[RawEntry, int], ...]:
        """(track, frame) of every mask that is a run-length code as text."""
        return tuple((track, frame) for track, frame, mask in self.masks() if is_compressed(mask))

    @cached_property
    def polygons(self) -> tuple[tuple[RawEntry, int, list[Any]], ...]:
        """(track, frame, polygons) of every mask that is a list of polygons."""
        return tuple((track, frame, mask) for track, frame, mask in self.masks() if isinstance(mask, list))

    def masks(self) -> Iterator[tuple[RawEntry, int, Any]]:
        """(track, frame, segmentation) of every entry that is not null."""
        for track in self.tracks:
            listed = track.get("segmentations")
            for frame, mask in enumerate(listed if isinstance(listed, list) else ()):
                if mask is not None:
                    yield track, frame, mask


def is_compressed(mask: Any) -> bool:
    """Whether a segmentation is a run-length code as text."""
    return isinstance(mask, dict) and isinstance(mask.get("counts"), str)


def _key(value: Any) -> Any:
    """A value by which entries can be looked up; a list or an object is none."""
    return value if isinstance(value, str | int | float | bool | None) else repr(value)
