"""Removes files that this program made, and leaves all others in the same folder."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath


def is_plain_name(name: str) -> bool:
    """Whether ``name`` names an entry of a folder itself, not of a folder above or below it."""
    return PurePath(name).name == name and name not in {"", ".."} and "\0" not in name


def is_own(path: Path) -> bool:
    """Whether ``path`` is a regular file. This program makes no links, so a link was made by a person."""
    return not path.is_symlink() and path.is_file()


def folders_named(place: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    """The folders directly in ``place`` whose whole name matches ``pattern``, without links."""
    if place.is_dir():
        yield from (
            path for path in place.iterdir() if pattern.fullmatch(path.name) and not path.is_symlink() and path.is_dir()
        )


def files_named(place: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    """The files directly in ``place`` whose whole name matches ``pattern``, without links."""
    if place.is_dir():
        yield from (path for path in place.iterdir() if pattern.fullmatch(path.name) and is_own(path))


def remove_own(folder: Path, names: Iterable[str]) -> int:
    """Remove these files of ``folder``, and the folder if it is empty then; returns the number of removed files.

    Other files and links stay. Raises `OSError`.
    """
    if folder.is_symlink() or not folder.is_dir():
        return 0
    own = [folder / name for name in names if is_plain_name(name) and is_own(folder / name)]
    for path in own:
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return len(own)
