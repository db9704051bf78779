"""Finds the pictures of an imported YouTube-VIS video, and the frame of each annotated entry."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.errors import BadInput
from app.sentences import counted
from storage import frames
from storage.frames import FrameIndex
from storage.frames.scan import VIDEO_SUFFIXES
from storage.youtube_vis import PictureFinder, PicturesNotFound, SeveralPictures, VideoPictures, VisNote, VisVideo

FIRST_SUFFIX = ".mp4"
Check = Callable[[int, int], None]


def no_check(_done: int, _all: int) -> None:
    """Never ends the work."""


@dataclass(frozen=True)
class Pictures:
    """The frames of an imported video. Entry t of the file belongs to frame ``first + t * stride``.

    ``names`` are the names of the file, as they are stored; ``notes`` are about pictures that differ from the file.
    """

    index: FrameIndex
    names: tuple[str, ...]
    first: int = 0
    stride: int = 1
    notes: tuple[VisNote, ...] = ()

    def frame(self, entry: int) -> int:
        """The frame to which the annotated entry belongs."""
        return self.first + entry * self.stride


def find_pictures(
    video: VisVideo, finder: PictureFinder, *, stride: int | None = None, check: Check = no_check
) -> Pictures:
    """The pictures of ``video``. Raises `BadInput` or `storage.frames.VideoError` if they do not fit.

    ``check`` is called with (pictures so far, all) at each picture; an error that it raises ends the work.

    Without ``stride`` these are the named pictures only. With it they are the video at its full rate: a folder with the
    named pictures and those between them, or a video file with the name of that folder (the finder's folder may be that
    file itself). Its length must fit: one annotated frame in every ``stride``, starting with the first.
    """
    found = _named(video, finder, check) if stride is None else _full_rate(video, finder, stride, check)
    index = found.index
    if (index.width, index.height) != (video.width, video.height):
        raise BadInput(
            f"its pictures are {index.width} x {index.height}, but the file says {video.width} x {video.height}."
        )
    return found


def _named(video: VisVideo, finder: PictureFinder, check: Check) -> Pictures:
    found = finder.find(video)
    index = frames.index_files(found.place, found.files, progress=check)
    if index.count != video.length:
        raise BadInput(f"it has {counted(index.count, 'picture')}, but the file says {video.length}.")
    return Pictures(index, found.names, notes=found.notes)


def _full_rate(video: VisVideo, finder: PictureFinder, stride: int, check: Check) -> Pictures:
    names = finder.plain_names(video)
    if finder.folder.is_file():
        return _of_file(video, names, finder.folder, stride, check)
    named = PurePosixPath(names[0]).parent
    for place in finder.places(names[0]):
        files = [place / f"{named}{suffix}" for suffix in _suffixes()] if named.name else []
        file = next((file for file in files if file.is_file()), None)
        if file is not None and not (place / names[0]).is_file():
            return _of_file(video, names, file, stride, check)
    try:
        found = finder.find(video)
    except SeveralPictures:
        raise
    except PicturesNotFound as error:
        raise BadInput(
            f"neither its picture '{names[0]}' nor a video file {named}{FIRST_SUFFIX} is under '{finder.folder}'."
        ) from error
    return _of_folder(found, stride, check)


def _of_folder(found: VideoPictures, stride: int, check: Check) -> Pictures:
    """The video of a folder: between two named pictures there must be ``stride - 1`` others, everywhere."""
    place = found.place / PurePosixPath(found.files[0]).parent
    every = frames.picture_names(place)
    position = {name: k for k, name in enumerate(every)}
    plain = [PurePosixPath(name).name for name in found.files]
    strange = next((name for name in plain if name not in position), None)
    if strange is not None:
        raise BadInput(f"its picture {strange} is not in {place}.")
    first = position[plain[0]]
    for entry, name in enumerate(plain):
        wanted = first + entry * stride
        if position[name] != wanted:
            raise BadInput(
                f"its picture {name} is number {position[name]} in {place}, but at every {stride}th frame it would be "
                f"number {wanted}; give the stride of this file, and the folder with all its frames."
            )
    return Pictures(frames.index_folder(place, progress=check), found.names, first, stride, found.notes)


def _of_file(video: VisVideo, names: tuple[str, ...], file: Path, stride: int, check: Check) -> Pictures:
    index = frames.index(file, progress=check)
    fitting = len(range(0, index.count, stride))
    if fitting != video.length:
        raise BadInput(
            f"{file} has {counted(index.count, 'frame')}, so every {stride}th makes {fitting}, but the file lists "
            f"{video.length}; give the stride of this file."
        )
    return Pictures(index, names, 0, stride)


def _suffixes() -> tuple[str, ...]:
    """Endings of video files, in the order in which they are tried."""
    return FIRST_SUFFIX, *sorted(VIDEO_SUFFIXES - {FIRST_SUFFIX})
