"""Finds the pictures of an imported YouTube-VIS video, and the frame of each annotated entry."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath

from app.errors import BadInput
from app.sentences import counted
from storage import frames
from storage.frames import FrameIndex
from storage.frames.scan import VIDEO_SUFFIXES
from storage.youtube_vis import PictureFinder, PicturesNotFound, SeveralPictures, VideoPictures, VisNote, VisVideo

FIRST_SUFFIX = ".mp4"
OF_VIDEO_FILE = "frames of a video file"
_NUMBER = re.compile(r"\d{1,9}$", re.ASCII)
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

    Without ``stride`` these are the named pictures only or, if they are not there, every so many frames of a video file
    with the name of their folder, as their numbers and the length of the file say. Where the format says which frames
    of a video its entries are, they may also be a part of a video file or of a folder with all its pictures.

    With ``stride`` they are the video at its full rate: a folder with the named pictures and those between them, or
    such a video file (the finder's folder may be that file itself). Its length must fit: one annotated frame in every
    ``stride``, starting with the first.
    """
    found = _named(video, finder, check) if stride is None else _full_rate(video, finder, stride, check)
    index = found.index
    if (index.width, index.height) != (video.width, video.height):
        raise BadInput(
            f"its pictures are {index.width} x {index.height}, but the file says {video.width} x {video.height}."
        )
    return found


def _named(video: VisVideo, finder: PictureFinder, check: Check) -> Pictures:
    if finder.folder.is_file():
        return _of_file(video, finder.plain_names(video), finder.folder, None, check)
    try:
        found = finder.find(video)
    except SeveralPictures:
        raise
    except PicturesNotFound:
        names = finder.plain_names(video)
        file = _video_file(names, finder)
        if file is not None:
            return _of_file(video, names, file, None, check)
        whole = _whole_folder(video, names, finder)
        if whole is None or video.numbers is None:
            raise
        return _part_of(video.numbers, frames.index_folder(whole, progress=check), names)
    index = frames.index_files(found.place, found.files, progress=check)
    if index.count != video.length:
        raise BadInput(f"it has {counted(index.count, 'picture')}, but the file says {video.length}.")
    return Pictures(index, found.names, notes=found.notes)


def _full_rate(video: VisVideo, finder: PictureFinder, stride: int, check: Check) -> Pictures:
    names = finder.plain_names(video)
    file = finder.folder if finder.folder.is_file() else _video_file(names, finder)
    if file is not None:
        return _of_file(video, names, file, stride, check)
    try:
        found = finder.find(video)
    except SeveralPictures:
        raise
    except PicturesNotFound as error:
        named = PurePosixPath(names[0]).parent
        raise BadInput(
            f"neither its picture '{names[0]}' nor a video file {named}{FIRST_SUFFIX} is under '{finder.folder}'."
        ) from error
    return _of_folder(found, stride, check)


def _video_file(names: Sequence[str], finder: PictureFinder) -> Path | None:
    """A video file with the name of the folder of the pictures, in a place where the pictures are not."""
    named = PurePosixPath(names[0]).parent
    if not named.name:
        return None
    for place in finder.places(names[0]):
        if not (place / names[0]).is_file():
            files = [place / f"{one}{suffix}" for one in dict.fromkeys((named, named.name)) for suffix in _suffixes()]
            file = next((file for file in files if file.is_file()), None)
            if file is not None:
                return file
    return None


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


def _of_file(video: VisVideo, names: tuple[str, ...], file: Path, stride: int | None, check: Check) -> Pictures:
    index = frames.index(file, progress=check)
    if stride is None and video.numbers and _is_part(video.numbers, index.count):
        part = _part_of(video.numbers, index, names)
        text = f"its pictures are not there; frames {video.numbers[0]} to {video.numbers[-1]} are taken from '{file}'."
        return replace(part, notes=(VisNote(OF_VIDEO_FILE, f"video {video.id}", text),))
    every = stride if stride is not None else _stride_of(names, index.count)
    fitting = len(range(0, index.count, every)) if every is not None else None
    if every is None or fitting != video.length:
        makes = "" if fitting is None else f", so every {every}th makes {fitting}"
        raise BadInput(
            f"{file} has {counted(index.count, 'frame')}{makes}, but the file lists {video.length}; give the stride of "
            "this file."
        )
    if stride is not None:
        return Pictures(index, names, 0, every)
    which = "its frames" if every == 1 else f"every {every}th of its frames"
    note = VisNote(OF_VIDEO_FILE, f"video {video.id}", f"its pictures are not there; {which} are taken from '{file}'.")
    return Pictures(index, names, 0, every, (note,))


def _is_part(numbers: range, count: int) -> bool:
    """Whether these are some frames of a video of ``count`` frames, and not all or every so many from the first on."""
    return numbers[-1] < count and numbers != range(0, count, numbers.step)


def _part_of(numbers: range, index: FrameIndex, names: tuple[str, ...]) -> Pictures:
    """The frames ``numbers`` of a whole video."""
    return Pictures(index, names, numbers.start, numbers.step)


def _whole_folder(video: VisVideo, names: Sequence[str], finder: PictureFinder) -> Path | None:
    """A folder with all pictures of a video of which ``names`` are a part: that of their name, or the finder's."""
    named = PurePosixPath(names[0]).parent
    for place in (finder.folder / named, finder.folder / named.name, finder.folder):
        if video.numbers and place.is_dir() and len(frames.picture_names(place)) > video.numbers[-1]:
            return place
    return None


def _stride_of(names: Sequence[str], count: int) -> int | None:
    """Every how many of ``count`` frames one is named; None if that is not certain.

    The numbers in the names decide, if they have a constant step that fits; else there must be one possible stride.
    """
    numbers = [int(found.group()) if (found := _NUMBER.search(PurePosixPath(name).stem)) else 0 for name in names]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    if len(steps) == 1 and (step := steps.pop()) > 0 and len(range(0, count, step)) == len(names):
        return step
    if len(names) == 1:
        return max(count, 1)
    least, most = -(-count // len(names)), -(-count // (len(names) - 1)) - 1
    return least if least == most else None


def _suffixes() -> tuple[str, ...]:
    """Endings of video files, in the order in which they are tried."""
    return FIRST_SUFFIX, *sorted(VIDEO_SUFFIXES - {FIRST_SUFFIX})
