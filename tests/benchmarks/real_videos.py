"""What a checkpoint learns from a few corrected real videos: each video is held out once, classes aside.

For every held-out video the checkpoint is adapted to the videos that follow it in the file (after the last one comes
the first), whose truth counts as drawn by a person, and proposes in the held-out one. The rows compare checkpoints
before and after the same corrections and steps. Figures are means over the held-out videos.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import torch

from app.checkpoints.networks import steady_networks
from app.training.adapting import replay_of
from app.training.file_clips import YoutubeVisClips
from app.training.golden import OneClass
from model.adapting.training import Adaptation
from model.rule_scoring import figures, held_out_video
from model.scoring import judged_frames
from model.thresholds import Thresholds
from model.training.clips import ClipSource, ClipSubset
from model.weights import checkpoint
from model.weights.categories import with_categories
from model.weights.checkpoint import ModelCheckpoint
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks.windows import CHECKPOINT
from tests.material import material_root

TRUTH = "data/annotated_nc/davis16_a/instances.json"
FRAMES = "data/annotated_nc/davis16_a/JPEGImages"


@dataclass(frozen=True)
class Measured:
    """One held-out video: AP without classes and the IoU of the best track (0 to 1) by both rules; CPU seconds."""

    video: str
    proposed: int
    true: int
    review_ap: float
    review_iou: float
    published_ap: float
    published_iou: float
    seconds: float


def corrected_for(held_out: int, count: int, videos: int) -> list[int]:
    """The ``count`` videos of ``videos`` that follow the held-out one. Raises ValueError if there are too few."""
    if not 0 <= count < videos:
        raise ValueError(f"{count} corrected videos beside a held-out one need {count + 1}; there are {videos}")
    return [(held_out + step) % videos for step in range(1, count + 1)]


def measure(
    base: ModelCheckpoint, source: ClipSource, held_out: int, *, corrected: int, steps: int, replay: ClipSource | None
) -> Measured:
    """Adapt ``base`` to ``corrected`` videos for so many steps (0 videos: not at all) and measure the held-out one."""
    began = time.process_time()
    made, names = base, base.categories
    if corrected:
        chosen = corrected_for(held_out, corrected, len(source.videos))
        adaptation = Adaptation(base, ClipSubset(source, chosen), replay=replay, steps=steps)
        adaptation.run()
        made, names = adaptation.blended(1.0), tuple(source.categories)
        adaptation.close()
    network = with_categories(made, names).build().eval()
    video = held_out_video(network, source, held_out, frames=judged_frames, labels=(0,) * len(names))
    review = _numbers(figures([video], [video.reviewed(Thresholds(), steady_networks("cpu"))]))
    published = _numbers(figures([video], [video.under_published()]))
    return Measured(
        source.videos[held_out].name,
        int(review["proposed"]),
        int(review["true"]),
        review["AP_without_classes"],
        review["best_iou"],
        published["AP_without_classes"],
        published["best_iou"],
        time.process_time() - began,
    )


def _numbers(found: dict[str, float | int | None]) -> dict[str, float]:
    return {name: float(value or 0.0) for name, value in found.items()}


def table(rows: Sequence[tuple[str, int, Sequence[Measured]]]) -> Table:
    """One row for each checkpoint (the name of its configuration) and number of corrected videos."""
    columns = ("checkpoint", "corrected", "tracks proposed", "app: AP", "IoU", "published: AP", "IoU", "IoU by video")
    shown = []
    for name, corrected, found in rows:
        means = [
            f"{100 * fmean(getattr(one, figure) for one in found):.1f}"
            for figure in ("review_ap", "review_iou", "published_ap", "published_iou")
        ]
        proposed = f"{sum(one.proposed for one in found)} for {sum(one.true for one in found)}"
        each = ", ".join(f"{one.video} {100 * one.published_iou:.0f}" for one in found)
        shown.append((name, str(corrected or "none"), proposed, *means, each))
    facts = [
        {"checkpoint": name, "corrected": count, "videos": [asdict(one) for one in found]}
        for name, count, found in rows
    ]
    return Table("real_videos", columns, shown, facts=facts)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--models", type=Path, nargs="+", default=[CHECKPOINT], help="files (default: the demo's)")
    parser.add_argument("--corrected", type=int, nargs="+", default=[0, 1, 3], help="numbers of corrected videos")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--annotations", type=Path, default=material_root() / TRUTH)
    parser.add_argument("--frames", type=Path, default=material_root() / FRAMES)
    parser.add_argument("--journal", type=Path, help="a file that keeps each finished figure, from which a run goes on")
    asked = parser.parse_args()
    if not asked.annotations.is_file():
        sys.exit(f"The videos are not at {asked.annotations}; name others with --annotations and --frames.")
    torch.set_num_threads(1)
    show(table(measured_rows(OneClass(YoutubeVisClips(asked.annotations, asked.frames)), asked)), asked)


def measured_rows(source: ClipSource, asked: argparse.Namespace) -> list[tuple[str, int, list[Measured]]]:
    """The rows of the table; what the journal knows is not measured again."""
    known = _journal(asked.journal)
    rows = []
    for path in asked.models:
        base = checkpoint.load(path)
        replay = replay_of(base) if any(asked.corrected) else None
        for corrected in asked.corrected:
            found = []
            for held_out in range(len(source.videos)):
                key = f"{path} {corrected} {asked.steps if corrected else 0} {held_out}"
                if key not in known:
                    known[key] = measure(base, source, held_out, corrected=corrected, steps=asked.steps, replay=replay)
                    progress(f"{key}: {known[key]}")
                    if asked.journal:
                        asked.journal.write_text(json.dumps({one: asdict(value) for one, value in known.items()}))
                found.append(known[key])
            rows.append((base.config.name, corrected, found))
    return rows


def _journal(path: Path | None) -> dict[str, Measured]:
    if path is None or not path.exists():
        return {}
    return {key: Measured(**one) for key, one in json.loads(path.read_text()).items()}


if __name__ == "__main__":
    main()
