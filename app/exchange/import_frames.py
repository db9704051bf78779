"""Where the pictures of an imported YouTube-VIS video are, and which frame each annotated entry stands for."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.errors import BadInput
from storage import frames
from storage.frames import FrameIndex
from storage.frames.scan import VIDEO_SUFFIXES
from storage.youtube_vis import FRAMES_FOLDER, VisVideo

FIRST_SUFFIX = ".mp4"


@dataclass(frozen=True)
class Pictures:
    """The frames of an imported video. Entry t of the file stands for frame ``first + t * stride``."""

    index: FrameIndex
    first: int = 0
    stride: int = 1

    def frame(self, entry: int) -> int:
        """The frame that annotated entry ``entry`` stands for."""
        return self.first + entry * self.stride


def find_pictures(video: VisVideo, folder: Path, *, stride: int | None = None) -> Pictures:
    """The pictures of ``video`` below ``folder``; raises `BadInput` or `storage.frames.VideoError` if they do not fit.

    Without ``stride`` exactly the pictures that the file names. With it the video at its full rate: a folder that holds
    the named pictures and those between them, or a video file called like the folder of the names (``folder`` may be
    that file itself). Its length has to fit: one annotated frame in every ``stride``, from the first on.
    """
    _check_names(video)
    found = _named(video, folder) if stride is None else _full_rate(video, folder, stride)
    index = found.index
    if (index.width, index.height) != (video.width, video.height):
        raise BadInput(
            f"its pictures are {index.width} x {index.height}, but the file says {video.width} x {video.height}."
        )
    return found


def _check_names(video: VisVideo) -> None:
    if not video.file_names:
        raise BadInput("the file does not name its pictures.")
    for name in video.file_names:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise BadInput(f"its picture {name} lies outside the folder of frames.")


def _named(video: VisVideo, folder: Path) -> Pictures:
    place = next((place for place in _places(folder) if (place / video.file_names[0]).is_file()), None)
    if place is None:
        raise BadInput(f"its picture {video.file_names[0]} is not under {folder}.")
    index = frames.index_files(place, video.file_names)
    if index.count != video.length:
        raise BadInput(f"it has {index.count} pictures, but the file says {video.length}.")
    return Pictures(index)


def _full_rate(video: VisVideo, folder: Path, stride: int) -> Pictures:
    named = PurePosixPath(video.file_names[0]).parent
    if folder.is_file():
        return _of_file(video, folder, stride)
    for place in _places(folder):
        if (place / video.file_names[0]).is_file():
            return _of_folder(video, place / named, stride)
        files = [place / f"{named}{suffix}" for suffix in _suffixes()] if named.name else []
        file = next((file for file in files if file.is_file()), None)
        if file is not None:
            return _of_file(video, file, stride)
    raise BadInput(f"neither its picture {video.file_names[0]} nor a video file {named}.mp4 is under {folder}.")


def _of_folder(video: VisVideo, place: Path, stride: int) -> Pictures:
    """The names say which pictures are annotated; those between them must be there, and as many each time."""
    every = frames.picture_names(place)
    position = {name: k for k, name in enumerate(every)}
    plain = [PurePosixPath(name).name for name in video.file_names]
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
    return Pictures(frames.probe(place), first, stride)


def _of_file(video: VisVideo, file: Path, stride: int) -> Pictures:
    index = frames.index(file)
    fitting = len(range(0, index.count, stride))
    if fitting != video.length:
        raise BadInput(
            f"{file} has {index.count} frames, so every {stride}th makes {fitting}, but the file lists {video.length}; "
            "give the stride of this file."
        )
    return Pictures(index, 0, stride)


def _suffixes() -> tuple[str, ...]:
    """What the name of a video file may end with, in the order in which it is looked for."""
    return FIRST_SUFFIX, *sorted(VIDEO_SUFFIXES - {FIRST_SUFFIX})


def _places(folder: Path) -> tuple[Path, ...]:
    return folder, folder / FRAMES_FOLDER
