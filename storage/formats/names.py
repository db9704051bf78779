"""Names of videos and pictures in folders that a writer makes: plain, different, and inside the folder."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from storage.formats.losses import Losses
from storage.youtube_vis import FRAMES_FOLDER, VisDataset, VisVideo

_STRANGE = re.compile(r"[^\w .()+@=-]")
NAME = "name"
"""The key of a video whose name is not the folder of its pictures."""
_LONGEST = 60
_TRAILING = re.compile(r"^(.*?)[ _.-]*(\d+)$")


@dataclass(frozen=True)
class PlainVideo:
    """The name of a video, which no other one has, and the names of its frames without and with a suffix."""

    name: str
    stems: tuple[str, ...]
    files: tuple[str, ...]


def plain_videos(dataset: VisDataset, losses: Losses | None = None) -> dict[int, PlainVideo]:
    """Video id -> names that a folder can have; names that had to be changed are counted."""
    taken: set[str] = set()
    found: dict[int, PlainVideo] = {}
    for video in dataset.videos:
        folder = video_folder(video)
        name = _free(plain(folder) if folder else f"video_{video.id}", taken)
        stems, files = _frames(video)
        found[video.id] = PlainVideo(name, stems, files)
        if losses is not None and folder and name != folder:
            losses.count("names", video.length)
    return found


def video_folder(video: VisVideo) -> str:
    """The name of a video: its key `name`, else the folder of its pictures without `JPEGImages`; "" if it has none."""
    if isinstance(video.extra.get(NAME), str) and video.extra[NAME].strip():
        return video.extra[NAME]
    if not video.file_names:
        return ""
    parts = PurePosixPath(video.file_names[0].replace("\\", "/")).parent.parts
    return "/".join(part for part in parts if part not in ("/", ".", "..", FRAMES_FOLDER))


def plain(name: str) -> str:
    """A name with only letters, digits and some signs, for one part of a path."""
    shown = _STRANGE.sub("_", name.replace("/", "-"))[:_LONGEST].strip(" .")
    return shown or "_"


def _frames(video: VisVideo) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = video.file_names or tuple(f"{frame:05d}.jpg" for frame in range(video.length))
    last = [PurePosixPath(name.replace("\\", "/")) for name in names]
    stems = [plain(path.stem) for path in last]
    if len(set(stems)) < len(stems):
        stems = [f"{frame:05d}" for frame in range(len(names))]
    suffixes = [plain(path.suffix) if path.suffix else ".jpg" for path in last]
    suffixes = [f".{suffix.lstrip('.')}" for suffix in suffixes]
    return tuple(stems), tuple(stem + suffix for stem, suffix in zip(stems, suffixes, strict=True))


def _free(name: str, taken: set[str]) -> str:
    chosen, number = name, 2
    while chosen.casefold() in taken:
        chosen, number = f"{name}_{number}", number + 1
    taken.add(chosen.casefold())
    return chosen


def by_video(names: Iterable[str]) -> dict[str, list[int]]:
    """Positions of picture names by the video that they seem to belong to.

    That is their folder or, if names have none, their name without the number at its end ("dog_0001" and "dog_0002").
    """
    found: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        path = PurePosixPath(name.replace("\\", "/"))
        folder = path.parent.as_posix()
        if folder in (".", "/"):
            numbered = _TRAILING.match(path.stem)
            folder = (numbered.group(1) if numbered else path.stem) or "."
        found.setdefault(folder, []).append(position)
    return found
