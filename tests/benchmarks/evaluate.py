"""How fast results are evaluated, against plain loops over pairs and frames as the official program has them.

Both start from parsed files and give all curves; the figures are compared before anything is printed. The shapes run
from the benchmark's own (few tracks of 40 categories a video) to many tracks of few categories, where loops hurt most.
Times are CPU time, which other work on the machine changes little; of several processes it is that of the busiest.
"""

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from model.evaluation import evaluate
from tests.benchmarks._tables import Table, milliseconds, options, show
from tests.benchmarks._timing import Row, faster_by, from_times, measured
from tests.model.evaluation.looped_evaluation import looped_evaluate

HEIGHT, WIDTH, CORNERS = 360, 640, 24
LOOPS = ": loops"  # ends the names of the rows of the plain loops


@dataclass(frozen=True)
class Shape:
    """Numbers of what a made set holds; ``truth`` and ``found`` are tracks per video."""

    videos: int
    frames: int
    truth: int
    found: int
    categories: int

    def __str__(self) -> str:
        return (
            f"{self.videos} x {self.frames} frames, {self.truth} true, {self.found} found, {self.categories} categories"
        )


SHAPES = (
    Shape(videos=300, frames=30, truth=4, found=10, categories=40),
    Shape(videos=300, frames=30, truth=4, found=10, categories=1),
    Shape(videos=60, frames=30, truth=15, found=60, categories=2),
    Shape(videos=30, frames=20, truth=25, found=250, categories=2),
)


class Scenes:
    """Seeded tracks of drifting round shapes; some frames lack them."""

    def __init__(self, shape: Shape, seed: int = 0) -> None:
        self._shape, self._rng = shape, np.random.default_rng(seed)

    def made(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Truth and results as parsed files have them."""
        shape = self._shape
        size = {"height": HEIGHT, "width": WIDTH, "length": shape.frames}
        annotations: list[dict[str, Any]] = []
        results: list[dict[str, Any]] = []
        for video in range(1, shape.videos + 1):
            things = [self._thing() for _ in range(max(shape.truth, shape.found))]
            for number, (outline, drift, category) in enumerate(things):
                entry = {"video_id": video, "category_id": category}
                if number < shape.truth:
                    masks = self._masks(outline, drift, 0.5)
                    areas = [None if mask is None else int(coco_mask.area(mask)) for mask in masks]
                    more = {"id": len(annotations) + 1, "iscrowd": 0, "areas": areas, "segmentations": masks}
                    annotations.append(entry | more)
                if number < shape.found:
                    score = float(self._rng.random())
                    results.append(entry | {"score": score, "segmentations": self._masks(outline, drift, 3.0)})
        videos = [{"id": video, **size} for video in range(1, shape.videos + 1)]
        categories = [{"id": k, "name": str(k)} for k in range(1, shape.categories + 1)]
        return {"videos": videos, "categories": categories, "annotations": annotations}, results

    def _thing(self) -> tuple[np.ndarray, np.ndarray, int]:
        rng = self._rng
        angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        radius = rng.uniform(0.05, 0.25) * HEIGHT * rng.uniform(0.7, 1.2, CORNERS)
        centre = rng.uniform(0.2, 0.8, 2) * (WIDTH, HEIGHT)
        outline = centre + radius[:, None] * np.stack((np.cos(angle), np.sin(angle)), axis=1)
        return outline, rng.normal(0, 2, 2), int(rng.integers(1, self._shape.categories + 1))

    def _masks(self, outline: np.ndarray, drift: np.ndarray, noise: float) -> list[dict[str, Any] | None]:
        masks: list[dict[str, Any] | None] = []
        for t in range(self._shape.frames):
            if self._rng.random() < 0.1:
                masks.append(None)
                continue
            corners = outline + drift * t + self._rng.normal(0, noise, outline.shape)
            code: Any = coco_mask.merge(coco_mask.frPyObjects([corners.ravel().tolist()], HEIGHT, WIDTH))
            masks.append({"size": [HEIGHT, WIDTH], "counts": code["counts"].decode("ascii")})
        return masks


def require_equal(truth: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """Both evaluators must give the same curves."""
    precision, recall = looped_evaluate(truth, results)
    outcome = evaluate(truth, results)
    np.testing.assert_allclose(outcome.precision, precision, atol=1e-9)
    np.testing.assert_allclose(outcome.recall, recall, atol=1e-9)


def rows(shape: Shape, *, processes: int) -> list[Row]:
    """Loops, ours in one process, and ours in several."""
    truth, results = Scenes(shape).made()
    require_equal(truth, results)
    clock = time.process_time
    slow = measured(f"{shape}{LOOPS}", lambda: looped_evaluate(truth, results), repeats=1, clock=clock)
    fast = [measured("  evaluate, 1 process", lambda: evaluate(truth, results), repeats=5, rival=slow, clock=clock)]
    if processes > 1:
        times = [busiest(truth, results, processes=processes) for _ in range(5)]
        fast.append(from_times(f"  evaluate, {processes} processes", times, rival=slow))
    return [slow, *fast]


def busiest(truth: dict[str, Any], results: list[dict[str, Any]], *, processes: int) -> float:
    """CPU time in ms of the first process, or of the others on average if that is more."""
    before = _cpu_seconds()
    evaluate(truth, results, processes=processes)
    own, others = (now - then for now, then in zip(_cpu_seconds(), before, strict=True))
    return 1000 * max(own, others / (processes - 1))


def _cpu_seconds() -> tuple[float, float]:
    """Of this process, and of its children that ended."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own, others = (one.ru_utime + one.ru_stime for one in usage)
    return own, others


def table(measured_shapes: Sequence[list[Row]], *, processes: int) -> Table:
    """A line per shape: loops, ours in one process, and ours in several."""
    several = (f"evaluate, {processes} processes", "faster by them") if processes > 1 else ()
    cells = []
    for slow, *fast in measured_shapes:
        times = [text for row in fast for text in (milliseconds(row.median_ms), faster_by(row))]
        cells.append((slow.name.removesuffix(LOOPS), milliseconds(slow.median_ms), *times))
    title = "evaluate (figures equal to 1e-9)"
    return Table(
        title,
        ("videos x frames, tracks per video", "loops", "evaluate, 1 process", "faster by", *several),
        cells,
        facts={"title": title, "rows": [asdict(row) for shape in measured_shapes for row in shape]},
        notes=("Times are CPU time; of several processes, that of the busiest.",),
        timed=True,
    )


def main() -> None:
    asked = options(__doc__).parse_args()
    processes = os.cpu_count() or 1
    show(table([rows(shape, processes=processes) for shape in SHAPES], processes=processes), asked)


if __name__ == "__main__":
    main()
