"""What the fast precision costs: AP and detections of the demo checkpoint on videos that it never saw, beside float32.

A detection is the same one in both precisions if the same query gives it. It counts as found by both if its score
reaches 0.3 in both.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from app.demo.make import CHECKPOINT
from model.adapting.procedural_replay import ProceduralClips
from model.network.packed import computes_bfloat16
from model.network.tevit import TeViT
from model.scoring import find_tracks, score
from model.thresholds import Thresholds
from model.tracking.clip_inference import ClipCandidate, read_clip
from model.tracking.paste import paste
from model.weights import checkpoint
from tests.benchmarks._tables import Table, options, progress, show

SEED = 51  # the checkpoint was trained with other seeds
SIZE, FRAMES = (160, 96), 12
LEAST_SCORE = 0.3
BOUNDS = {"AP": 0.3, "found": 0.98, "iou": 0.98}  # points of AP, shares


@dataclass(frozen=True)
class Agreement:
    """The detections of two precisions in the same clips."""

    either: int  # detections that reach the score in one of them
    both: int  # in both
    iou: float  # mean mask IoU of those in both

    @property
    def found(self) -> float:
        """The share of detections that both find."""
        return self.both / max(self.either, 1)


def detections(network: TeViT, frames: Sequence[np.ndarray], *, precision: str) -> dict[int, ClipCandidate]:
    """The detections of a clip that reach the score, by query."""
    height, width = frames[0].shape[:2]
    found = read_clip(
        network,
        frames,
        frame_hw=(height, width),
        config=network.config,
        rule="review",
        precision=precision,
        max_tracks=network.config.queries,
        minimum=LEAST_SCORE,
        thresholds=Thresholds(),
    )
    return {one.selected.query: one for one in found if one.selected.score >= LEAST_SCORE}


def pixels(one: ClipCandidate, hw: tuple[int, int]) -> np.ndarray:
    """The masks (T, H, W) bool of a detection; empty where it is absent."""
    masks = [
        paste(probability, box, hw) >= 0.5 if shown else np.zeros(hw, bool)
        for probability, box, shown in zip(one.probabilities, one.boxes, one.selected.present, strict=True)
    ]
    return np.stack(masks)


def overlap(first: np.ndarray, second: np.ndarray) -> float:
    """IoU of two masks of any shape; 1 if both are empty."""
    union = int((first | second).sum())
    return int((first & second).sum()) / union if union else 1.0


def agreement(exact: TeViT, fast: TeViT, clips: Sequence[Sequence[np.ndarray]]) -> Agreement:
    """Compare the detections of both networks clip by clip."""
    either, ious = 0, []
    for frames in clips:
        ours = detections(exact, frames, precision="float32")
        theirs = detections(fast, frames, precision="fast")
        either += len(ours.keys() | theirs.keys())
        hw = (frames[0].shape[0], frames[0].shape[1])
        ious += [overlap(pixels(ours[query], hw), pixels(theirs[query], hw)) for query in ours.keys() & theirs.keys()]
    return Agreement(either, len(ious), float(np.mean(ious)) if ious else 1.0)


def measured(videos: int, *, device: str = "cpu") -> Table:
    """Both precisions over ``videos`` seeded videos of the demo's domain."""
    stored = checkpoint.load(CHECKPOINT)
    networks = {precision: stored.for_inference(device, precision) for precision in ("float32", "fast")}
    exact, fast = networks.values()
    source = ProceduralClips("demo", count=videos, frames=FRAMES, size=SIZE, seed=SEED)
    progress(f"{videos} videos are made")
    everything = range(videos)
    points = [
        100 * (score(network, source, everything, find=partial(find_tracks, precision=name)).stats["AP"] or 0.0)
        for name, network in networks.items()
    ]
    clips = [list(source.read_frames(video, range(exact.config.window))) for video in everything]
    found = agreement(exact, fast, clips)
    kept = abs(points[0] - points[1]) <= BOUNDS["AP"] and min(found.found, found.iou) >= BOUNDS["found"]
    rows = [
        ("AP of float32", f"{points[0]:.2f}", ""),
        ("AP of fast", f"{points[1]:.2f}", f"{points[0]:.2f} ± {BOUNDS['AP']}"),
        (f"detections with a score of {LEAST_SCORE} in either", str(found.either), ""),
        ("of these in both", f"{100 * found.found:.1f} %", f"{100 * BOUNDS['found']:.0f} %"),
        ("their mean mask IoU", f"{found.iou:.4f}", f"{BOUNDS['iou']}"),
    ]
    kind = (
        "bfloat16"
        if device != "cpu" or computes_bfloat16()
        else "float32, since this processor does not multiply bfloat16"
    )
    return Table(
        f"precision, {videos} videos",
        ("what", "measured", "asked for"),
        rows,
        facts={"AP": points, "kept": kept, "videos": videos, "fast": kind, **asdict(found)},
        notes=(f"Fast is {kind}.", "All bounds are kept." if kept else "A bound is not kept."),
    )


def main() -> None:
    parser: argparse.ArgumentParser = options(__doc__)
    parser.add_argument("--videos", type=int, default=200, metavar="N", help="default: 200")
    asked = parser.parse_args()
    show(measured(asked.videos), asked)


if __name__ == "__main__":
    main()
