"""The videos of a command: files, folders, lists of them, or the videos that a YouTube-VIS file names."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import BadInput
from app.typed_path import home_path, typed_path
from storage import frames
from storage.frames import VideoError
from storage.frames.identity import pictures_identity
from storage.frames.image_folder import natural_order
from storage.frames.scan import VIDEO_SUFFIXES
from storage.regular_files import is_regular
from storage.youtube_vis import (
    PictureFinder,
    PicturesNotFound,
    VideoPictures,
    VisCategory,
    VisVideo,
    note_lines,
    read_dataset,
)


@dataclass(frozen=True)
class FileVideo:
    """One video to process, with its id in the results.

    ``names`` lists its pictures relative to ``path`` as an annotation file has them; None: ``path`` is a video file or
    a folder of pictures. ``size`` is the (width, height) that the annotation file promises, or None.
    """

    id: int
    path: Path
    names: tuple[str, ...] | None = None
    size: tuple[int, int] | None = None

    @property
    def shown(self) -> str:
        """Its name in messages."""
        if self.names is None:
            return str(self.path)
        folder = Path(self.names[0]).parent.name if self.names else ""
        return f"video {self.id} ({folder})" if folder else f"video {self.id}"


def videos_of(paths: Sequence[Path]) -> tuple[FileVideo, ...]:
    """Video files and folders as videos with ids from 1, in the order given.

    A folder that holds pictures is one video; any other one stands for the videos and the folders of pictures in it.
    A path that does not exist, or a folder that holds neither, keeps its id and fails when it is processed. Raises
    `BadInput` if none of the paths exists, or the only one is a folder without pictures and videos.
    """
    if paths and not any(path.exists() for path in paths):
        raise BadInput(f"There is no file or folder {paths[0]}; check its name.")
    found = [one for path in paths for one in _expanded(path)]
    if paths and len(paths) == 1 and paths[0].is_dir() and found == [paths[0]] and not frames.picture_names(paths[0]):
        raise BadInput(f"The folder {paths[0]} holds neither pictures nor videos; give one that does.")
    return tuple(FileVideo(number, path) for number, path in enumerate(found, start=1))


def read_list(file: Path) -> tuple[Path, ...]:
    """The paths that a text file lists, one a line; empty lines and lines that begin with # are skipped.

    Relative paths begin in the current folder, as on the command line. Raises `BadInput`.
    """
    try:
        if not is_regular(file):
            raise BadInput(f"The list {file} is no file; give a text file with one path a line.")
        data = file.read_bytes()
        # Editors and shells of Windows put a mark in front of UTF-8, and write UTF-16.
        text = data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
    except OSError as error:
        raise BadInput(f"The list {file} cannot be read ({error.strerror or error}).") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"The list {file} is no text; give a file with one path a line.") from error
    if "\0" in text:
        raise BadInput(f"The list {file} is no text in UTF-8; save it as UTF-8, with one path a line.")
    lines = [line.strip() for line in text.splitlines()]
    paths = tuple(home_path(typed_path(line)) for line in lines if line and not line.startswith("#"))
    if not paths:
        raise BadInput(f"The list {file} names no video; give a file with one path a line.")
    return paths


@dataclass(frozen=True)
class AnnotatedVideos:
    """The videos and categories of a YouTube-VIS file, in its order.

    ``notes`` are sentences about deviations from the format, and about pictures that lie elsewhere.
    """

    videos: tuple[FileVideo, ...]
    categories: tuple[VisCategory, ...]
    notes: tuple[str, ...] = ()


def videos_of_annotations(file: Path, folder: Path) -> AnnotatedVideos:
    """The videos and categories of a YouTube-VIS file; its annotations are not read.

    A video whose pictures are not found stays in the list and fails when it is processed; if no video has pictures,
    the whole is refused, before a model is loaded. Raises `BadInput`, `storage.youtube_vis.YouTubeVisError`.
    """
    try:
        dataset = read_dataset(file, annotations=False)
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror or error}).") from error
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}; give the folder that holds the frames of {file.name}.")
    if not dataset.videos:
        raise BadInput(f"{file} names no video, so there is nothing to propose for.")
    finder = PictureFinder(folder)
    reasons: list[str] = []
    found = [_find(video, finder, folder, reasons) for video in dataset.videos]
    if len(reasons) == len(dataset.videos):
        raise BadInput(
            f"No video of {file.name} has its pictures in {folder}. Video {dataset.videos[0].id}: {reasons[0]}"
        )
    listed = tuple(
        FileVideo(video.id, pictures.place, pictures.files, (video.width, video.height))
        for video, pictures in zip(dataset.videos, found, strict=True)
    )
    notes = [*dataset.notes, *(note for pictures in found for note in pictures.notes)]
    return AnnotatedVideos(listed, dataset.categories, note_lines(notes))


def _find(video: VisVideo, finder: PictureFinder, folder: Path, reasons: list[str]) -> VideoPictures:
    """The pictures of a video; if they are not found, the reason is added and the names of the file are returned."""
    try:
        found = finder.find(video)
    except PicturesNotFound as error:
        reasons.append(str(error))
        return VideoPictures(folder, video.file_names, video.file_names)
    # Pictures in the given folder keep the path under which the folder was given.
    return replace(found, place=folder) if found.place == finder.folder else found


def overlooked(paths: Sequence[Path]) -> tuple[str, ...]:
    """One sentence for each folder that holds pictures and is thus one video, but also holds video files."""
    sentences = []
    for path in paths:
        if path.is_dir() and frames.picture_names(path):
            others = [one for one in path.iterdir() if not one.is_dir() and one.suffix.lower() in VIDEO_SUFFIXES]
            if others:
                sentences.append(
                    f"{path} holds pictures, so it is one video of these; its video files ({len(others)}) are looked "
                    "at only where they are named."
                )
    return tuple(sentences)


def content_hash(video: FileVideo) -> str | None:
    """The content hash of a video's frames, equal to that of its frame index; None if they cannot be read."""
    try:
        if video.names is not None:
            return pictures_identity(video.path.absolute(), video.names)[1]
        names = frames.picture_names(video.path) if video.path.is_dir() else ()
        if names:
            return pictures_identity(video.path.absolute(), tuple(names))[1]
        return frames.file_identity(video.path)[1]
    except (VideoError, OSError):
        return None


def _expanded(path: Path) -> list[Path]:
    if not path.is_dir() or frames.picture_names(path):
        return [path]
    inside = sorted((one for one in path.iterdir() if not one.name.startswith(".")), key=_by_name)
    return [one for one in inside if _is_video(one)] or [path]


def _by_name(path: Path) -> tuple[tuple[int, int, str], ...]:
    return natural_order(path.name)


def _is_video(path: Path) -> bool:
    return bool(frames.picture_names(path)) if path.is_dir() else path.suffix.lower() in VIDEO_SUFFIXES
