"""A stored project as a source of training clips; `app.training.file_clips` is that over a YouTube-VIS file.

Only the work of people is truth: drawn, corrected and accepted masks, human *absent* rows, rejected proposals, and
ranges that were declared complete. Everything else is unknown: it teaches nothing, and a mask without a verdict is no
background either, not even in a complete frame.
"""

import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sqlalchemy import Connection

from app.library.counting import frame_index
from app.training.mask_weights import balanced, is_accepted_proposal, mask_weight
from app.training.report import TruthShare
from app.training.roles import CorrectedVideo
from storage import edits, frames, masks, projects, rle, tracks, videos
from storage.database import Database
from storage.edits import CompleteRange
from storage.frames import FrameIndex, Reader
from storage.rle import Rle
from storage.teaching import teaching
from storage.tracks import MaskRow, Track
from storage.videos import Video

if TYPE_CHECKING:
    # The model's modules import torch, which the server must not: it lists corrected videos with this module.
    from model.training.clips import ClipVideo, LabelledTrack

OPEN_READERS = 4


@dataclass(frozen=True)
class _LoadedVideo:
    """One video with its tracks, rows and masks, as stored; rows by track id, masks (``blobs``) by hash."""

    video: Video
    tracks: tuple[Track, ...]
    rows: Mapping[str, tuple[MaskRow, ...]]
    blobs: Mapping[str, Rle]
    complete: tuple[CompleteRange, ...]


def videos_with_human_masks(tx: Connection, project_id: str) -> tuple[str, ...]:
    """Ids of the project's videos with at least one human mask of a category in use, in the order of the project."""
    return tuple(video.video_id for video in teaching(tx, project_id) if video.masks)


class ProjectClips:
    """Videos of a stored project as a clip source (`model.training.clips.ClipSource`).

    All rows and masks are read at the start, so that a training run sees one state of the project. ``category_ids``
    sets the order of the labels (default: the project's categories in use); tracks of other categories and tracks
    without one are left out. With ``human_only=False`` unreviewed masks are present too, marked as not human. The
    weights of the masks are those of `app.training.mask_weights`, with a mean of 1. ``leave_out`` lists masks, each as
    (video id, number of the track, frame), that are taken as if nobody had judged them.
    """

    def __init__(
        self,
        database: Database,
        *,
        project_id: str,
        video_ids: Sequence[str] | None = None,
        category_ids: Sequence[str] | None = None,
        human_only: bool = True,
        leave_out: Collection[Sequence[Any]] = (),
    ) -> None:
        with database.read() as tx:
            every = projects.list_categories(tx, project_id, retired=True)
            order = category_ids if category_ids is not None else [c.id for c in every if not c.retired]
            names = {category.id: category.name for category in every}
            wanted = video_ids if video_ids is not None else [one for one, _ in videos.video_names(tx, project_id)]
            loaded = [_without(_load(tx, video_id), leave_out) for video_id in wanted]
        self.categories = tuple(names[category_id] for category_id in order)
        self.category_ids = tuple(order)
        self.video_ids = tuple(wanted)
        labels = {category_id: label for label, category_id in enumerate(order)}
        in_use = frozenset(category.id for category in every if not category.retired)
        read = [_clip_video(one, labels, in_use, human_only=human_only) for one in loaded]
        self.videos: Sequence[ClipVideo] = balanced(read)
        self._indexes: tuple[FrameIndex, ...] = tuple(frame_index(one.video) for one in loaded)
        self.truth = tuple(_truth_share(one, labels) for one in loaded)
        self._contents = tuple(one.video.content_hash or one.video.id for one in loaded)
        self._readers: OrderedDict[tuple[int, int], Reader] = OrderedDict()
        self._masks = [mask for one in loaded for mask in _mask_names(one, labels, human_only)]

    def read_frames(self, video: int, frames: Sequence[int]) -> np.ndarray:
        """uint8 RGB (T, H, W, 3) of the chosen frames of ``videos[video]``, in that order."""
        reader = self._reader(video)
        # Reading forward is cheap and backward is not, so each frame is read once, in rising order.
        pixels = {frame: reader.read(frame) for frame in sorted(set(frames))}
        return np.stack([pixels[frame] for frame in frames])

    def as_state(self) -> dict[str, Any]:
        """All of this source but its open videos; `from_state` makes the same source of it, whatever changed since."""
        state = {name: value for name, value in self.__dict__.items() if name not in ("_readers", "_indexes")}
        return {**state, "indexes": [index.to_dict() for index in self._indexes]}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """The source that gave this `as_state`."""
        made = cls.__new__(cls)
        made.__dict__.update({name: value for name, value in state.items() if name != "indexes"})
        made._indexes = tuple(FrameIndex.from_dict(index) for index in state["indexes"])
        made._readers = OrderedDict()
        return made

    @property
    def corrected(self) -> tuple[CorrectedVideo, ...]:
        """The videos with their content and the names of the categories of their present masks."""
        from model.training.targets import PRESENT

        return tuple(
            CorrectedVideo(
                content,
                frozenset(self.categories[track.label] for track in video.tracks if PRESENT in track.states),
            )
            for content, video in zip(self._contents, self.videos, strict=True)
        )

    @property
    def snapshot(self) -> tuple[list[Any], list[Any]]:
        """``(masks, videos)``: the names of all masks and videos in this source, for `storage.snapshots.add_snapshot`.

        A mask is ``[video id, track id, frame, hash or null, review]``; a video is ``[id, content hash, complete, hash
        of its unknown masks]``.
        """
        described = [
            [video_id, index.content_hash, [sorted(labels) for labels in video.complete or ()], _hash(video.unknown)]
            for video_id, index, video in zip(self.video_ids, self._indexes, self.videos, strict=True)
        ]
        return self._masks, described

    def close(self) -> None:
        """Close the open videos."""
        while self._readers:
            self._readers.popitem()[1].close()

    def __getstate__(self) -> dict[str, Any]:
        """Without open readers: each process that loads clips opens its own."""
        return {**self.__dict__, "_readers": OrderedDict()}

    def _reader(self, video: int) -> Reader:
        # A decoder that was open when a process forked must not be shared with it.
        key = (os.getpid(), video)
        reader = self._readers.get(key)
        if reader is None:
            reader = self._readers[key] = frames.open_reader(self._indexes[video])
            while len(self._readers) > OPEN_READERS:
                self._readers.popitem(last=False)[1].close()
        self._readers.move_to_end(key)
        return reader


