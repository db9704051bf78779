"""A folder of pictures as a video: one frame per picture, in natural order of the names."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Self

import numpy as np
from PIL import Image, ImageOps

from storage.frames.frame_index import (
    MAX_PIXELS,
    FrameIndex,
    MixedSizes,
    NoPicture,
    TooLarge,
    UnreadablePicture,
    missing,
)
from storage.frames.identity import pictures_identity
from storage.frames.numbering import numbering_note
from storage.regular_files import is_regular
from storage.words import counted

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
# A folder has no time base; ten pictures a second is only for display.
FOLDER_TIME_BASE = (1, 10)
EXIF_ORIENTATION = 0x0112
EXIF_ON_ITS_SIDE = {5, 6, 7, 8}


# First bytes of a picture -> the suffixes that fit it; the first one is given where none fits.
_MAGIC = (
    (b"\xff\xd8\xff", (".jpg", ".jpeg")),
    (b"\x89PNG\r\n", (".png",)),
    (b"BM", (".bmp",)),
    (b"II*\0", (".tif", ".tiff")),
    (b"MM\0*", (".tif", ".tiff")),
)
_WEBP = slice(8, 12)


def fitting_suffix(path: Path, suffix: str) -> str:
    """`suffix` if the bytes of a picture fit it, whatever its case, else the suffix that they fit.

    Bytes of no known kind fit every suffix. Raises SourceMissing.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_WEBP.stop)
    except FileNotFoundError as error:
        raise missing(path, error) from error
    fitting = next((suffixes for magic, suffixes in _MAGIC if start.startswith(magic)), ())
    if start[_WEBP] == b"WEBP":
        fitting = (".webp",)
    return suffix if not fitting or suffix.lower() in fitting else fitting[0]


