"""Files that came through the page and wait for their job, each in a folder of its own that an id names.

A job names its upload by this id and the file's name, never by a path. Half of the id is chance, the other half is made
from the file's name, so that what a person puts into these folders, even beside an upload, is never taken for one.
"""

import hashlib
import logging
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import BadInput
from app.own_files import is_plain_name, remove_own

log = logging.getLogger(__name__)
ID = re.compile(r"[0-9a-f]{32}")
# Folders in the data folder: files to import into a project, and checkpoint files.
IMPORTS = "imports"
CHECKPOINTS = "uploads"


@dataclass(frozen=True)
class Upload:
    """The file ``name`` in the folder ``id`` of ``folder``. Raises `BadInput` unless the id was made for it."""

    folder: Path
    id: str
    name: str

    def __post_init__(self) -> None:
        if not belongs(self.id, self.name):
            raise BadInput("The job names an upload that this program did not make; choose the file again.")

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.folder / self.id / self.name

    @property
    def parameters(self) -> dict[str, str]:
        """How a job names it."""
        return {"upload": self.id, "file": self.name}

    def remove(self) -> None:
        """Removes the file and its folder, but nothing that somebody else put there; the log says what stays."""
        try:
            remove_own(self.path.parent, [self.name])
        except OSError as error:
            log.warning("The upload %s could not be removed: %s", self.path, error)


def belongs(upload_id: object, name: object) -> bool:
    """Whether an upload of this id has its file under this name."""
    if not isinstance(upload_id, str) or not isinstance(name, str):
        return False
    return ID.fullmatch(upload_id) is not None and is_plain_name(name) and upload_id.endswith(_mark(name))


def keep(folder: Path, temporary: str) -> Upload:
    """Keeps a file that came through a form for its job.

    The form's own file stays where it is (a link costs no room), so that pressing the button again works without
    choosing the file again; the server clears old ones away when it starts. Raises `BadInput`: it is not there any
    more, or there is no room.
    """
    source = Path(temporary)
    if not source.is_file():
        raise BadInput(f"The server no longer has {source.name}; choose the file again.")
    upload = Upload(folder, uuid.uuid4().hex[:16] + _mark(source.name), source.name)
    upload.path.parent.mkdir(parents=True)
    try:
        _link(source, upload.path)
    except OSError as error:
        upload.remove()
        raise BadInput(f"The file {source.name} could not be kept ({error.strerror or error}); make room.") from error
    return upload


@contextmanager
def file_of_job(folder: Path, parameters: Mapping[str, Any], *, typed: str) -> Iterator[Path]:
    """The file that a job names: an upload, which is removed at the end, or the path under the key ``typed``.

    What a path leads to stays, wherever it is: a person typed it, or an older version of this program queued the job.
    A `BadInput` from within names an upload as the person knows it, not by where it was kept.
    """
    if "upload" not in parameters:
        yield Path(parameters[typed])
        return
    upload = Upload(folder, parameters["upload"], parameters["file"])
    try:
        yield upload.path
    except BadInput as error:
        raise BadInput(str(error).replace(str(upload.path), upload.name)) from error
    finally:
        upload.remove()


def _mark(name: str) -> str:
    # Some file systems write an accent as a sign of its own.
    plain = unicodedata.normalize("NFC", name)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # The temporary folder may be on another disk, or on one that has no links.
        shutil.copyfile(source, target)