def _load(tx: Connection, video_id: str) -> _LoadedVideo:
    video = videos.get_video(tx, video_id)
    found = tracks.list_tracks(tx, video_id)
    rows: dict[str, list[MaskRow]] = {track.id: [] for track in found}
    for row in tracks.rows(tx, video_id):
        rows[row.track_id].append(row)
    hashes = {row.hash for line in rows.values() for row in line if row.hash is not None}
    return _LoadedVideo(
        video=video,
        tracks=found,
        rows={track_id: tuple(line) for track_id, line in rows.items()},
        blobs=masks.get_blobs(tx, hashes),
        complete=edits.list_complete(tx, video_id),
    )


def _without(loaded: _LoadedVideo, leave_out: Collection[Sequence[Any]]) -> _LoadedVideo:
    """The video with these masks as a machine's that nobody judged: they teach nothing, and are no background."""
    places = {(int(track), int(frame)) for video_id, track, frame in leave_out if video_id == loaded.video.id}
    if not places:
        return loaded
    numbers = {track.id: track.number for track in loaded.tracks}
    rows = {
        track_id: tuple(
            row._replace(review="unreviewed", source="proposed") if (numbers[track_id], row.frame) in places else row
            for row in line
        )
        for track_id, line in loaded.rows.items()
    }
    return replace(loaded, rows=rows)


def _clip_video(
    loaded: _LoadedVideo, labels: Mapping[str, int], in_use: frozenset[str], *, human_only: bool
) -> "ClipVideo":
    from model.training.clips import ClipVideo

    video = loaded.video
    kept = [track for track in loaded.tracks if track.category_id in labels]
    return ClipVideo(
        name=video.name,
        count=video.count,
        height=video.height,
        width=video.width,
        tracks=tuple(_clip_track(loaded, track, labels, human_only) for track in kept if not track.rejected),
        complete=_complete(loaded, labels),
        rejected=tuple(_rejected(loaded, kept, labels)),
        unknown=tuple(_unknown(loaded, in_use.union(labels), human_only=human_only)),
    )


