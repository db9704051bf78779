"""What a checkpoint is worth on videos that the product never sees: figures, and the work that its proposals leave."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco

from app.checkpoints.networks import kept_refiner, load_trunk, steady_networks
from model.adapting.procedural_replay import ProceduralClips
from model.propagation import Trunk
from model.rule_scoring import HeldOutVideo, figures, held_out_video
from model.scoring import judged_frames
from model.thresholds import Thresholds
from model.training.clips import ClipVideo
from model.weights import checkpoint
from model.weights.categories import for_proposals, with_categories
from tests.benchmarks.annotator.costs import GOOD
from tests.benchmarks.annotator.plan import ShownTrack, TrueTrack, plan, seconds
from tests.benchmarks.annotator.session import Bill, spreading
from tests.benchmarks.annotator.tools import KeptFeatures, ProductBox, ProductSpread

Entries = list[dict[str, Any]]


@dataclass(frozen=True)
class Worth:
    """Figures of one checkpoint: shares from 0 to 1, numbers of tracks, seconds per track-frame.

    Without more words by the app's own rule, with the thresholds of the checkpoint. ``effort`` is that of an annotator
    who mends every wrong mask by itself, ``effort_spread`` that of one who spreads what is mended and boxes what is
    missing. ``golden`` is the AP on the domain of the factory checkpoint, ``golden_agnostic`` that without classes
    (published rule).
    """

    ap: float
    ap_agnostic: float
    track_iou: float
    proposed: int
    true: int
    effort: float
    effort_spread: float
    published_ap: float
    published_agnostic: float
    published_iou: float
    golden: float
    golden_agnostic: float

    def as_json(self) -> dict[str, float]:
        """The figures by their names."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def worth(file: Path, held_out: ProceduralClips, golden: ProceduralClips) -> Worth:
    """The figures of a checkpoint file on two sets of videos."""
    loaded = checkpoint.load(file)
    own = for_proposals(loaded)
    network = own.build("cpu").eval()
    videos = [held_out_video(network, held_out, k, frames=judged_frames) for k in range(len(held_out.videos))]
    thresholds = Thresholds.of_provenance(loaded.provenance)
    trunk, _ = load_trunk()
    found = [video.reviewed(thresholds, steady_networks("cpu")) for video in videos]
    app = _figures(videos, found, own.categories)
    published = _figures(videos, [video.under_published() for video in videos], own.categories)
    effort = _effort(videos, found, own.categories, trunk)
    old = with_categories(loaded, golden.categories).build("cpu").eval()
    known = [held_out_video(old, golden, k, frames=judged_frames) for k in range(len(golden.videos))]
    kept = _figures(known, [video.under_published() for video in known], golden.categories)
    return Worth(
        *(app[name] for name in ("AP", "AP_without_classes", "best_iou")),
        int(app["proposed"]),
        int(app["true"]),
        *effort,
        *(published[name] for name in ("AP", "AP_without_classes", "best_iou")),
        kept["AP"],
        kept["AP_without_classes"],
    )


def _figures(videos: Sequence[HeldOutVideo], found: Sequence[Entries], classes: Sequence[str]) -> dict[str, float]:
    """As `model.rule_scoring.figures`; a track of a class that the source has not counts only where classes do not."""
    names = videos[0].source.categories
    whole = figures(videos, [[{**one, "category_id": 1} for one in entries] for entries in found])
    named = [
        [{**one, "category_id": names.index(name) + 1} for one in entries if (name := _name(one, classes)) in names]
        for entries in found
    ]
    values = {**whole, "AP": figures(videos, named)["AP"]}
    return {name: float(value or 0.0) for name, value in values.items()}


def _name(entry: dict[str, Any], classes: Sequence[str]) -> str:
    return classes[entry["category_id"] - 1]


def _effort(
    videos: Sequence[HeldOutVideo], found: Sequence[Entries], classes: Sequence[str], trunk: Trunk | None
) -> tuple[float, float]:
    """Seconds per true track-frame that the annotator needs for these proposals: mask by mask, and with spreading."""
    by_hand = by_spreading = frames = 0.0
    for video, entries in zip(videos, found, strict=True):
        described = video.source.videos[video.index]
        truth, shown = truth_of(described, video.source.categories), shown_of(entries, video, classes)
        by_hand += seconds(plan(shown, truth, described.count))
        by_spreading += _spread(video, shown, truth, trunk).total
        frames += sum(len(thing.masks) for thing in truth)
    return by_hand / frames, by_spreading / frames


def _spread(video: HeldOutVideo, shown: Sequence[ShownTrack], truth: Sequence[TrueTrack], trunk: Trunk | None) -> Bill:
    described = video.source.videos[video.index]

    def pictures(frame: int) -> np.ndarray:
        return video.source.read_frames(video.index, [frame])[0]

    kept = None if trunk is None else KeptFeatures(trunk)
    tool = ProductSpread(pictures, (described.height, described.width), kept, kept_refiner("cpu"))
    return spreading(shown, truth, described.count, box=ProductBox(pictures), spread=tool, order="played", right=GOOD)


def truth_of(video: ClipVideo, names: Sequence[str]) -> list[TrueTrack]:
    """What the annotator knows of a video."""
    return [
        TrueTrack(
            names[track.label], {t: _pixels(mask) for t, mask in enumerate(track.segmentations) if mask is not None}
        )
        for track in video.tracks
    ]


def shown_of(entries: Entries, video: HeldOutVideo, classes: Sequence[str]) -> list[ShownTrack]:
    """Proposed tracks as the annotator sees them; ``classes`` are those of the network."""
    names = video.source.categories
    frames = judged_frames(video.source.videos[video.index])
    shown = []
    for number, entry in enumerate(entries):
        masks = {t: _pixels(mask) for t, mask in zip(frames, entry["segmentations"], strict=True) if mask is not None}
        name = _name(entry, classes)
        shown.append(ShownTrack(str(number), name if name in names else None, masks))
    return shown


def _pixels(mask: dict[str, Any]) -> np.ndarray:
    return coco.decode(mask).astype(bool)
