"""The frames of a video, numbered so that frame k is always the same picture. The public door of frame access.

A video is a file that FFmpeg decodes (read with PyAV) or a folder of pictures. `probe` looks quickly, `index` counts by
decoding, `open_reader` reads frames by number, `verify` says whether the source is still the one that was counted.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np

from storage.frames.counting import CountingPass, index_video
from storage.frames.export import write_frames_folder
from storage.frames.frame_index import (
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
    stored_span,
)
from storage.frames.frame_pass import FramePass
from storage.frames.identity import difference, file_identity, verify
from storage.frames.image_folder import PictureReader, index_pictures, picture_names
from storage.frames.reader import FrameReader
from storage.frames.scan import probe_video

__all__ = [
    "CountingPass",
    "Damage",
    "EmptyFile",
    "FrameIndex",
    "FramePass",
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
    "difference",
    "file_identity",
    "index",
    "index_files",
    "open_counting",
    "open_reader",
    "picture_names",
    "probe",
    "stored_span",
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


class ReadingPass(FramePass):
    """The counterpart of `CountingPass` for an index that needs no more counting: its frames are only read."""

    def __init__(self, reader: Reader) -> None:
        """Read with `reader`, which is closed in the end."""
        self._reader = reader
        self._frames = reader.read_range(0, reader.index.count)

    @property
    def count(self) -> int:
        """How many frames there are."""
        return self._reader.index.count

    @property
    def announced(self) -> int:
        """The same."""
        return self._reader.index.count

    @property
    def confirmed(self) -> FrameIndex:
        """The index that is read."""
        return self._reader.index

    def close(self) -> None:
        """Close the reader."""
        self._reader.close()

    def __next__(self) -> tuple[int, np.ndarray]:
        return next(self._frames)


def probe(path: Path, *, patience: float | None = None) -> FrameIndex:
    """Quick index of a video file or folder of pictures, without decoding it; raises VideoError.

    patience: seconds after which the list of a long file is broken off (`partial` is True then); None waits for all.
    Of a file the list is provisional (`confirmed` is False): `index` may find fewer frames. Of a folder it is final,
    because each picture takes a number; that its pictures are whole shows when they are read.
    """
    path = Path(path).absolute()
    return index_pictures(path, decode=False) if path.is_dir() else probe_video(path, patience=patience)


def index(path: Path, *, progress: Callable[[int, int], None] | None = None) -> FrameIndex:
    """Confirmed index of a video file or folder of pictures, by decoding every picture once; raises VideoError.

    progress: called with (frames so far, frames announced).
    """
    path = Path(path).absolute()
    return index_pictures(path, progress=progress) if path.is_dir() else index_video(path, progress=progress)


def open_counting(index: FrameIndex, *, pixels: bool = True) -> FramePass:
    """An iterator of (k, frame) over all frames of `index`, decoding once from the front and counting as it goes.

    frame: uint8 H x W x 3 RGB as shown. Without `pixels` the frames of an index that is not confirmed yet are only
    counted, and come as None; those of a confirmed one need no counting and are read all the same. Raises VideoError
    while it goes.
    """
    return ReadingPass(open_reader(index)) if index.confirmed else CountingPass(index, pixels=pixels)


def index_files(folder: Path, names: Sequence[str], *, decode: bool = False) -> FrameIndex:
    """Index of chosen pictures of `folder` in the given order, as `file_names` of YouTube-VIS lists them.

    names: paths relative to `folder`. decode: read every picture to its end, not only its header.
    """
    return index_pictures(Path(folder).absolute(), names=names, decode=decode)


def open_reader(index: FrameIndex) -> Reader:
    """A reader for the frames of `index`, of either kind; raises VideoError if the source does not open."""
    return PictureReader(index) if index.kind == "images" else FrameReader(index)
