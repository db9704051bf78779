"""The frame index of a video: count, times and gaps of its frames, and the data for finding each frame again.

Frame k is the k-th picture that decodes, in presentation order, counted from 0. A hole takes no number: it is a `Gap`
between two frames. This module holds plain data; `storage.frames` builds and uses it.
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from dataclasses import fields as dataclass_fields
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from storage.errors import StorageError

# A picture above this many pixels is refused: one frame would take more than 200 MB as RGB.
MAX_PIXELS = 1 << 26

Kind = Literal["video", "images"]


class VideoError(StorageError, ValueError):
    """A video (file or folder of pictures) cannot be used; the message names it, the reason, and what to do."""


class SourceMissing(VideoError):
    """The file or folder does not exist, or cannot be opened."""


class SourceChanged(VideoError):
    """The file or folder has other bytes than when it was counted."""


class EmptyFile(VideoError):
    """The file has 0 bytes."""


class NotAVideo(VideoError):
    """The file cannot be opened as a video: another kind of file, or its header or index is damaged."""


class NoPicture(VideoError):
    """The file opens but has no picture: there is no picture stream, or nothing of it decodes."""


class TooLarge(VideoError):
    """The pictures have more than `MAX_PIXELS` pixels."""


class UnreadablePicture(VideoError):
    """A picture of a folder cannot be read, or a frame of a video cannot be reproduced."""


class MixedSizes(VideoError):
    """The pictures of a folder differ in size."""


@dataclass(frozen=True)
class Gap:
    """A hole in a video, between frame `after` and frame `after + 1`.

    after: index of the frame before the hole, -1 at the start of the video.
    start_pts, end_pts: first and last moment of the hole in the time base of the video; None where unknown.
    reason: one phrase for people.
    """

    after: int
    start_pts: int | None
    end_pts: int | None
    reason: str


@dataclass(frozen=True)
class Damage:
    """A damaged range of the file: frames from `start` up to but not including `stop`.

    entry: the frame from which a newly opened decoder must start to reproduce them as the counting pass did; 0 is the
        start of the file.
    """

    start: int
    stop: int
    entry: int


@dataclass(frozen=True)
class FrameIndex:
    """The frames of one video.

    kind: "video" for a file, "images" for a folder of pictures (or a chosen list of them).
    path: the file or the folder.
    count: number of frames.
    width, height: pixels as shown, after `rotation`.
    rotation: 0, 90, 180 or 270 degrees counter-clockwise, applied to each decoded picture; 0 for pictures of a folder.
    stream: index of the picture stream in the file; 0 for a folder.
    time_base: seconds per tick as (numerator, denominator). A folder has no clock: (1, 10) by convention.
    pts: time of each frame in ticks; as long as `count`, strictly increasing where `timed`.
    keyframes: frames at which decoding may start, increasing; empty for a folder, or if a seek is never exact.
    entry_times: for each key frame the time in ticks to seek to, if the times of the pictures are missing or not
        increasing, so that frames are recognised by their pixels; else empty.
    gaps: the holes, in order.
    confirmed: True if all frames were counted by decoding (a folder: by its file names).
    size_bytes: length of the file, or of all pictures together.
    content_hash: hex SHA-256 of length, first and last MiB of a file; of a folder: of name, length, first and last
        4 KiB of each picture. Fast, but it does not notice a change in the middle that keeps the length.
    keyframe_sums: CRC-32 of the RGB pixels (not turned) of each key frame from sequential decoding; empty while
        provisional. A reader compares them after a seek and starts earlier if they differ.
    single_thread: decode on one thread, because the file is damaged and has no usable key frame.
    damage: ranges that are read by a separate decoder on one thread; empty for a sound file or a folder.
    partial: True if not all packets of the file are listed yet, so that more frames follow.
    names: file names of the pictures relative to `path`, one per frame; empty for a video file.
    notes: sentences for people about ignored tags and odd properties.
    """

    kind: Kind
    path: Path
    count: int
    width: int
    height: int
    rotation: int
    stream: int
    time_base: tuple[int, int]
    pts: tuple[int, ...]
    keyframes: tuple[int, ...]
    gaps: tuple[Gap, ...]
    confirmed: bool
    size_bytes: int
    content_hash: str
    keyframe_sums: tuple[int, ...] = ()
    entry_times: tuple[int, ...] = ()
    single_thread: bool = False
    damage: tuple[Damage, ...] = ()
    partial: bool = False
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def coded_size(self) -> tuple[int, int]:
        """(width, height) of the pictures before they are turned."""
        return (self.height, self.width) if self.rotation in (90, 270) else (self.width, self.height)

    @property
    def seekable(self) -> bool:
        """Whether frames can be reached by seeking; otherwise only by decoding from frame 0."""
        return bool(self.keyframes)

    @property
    def timed(self) -> bool:
        """Whether a frame can be recognised by its time."""
        return bool(self.keyframes) and not self.entry_times

    def seconds(self, frame: int) -> float:
        """Time of frame `frame` in seconds after the first frame, for display."""
        num, den = self.time_base
        return (self.pts[frame] - self.pts[0]) * num / den

    def to_dict(self) -> dict[str, Any]:
        """The index as JSON values (no tuples, no paths); `from_dict` gives an equal index back."""
        known = {field.name: getattr(self, field.name) for field in dataclass_fields(self)}
        known |= {name: list(known[name]) for name in _SHORT_LISTS}
        known |= {name: _packed(known[name]) for name in _LONG_LISTS}
        known |= {"path": str(self.path), "gaps": [asdict(gap) for gap in self.gaps]}
        known["damage"] = [asdict(damage) for damage in self.damage]
        return known

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The index that `to_dict` gave."""
        fields = dict(stored)
        fields["path"] = Path(fields["path"])
        fields["gaps"] = tuple(Gap(**gap) for gap in fields["gaps"])
        fields["damage"] = tuple(Damage(**damage) for damage in fields["damage"])
        fields |= {name: _unpacked(fields.get(name, ())) for name in _LONG_LISTS}
        fields |= {name: tuple(fields[name]) for name in _SHORT_LISTS}
        return cls(**fields)


