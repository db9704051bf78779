"""The source of an import, of any format, read so that the work can be stopped at any moment."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from app.errors import BadInput
from app.exchange import open_imports
from app.exchange.open_source import ChooseCrowd, Crowd, OpenedSource, open_source, read_opened
from app.library.unpacked import unpacked_for
from app.settings import Settings
from storage.database import Database
from storage.imports import Import
from storage.regular_files import is_regular
from storage.youtube_vis import VisDataset, no_check


@dataclass(frozen=True)
class ReadSettings:
    """How a source is read; see `app.exchange.open_source.read_opened`.

    bare: ids of the videos that are imported, without their tracks; None: all videos with their tracks.
    """

    keep_good: bool = False
    crowd: Crowd = "ask"
    choose_crowd: ChooseCrowd | None = None
    bare: frozenset[int] | None = None


AS_IT_IS = ReadSettings()


@dataclass(frozen=True)
class ImportFile:
    """A source with its content and SHA-256, the folder of its pictures, and the stride of its annotations.

    left_out: a sentence for each video with an error, if only the good ones are wanted.
    """

    opened: OpenedSource
    digest: str
    dataset: VisDataset
    frames: Path
    stride: int | None
    left_out: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file, archive or folder as it was given."""
        return self.opened.given

    def open_import(self, tx: Connection, project_id: str | None) -> Import | None:
        """The open import of this file into a project, if there is one."""
        if project_id is None:
            return None
        return open_imports.find_open(
            tx, project_id, digest=self.digest, frames=str(self.frames.absolute()), stride=self.stride
        )


@contextmanager
def read_source(
    database: Database,
    settings: Settings,
    file: Path,
    frames_folder: Path | None,
    stride: int | None,
    check: Callable[[], None],
    how: ReadSettings,
) -> Iterator[ImportFile]:
    """Read a file, archive or folder; ``check`` is called often, and an error that it raises ends the reading.

    Without ``frames_folder`` the pictures are looked for where the content says, or beside it. An archive is unpacked
    into the data folder; at the end of the block, or if it cannot be read, that is gone unless a video uses it.

    Raises `BadInput`, `storage.formats.FormatError`, `storage.youtube_vis.YouTubeVisError`.
    """
    if stride is not None and stride < 1:
        raise BadInput(f"Every {stride}th frame cannot be annotated; give 1 or more.")
    if frames_folder is not None and not frames_folder.exists():
        raise BadInput(f"There is no folder {frames_folder}; give the folder that holds the frames of {file.name}.")
    # A folder is recognised before the names in it are listed: it may hold anything.
    digest = "" if file.is_dir() else file_digest(file, check)
    with unpacked_for(database, settings, digest) as unpacked:
        opened = open_source(file, unpacked, check)
        digest = digest or source_digest(file, check)
        content = read_opened(
            opened,
            frames=frames_folder,
            keep_good=how.keep_good,
            crowd=how.crowd,
            choose=how.choose_crowd,
            check=check,
        )
        pictures = frames_folder or content.pictures or opened.folder
        dataset = content.dataset if how.bare is None else _bare(content.dataset, how.bare)
        yield ImportFile(opened, digest, dataset, pictures, stride, content.left_out)


def _bare(dataset: VisDataset, wanted: frozenset[int]) -> VisDataset:
    """The videos with these ids, without any track."""
    return replace(dataset, videos=tuple(video for video in dataset.videos if video.id in wanted), tracks=())


def source_digest(path: Path, check: Callable[[], None] = no_check) -> str:
    """SHA-256 of a file, or of the names, sizes and times of the files in a folder; raises `BadInput`."""
    if not path.is_dir():
        return file_digest(path, check)
    digest = hashlib.sha256()
    for one in sorted(path.rglob("*")):
        check()
        if one.is_file():
            facts = one.stat()
            digest.update(
                f"{one.relative_to(path).as_posix()}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode(errors="replace")
            )
    return digest.hexdigest()


def file_digest(file: Path, check: Callable[[], None] = no_check) -> str:
    """SHA-256 of a file; raises `BadInput` if it cannot be read."""
    digest = hashlib.sha256()
    try:
        if not is_regular(file):
            raise BadInput(f"The file {file} is no file but a pipe, socket or device; give a file or a folder.")
        with file.open("rb") as content:
            while part := content.read(1 << 22):
                check()
                digest.update(part)
    except OSError as error:
        raise BadInput(f"The file {file} cannot be read ({error.strerror}).") from error
    return digest.hexdigest()