def _clip_track(loaded: _LoadedVideo, track: Track, labels: Mapping[str, int], human_only: bool) -> "LabelledTrack":
    from model.training.clips import LabelledTrack
    from model.training.targets import PRESENT, UNKNOWN

    count = loaded.video.count
    states = [UNKNOWN] * count
    human, accepted, weights = [False] * count, [False] * count, [1.0] * count
    segmentations: list[Rle | None] = [None] * count
    boxes: list[tuple[float, float, float, float] | None] = [None] * count
    for row in loaded.rows[track.id]:
        states[row.frame] = _state(row, human_only)
        human[row.frame] = row.human
        accepted[row.frame] = row.human and is_accepted_proposal(row)
        if states[row.frame] == PRESENT and row.hash is not None:
            mask = loaded.blobs[row.hash]
            x, y, w, h = rle.bbox(mask)
            segmentations[row.frame], boxes[row.frame] = mask, (float(x), float(y), float(w), float(h))
            weights[row.frame] = mask_weight(row)
    return LabelledTrack(
        id=track.number,
        label=labels[str(track.category_id)],
        states=tuple(states),
        segmentations=tuple(dict(mask) if mask is not None else None for mask in segmentations),
        boxes=tuple(boxes),
        weights=tuple(weights),
        human=tuple(human),
        accepted=tuple(accepted),
        iscrowd=track.iscrowd,
    )


def _state(row: MaskRow, human_only: bool) -> int:
    """The state of a row in training: a rejected mask and a machine's *absent* are unknown."""
    from model.training.targets import ABSENT, PRESENT, UNKNOWN

    if row.review == "rejected" or row.iscrowd:
        return UNKNOWN
    if row.state == "absent":
        return ABSENT if row.human else UNKNOWN
    return PRESENT if row.area > 0 and (row.human or not human_only) else UNKNOWN


def _complete(loaded: _LoadedVideo, labels: Mapping[str, int]) -> tuple[frozenset[int], ...]:
    per_frame: list[set[int]] = [set() for _ in range(loaded.video.count)]
    for found in loaded.complete:
        # A range without categories is complete for all of the project.
        here = {labels[c] for c in found.categories if c in labels} if found.categories else set(labels.values())
        for frame in range(found.start, min(found.stop, loaded.video.count)):
            per_frame[frame] |= here
    return tuple(frozenset(labels_here) for labels_here in per_frame)


def _rejected(
    loaded: _LoadedVideo, kept: Sequence[Track], labels: Mapping[str, int]
) -> list[tuple[int, int, dict[str, Any]]]:
    """(frame, label, mask) of masks that a person rejected: rejected rows, and all rows of rejected tracks."""
    return [
        (row.frame, labels[str(track.category_id)], dict(loaded.blobs[row.hash]))
        for track in kept
        for row in loaded.rows[track.id]
        if row.hash is not None and row.area > 0 and (track.rejected or row.review == "rejected")
    ]


def _unknown(
    loaded: _LoadedVideo, in_use: frozenset[str], *, human_only: bool
) -> Iterator[tuple[int, dict[str, Any], bool]]:
    """(frame, mask, is crowd) of masks that may be an object of any label: nobody judged the mask or its category.

    Crowds are among them: a crowd is neither a thing nor background. A human mask of a category in use that is not
    trained is not: a person named it, so it is no object of the labels.
    """
    from model.training.targets import PRESENT

    for track in loaded.tracks:
        for row in loaded.rows[track.id]:
            if track.rejected or row.review == "rejected" or row.hash is None or row.area == 0:
                continue
            is_crowd = track.iscrowd or row.iscrowd
            if is_crowd or track.category_id not in in_use or _state(row, human_only) != PRESENT:
                yield row.frame, dict(loaded.blobs[row.hash]), is_crowd


def _truth_share(loaded: _LoadedVideo, labels: Mapping[str, int]) -> TruthShare:
    """By whom the human masks of the trained tracks were made."""
    from model.training.targets import PRESENT

    kept = (track for track in loaded.tracks if track.category_id in labels and not track.rejected)
    rows = [row for track in kept for row in loaded.rows[track.id] if row.human and _state(row, True) == PRESENT]
    accepted = sum(is_accepted_proposal(row) for row in rows)
    drawn = sum(row.source == "drawn" or row.review == "corrected" for row in rows)
    return TruthShare(drawn=drawn, imported=len(rows) - drawn - accepted, accepted=accepted)


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _mask_names(loaded: _LoadedVideo, labels: Mapping[str, int], human_only: bool) -> list[list[Any]]:
    from model.training.targets import UNKNOWN

    return [
        [loaded.video.id, track.id, row.frame, row.hash, row.review]
        for track in loaded.tracks
        if track.category_id in labels
        for row in loaded.rows[track.id]
        if track.rejected or row.review == "rejected" or _state(row, human_only) != UNKNOWN
    ]
