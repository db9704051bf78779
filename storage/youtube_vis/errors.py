"""The error of a file that is not sound YouTube-VIS."""

from typing import NoReturn

from storage.errors import StorageError


class YouTubeVisError(StorageError, ValueError):
    """A file is not (sound) YouTube-VIS; the message names the file, the place in it and what is wrong there."""


def fail(where: str, what: str) -> NoReturn:
    """Raise YouTubeVisError for the place ``where``."""
    raise YouTubeVisError(f"{where}: {what}")
