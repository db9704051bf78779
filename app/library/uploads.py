"""Uploaded files that wait for their job, each in a folder of its own, named by an id.

A job names its upload by this id and the name of the file, never by a path. Half of the id is random, the other half is
a hash of the file name, so that a file that a person puts into these folders is never mistaken for an upload.
"""

import hashlib
import logging
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import BadInput, CannotStore
from app.own_files import is_plain_name, remove_own

log = logging.getLogger(__name__)
ID = re.compile(r"[0-9a-f]{32}")
# Folders in the data folder: files to import into a project, and checkpoint files.
IMPORTS = "imports"
CHECKPOINTS = "uploads"


@dataclass(frozen=True)
class Upload:
    """The file ``name`` in the folder ``id`` of ``folder``. Raises `BadInput` if the id was not made for this name."""

    folder: Path
    id: str
    name: str

    def __post_init__(self) -> None:
        if not belongs(self.id, self.name):
            raise BadInput("The job names an upload that this program did not make; choose the file again.")

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self.folder / self.id / self.name

    @property
    def parameters(self) -> dict[str, str]:
        """The job parameters that name this upload."""
        return {"upload": self.id, "file": self.name}

    def remove(self) -> None:
        """Remove the file and its folder, but no other file in it; a failure is logged."""
        try:
            remove_own(self.path.parent, [self.name])
        except OSError as error:
            log.warning("The upload %s could not be removed: %s", self.path, error)


def belongs(upload_id: object, name: object) -> bool:
    """Whether an upload with this id can have a file of this name."""
    if not isinstance(upload_id, str) or not isinstance(name, str):
        return False
    return ID.fullmatch(upload_id) is not None and is_plain_name(name) and upload_id.endswith(_mark(name))


def keep(folder: Path, temporary: str) -> Upload:
    """Keep an uploaded file for its job.

    Gradio's file stays too (a hard link takes no space), so that the button can be pressed again without choosing the
    file again; old files are removed when the server starts. Raises `BadInput` if the file is gone, `CannotStore`.
    """
    source = Path(temporary)
    if not source.is_file():
        raise BadInput(f"The server no longer has {source.name}; choose the file again.")
    upload = Upload(folder, uuid.uuid4().hex[:16] + _mark(source.name), source.name)
    try:
        upload.path.parent.mkdir(parents=True)
        _link(source, upload.path)
    except OSError as error:
        upload.remove()
        raise CannotStore(f"The file {source.name} could not be kept", error) from error
    return upload


@contextmanager
def file_of_job(
    folder: Path,
    parameters: Mapping[str, Any],
    *,
    typed: str,
    kept_after: Callable[[BaseException], bool] = lambda error: False,
) -> Iterator[Path]:
    """The file of a job: an upload, which is removed at the end, or the path under the key ``typed``.

    After an error for which ``kept_after`` is true the upload stays, for a job that goes on with it. The file of a path
    stays always: a person typed it, or an older version of this program queued the job. In a `BadInput` of the block,
    the path of an upload is replaced by its original name.
    """
    if "upload" not in parameters:
        yield Path(parameters[typed])
        return
    upload = Upload(folder, parameters["upload"], parameters["file"])
    try:
        yield upload.path
    except BaseException as error:
        if not kept_after(error):
            upload.remove()
        if isinstance(error, BadInput) and str(upload.path) in str(error):
            raise BadInput(str(error).replace(str(upload.path), upload.name)) from error
        raise
    upload.remove()


def _mark(name: str) -> str:
    # Some file systems store an accent as a separate character.
    plain = unicodedata.normalize("NFC", name)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # The temporary folder may be on another disk, or the file system has no hard links.
        shutil.copyfile(source, target)
