"""Opens a file, archive or folder of any format: unpacks it, recognises it and reads it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from app.errors import BadInput
from storage.atomic import new_folder
from storage.formats import (
    Broken,
    Format,
    FormatContent,
    FormatError,
    Recognised,
    crowd_everywhere,
    is_archive,
    recognise,
    unpack,
    without_crowd,
)
from storage.youtube_vis import Check, VisNote, YouTubeVisError, no_check

Crowd = Literal["ask", "objects", "keep"]
"""What marks as crowd mean. "ask": an ordinary object if every track has one, as labelformat and Datumaro write it."""
LONGEST_NAME = 300  # letters of a name in a sentence
CROWD_EVERYWHERE = "every track is crowd"
ChooseCrowd = Callable[[], Crowd]


@dataclass(frozen=True)
class OpenedSource:
    """A source that was recognised. ``given`` is what the person named, ``found`` the file or folder that is read.

    unpacked: the folder with the content of an archive, else None.
    """

    given: Path
    found: Recognised
    unpacked: Path | None = None

    @property
    def format(self) -> Format:
        """Its format."""
        return self.found.format

    @property
    def folder(self) -> Path:
        """The folder in which its pictures may be, if its content does not say where."""
        return self.found.path if self.found.path.is_dir() else self.found.path.parent

    def as_given(self, sentence: str) -> str:
        """A sentence about the content of an archive, which names the archive and not the folder where it lies."""
        return _as_given(sentence, self.given, self.unpacked)

    def named_as_given(self) -> AbstractContextManager[None]:
        """In errors about the content of an archive, name the archive and not the folder where it lies.

        A file that cannot be read becomes a `BadInput` that names it.
        """
        return _named_as_given(self.given, self.unpacked)


def open_source(path: Path, unpacked: Path, check: Check = no_check) -> OpenedSource:
    """Recognise a file or folder; an archive is unpacked into the folder ``unpacked``, if that is not there yet.

    Raises `BadInput`, `storage.formats.FormatError`.
    """
    try:
        if path.is_dir() or not is_archive(path):
            return OpenedSource(path, recognise(path))
        if not unpacked.is_dir():
            unpacked.parent.mkdir(parents=True, exist_ok=True)
            with new_folder(unpacked) as part:
                unpack(path, part, check)
        with _named_as_given(path, unpacked):
            return OpenedSource(path, recognise(_content(unpacked)), unpacked)
    except OSError as error:
        raise _unreadable(error, path, unpacked) from error


def _content(unpacked: Path) -> Path:
    """The only file in a folder, or the folder."""
    inside = list(unpacked.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_file() else unpacked


@contextmanager
def _named_as_given(given: Path, unpacked: Path | None) -> Iterator[None]:
    """In errors about the content of an archive, name the archive and not the folder to which it was unpacked."""
    try:
        yield
    except (FormatError, YouTubeVisError) as error:
        text = _as_given(str(error), given, unpacked)
        if text == str(error):
            raise
        raise type(error)(text) from error
    except OSError as error:
        raise _unreadable(error, given, unpacked) from error


def _unreadable(error: OSError, given: Path, unpacked: Path | None) -> BadInput:
    """The error with the name of the file that the system refused, if it is one of the given source."""
    named = _as_given(str(error.filename or ""), given, unpacked)
    if not named.startswith(str(given)):
        named = str(given)
    more = "…" if len(named) > LONGEST_NAME else ""
    return BadInput(f"{named[:LONGEST_NAME]}{more} cannot be read ({error.strerror or error}).")


def _as_given(text: str, given: Path, unpacked: Path | None) -> str:
    if unpacked is None:
        return text
    return text.replace(f"{unpacked}/", f"{given}: ").replace(str(unpacked), str(given))


def _named_content(content: FormatContent, source: OpenedSource) -> FormatContent:
    """The content with sentences that name an archive and not the folder to which it was unpacked."""
    if source.unpacked is None:
        return content
    notes = tuple(replace(note, where=source.as_given(note.where)) for note in content.dataset.notes)
    left_out = tuple(source.as_given(sentence) for sentence in content.left_out)
    return replace(content, dataset=replace(content.dataset, notes=notes), left_out=left_out)


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

    keep_good: leave out the videos with an error instead of refusing the file. crowd: what marks as crowd mean; "ask"
    calls ``choose`` if every track has one, and without it takes them for ordinary objects and says so in a note.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError`.
    """
    with source.named_as_given():
        content = source.format.read(source.found.path, Broken(keep_good=keep_good), check, frames)
    content = _named_content(content, source)
    if crowd == "objects":
        return replace(content, dataset=without_crowd(content.dataset))
    if not crowd_everywhere(content.dataset):
        return content
    chosen = choose() if crowd == "ask" and choose is not None else crowd
    if chosen == "keep":
        return content
    dataset = without_crowd(content.dataset)
    text = "every track is marked as crowd, as labelformat and Datumaro write it; they are read as ordinary objects"
    note = VisNote(CROWD_EVERYWHERE, source.given.name, f"{text} (--crowd keep keeps the marks).")
    return replace(content, dataset=replace(dataset, notes=(*dataset.notes, note)))
