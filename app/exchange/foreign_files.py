"""Files, archives and folders of any format as one YouTube-VIS file, to be checked."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.exchange.converting import Converted, write_opened
from app.exchange.open_source import OpenedSource, open_source, read_opened
from storage.formats import FormatError, format_named, format_to_write, is_archive

_OWN = ("youtube-vis", "youtube-vis-results")


@dataclass(frozen=True)
class VisCopy:
    """A YouTube-VIS file: the given one, one inside of it, or a copy that was converted."""

    file: Path
    opened: OpenedSource | None
    converted: Converted | None = None

    @property
    def title(self) -> str | None:
        """The other format from which it was converted; None for YouTube-VIS."""
        return None if self.converted is None else format_named(self.converted.source).title

    def as_given(self, sentences: Iterable[str]) -> tuple[str, ...]:
        """Sentences about the file, in which one of an archive is named by the archive and its place inside."""
        return tuple(one if self.opened is None else self.opened.as_given(one) for one in sentences)


@contextmanager
def as_youtube_vis(path: Path) -> Iterator[VisCopy]:
    """A file of any format as YouTube-VIS; a converted copy is gone afterwards.

    Videos with an error are left out of a copy, with their sentences. A file whose format is unknown is given itself.
    Raises `app.errors.BadInput`, `storage.formats.FormatError`.
    """
    with tempfile.TemporaryDirectory(prefix="tevit-") as folder:
        opened = _opened(path, Path(folder) / "unpacked")
        if opened is None:
            yield VisCopy(path, None)
        elif opened.format.name in _OWN:
            with opened.named_as_given():
                yield VisCopy(opened.found.path, opened)
        else:
            copy = Path(folder) / "instances.json"
            form = format_to_write("youtube-vis")
            yield VisCopy(copy, opened, write_opened(opened, read_opened(opened, keep_good=True), form, copy))


def _opened(path: Path, unpacked: Path) -> OpenedSource | None:
    try:
        return open_source(path, unpacked)
    except FormatError:
        if path.is_file() and not is_archive(path):
            return None  # its reader names what it is
        raise
