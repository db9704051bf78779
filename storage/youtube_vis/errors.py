"""The error for a file that is not valid YouTube-VIS."""

from typing import NoReturn

from storage.errors import StorageError


class YouTubeVisError(StorageError, ValueError):
    """A file is not valid YouTube-VIS; the message names the file, the place in it and the reason."""


def fail(where: str, what: str) -> NoReturn:
    """Raise YouTubeVisError for the place ``where``."""
    raise YouTubeVisError(f"{where}: {what}")
