"""How long imports and exports of 20,000 masks take, against the floor measured in the same run.

The floor does the same with the libraries alone: JSON parsed or written, the masks counted by pycocotools, the same
rows stored in or read from SQLite, and the pictures copied.
"""

import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pycocotools import mask as mask_api

from app.exchange.exporting import export_dataset
from app.exchange.importing import import_dataset
from app.settings import Settings, make_settings
from storage import projects
from storage.database import Database
from storage.youtube_vis import read_dataset, write_dataset
from tests.benchmarks._tables import Table, options, show
from tests.benchmarks.imports import MASKS, SIZE, write_file

VIDEOS, TRACKS, FRAMES = 20, 10, 100
AT_ONCE = 255  # pycocotools counts the masks of one call in eight bits
STORED = ("blobs", "videos", "tracks", "edits", "edit_rows", "masks")
coco: Any = mask_api


@dataclass(frozen=True)
class Measured:
    """Seconds of one use case and of its floor, on the clock and of the processor."""

    name: str
    seconds: float
    cpu_seconds: float
    floor_seconds: float
    floor_cpu_seconds: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        times = (self.seconds, self.floor_seconds, self.cpu_seconds, self.floor_cpu_seconds)
        takes, floor, cpu, floor_cpu = (f"{value:.2f} s" for value in times)
        ratios = (self.seconds / self.floor_seconds, self.cpu_seconds / self.floor_cpu_seconds)
        on_clock, of_processor = (f"{ratio:.1f}" for ratio in ratios)
        return (self.name, takes, floor, on_clock, cpu, floor_cpu, of_processor)


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds that some work takes: on the clock, and of the processor."""
    began, began_cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - began_cpu


def measured_codes(top: dict[str, Any]) -> list[Any]:
    """The masks of a file as compressed codes, with their areas and boxes."""
    found = [mask for track in top["annotations"] for mask in track["segmentations"] if mask is not None]
    codes = [coco.frPyObjects(mask, *mask["size"]) if isinstance(mask["counts"], list) else mask for mask in found]
    for first in range(0, len(codes), AT_ONCE):
        coco.area(codes[first : first + AT_ONCE])
        coco.toBbox(codes[first : first + AT_ONCE])
    return codes


def import_floor(file: Path, database: Path, folder: Path) -> tuple[float, float]:
    """Seconds to parse the file, count its masks, and store the rows that an import has left in ``database``."""
    with sqlite3.connect(database) as filled:
        rows = {name: filled.execute(f"SELECT * FROM {name}").fetchall() for name in STORED}
    empty = folder / "floor.sqlite"
    with Database.open(f"sqlite:///{empty}"):
        pass

    def work() -> None:
        measured_codes(json.loads(file.read_bytes()))
        with sqlite3.connect(empty) as target:
            target.execute("PRAGMA synchronous=NORMAL")
            for name, listed in rows.items():
                places = ",".join("?" * len(listed[0]))
                target.executemany(f"INSERT INTO {name} VALUES ({places})", listed)

    return timed(work)


def export_floor(file: Path, database: Path, folder: Path, pictures: Path | None) -> tuple[float, float]:
    """Seconds to read the rows, count the masks, write the same JSON, and copy the pictures."""
    top = json.loads(file.read_bytes())

    def work() -> None:
        with sqlite3.connect(database) as filled:
            for name in ("tracks", "masks", "blobs"):
                filled.execute(f"SELECT * FROM {name}").fetchall()
        measured_codes(top)
        (folder / "floor.json").write_text(json.dumps(top, separators=(",", ":")))
        if pictures is not None:
            for path in sorted(pictures.rglob("*.png")):
                target = folder / "floor" / path.relative_to(pictures)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)

    return timed(work)


def measure(folder: Path) -> list[Measured]:
    """Import a file of lists of runs, and export it without and with its pictures."""
    write_file(folder, videos=VIDEOS, tracks=TRACKS, frames=FRAMES)
    file = folder / "runs.json"
    write_dataset(file, read_dataset(folder / "instances.json"))
    settings = make_settings(data=str(folder / "data"), environment={})
    settings.make_folders()
    place = Path(settings.database_url.removeprefix("sqlite:///"))
    with Database.open(settings.database_url) as database:
        with database.atomic() as tx:
            project = projects.create_project(tx, name="imported")
        imported = timed(lambda: bring(database, settings, project.id, file, folder / "frames"))

        def export(name: str, *, pictures: bool) -> tuple[float, float]:
            out = folder / name
            return timed(lambda: export_dataset(database, project_id=project.id, out=out, with_frames=pictures))

        bare, whole = export("bare", pictures=False), export("whole", pictures=True)
    floors = (
        import_floor(file, place, folder),
        export_floor(file, place, folder, None),
        export_floor(file, place, folder, folder / "frames"),
    )
    names = ("import", "export without pictures", f"export with {VIDEOS * FRAMES:,} pictures")
    measured = zip(names, (imported, bare, whole), floors, strict=True)
    return [Measured(name, *own, *floor) for name, own, floor in measured]


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
