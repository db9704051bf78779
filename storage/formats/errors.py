"""The error for a file that is not valid in its format, and the treatment of broken videos."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from storage.errors import StorageError


class FormatError(StorageError, ValueError):
    """A file is not valid in its format; the message names the file, the place in it and the reason."""


def refuse(where: str, what: str) -> NoReturn:
    """Raise FormatError for the place ``where``."""
    raise FormatError(f"{where}: {what}")


class Broken:
    """Videos of a file with an error, each with the sentence of its first one.

    A file with an error is refused as a whole, unless ``keep_good``: then only its broken videos are left out.
    """

    def __init__(self, *, keep_good: bool) -> None:
        self.keep_good = keep_good
        self.sentences: dict[int, str] = {}

    @contextmanager
    def part(self, video_id: int | None) -> Iterator[None]:
        """A part of the file that belongs to one video; None: an error in it concerns the whole file."""
        try:
            yield
        except StorageError as error:
            if not self.keep_good or video_id is None:
                raise
            self.sentences.setdefault(video_id, str(error))
