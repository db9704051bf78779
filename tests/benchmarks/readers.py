"""What other programs read of the formats that are written here: every mask is compared, pixel by pixel.

The programs need packages that do not fit beside ours, so they run in a Python of their own: ``--python`` names it.
Those that it lacks are left out.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.exchange.converting import convert
from model.procedural import synthesize
from storage import rle
from storage.youtube_vis import VisDataset, read_dataset
from tests.benchmarks import _other_readers
from tests.benchmarks._tables import Table, options, progress, show

SIZE = (96, 64)  # width, height
VIDEOS, FRAMES = 3, 6
Mask = tuple[str, int, str]
"""Video, frame and category of a mask."""


@dataclass(frozen=True)
class Compared:
    """What a program found in a format: masks in all, and those that are equal to one of the data set."""

    program: str
    version: str
    format: str
    masks: int
    equal: int
    lowest_iou: float
    error: str | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        if self.error is not None:
            return (f"{self.program} {self.version}", f"`{self.format}`", "fails", self.error[:60], "-")
        figures = (str(self.masks), str(self.equal), f"{self.lowest_iou:.3f}")
        return (f"{self.program} {self.version}", f"`{self.format}`", *figures)


def masks_of(dataset: VisDataset) -> dict[Mask, list[str]]:
    """The masks of a data set, as run-length texts."""
    names = {video.id: video.file_names[0].split("/")[0] for video in dataset.videos}
    categories = {category.id: category.name for category in dataset.categories}
    found: dict[Mask, list[str]] = {}
    for track in dataset.tracks:
        for frame, mask in enumerate(track.segmentations):
            if mask is not None:
                key = (names[track.video_id], frame, categories[track.category_id])
                found.setdefault(key, []).append(mask["counts"])
    return found


def compared(line: dict[str, Any], truth: dict[Mask, list[str]]) -> Compared:
    """One line of the other Python beside the data set."""
    head = (line["program"], line["version"], line["format"])
    if "error" in line:
        return Compared(*head, 0, 0, 0.0, line["error"])
    found: dict[Mask, list[str]] = {}
    for video, frame, label, counts in line["masks"]:
        found.setdefault((video, frame, label), []).append(counts)
    equal = sum(sum((Counter(found.get(key, [])) & Counter(own)).values()) for key, own in truth.items())
    lowest = min(best_iou(one, found.get(key, [])) for key, own in truth.items() for one in own)
    return Compared(*head, len(line["masks"]), equal, lowest)


def best_iou(mask: str, others: Sequence[str]) -> float:
    """The overlap of a mask with the one of ``others`` that is nearest."""
    size = [SIZE[1], SIZE[0]]
    return max((rle.iou({"size": size, "counts": mask}, {"size": size, "counts": one}) for one in others), default=0.0)


def measure(python: Path, folder: Path) -> list[Compared]:
    """Convert a procedural data set to each format, and let the other programs read them."""
    synthesize(folder / "source", domain="demo", videos=VIDEOS, frames=FRAMES, size=SIZE, seed=5)
    for form in sorted({form for _, form in _other_readers.READERS}):
        progress(f"writing {form}")
        convert(folder / "source" / "instances.json", to=form, out=folder / "out" / form, with_pictures=True)
    truth = masks_of(read_dataset(folder / "source" / "instances.json"))
    script = Path(_other_readers.__file__)  # -P: beside it are modules with names of the standard library
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(
        [python, "-P", script, folder / "out"], stdout=subprocess.PIPE, text=True, check=True, cwd=folder, env=plain
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    return [compared(line, truth) for line in lines if line["version"] is not None]


def table(rows: Sequence[Compared]) -> Table:
    """The table of the README."""
    return Table(
        f"{VIDEOS} videos of {FRAMES} frames, {SIZE[0]} x {SIZE[1]} pixels",
        ("program", "format", "masks", "equal", "lowest IoU"),
        [row.cells for row in rows],
        facts={"rows": [asdict(row) for row in rows]},
        notes=() if rows else ("None of these programs is installed beside that Python.",),
    )


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="has the other programs")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(asked.python.absolute(), Path(folder))
    show(table(rows), asked)


if __name__ == "__main__":
    main()
