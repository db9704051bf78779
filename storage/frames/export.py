"""Frames of a video as a folder of picture files."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from PIL import Image

from storage.atomic import new_folder, replacing
from storage.frames.frame_index import FrameIndex, VideoError, missing
from storage.frames.image_folder import PictureReader
from storage.frames.reader import FrameReader

JPEG_QUALITY = 95
_BY_SUFFIX: dict[str, Literal["jpg", "png"]] = {".jpg": "jpg", ".jpeg": "jpg", ".png": "png"}


class BadFrameNames(VideoError):
    """The requested file names do not fit the frames, or lead out of the folder."""


class FolderExists(VideoError):
    """The folder to write exists already."""


def write_frames_folder(
    index: FrameIndex,
    out_dir: Path,
    *,
    names: Sequence[str] | None = None,
    chosen: Sequence[int] | None = None,
    image: Literal["jpg", "png"] = "jpg",
    progress: Callable[[int, int], None] | None = None,
) -> tuple[str, ...]:
    """Write every frame, or the `chosen` ones, into the new folder `out_dir`; returns the names in order.

    A folder of pictures is copied byte for byte, under its own names if `names` is None. Frames of a video file become
    JPEG of quality 95 or PNG (exact), named `00000.jpg` by frame number if `names` is None; a name that ends in `.png`
    gets PNG, and one in `.jpg` or `.jpeg` gets JPEG, whatever `image` is.
    names: one file name per written frame. progress: called with (written, all).
    The folder appears with all files or not at all. Raises VideoError (FolderExists, BadFrameNames, or from reading).
    """
    chosen = range(index.count) if chosen is None else chosen
    if names is None:
        names = [index.names[k] if index.names else f"{k:05d}.{image}" for k in chosen]
    _check_names(names, len(chosen))
    if out_dir.exists():
        raise FolderExists(f"{out_dir} is already there; choose another folder, or remove it first")
    with (
        new_folder(out_dir) as folder,
        PictureReader(index) if index.kind == "images" else FrameReader(index) as reader,
    ):
        for done, (k, name) in enumerate(zip(chosen, names, strict=True), start=1):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if index.kind == "images":
                _copy(index.path / index.names[k], target)
            else:
                _save(reader.read(k), target, _BY_SUFFIX.get(target.suffix.lower(), image))
            if progress:
                progress(done, len(chosen))
    return tuple(names)


def write_picture(frame: np.ndarray, target: Path) -> None:
    """Write `frame` (uint8 H x W x 3 RGB) as exact PNG to `target`, whole or not at all."""
    with replacing(target) as temporary:
        Image.fromarray(frame).save(temporary, "PNG")


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise missing(source, error) from error


def _save(frame: np.ndarray, target: Path, image: Literal["jpg", "png"]) -> None:
    if image == "png":
        Image.fromarray(frame).save(target, "PNG")
    else:
        Image.fromarray(frame).save(target, "JPEG", quality=JPEG_QUALITY)


def _check_names(names: Sequence[str], count: int) -> None:
    if len(names) != count:
        raise BadFrameNames(f"{len(names)} file names were given for {count} frames; give one for each")
    if len(set(names)) != len(names):
        raise BadFrameNames("two frames have the same file name; give each its own")
    for name in names:
        parts = PurePosixPath(name).parts
        if not parts or PurePosixPath(name).is_absolute() or ".." in parts or "\\" in name:
            raise BadFrameNames(f"the file name {name!r} leads out of the folder; use plain names such as 00000.jpg")
