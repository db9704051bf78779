"""Warnings of libraries go to a log: they name files of the installation, and a person can do nothing about them."""

import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

LOG = "warnings.log"


@contextmanager
def logged_warnings(logs: Path) -> Iterator[None]:
    """Within the block, Python's warnings are lines of ``warnings.log`` in the folder ``logs`` instead of stderr.

    The folder is made for the first of them. Python's own options (``-W``, ``PYTHONWARNINGS``) leave them as they are.
    """
    if sys.warnoptions:
        yield
        return
    before = warnings.showwarning

    def log(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = " ".join(str(message).split())
        try:
            logs.mkdir(parents=True, exist_ok=True)
            with (logs / LOG).open("a", encoding="utf-8", errors="backslashreplace") as lines:
                lines.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {category.__name__}: {text} ({filename}:{lineno})\n")
        except OSError:
            # The folder cannot be written; then the warning is better seen than lost.
            before(message, category, filename, lineno, file, line)

    warnings.showwarning = log
    try:
        yield
    finally:
        warnings.showwarning = before
