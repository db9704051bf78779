"""The frames of a video, numbered so that frame k is always the same picture. The public door of frame access.

A video is a file that FFmpeg decodes (read with PyAV) or a folder of pictures. `probe` looks quickly, `index` counts by
decoding, `open_reader` reads frames by number, `verify` says whether the source is still the one that was counted.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from PIL import Image

from storage.frame_export import write_frames_folder
from storage.frame_index import (
    Damage,
    EmptyFile,
    FrameIndex,
    Gap,
    MixedSizes,
    NoPicture,
    NotAVideo,
    SourceChanged,
    SourceMissing,
    TooLarge,
    UnreadablePicture,
    VideoError,
    verify,
)
from storage.frame_reader import FrameReader
from storage.image_folder import PictureReader, index_pictures, picture_names
from storage.video_scan import index_video, probe_video

__all__ = [
    "Damage",
    "EmptyFile",
    "FrameIndex",
    "FrameReader",
    "Gap",
    "MixedSizes",
    "NoPicture",
    "NotAVideo",
    "PictureReader",
    "Reader",
    "SourceChanged",
    "SourceMissing",
    "TooLarge",
    "UnreadablePicture",
    "VideoError",
    "encode_jpeg",
    "index",
    "index_files",
    "open_reader",
    "picture_names",
    "probe",
    "verify",
    "write_frames_folder",
]


class Reader(Protocol):
    """Frames by number, whatever they come from; used by one thread at a time, closed when done."""

    index: FrameIndex

    def read(self, k: int) -> np.ndarray: ...
    def read_range(self, start: int, stop: int) -> Iterator[tuple[int, np.ndarray]]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


def probe(path: Path) -> FrameIndex:
    """Quick index of a video file or folder of pictures, without decoding it; raises VideoError.

    Of a file the list is provisional (`confirmed` is False): `index` may find fewer frames. Of a folder it is final,
    because each picture takes a number; that its pictures are whole shows when they are read.
    """
    path = Path(path).absolute()
    return index_pictures(path, decode=False) if path.is_dir() else probe_video(path)


def index(path: Path, *, progress: Callable[[int, int], None] | None = None) -> FrameIndex:
    """Confirmed index of a video file or folder of pictures, by decoding every picture once; raises VideoError.

    progress: called with (frames so far, frames announced).
    """
    path = Path(path).absolute()
    return index_pictures(path, progress=progress) if path.is_dir() else index_video(path, progress=progress)


def index_files(folder: Path, names: Sequence[str], *, decode: bool = False) -> FrameIndex:
    """Index of chosen pictures of `folder` in the given order, as `file_names` of YouTube-VIS lists them.

    names: paths relative to `folder`. decode: read every picture to its end, not only its header.
    """
    return index_pictures(Path(folder).absolute(), names=names, decode=decode)


def open_reader(index: FrameIndex) -> Reader:
    """A reader for the frames of `index`, of either kind; raises VideoError if the source does not open."""
    return PictureReader(index) if index.kind == "images" else FrameReader(index)


def encode_jpeg(frame: np.ndarray, *, quality: int = 85, width: int | None = None) -> bytes:
    """`frame` (uint8 H x W x 3 RGB) as JPEG.

    quality: 1 to 95. width: scale down to this many pixels across, keeping the shape; never scales up.
    """
    picture = Image.fromarray(frame)
    if width is not None and width < picture.width:
        height = max(1, round(picture.height * width / picture.width))
        picture = picture.resize((max(1, width), height), Image.Resampling.BILINEAR, reducing_gap=2.0)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
