"""How long imports and exports of 20,000 masks take, against the floor measured in the same run.

The floor does the same with the libraries alone: JSON parsed or written, the masks counted by pycocotools, the same
rows stored in or read from SQLite, and the pictures copied. Each use case and its floor take turns, so that other work
of the machine slows both alike; the figures are medians over the rounds.
"""

import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

from pycocotools import mask as mask_api

from app.exchange.export_choice import ExportChoice
from app.exchange.exporting import export_dataset
from app.exchange.importing import import_dataset
from app.settings import Settings, make_settings
from storage import projects
from storage.database import Database
from storage.youtube_vis import read_dataset, write_dataset
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks.imports import MASKS, SIZE, write_file

VIDEOS, TRACKS, FRAMES = 20, 10, 100
ROUNDS = 5
AT_ONCE = 255  # pycocotools counts the masks of one call in eight bits
STORED = ("blobs", "videos", "tracks", "edits", "edit_rows", "masks")
coco: Any = mask_api


@dataclass(frozen=True)
class Spent:
    """Seconds of some work: on the clock, and of the processor."""

    clock: float
    cpu: float


@dataclass(frozen=True)
class Measured:
    """A use case and its floor, each once in every round."""

    name: str
    own: tuple[Spent, ...]
    floor: tuple[Spent, ...]

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        clock = [median(one.clock for one in side) for side in (self.own, self.floor)]
        cpu = [median(one.cpu for one in side) for side in (self.own, self.floor)]
        found = ((f"{own:.2f} s", f"{floor:.2f} s", f"{own / floor:.1f}") for own, floor in (clock, cpu))
        return (self.name, *chain.from_iterable(found))


def spent(work: Callable[[], Any]) -> Spent:
    """What some work takes."""
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - began, time.process_time() - began_cpu)


def measured_codes(top: dict[str, Any]) -> list[Any]:
    """The masks of a file as compressed codes, with their areas and boxes."""
    found = [mask for track in top["annotations"] for mask in track["segmentations"] if mask is not None]
    codes = [coco.frPyObjects(mask, *mask["size"]) if isinstance(mask["counts"], list) else mask for mask in found]
    for first in range(0, len(codes), AT_ONCE):
        coco.area(codes[first : first + AT_ONCE])
        coco.toBbox(codes[first : first + AT_ONCE])
    return codes


def import_floor(file: Path, filled: Path, folder: Path) -> Spent:
    """To parse the file, count its masks, and store the rows that an import has left in the database ``filled``."""
    with closing(sqlite3.connect(filled)) as source:
        rows = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in STORED}
    empty = folder / "floor.sqlite"
    with Database.open(f"sqlite:///{empty}"):
        pass

    def work() -> None:
        measured_codes(json.loads(file.read_bytes()))
        with closing(sqlite3.connect(empty)) as target, target:
            target.execute("PRAGMA synchronous=NORMAL")
            for name, listed in rows.items():
                places = ",".join("?" * len(listed[0]))
                target.executemany(f"INSERT INTO {name} VALUES ({places})", listed)

    return spent(work)


def export_floor(top: dict[str, Any], filled: Path, folder: Path, pictures: Path | None) -> Spent:
    """To read the rows, count the masks, write the same JSON, and copy the pictures."""

    def work() -> None:
        with closing(sqlite3.connect(filled)) as source:
            for name in ("tracks", "masks", "blobs"):
                source.execute(f"SELECT * FROM {name}").fetchall()
        measured_codes(top)
        (folder / "floor.json").write_text(json.dumps(top, separators=(",", ":")))
        if pictures is not None:
            for path in sorted(pictures.rglob("*.png")):
                target = folder / "floor" / path.relative_to(pictures)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)

    return spent(work)


def round_of(folder: Path, file: Path, frames: Path) -> Iterator[tuple[Spent, Spent]]:
    """An import of a file of lists of runs, and exports without and with pictures; each with its floor at once."""
    settings = make_settings(data=str(folder / "data"), environment={})
    settings.make_folders()
    filled = Path(settings.database_url.removeprefix("sqlite:///"))
    with Database.open(settings.database_url) as database:
        with database.atomic() as tx:
            project = projects.create_project(tx, name="imported")
        imported = spent(lambda: bring(database, settings, project.id, file, frames))
        yield imported, import_floor(file, filled, folder)
        top = json.loads(file.read_bytes())
        for pictures in (None, frames):
            out = folder / ("bare" if pictures is None else "whole")
            choice = ExportChoice(pictures="none" if pictures is None else "jpg")
            own = spent(partial(export_dataset, database, project_id=project.id, out=out, choice=choice))
            yield own, export_floor(top, filled, folder, pictures)


def measure(folder: Path) -> list[Measured]:
    """The use cases over all rounds; the first round only warms up."""
    write_file(folder, videos=VIDEOS, tracks=TRACKS, frames=FRAMES)
    file, rounds = folder / "runs.json", []
    write_dataset(file, read_dataset(folder / "instances.json"))
    for number in range(ROUNDS + 1):
        progress(f"round {number} of {ROUNDS}")
        with tempfile.TemporaryDirectory(dir=folder) as place:
            rounds.append(list(round_of(Path(place), file, folder / "frames")))
    names = ("import", "export without pictures", f"export with {VIDEOS * FRAMES:,} pictures")
    by_case = zip(*rounds[1:], strict=True)
    return [Measured(name, *zip(*pairs, strict=True)) for name, pairs in zip(names, by_case, strict=True)]


def bring(database: Database, settings: Settings, project_id: str, file: Path, frames: Path) -> None:
    """Import the file."""
    done = import_dataset(database, settings, project_id=project_id, file=file, frames_folder=frames)
    if done.masks != MASKS:
        raise RuntimeError(f"{done.masks} masks came in instead of {MASKS}.")


def table(rows: Sequence[Measured]) -> Table:
    """The table of the README."""
    return Table(
        f"{MASKS:,} masks of {SIZE[1]} x {SIZE[0]} pixels",
        ("what", "takes", "floor", "times the floor", "processor", "its floor", "times"),
        [row.cells for row in rows],
        facts={"rows": [asdict(row) for row in rows]},
        timed=True,
    )


def main() -> None:
    asked = options(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    show(table(rows), asked)


if __name__ == "__main__":
    main()
