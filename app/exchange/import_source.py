"""The YouTube-VIS file of an import, read so that the work can be stopped at any moment."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from app.errors import BadInput
from app.exchange import open_imports
from storage.imports import Import
from storage.regular_files import is_regular
from storage.youtube_vis import VisDataset, no_check, read_dataset


@dataclass(frozen=True)
class ImportFile:
    """A file with its content and SHA-256, the folder of its pictures, and the stride of its annotations."""

    path: Path
    digest: str
    dataset: VisDataset
    frames: Path
    stride: int | None

    def open_import(self, tx: Connection, project_id: str | None) -> Import | None:
        """The open import of this file into a project, if there is one."""
        if project_id is None:
            return None
        return open_imports.find_open(
            tx, project_id, digest=self.digest, frames=str(self.frames.absolute()), stride=self.stride
        )


def read_source(file: Path, frames_folder: Path, stride: int | None, check: Callable[[], None]) -> ImportFile:
    """Read a file; ``check`` is called often, and an error that it raises ends the reading.

    Raises `BadInput`, `storage.youtube_vis.YouTubeVisError`.
    """
    digest = file_digest(file, check)
    dataset = read_dataset(file, check=check)
    if stride is not None and stride < 1:
        raise BadInput(f"Every {stride}th frame cannot be annotated; give 1 or more.")
    if not frames_folder.is_dir() and not (stride is not None and frames_folder.is_file()):
        raise BadInput(f"There is no folder {frames_folder}; give the folder that holds the frames of {file.name}.")
    return ImportFile(file, digest, dataset, frames_folder, stride)


def file_digest(file: Path, check: Callable[[], None] = no_check) -> str:
    """SHA-256 of a file; raises `BadInput` if it cannot be read."""
    digest = hashlib.sha256()
    try:
        if not is_regular(file):
            raise BadInput(f"The file {file} is no file but a folder, pipe, socket or device; give the JSON file.")
        with file.open("rb") as content:
            while part := content.read(1 << 22):
                check()
                digest.update(part)
    except OSError as error:
        raise BadInput(f"The file {file} cannot be read ({error.strerror}).") from error
    return digest.hexdigest()
