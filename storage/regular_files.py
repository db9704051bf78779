"""Distinguishes regular files from pipes, sockets and devices, because reading those could block or never end."""

import os
import stat


def is_regular(path: str | os.PathLike[str]) -> bool:
    """Whether ``path`` is a regular file, links followed; raises OSError where there is nothing."""
    return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
