"""What is known about the frames of one video: their count, times, gaps, and how to find each of them again.

Frame k is the k-th picture that decodes, in presentation order, counted from 0. A hole takes no number: it is a `Gap`
between two frames. Everything here is plain data and file checks; `storage.frames` builds and reads it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from storage.errors import StorageError

# Bytes read from each end of a video file, and of each picture of a folder, for the content hash.
VIDEO_HASH_SPAN = 1 << 20
PICTURE_HASH_SPAN = 4096
# A picture above this many pixels is refused: one frame would take more than 200 MB as RGB.
MAX_PIXELS = 1 << 26

Kind = Literal["video", "images"]


class VideoError(StorageError, ValueError):
    """A video (file or folder of pictures) cannot be used; the message names it, the reason, and what to do."""


class SourceMissing(VideoError):
    """The file or folder is not there (any more)."""


class SourceChanged(VideoError):
    """The file or folder holds other bytes than when it was indexed."""


class EmptyFile(VideoError):
    """The file has 0 bytes."""


class NotAVideo(VideoError):
    """The file cannot be opened as a video: another kind of file, or its header or index is damaged."""


class NoPicture(VideoError):
    """The file opens, but there is no picture in it: no picture stream, or nothing of it decodes."""


class TooLarge(VideoError):
    """The pictures have more pixels than this program handles."""


class UnreadablePicture(VideoError):
    """One picture of a folder cannot be read, or one frame of a video does not come out again."""


class MixedSizes(VideoError):
    """The pictures of a folder do not all have the same size."""


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
    """Frames from `start` up to but not including `stop` among which something is damaged in the file.

    entry: the frame from which a freshly opened decoder is to begin to give them as a sequential pass does; 0 is the
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
    pts: time of each frame in ticks; as long as `count`, strictly increasing where `seekable`.
    keyframes: frames at which decoding may start, increasing; empty for a folder or where only counting is safe.
    gaps: the holes, in order.
    confirmed: True once every frame has been counted by decoding (a folder: by its file names).
    size_bytes: length of the file, or of all pictures together.
    content_hash: hex SHA-256 of length, first and last MiB of a file; of a folder: of name, length, first and last
        4 KiB of each picture. Fast on purpose: an edit in the middle that keeps the length goes unseen.
    keyframe_sums: CRC-32 of the RGB pixels (not turned) of each key frame, as sequential decoding gave them; empty
        while provisional. A reader that seeks compares, and falls back to an earlier start where they differ.
    single_thread: decode without threads, because damaged streams come out differently with them.
    damage: stretches that are read with a decoder of their own; empty for a sound file or a folder.
    names: file names of the pictures relative to `path`, one per frame; empty for a video file.
    notes: what was ignored or is odd, for people.
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
    single_thread: bool = False
    damage: tuple[Damage, ...] = ()
    names: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def coded_size(self) -> tuple[int, int]:
        """(width, height) of the pictures before they are turned."""
        return (self.height, self.width) if self.rotation in (90, 270) else (self.width, self.height)

    @property
    def seekable(self) -> bool:
        """Whether a frame can be found by its time; otherwise only by counting from the start."""
        return bool(self.keyframes)

    def seconds(self, frame: int) -> float:
        """Time of frame `frame` in seconds after the first frame, for display."""
        num, den = self.time_base
        return (self.pts[frame] - self.pts[0]) * num / den

    def to_json(self) -> str:
        """The index as one JSON text; `from_json` gives an equal index back."""
        return json.dumps({**asdict(self), "path": str(self.path)}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The index that `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        fields["path"] = Path(fields["path"])
        fields["gaps"] = tuple(Gap(**gap) for gap in fields["gaps"])
        fields["damage"] = tuple(Damage(**stretch) for stretch in fields["damage"])
        for name in ("time_base", "pts", "keyframes", "keyframe_sums", "names", "notes"):
            fields[name] = tuple(fields[name])
        return cls(**fields)


def file_identity(path: Path) -> tuple[int, str]:
    """(length in bytes, content hash) of a video file; raises SourceMissing."""
    digest = hashlib.sha256()
    try:
        size = path.stat().st_size
        _digest_ends(digest, path, size=size, span=VIDEO_HASH_SPAN)
    except OSError as error:
        raise missing(path, error) from error
    return size, digest.hexdigest()


def pictures_identity(folder: Path, names: tuple[str, ...]) -> tuple[int, str]:
    """(length of all pictures in bytes, content hash) of the pictures `names` of a folder; raises SourceMissing."""
    digest = hashlib.sha256()
    total = 0
    for name in names:
        path = folder / name
        try:
            size = path.stat().st_size
            digest.update(name.encode() + b"\0")
            _digest_ends(digest, path, size=size, span=PICTURE_HASH_SPAN)
        except OSError as error:
            raise missing(path, error) from error
        total += size
    return total, digest.hexdigest()


def _digest_ends(digest: "hashlib._Hash", path: Path, *, size: int, span: int) -> None:
    digest.update(size.to_bytes(8, "big"))
    with path.open("rb") as file:
        digest.update(file.read(span))
        if size > span:
            file.seek(max(span, size - span))
            digest.update(file.read(span))


def missing(path: Path, error: OSError | None = None) -> SourceMissing:
    """The error to raise for a file or folder that cannot be opened."""
    why = f" ({error.strerror})" if error is not None and error.strerror else ""
    return SourceMissing(
        f"{path} is not there or cannot be opened{why}; put it back, or point the video at its new place"
    )


def verify(index: FrameIndex) -> None:
    """Check that the source of `index` is still there with the bytes it had; raises SourceMissing or SourceChanged."""
    if index.kind == "images":
        size, content_hash = pictures_identity(index.path, index.names)
    else:
        size, content_hash = file_identity(index.path)
    if (size, content_hash) != (index.size_bytes, index.content_hash):
        raise SourceChanged(
            f"{index.path} is not the video it was when its frames were counted ({index.size_bytes} bytes then, {size} "
            "now); put the old file back, or add the new one as another video"
        )
