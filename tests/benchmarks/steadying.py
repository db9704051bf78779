"""What steady masks do to proposals: the same tracks as the network draws them, steady, and steady with edges.

*With edges* the masks of the key frames are drawn anew, as proposals do it. Procedural videos of several domains with
the demo's checkpoint, and real videos of one large thing with `lite`, classes aside. *Effort* is what the proposals
cost the simulated annotator who mends mask by mask, in seconds per true track-frame.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from app.checkpoints.networks import steady_networks, why_unsteady
from app.training.file_clips import YoutubeVisClips
from app.training.golden import OneClass
from model.adapting.procedural_replay import ProceduralClips
from model.rule_scoring import HeldOutVideo, figures, held_out_video
from model.scoring import judged_frames
from model.steadying import SteadyNetworks
from model.thresholds import Thresholds
from model.training.clips import ClipSource
from model.weights import checkpoint
from model.weights.categories import for_proposals
from tests.benchmarks._held_out import shown_of, truth_of
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks.annotator.plan import plan, seconds
from tests.benchmarks.real_videos import FRAMES, TRUTH
from tests.benchmarks.windows import CHECKPOINT
from tests.material import ROOT, material_root

PLAIN = "as the network draws them"
LITE = ROOT / "assets" / "lite" / "checkpoint.safetensors"


@dataclass(frozen=True)
class Material:
    """Videos of a procedural domain; real ones without a domain."""

    name: str
    model: Path
    domain: str = ""
    videos: int = 0
    frames: int = 0
    size: tuple[int, int] = (160, 96)
    seed: int = 0


MATERIAL = (
    Material("demo, 36 frames", CHECKPOINT, "demo", 6, 36, seed=6101),
    Material("unseen, 12 frames", CHECKPOINT, "unseen", 12, 12, seed=6201),
    Material("occlusion, 24 frames", CHECKPOINT, "occlusion", 6, 24, seed=6301),
    Material("long, 60 frames", CHECKPOINT, "long", 3, 60, size=(256, 144), seed=6401),
    Material("real, one large thing", LITE),
)


@dataclass(frozen=True)
class Measured:
    """Figures of a kind of masks in one material: AP and IoU without classes 0 to 1, seconds, milliseconds of CPU."""

    name: str
    kind: str
    proposed: int
    true: int
    ap: float
    track_iou: float
    effort: float
    frame_ms: float


def measure(material: Material, networks: SteadyNetworks) -> list[Measured]:
    """Plain, then steady, then with edges."""
    own = for_proposals(checkpoint.load(material.model))
    network = own.build("cpu").eval()
    source = _source(material)
    labels = (0,) * len(own.categories)
    began = time.process_time()
    videos = [
        held_out_video(network, source, k, frames=judged_frames, labels=labels) for k in range(len(source.videos))
    ]
    found = []
    spent = time.process_time() - began
    kinds = {PLAIN: None, "steady": SteadyNetworks(networks.trunk), "steady, with edges": networks}
    for kind, used in kinds.items():
        began = time.process_time()
        entries = [video.reviewed(Thresholds(), used) for video in videos]
        if used is not None:
            spent = time.process_time() - began
        values = figures(videos, entries)
        count = sum(video.count for video in source.videos)
        found.append(
            Measured(
                material.name,
                kind,
                int(values["proposed"] or 0),
                int(values["true"] or 0),
                float(values["AP_without_classes"] or 0),
                float(values["best_iou"] or 0),
                _effort(videos, entries),
                1000 * spent / count,
            )
        )
        progress(str(found[-1]))
    return found


def _source(material: Material) -> ClipSource:
    if not material.domain:
        return OneClass(YoutubeVisClips(material_root() / TRUTH, material_root() / FRAMES))
    clips = ProceduralClips(
        material.domain, count=material.videos, frames=material.frames, size=material.size, seed=material.seed
    )
    return OneClass(clips)


def _effort(videos: Sequence[HeldOutVideo], entries: Sequence[list[dict[str, Any]]]) -> float:
    """As in `benchmark loop`."""
    spent = frames = 0.0
    for video, found in zip(videos, entries, strict=True):
        described, names = video.source.videos[video.index], video.source.categories
        truth = truth_of(described, names)
        spent += seconds(plan(shown_of(found, video, names), truth, described.count))
        frames += sum(len(thing.masks) for thing in truth)
    return spent / max(frames, 1)


def table(found: Sequence[Measured]) -> Table:
    """Three rows a material."""
    rows = [
        (
            one.name,
            one.kind,
            f"{one.proposed} / {one.true}",
            f"{100 * one.ap:.1f}",
            f"{100 * one.track_iou:.1f}",
            f"{one.effort:.2f} s",
            f"{one.frame_ms:.0f} ms",
        )
        for one in found
    ]
    columns = ("videos", "masks", "proposed / true", "AP", "track IoU", "effort", "CPU time a frame")
    return Table("steadying", columns, rows, facts=[asdict(one) for one in found])


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--only", type=int, nargs="+", help="only these materials, from 0")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    networks = steady_networks("cpu")
    if networks is None:
        raise SystemExit(why_unsteady())
    chosen = MATERIAL if asked.only is None else [MATERIAL[number] for number in asked.only]
    show(table([one for material in chosen for one in measure(material, networks)]), asked)


if __name__ == "__main__":
    main()
