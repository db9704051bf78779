"""Access to the frames of a video by number: frame k is always the same picture. The public interface of this package.

A video is a file that FFmpeg decodes (read with PyAV) or a folder of pictures. `probe` lists its frames without
decoding, `index` counts them by decoding, `open_reader` reads frames by number, `verify` checks that the source is
unchanged since it was counted.
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
from storage.frames.identity import copies_key, difference, file_identity, verify
from storage.frames.image_folder import PictureReader, fitting_suffix, index_pictures, picture_names
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
    "copies_key",
    "difference",
    "file_identity",
    "fitting_suffix",
    "index",
    "index_files",
    "index_folder",
    "open_counting",
    "open_reader",
    "picture_names",
    "probe",
    "stored_span",
    "verify",
    "write_frames_folder",
]


class Reader(Protocol):
    """Frames by number, from a file or a folder. Used by one thread at a time; close it after use."""

    index: FrameIndex

    def read(self, k: int) -> np.ndarray: ...
    def read_small(self, k: int, width: int) -> np.ndarray: ...
    def read_range(self, start: int, stop: int) -> Iterator[tuple[int, np.ndarray]]: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class ReadingPass(FramePass):
    """The counterpart of `CountingPass` for a confirmed index: it only reads the frames."""

    def __init__(self, reader: Reader) -> None:
        """Read with `reader`; `close` closes it too."""
        self._reader = reader
        self._frames = reader.read_range(0, reader.index.count)

    @property
    def count(self) -> int:
        """Number of frames."""
        return self._reader.index.count

    @property
    def announced(self) -> int:
        """Number of frames, equal to `count`."""
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

    patience: seconds after which listing a long file stops (`partial` is True then); None: no limit.
    The index of a file is provisional (`confirmed` is False): `index` may find fewer frames. The index of a folder is
    final, because each picture has a number; broken pictures are found only when they are read.
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

    frame: uint8 H x W x 3 RGB as shown. Without `pixels`, frames that are still to be counted are None; frames of a
    confirmed index are read anyway. Iterating raises VideoError.
    """
    return ReadingPass(open_reader(index)) if index.confirmed else CountingPass(index, pixels=pixels)


def index_files(
    folder: Path, names: Sequence[str], *, decode: bool = False, progress: Callable[[int, int], None] | None = None
) -> FrameIndex:
    """Index of chosen pictures of `folder` in the given order, as `file_names` of YouTube-VIS lists them.

    names: paths relative to `folder`. decode: read every picture to its end, not only its header.
    progress: called with (pictures so far, all).
    """
    return index_pictures(Path(folder).absolute(), names=names, decode=decode, progress=progress)


def index_folder(folder: Path, *, progress: Callable[[int, int], None] | None = None) -> FrameIndex:
    """Index of all pictures of `folder`, as `probe` gives it; `progress` is called with (pictures so far, all)."""
    return index_pictures(Path(folder).absolute(), decode=False, progress=progress)


def open_reader(index: FrameIndex) -> Reader:
    """A reader for the frames of `index`, a file or a folder; raises VideoError if the source does not open."""
    return PictureReader(index) if index.kind == "images" else FrameReader(index)
