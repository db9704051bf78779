"""The part of YouTube-VIS that the user has put into the folder ``golden`` of the data folder, as the plan names it.

Loads no torch, since the server shows the plan; `app.training.golden` measures on its videos.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.sentences import counted
from storage.youtube_vis import FRAMES_FOLDER, PictureFinder, PicturesNotFound, YouTubeVisError, read_dataset

FOLDER = "golden"  # in the data folder, or a link there: ``instances.json`` and the frames in ``JPEGImages`` beside it
MADE_FOR = {"tevit_tiny": "demo", "tevit_lite": "lifelike"}
"""The procedural domain that the first checkpoint of a configuration learnt: its golden videos are made."""


@dataclass(frozen=True)
class GoldenFile:
    """The videos of the file, or the ``problem`` with it, one sentence."""

    videos: int
    problem: str | None = None

    @property
    def sentence(self) -> str:
        """What it is used for, or why it cannot be."""
        if self.problem is not None:
            return f"The golden set in the folder {FOLDER} cannot be used: {self.problem}"
        return (
            f"What it knew before is judged by {counted(self.videos, 'video')} of YouTube-VIS in the folder {FOLDER}."
        )


def path_in(data: Path) -> Path:
    """Where the annotations are, if there are any."""
    return data / FOLDER / "instances.json"


def golden_file(data: Path, config: str) -> GoldenFile | None:
    """The user's file for a line of this configuration, checked; None where there is none or none is asked for."""
    path = path_in(data)
    if config in MADE_FOR or not path.is_file():
        return None
    facts = path.stat()
    return _checked(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=4)
def _checked(path: Path, changed: int, size: int) -> GoldenFile:
    """Whether the file can be read and the pictures of its first and last video are there; once for each content."""
    try:
        videos = read_dataset(path, annotations=False).videos
        finder = PictureFinder(path.parent / FRAMES_FOLDER)
        for video in (*videos[:1], *videos[-1:]):
            finder.find(video)
    except (YouTubeVisError, PicturesNotFound, OSError) as error:
        return GoldenFile(0, str(error))
    return GoldenFile(len(videos), None if videos else "it names no video.")
