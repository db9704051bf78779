"""Files, archives and folders of any format as one YouTube-VIS file, to be checked."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.exchange.converting import Converted, convert
from app.exchange.open_source import open_source
from storage.formats import FormatError, Recognised, format_named, is_archive

_OWN = ("youtube-vis", "youtube-vis-results")


@dataclass(frozen=True)
class VisCopy:
    """A YouTube-VIS file: the given one, one inside of it, or a copy that was converted."""

    file: Path
    converted: Converted | None = None

    @property
    def title(self) -> str | None:
        """The other format from which it was converted; None for YouTube-VIS."""
        return None if self.converted is None else format_named(self.converted.source).title


@contextmanager
def as_youtube_vis(path: Path) -> Iterator[VisCopy]:
    """A file of any format as YouTube-VIS; a converted copy is gone afterwards.

    Videos with an error are left out of a copy, with their sentences. A file whose format is unknown is given itself.
    Raises `app.errors.BadInput`, `storage.formats.FormatError`.
    """
    with tempfile.TemporaryDirectory(prefix="tevit-") as folder:
        found = _recognised(path, Path(folder) / "unpacked")
        if found is None:
            yield VisCopy(path)
        elif found.format.name in _OWN:
            yield VisCopy(found.path)
        else:
            copy = Path(folder) / "instances.json"
            yield VisCopy(copy, convert(path, to="youtube-vis", out=copy, keep_good=True))


def _recognised(path: Path, unpacked: Path) -> Recognised | None:
    try:
        return open_source(path, unpacked).found
    except FormatError:
        if path.is_file() and not is_archive(path):
            return None  # its reader names what it is
        raise
