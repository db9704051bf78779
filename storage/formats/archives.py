"""Unpacks zip archives and gzip files into a folder, after their sizes and names were judged."""

import gzip
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

from storage.formats.errors import FormatError, refuse
from storage.regular_files import may_be_read

MOST_FILES = 1_000_000
MOST_GROWTH = 100  # of all files together, in sizes of the archive; pictures do not shrink, masks as text do
SLACK_BYTES = 256 << 20
SPARE_BYTES = 512 << 20  # free on the disk afterwards
_PART = 1 << 20
_DAMAGED = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error)

Check = Callable[[], None]


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive or a gzip file, by its first bytes; False for what is no file."""
    if not may_be_read(path):
        return False
    with path.open("rb") as file:
        start = file.read(4)
    return start[:2] == b"\x1f\x8b" or start in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(path: Path, folder: Path, check: Check = lambda: None) -> Path:
    """Unpack an archive into an empty folder; returns the folder, or the one file of a gzip.

    Names that lead out of the folder, links, encrypted files and archives that grow beyond measure are refused before
    anything is written. ``check`` is called between parts; what it raises ends the work. Raises FormatError, OSError.
    """
    with path.open("rb") as file:
        if file.read(2) == b"\x1f\x8b":
            return _gunzip(path, folder, check)
    try:
        with zipfile.ZipFile(path) as archive:
            records = _judged(path, archive, folder)
            for record, place in records:
                check()
                _unpack_one(archive, record, place, f"{path}: {record.filename}", check)
    except FormatError:
        raise
    except _DAMAGED as error:
        refuse(str(path), f"this zip archive is damaged or cannot be read ({str(error) or type(error).__name__})")
    return folder


def _unpack_one(archive: zipfile.ZipFile, record: zipfile.ZipInfo, place: Path, where: str, check: Check) -> None:
    """Unpack a file of an archive; what the system refuses is an OSError with the place in the archive."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(record) as source, place.open("xb") as target:
            # `file_size` is what the archive states, so the content is measured again.
            _copy(source, target, record.file_size, where, check)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), where) from error


def _judged(path: Path, archive: zipfile.ZipFile, folder: Path) -> list[tuple[zipfile.ZipInfo, Path]]:
    """The files of an archive with their places. Raises FormatError."""
    where = str(path)
    # `ZipInfo.is_dir` of some versions of Python fails for an empty name.
    records = [record for record in archive.infolist() if not record.filename.endswith("/")]
    if len(records) > MOST_FILES:
        refuse(where, f"this archive has {len(records)} files, more than {MOST_FILES}")
    _check_growth(path, sum(record.file_size for record in records), folder)
    placed: dict[Path, zipfile.ZipInfo] = {}
    for record in records:
        name = f"{where}: {record.filename!r}"
        parts = PurePosixPath(record.filename.replace("\\", "/")).parts
        if not parts:
            refuse(where, "has a file without a name, so it is damaged")
        if ".." in parts or PurePosixPath(*parts).is_absolute() or ":" in parts[0] or "\0" in parts[-1]:
            refuse(name, "leads out of the archive's folder, so nothing of it is unpacked")
        if stat.S_ISLNK(record.external_attr >> 16):
            refuse(name, "is a link, which no data set needs; pack the files themselves")
        if record.flag_bits & 1:
            refuse(name, "is encrypted; unpack it yourself and give the folder")
        if parts[0] == "__MACOSX" or parts[-1].startswith("._"):
            continue
        place = folder.joinpath(*parts)
        if place in placed:
            refuse(name, "is in the archive twice")
        placed[place] = record
    for place, record in placed.items():
        if any(above in placed for above in place.parents):
            refuse(f"{where}: {record.filename!r}", "lies in another file of the archive, which is no folder")
    return [(record, place) for place, record in placed.items()]


def _gunzip(path: Path, folder: Path, check: Check) -> Path:
    place = folder / (path.stem if path.suffix.lower() == ".gz" else path.name)
    most = MOST_GROWTH * path.stat().st_size + SLACK_BYTES
    most = min(most, max(shutil.disk_usage(folder).free - SPARE_BYTES, 0))
    try:
        with gzip.open(path) as source, place.open("xb") as target:
            _copy(source, target, most, str(path), check)
    except FormatError:
        raise
    except (*_DAMAGED, gzip.BadGzipFile) as error:
        refuse(str(path), f"this gzip file is damaged ({str(error) or type(error).__name__})")
    return place


def _check_growth(path: Path, unpacked: int, folder: Path) -> None:
    size = path.stat().st_size
    if unpacked > MOST_GROWTH * size + SLACK_BYTES:
        refuse(str(path), f"its {size:,} bytes would unpack to {unpacked:,}, which no data set does")
    free = shutil.disk_usage(folder).free
    if unpacked > free - SPARE_BYTES:
        refuse(str(path), f"it unpacks to {unpacked:,} bytes, but the disk has {free:,} left; make room")


def _copy(source: IO[bytes] | gzip.GzipFile, target: IO[bytes], most: int, where: str, check: Check) -> None:
    written = 0
    while part := source.read(_PART):
        check()
        written += len(part)
        if written > most:
            refuse(where, f"unpacks to more than {most:,} bytes, which was not to be expected")
        target.write(part)