# Lists with an entry per frame or key frame. The database row is read for every request, and two hours of video have
# 180,000 frames. Long lists are stored as compressed differences, which take almost nothing at a constant rate.
_LONG_LISTS = ("pts", "keyframes", "keyframe_sums", "entry_times")
_SHORT_LISTS = ("time_base", "names", "notes")
_PACK_FROM = 64


def _packed(numbers: Sequence[int]) -> list[int] | dict[str, Any]:
    if len(numbers) < _PACK_FROM:
        return list(numbers)
    steps = np.diff(np.asarray(numbers, dtype=np.int64)).astype("<i8").tobytes()
    text = base64.b64encode(zlib.compress(steps)).decode("ascii")
    return {"first": numbers[0], "last": numbers[-1], "count": len(numbers), "steps": text}


def _unpacked(stored: Sequence[int] | Mapping[str, Any]) -> tuple[int, ...]:
    if not isinstance(stored, Mapping):
        return tuple(stored)
    steps = np.frombuffer(zlib.decompress(base64.b64decode(stored["steps"])), dtype="<i8")
    return (int(stored["first"]), *(np.cumsum(steps) + int(stored["first"])).tolist())


def stored_span(index: Mapping[str, Any]) -> tuple[int, int, int]:
    """(first time, last time, number of frames) of an index as `to_dict` gives it, without unpacking it."""
    pts = index["pts"]
    if isinstance(pts, Mapping):
        return int(pts["first"]), int(pts["last"]), int(pts["count"])
    return (pts[0], pts[-1], len(pts)) if pts else (0, 0, 0)


def missing(path: Path, error: OSError | None = None) -> SourceMissing:
    """The error to raise for a file or folder that cannot be opened."""
    why = f" ({error.strerror})" if error is not None and error.strerror else ""
    return SourceMissing(
        f"{path} is not there or cannot be opened{why}; put it back, or point the video at its new place"
    )
