"""How long a person's edit waits while another process imports 20,000 masks: one long video, or many short ones.

The edits are single strokes, one after another, each on the disk at its end, as the server stores them.
"""

import json
import multiprocessing
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.exchange.importing import import_dataset
from app.settings import make_settings
from storage import edits, projects, rle
from storage.database import Database, DatabaseError
from storage.edits import Change, Edit
from tests.benchmarks._tables import Table, milliseconds, options, show
from tests.benchmarks.store import mask_at, new_video

MASKS = 20_000
SIZE = (640, 360)
PATIENCE_SECONDS = 25.0  # of the server with a stroke


@dataclass(frozen=True)
class Waits:
    """The edits that were stored while an import ran: their number, and how many were refused; times in ms."""

    name: str
    import_seconds: float
    edits: int
    refused: int
    median_ms: float
    p95_ms: float
    longest_ms: float

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        times = (milliseconds(value) for value in (self.median_ms, self.p95_ms, self.longest_ms))
        return (self.name, f"{self.import_seconds:.1f} s", str(self.edits), str(self.refused), *times)


def outline(seed: int) -> np.ndarray:
    """A mask with an outline as uneven as a drawn one: bool, height x width."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    angle = np.arctan2(rows - 180, columns - 320)
    radius = 90 + sum(rng.normal(0, 12 / k) * np.sin(k * angle + rng.uniform(0, 6)) for k in range(1, 12))
    return np.asarray(np.hypot(rows - 180, columns - 320) < radius)


def moved(shape: np.ndarray, number: int) -> dict[str, Any]:
    """The COCO RLE of a shape at a place that no other number has, so that no two masks are the same."""
    return dict(rle.encode(np.roll(shape, (number % 150 - 75, number // 150 % 300 - 150), axis=(0, 1))))


def write_file(folder: Path, *, videos: int, tracks: int, frames: int) -> Path:
    """A YouTube-VIS file with ``videos * tracks * frames`` masks, and its pictures below ``frames``."""
    shapes = [outline(seed) for seed in range(60)]
    picture = folder / "picture.png"
    Image.new("RGB", SIZE).save(picture)
    listed, annotations = [], []
    for number in range(1, videos + 1):
        names = [f"v{number:03d}/{k:05d}.png" for k in range(frames)]
        (folder / "frames" / f"v{number:03d}").mkdir(parents=True)
        for name in names:
            (folder / "frames" / name).hardlink_to(picture)
        listed.append({"id": number, "width": SIZE[0], "height": SIZE[1], "length": frames, "file_names": names})
        for _ in range(tracks):
            first = len(annotations) * frames
            found = [moved(shapes[(first + k) % len(shapes)], (first + k) // len(shapes)) for k in range(frames)]
            ids = {"id": len(annotations) + 1, "video_id": number, "category_id": 1, "iscrowd": 0}
            annotations.append({**ids, "segmentations": found})
    content = {"videos": listed, "categories": [{"id": 1, "name": "thing"}], "annotations": annotations}
    (folder / "instances.json").write_text(json.dumps(content))
    return folder / "instances.json"


def edit_on(url: str, video_id: str, orders: Connection) -> None:
    """Store strokes until there is an order to end; sends (milliseconds, refused) of each."""
    found: list[tuple[float, bool]] = []
    with Database.open(url) as database:
        durable = database.durable(patience_seconds=PATIENCE_SECONDS)
        orders.send("ready")
        while not orders.poll(0.01):
            track = str(uuid.uuid4())
            changes = (Change(track, None, 0, {}), Change(track, 7, 0, {"state": "present", "rle": mask_at(90)}))
            began = time.perf_counter()
            try:
                with durable.atomic() as tx:
                    edits.apply_edit(tx, Edit(str(uuid.uuid4()), "brush", "you", video_id, changes))
                refused = False
            except DatabaseError:
                refused = True
            found.append(((time.perf_counter() - began) * 1000, refused))
    orders.send(found)


def waits(name: str, *, videos: int, tracks: int, frames: int) -> Waits:
    """Import a file of these numbers while another process edits."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        file = write_file(folder, videos=videos, tracks=tracks, frames=frames)
        settings = make_settings(data=str(folder / "data"), environment={})
        settings.make_folders()
        with Database.open(settings.database_url) as database:
            video = new_video(database)
            with database.atomic() as tx:
                project = projects.create_project(tx, name="imported")
            ours, theirs = multiprocessing.Pipe()
            process = multiprocessing.get_context("spawn").Process(
                target=edit_on, args=(settings.database_url, video.id, theirs)
            )
            process.start()
            ours.recv()
            began = time.perf_counter()
            done = import_dataset(database, settings, project_id=project.id, file=file, frames_folder=folder / "frames")
            seconds = time.perf_counter() - began
            ours.send("end")
            found = ours.recv()
            process.join()
            if done.masks != videos * tracks * frames:
                raise RuntimeError(f"{done.masks} masks came in instead of {videos * tracks * frames}.")
    times = [wait for wait, _ in found]
    return Waits(
        name,
        seconds,
        len(found),
        sum(refused for _, refused in found),
        float(np.median(times)),
        float(np.percentile(times, 95)),
        max(times),
    )


def table(rows: Sequence[Waits]) -> Table:
    """The table of the README."""
    return Table(
        f"edits while {MASKS:,} masks are imported",
        ("import", "takes", "edits", "refused", "median", "95th percentile", "longest wait"),
        [row.cells for row in rows],
        facts={"rows": [asdict(row) for row in rows]},
        timed=True,
    )


def main() -> None:
    asked = options(__doc__).parse_args()
    rows = [
        waits("one video of 20 tracks x 1,000 frames", videos=1, tracks=20, frames=1000),
        waits("100 videos of 5 tracks x 40 frames", videos=100, tracks=5, frames=40),
    ]
    show(table(rows), asked)


if __name__ == "__main__":
    main()
