"""What a source of annotations is, read within a few seconds, so that a person sees it before the import."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.exchange.open_source import open_source, read_opened
from app.library.unpacked import GLANCES
from app.sentences import counted
from app.settings import Settings
from storage.atomic import work_folder
from storage.formats import RESULTS, FormatContent, crowd_everywhere
from storage.youtube_vis import Check, VisNote, note_lines, read_results

SECONDS = 5.0


@dataclass(frozen=True)
class Glance:
    """One sentence about a source; whether every track is marked as crowd, and whether it is results of a model."""

    sentence: str
    crowd: bool = False
    results: bool = False


class _TooLong(Exception):
    """The reading takes longer than a person waits."""


def glance(settings: Settings, path: Path, frames: Path | None, *, seconds: float = SECONDS) -> Glance:
    """What is in a file, archive or folder; what takes longer than ``seconds`` to read is only named by its format.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError`.
    """
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            raise _TooLong

    with work_folder(settings.data / GLANCES / "glance") as work:
        try:
            source = open_source(path, work / "unpacked", check)
        except _TooLong:
            return Glance(f"{path.name} is an archive that takes some time to unpack; the import will name its format.")
        if source.format is RESULTS:
            with source.named_as_given():
                return Glance(_of_results(source.found.path, check), results=True)
        try:
            content = read_opened(source, frames=frames, crowd="keep", check=check)
        except _TooLong:
            return Glance(
                f"This is {source.format.title}; it takes some time to read, so its tracks are not counted yet."
            )
        return Glance(_sentence(source.format.title, content), crowd_everywhere(content.dataset))


def _of_results(path: Path, check: Check) -> str:
    """The sentence about results of a model."""
    try:
        read = read_results(path, check=check)
    except _TooLong:
        return f"These are {RESULTS.title}; they take some time to read. They come in as proposals."
    found = read.tracks
    videos = counted(len({one.video_id for one in found}), "video")
    scores = [one.score for one in found]
    between = f", scores from {min(scores):.2f} to {max(scores):.2f}" if scores else ""
    what = f"{counted(len(found), 'track')} of {videos}{between}"
    return f"These are {RESULTS.title}: {what}. They come in as proposals.{_first(read.notes)}"


def _sentence(title: str, content: FormatContent) -> str:
    dataset = content.dataset
    masks = sum(mask is not None for track in dataset.tracks for mask in track.segmentations)
    what = f"{counted(len(dataset.videos), 'video')}, {counted(len(dataset.tracks), 'track')}, {counted(masks, 'mask')}"
    return f"This is {title}: {what}.{_first(dataset.notes)}"


def _first(notes: Sequence[VisNote]) -> str:
    """The first of the notes, behind a sentence; "" if there is none."""
    lines = note_lines(notes, most=1, rest="")
    return f" Note: {lines[0]}" if lines else ""
