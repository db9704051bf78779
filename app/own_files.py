"""Removing files that this program made, and nothing else that lies beside them."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath


def is_plain_name(name: str) -> bool:
    """Whether ``name`` is that of something right in a folder, and leads nowhere else."""
    return PurePath(name).name == name and name not in {"", ".."} and "\0" not in name


def is_own(path: Path) -> bool:
    """Whether ``path`` is a file itself: this program makes no links, so a link is a person's."""
    return not path.is_symlink() and path.is_file()


def folders_named(place: Path, pattern: re.Pattern[str]) -> Iterator[Path]:
    """The folders right in ``place`` whose whole name fits ``pattern``; links are passed over."""
    if place.is_dir():
        yield from (
            path for path in place.iterdir() if pattern.fullmatch(path.name) and not path.is_symlink() and path.is_dir()
        )


def remove_own(folder: Path, names: Iterable[str]) -> int:
    """Removes these files of ``folder``, and the folder when nothing is left in it; returns how many files went.

    Whatever else is in it stays, and so does what is a link. Raises `OSError`.
    """
    if folder.is_symlink() or not folder.is_dir():
        return 0
    own = [folder / name for name in names if is_plain_name(name) and is_own(folder / name)]
    for path in own:
        path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
    return len(own)
