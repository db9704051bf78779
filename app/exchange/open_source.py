"""Opens a file, archive or folder of any format: unpacks it, recognises it and reads it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from app.errors import BadInput
from storage.formats import (
    Broken,
    Format,
    FormatContent,
    Recognised,
    crowd_everywhere,
    is_archive,
    recognise,
    unpack,
    without_crowd,
)
from storage.regular_files import is_regular
from storage.youtube_vis import Check, VisNote, no_check

Crowd = Literal["ask", "objects", "keep"]
"""What a mark as crowd means that every track of a file has, as labelformat writes it."""
CROWD_WORDS: dict[str, Crowd] = {"objects": "objects", "keep": "keep"}
CROWD_EVERYWHERE = "every track is crowd"
ChooseCrowd = Callable[[], Crowd]


@dataclass(frozen=True)
class OpenedSource:
    """A source that was recognised. ``given`` is what the person named, ``found`` the file or folder that is read."""

    given: Path
    found: Recognised

    @property
    def format(self) -> Format:
        """Its format."""
        return self.found.format

    @property
    def folder(self) -> Path:
        """The folder in which its pictures may be, if its content does not say where."""
        return self.found.path if self.found.path.is_dir() else self.found.path.parent


def open_source(path: Path, unpacked: Path, check: Check = no_check) -> OpenedSource:
    """Recognise a file or folder; an archive is unpacked into the new folder ``unpacked``.

    Raises `BadInput`, `storage.formats.FormatError`.
    """
    try:
        if path.is_dir() or not is_regular(path) or not is_archive(path):
            return OpenedSource(path, recognise(path))
        unpacked.mkdir(parents=True, exist_ok=True)
        return OpenedSource(path, recognise(unpack(path, unpacked, check)))
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror or error}).") from error


def read_opened(
    source: OpenedSource,
    *,
    frames: Path | None = None,
    keep_good: bool = False,
    crowd: Crowd = "ask",
    choose: ChooseCrowd | None = None,
    check: Check = no_check,
) -> FormatContent:
    """The content of a source.

    keep_good: leave out the videos with an error instead of refusing the file. crowd: what it means that every track is
    marked as crowd; "ask" calls ``choose``, and without it takes them for ordinary objects and says so in a note.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError`.
    """
    try:
        content = source.format.read(source.found.path, Broken(keep_good=keep_good), check, frames)
    except OSError as error:
        raise BadInput(f"{source.found.path} cannot be read ({error.strerror or error}).") from error
    if not crowd_everywhere(content.dataset):
        return content
    chosen = choose() if crowd == "ask" and choose is not None else crowd
    if chosen == "keep":
        return content
    dataset = without_crowd(content.dataset)
    text = "every track is marked as crowd, as labelformat writes it; they are read as ordinary objects"
    note = VisNote(CROWD_EVERYWHERE, source.given.name, f"{text} (--crowd keep keeps the marks).")
    return replace(content, dataset=replace(dataset, notes=(*dataset.notes, note)))
