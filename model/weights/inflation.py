"""Judges files of PyTorch before they are read: a small file must not grow to gigabytes of memory.

PyTorch stores the records of its zip archives unpacked. A packed archive is read as well, but a hostile one may unpack
to a thousand times its size, or list the same bytes many times. A pickle of one-byte instructions needs about sixty
times its size in memory, so its instructions are counted first; those of a real checkpoint are some ten thousand.
"""

import pickletools
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

from model.weights.foreign import is_archive

MOST_GROWTH = 2  # of all records together, in sizes of the file
SLACK_BYTES = 16 << 20
LONGEST_PICKLE = 64 << 20  # bytes
MOST_INSTRUCTIONS = 4_000_000
BETWEEN_CHECKS = 10_000  # instructions
# What pickletools raises for bytes that are no pickle.
_BROKEN = (ValueError, LookupError, EOFError, zipfile.BadZipFile, zlib.error)
PICKLES_OF_OLD_FILES = 5  # magic number, protocol, machine, content, keys of the storages; then raw numbers


def growth_problem(path: Path, *, check: Callable[[], None] = lambda: None) -> str | None:
    """Why the PyTorch file must not be read, as a part of a sentence; None if it may. Raises OSError.

    ``check`` is called from time to time; what it raises ends the reading. A file that is no archive and no pickle is
    left to the reader, which refuses it.
    """
    if is_archive(path):
        return _archive_problem(path, check)
    with path.open("rb") as file:
        return next((found for _ in range(PICKLES_OF_OLD_FILES) if (found := _pickle_problem(file, check))), None)


def _archive_problem(path: Path, check: Callable[[], None]) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            records = archive.infolist()
            unpacked, size = sum(record.file_size for record in records), path.stat().st_size
            if unpacked > MOST_GROWTH * size + SLACK_BYTES:
                return f"its {size} bytes would unpack to {unpacked}, which no checkpoint does"
            for record in records:
                if record.filename.endswith(".pkl"):
                    if record.file_size > LONGEST_PICKLE:
                        return f"its description has {record.file_size} bytes, which no checkpoint has"
                    with archive.open(record) as file:
                        problem = _pickle_problem(file, check)
                    if problem:
                        return problem
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        return None  # damaged: the reader has the sentence for that
    return None


def _pickle_problem(file: IO[bytes], check: Callable[[], None]) -> str | None:
    """Reads one pickle to its end without building anything."""
    try:
        for count, _ in enumerate(pickletools.genops(file)):
            if count % BETWEEN_CHECKS == 0:
                check()
            if count > MOST_INSTRUCTIONS:
                return f"its description has over {MOST_INSTRUCTIONS} instructions, which no checkpoint has"
    except _BROKEN:
        return None  # the reader has the sentence for that
    return None
