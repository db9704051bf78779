"""Files and folders that are made in a folder of the program and appear there together with their row in the database.

Between the move to the final place and the end of the transaction, a process can be killed. The temporary folder of
such a process therefore holds a record of the place and of the files that were moved there, by their identity on the
disk; `remove_arrival` finds them by it.
"""

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from storage.atomic import put_in_place, work_folder

_RECORD = "arrival.json"


@dataclass
class Arrival:
    """A file or folder on its way to ``wanted``. ``content`` is where it is made; ``place`` where it is, once put."""

    folder: Path
    wanted: Path
    place: Path | None = field(default=None)

    @property
    def content(self) -> Path:
        """The path at which the file or folder is to be made; it ends as ``wanted`` does, and may hold any name."""
        return self.folder / f"content{self.wanted.suffix}"

    def put(self) -> Path:
        """Move the finished content to ``wanted``, or beside it where that is taken; returns the place.

        What is at the place already is never replaced, also if it appears at the same moment. Raises OSError.
        """
        as_folder = self.content.is_dir()
        path = self.wanted
        while True:
            if os.path.lexists(path):
                path = self.wanted.with_name(f"{self.wanted.stem}-{uuid.uuid4().hex[:8]}{self.wanted.suffix}")
            self._record(path)
            try:
                path.mkdir() if as_folder else path.touch(exist_ok=False)
                break
            except FileExistsError:
                continue
        self.place = path
        if as_folder:
            # One by one: not every system renames a folder onto an empty one, and a gap would let another claim it.
            for entry in self.content.iterdir():
                entry.rename(path / entry.name)
        else:
            put_in_place(self.content, path)
        return path

    def _record(self, path: Path) -> None:
        files = [entry for entry in self.content.iterdir()] if self.content.is_dir() else [self.content]
        own = {entry.name if self.content.is_dir() else "": _identity(entry) for entry in files}
        (self.folder / _RECORD).write_text(json.dumps({"place": path.name, "files": own}), encoding="utf-8")


@contextmanager
def arriving(wanted: Path) -> Iterator[Arrival]:
    """An `Arrival` for ``wanted``; in the block the content is made, put, and its row is stored.

    After an error in the block nothing is left, neither in the temporary folder nor at the place. Raises OSError.
    """
    with work_folder(wanted) as folder:
        arrival = Arrival(folder, wanted)
        try:
            yield arrival
        except BaseException:
            if arrival.place is not None and arrival.place.is_dir():
                shutil.rmtree(arrival.place, ignore_errors=True)
            elif arrival.place is not None:
                arrival.place.unlink(missing_ok=True)
            raise


def remove_arrival(folder: Path, *, has_row: Callable[[Path], bool]) -> None:
    """Remove what a killed process moved from the temporary ``folder`` to a place for which there is no row.

    Only the very files that were moved are removed: what a person has put in their place stays. Raises OSError.
    """
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        place, files = folder.parent / str(record["place"]), dict(record["files"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        # Nothing was moved yet, or the record was not finished.
        return
    if place.parent != folder.parent or place.is_symlink() or has_row(place):
        return
    for name, identity in files.items():
        path = place / name if name else place
        # An empty file without a row: the process was killed between claiming the place and moving the file there.
        if path.is_file() and not path.is_symlink() and (_identity(path) == identity or not path.stat().st_size):
            path.unlink()
    if place.is_dir() and not any(place.iterdir()):
        place.rmdir()


def _identity(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_dev, found.st_ino]