def natural_order(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts `img2` before `img10`; the order of names that differ only in zeros is fixed too."""
    parts = re.split(r"(\d+)", name.casefold())
    key = tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts if part)
    return (*key, (2, 0, name))


def picture_names(folder: Path) -> tuple[str, ...]:
    """Names of the pictures directly in `folder`, in natural order; hidden files do not count."""
    if not folder.is_dir():
        raise missing(folder)
    return _pictures_among(_visible_files(folder))


def _visible_files(folder: Path) -> list[str]:
    """Names of all visible files directly in `folder`; scandir needs no call per file to skip folders."""
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if not entry.name.startswith(".") and not _is_folder(entry)]


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link that leads to itself; reading it names it


def _pictures_among(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted((n for n in names if Path(n).suffix.lower() in PICTURE_SUFFIXES), key=natural_order))


def index_pictures(
    folder: Path,
    *,
    names: Sequence[str] | None = None,
    decode: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> FrameIndex:
    """Index of pictures in `folder`; raises VideoError naming the picture that is missing, broken or of another size.

    names: the pictures and their order, relative to `folder`; None takes all in natural order.
    decode: read every picture to its end. Otherwise only the headers are read; the frame numbers are the same, and a
        broken picture raises an error when it is read.
    progress: called with (pictures so far, all).
    """
    listed = names is not None
    if not listed and not folder.is_dir():
        raise missing(folder)
    files = [] if listed else _visible_files(folder)
    names = _pictures_among(files) if names is None else tuple(names)
    if not names:
        raise NoPicture(f"{folder} holds no picture ({', '.join(sorted(PICTURE_SUFFIXES))}); give the folder of frames")
    if not listed:
        # With given names the frames are known.
        _check_stems(folder, names)
    first = picture_size(folder / names[0])
    for done, name in enumerate(names, start=1):
        _check_same_size(folder / name, first=first, first_name=names[0])
        if decode:
            read_picture(folder / name)
        if progress:
            progress(done, len(names))
    size_bytes, content_hash = pictures_identity(folder, names)
    others = 0 if listed else len(files) - len(names)
    return FrameIndex(
        kind="images",
        path=folder,
        count=len(names),
        width=first[0],
        height=first[1],
        rotation=0,
        stream=0,
        time_base=FOLDER_TIME_BASE,
        pts=tuple(range(len(names))),
        keyframes=(),
        gaps=(),
        confirmed=True,
        size_bytes=size_bytes,
        content_hash=content_hash,
        names=names,
        notes=() if listed else _notes(names, others),
    )


def _notes(names: Sequence[str], others: int) -> tuple[str, ...]:
    """Possible mistakes in a folder that was added as a whole; ``others`` of its files are not pictures."""
    left_out = f"{counted(others, 'other file')} in the folder left out" if others else None
    return tuple(note for note in (left_out, numbering_note(names)) if note is not None)


def _check_stems(folder: Path, names: Sequence[str]) -> None:
    """Refuse a folder with two pictures of the same stem, such as a frame and its mask."""
    seen: dict[str, str] = {}
    for name in names:
        stem = str(PurePosixPath(name).with_suffix("")).casefold()
        if seen.setdefault(stem, name) != name:
            raise MixedSizes(
                f"{folder} holds both {seen[stem]} and {name}, and only one of them can be the frame; put the others "
                "in a folder of their own"
            )


def _check_same_size(path: Path, *, first: tuple[int, int], first_name: str) -> None:
    size = picture_size(path)
    if size != first:
        raise MixedSizes(
            f"{path} is {size[0]} x {size[1]}, but {first_name} is {first[0]} x {first[1]}; the pictures of a video "
            "must have one size: take it out or put it in a folder of its own"
        )


def picture_size(path: Path) -> tuple[int, int]:
    """(width, height) of a picture as shown, from its header alone."""
    with _opened(path) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise TooLarge(f"{path} is {width} x {height}, above {MAX_PIXELS} pixels; scale it down first")
        return (height, width) if _orientation(picture, path) in EXIF_ON_ITS_SIDE else (width, height)


def read_picture(path: Path) -> np.ndarray:
    """uint8 H x W x 3 RGB of a picture as shown (turned by its EXIF tag, transparency dropped)."""
    with _opened(path) as picture:
        turn = _orientation(picture, path) is not None
        try:
            return _rgb(ImageOps.exif_transpose(picture) if turn else picture, path)
        except (OSError, ValueError, SyntaxError) as error:
            raise _unreadable(path, error) from error


def _rgb(picture: Image.Image, path: Path) -> np.ndarray:
    """8-bit RGB. Of 16 bits the upper 8 are kept; Pillow would clip all values above 255 to white."""
    if picture.mode == "F" or (picture.mode == "I" and picture.format != "PNG"):
        raise UnreadablePicture(f"{path} has 32 bits for a pixel; convert it to 8 or 16 bits")
    if picture.mode.startswith("I"):
        grey = (np.asarray(picture).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    return np.array(picture.convert("RGB"))


def _orientation(picture: Image.Image, path: Path) -> int | None:
    """The EXIF orientation from the header, or None."""
    # For a PNG without EXIF in its header, Pillow would read the whole file to find the tag.
    if picture.format == "PNG" and "exif" not in picture.info:
        return None
    try:
        return picture.getexif().get(EXIF_ORIENTATION)
    except (OSError, ValueError, SyntaxError) as error:
        raise _unreadable(path, error) from error


def _opened(path: Path) -> Image.Image:
    try:
        if not is_regular(path):
            raise UnreadablePicture(
                f"{path} is no file but a folder, pipe, socket or device; take it out of the folder"
            )
        return Image.open(path)
    except FileNotFoundError as error:
        raise missing(path, error) from error
    except UnreadablePicture:
        raise
    except Image.DecompressionBombError as error:
        raise TooLarge(f"{path} is too large to open ({error}); scale it down first") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> UnreadablePicture:
    return UnreadablePicture(f"{path} is not a whole picture ({error}); replace it, or take it out of the folder")


class PictureReader:
    """Frames of an indexed folder of pictures by number; the counterpart of `FrameReader`, one per thread."""

    def __init__(self, index: FrameIndex) -> None:
        """A reader of `index`; raises SourceMissing if the folder does not exist."""
        if not index.path.is_dir():
            raise missing(index.path)
        self.index = index

    def read(self, k: int) -> np.ndarray:
        """Frame `k`: uint8 H x W x 3 RGB as shown; raises IndexError, UnreadablePicture or MixedSizes."""
        if not 0 <= k < self.index.count:
            raise IndexError(f"{self.index.path} has frames 0 to {self.index.count - 1}, so there is no frame {k}")
        path = self.index.path / self.index.names[k]
        pixels = read_picture(path)
        height, width = pixels.shape[:2]
        if (width, height) != (self.index.width, self.index.height):
            raise MixedSizes(
                f"{path} is now {width} x {height} instead of {self.index.width} x {self.index.height}; put it back"
            )
        return pixels

    def read_small(self, k: int, width: int) -> np.ndarray:
        """As `read`: a picture of a folder is decoded whole, and whoever wants it small scales it."""
        return self.read(k)

    def read_range(self, start: int, stop: int) -> Iterator[tuple[int, np.ndarray]]:
        """(k, frame) for k from `start` up to but not including `stop`, in order."""
        for k in range(start, stop):
            yield k, self.read(k)

    def close(self) -> None:
        """Nothing stays open between reads."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
