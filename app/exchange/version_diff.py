"""The difference between two frozen versions: videos, tracks, masks and categories."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.exchange.versions import FILES, Version
from app.sentences import counted
from storage.rle import Rle
from storage.youtube_vis import read_dataset


@dataclass(frozen=True)
class VersionDiff:
    """What the second version has, lacks, or has otherwise than the first. Videos and categories are names.

    ``changed_videos`` are videos of both with another frame, track or mask. ``recategorised`` counts tracks of both
    with another category, masks are counted by track and frame.
    """

    added_videos: tuple[str, ...]
    removed_videos: tuple[str, ...]
    changed_videos: tuple[str, ...]
    added_categories: tuple[str, ...]
    removed_categories: tuple[str, ...]
    added_tracks: int
    removed_tracks: int
    recategorised: int
    added_masks: int
    removed_masks: int
    changed_masks: int

    @property
    def is_empty(self) -> bool:
        """Whether both have the same content."""
        return not any(asdict(self).values())

    def as_json(self) -> dict[str, Any]:
        """The difference for ``--json``."""
        return {"same": self.is_empty, **asdict(self)}

    def lines(self) -> Iterator[str]:
        """The difference as sentences."""
        if self.is_empty:
            yield "Both versions have the same videos, tracks, masks and categories."
        for what, names in (
            ("Added videos", self.added_videos),
            ("Removed videos", self.removed_videos),
            ("Changed videos", self.changed_videos),
            ("Added categories", self.added_categories),
            ("Removed categories", self.removed_categories),
        ):
            if names:
                yield f"{what}: {', '.join(names)}."
        yield from self._numbers()

    def _numbers(self) -> Iterator[str]:
        for noun, numbers in (
            (
                "track",
                (
                    (self.added_tracks, "added"),
                    (self.removed_tracks, "removed"),
                    (self.recategorised, "of another category"),
                ),
            ),
            ("mask", ((self.added_masks, "added"), (self.removed_masks, "removed"), (self.changed_masks, "changed"))),
        ):
            parts = [f"{counted(number, noun)} {word}" for number, word in numbers if number]
            if parts:
                yield f"{', '.join(parts)}."


@dataclass(frozen=True)
class _VersionTrack:
    """A track of a version; masks by frame of the video."""

    video: str
    category: str
    masks: Mapping[int, Rle]


@dataclass(frozen=True)
class _Content:
    """A version by ids of the project: names and frames of videos, and tracks."""

    names: Mapping[str, str]
    frames: Mapping[str, tuple[int, ...]]
    categories: frozenset[str]
    tracks: Mapping[str, _VersionTrack]

    @classmethod
    def read(cls, version: Version) -> "_Content":
        frozen = {one.id: one for one in version.videos}
        categories: set[str] = set()
        tracks: dict[str, _VersionTrack] = {}
        for place in version.files:
            if place.rpartition("/")[2] != "instances.json":
                continue
            dataset = read_dataset(version.folder / FILES / place)
            names = {one.id: one.name for one in dataset.categories}
            categories.update(names.values())
            for track in dataset.tracks:
                video = frozen[track.video_id]
                masks = {k: mask for k, mask in zip(video.frames, track.segmentations, strict=True) if mask is not None}
                tracks[version.track_ids[str(track.id)]] = _VersionTrack(
                    video.video_id, names[track.category_id], masks
                )
        return cls(
            {one.video_id: one.name for one in version.videos},
            {one.video_id: one.frames for one in version.videos},
            frozenset(categories),
            tracks,
        )


def compare_versions(first: Version, second: Version) -> VersionDiff:
    """What changed from the first version to the second. Raises `storage.youtube_vis.YouTubeVisError`, OSError."""
    old, new = _Content.read(first), _Content.read(second)
    both = old.tracks.keys() & new.tracks.keys()
    pairs = [(old.tracks.get(key), new.tracks.get(key)) for key in sorted(old.tracks.keys() | new.tracks.keys())]
    added = removed = changed = 0
    touched = {video for video in old.frames.keys() & new.frames.keys() if old.frames[video] != new.frames[video]}
    for before, after in pairs:
        mine, theirs = before.masks if before else {}, after.masks if after else {}
        fresh, gone = theirs.keys() - mine.keys(), mine.keys() - theirs.keys()
        other = [frame for frame in mine.keys() & theirs.keys() if mine[frame] != theirs[frame]]
        added, removed, changed = added + len(fresh), removed + len(gone), changed + len(other)
        if before != after:
            touched.update(track.video for track in (before, after) if track is not None)
    return VersionDiff(
        added_videos=_names(new, new.names.keys() - old.names.keys()),
        removed_videos=_names(old, old.names.keys() - new.names.keys()),
        changed_videos=_names(new, touched & old.names.keys() & new.names.keys()),
        added_categories=tuple(sorted(new.categories - old.categories)),
        removed_categories=tuple(sorted(old.categories - new.categories)),
        added_tracks=len(new.tracks.keys() - old.tracks.keys()),
        removed_tracks=len(old.tracks.keys() - new.tracks.keys()),
        recategorised=sum(old.tracks[key].category != new.tracks[key].category for key in both),
        added_masks=added,
        removed_masks=removed,
        changed_masks=changed,
    )


def _names(content: _Content, ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(content.names[one] for one in ids))
