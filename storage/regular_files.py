"""Distinguishes regular files from pipes, sockets and devices, because reading those could block or never end."""

import os
import stat
from pathlib import Path


def may_be_read(path: Path) -> bool:
    """Whether ``path`` is a regular file; False also where there is nothing, or a link that leads nowhere."""
    try:
        return is_regular(path)
    except OSError:
        return False


def is_regular(path: str | os.PathLike[str]) -> bool:
    """Whether ``path`` is a regular file, links followed; raises OSError where there is nothing."""
    return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
