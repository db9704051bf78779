"""Finds the project's video for each video of a file, and the frame for each of its entries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from app.errors import BadInput
from app.exchange.extras import ANNOTATED_FROM
from app.library.counting import frame_index
from app.result_files.source import SourceVideo
from app.sentences import counted
from storage.videos import Video

_NUMBER = re.compile(r"\d{1,9}$", re.ASCII)


@dataclass(frozen=True)
class VideoMatches:
    """Ids of a file's videos -> videos of the project, and the videos that the project does not have."""

    found: Mapping[int, Video]
    missing: tuple[SourceVideo, ...]


def match_videos(sources: Sequence[SourceVideo], known: Sequence[Video]) -> VideoMatches:
    """The project's video for each of a file: by content or pictures where the file says them, else by its name.

    Raises `BadInput` if a name could mean several videos of the project, or one video is meant twice.
    """
    found: dict[int, Video] = {}
    missing: list[SourceVideo] = []
    taken: dict[str, SourceVideo] = {}
    for source in sources:
        video = _match(source, known)
        if video is None:
            missing.append(source)
            continue
        if video.id in taken:
            first = taken[video.id].shown
            raise BadInput(f"{first} and {source.shown} of the file are both {video.name} of the project.")
        taken[video.id] = source
        found[source.id] = video
    return VideoMatches(found, tuple(missing))


def _match(source: SourceVideo, known: Sequence[Video]) -> Video | None:
    if source.stored is not None:
        return next((video for video in known if video.id == source.stored), None)
    exact = [video for video in known if source.names and tuple(video.file_names or ()) == source.names]
    exact = exact or [video for video in known if source.content_hash and video.content_hash == source.content_hash]
    if exact:
        # Copies of one video: the latest is the one that somebody works on.
        return max(exact, key=lambda video: video.created)
    wanted = _names([source.name, PurePosixPath(source.name).name])
    named = [video for video in known if wanted & _names([video.name, Path(video.path).name])]
    if len(named) > 1:
        some = ", ".join(video.name for video in named[:3])
        raise BadInput(f"{source.shown} of the file could be several videos of the project ({some}); rename them.")
    return named[0] if named else None


def _names(names: Iterable[str]) -> set[str]:
    """The names, and the same without the ending of a file, in small letters."""
    found = {name.casefold() for name in names if name}
    stems = {PurePosixPath(name).stem for name in found if re.search(r"\.[a-z0-9]{2,4}$", name)}
    return found | stems


def frames_of(source: SourceVideo, video: Video, *, stride: int | None = None) -> tuple[int, ...]:
    """The frame of the project's video for each entry of the file.

    Entries go by the names of pictures where both have them, one by one where there are as many as frames, else by the
    numbers in the names, or every ``stride``-th. Raises `BadInput` if they do not fit.
    """
    if source.size is not None and source.size != (video.width, video.height):
        raise BadInput(
            f"its masks are {source.size[0]} x {source.size[1]} pixels, but {video.name} is {video.width} x "
            f"{video.height}."
        )
    length = source.length or 0
    if stride is not None:
        return _within(tuple(range(0, length * stride, stride)), video, f"with every {stride}th frame")
    if source.names and tuple(video.file_names or ()) == source.names:
        first = int((video.extra or {}).get(ANNOTATED_FROM, 0))
        return tuple(range(first, first + length * video.stride, video.stride))
    if not source.by_number:
        by_name = _by_picture_names(source.names, video)
        if by_name is not None:
            return by_name
    if length == video.count or source.by_number:
        return _within(tuple(range(length)), video, "by the numbers of its frames")
    numbers = _numbers(source.names)
    if numbers is None:
        raise BadInput(
            f"it has {counted(length, 'frame')}, but {video.name} has {video.count}; give the stride of this file "
            "(--stride N, or in the form)."
        )
    return _within(numbers, video, "by the numbers in the names of its pictures")


def _by_picture_names(names: Sequence[str], video: Video) -> tuple[int, ...] | None:
    """By the names of the pictures of a folder; None if one of the names is not there."""
    pictures = frame_index(video).names
    places = {PurePosixPath(name).stem: frame for frame, name in enumerate(pictures)}
    if not names or len(places) < len(pictures):
        return None
    stems = [PurePosixPath(name.replace("\\", "/")).stem for name in names]
    return tuple(places[stem] for stem in stems) if all(stem in places for stem in stems) else None


def _numbers(names: Sequence[str]) -> tuple[int, ...] | None:
    """The increasing numbers at the end of the names; None if they have none."""
    found = [_NUMBER.search(PurePosixPath(name.replace("\\", "/")).stem) for name in names]
    if not found or not all(found):
        return None
    numbers = tuple(int(one.group()) for one in found if one)
    return numbers if all(earlier < later for earlier, later in pairwise(numbers)) else None


def _within(frames: tuple[int, ...], video: Video, how: str) -> tuple[int, ...]:
    if frames and frames[-1] >= video.count:
        raise BadInput(f"{how}, it goes to frame {frames[-1]}, but {video.name} ends with {video.count - 1}.")
    return frames
