"""What each part of an adaptation does: one row per variant, on the procedural domain `unseen`.

The demo's checkpoint, or another one (``--model``), is adapted to eight videos whose truth is accepted, and measured on
twelve others: under the app's rule (`review`), under the published rule, and on videos of its own domain, of which it
should forget nothing.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import torch

from app.training.adapting import replay_of
from app.training.golden_file import MADE_FOR
from model.adapting import AdaptSettings
from model.adapting.choosing import Budget, FoldNetwork, choose, held_out
from model.adapting.procedural_replay import ProceduralClips
from model.adapting.settings import Rates
from model.adapting.training import Adaptation
from model.network.tevit import TeViT
from model.rule_scoring import calibrate, figures, held_out_video
from model.scoring import judged_frames, score
from model.thresholds import Thresholds
from model.training.clips import ClipSource, ClipSubset
from model.weights import checkpoint
from model.weights.categories import with_categories
from model.weights.checkpoint import ModelCheckpoint
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks.windows import CHECKPOINT

SEEDS = (11, 12)
SIZE, FRAMES = (160, 96), 12
CORRECTED, HELD_OUT = 8, range(20, 32)  # videos of the domain with that seed
GOLDEN_SEED = 900_001
DEFAULTS = AdaptSettings()
_PLAIN = Rates(columns=1.0)
_UNANCHORED = AdaptSettings(distilled=0.0)
_WITHOUT_COPIES = replace(_UNANCHORED, corrected=2, augmented=0)
_UNFITTED = replace(_WITHOUT_COPIES, column_iterations=0)


@dataclass(frozen=True)
class Variant:
    """One way to adapt; ``steps`` 0: not at all, None: chosen by cross-validation, with blend and thresholds."""

    name: str
    settings: AdaptSettings = DEFAULTS
    replays: bool = True
    steps: int | None = 100
    blend: float = 1.0


VARIANTS = (
    Variant("before", steps=0),
    Variant("all heads at one rate", replace(_UNFITTED, rates=_PLAIN, all_mask_heads=True), replays=False),
    Variant("class columns at 10x", replace(_UNFITTED, all_mask_heads=True), replays=False),
    Variant("... and replay", replace(_UNFITTED, all_mask_heads=True)),
    Variant("... and columns fitted first", replace(_WITHOUT_COPIES, all_mask_heads=True)),
    Variant("... and only the last mask head", _WITHOUT_COPIES),
    Variant("the same without replay", _WITHOUT_COPIES, replays=False),
    Variant("... and a copy for one of two clips", _UNANCHORED),
    Variant("... and masks of replayed clips kept: as it is"),
    Variant("as it is, two replayed clips a step", AdaptSettings(replayed=2)),
    Variant("as it is, half blended with the base", blend=0.5),
    Variant("steps, blend and thresholds chosen", steps=None),
)


@dataclass(frozen=True)
class Measured:
    """The figures of one variant with one seed; AP and IoU 0 to 1, seconds of one CPU thread."""

    proposed: int
    true: int
    review_AP: float
    review_agnostic: float
    review_iou: float
    published_AP: float
    published_agnostic: float
    published_iou: float
    golden: float
    step_seconds: float
    seconds: float
    steps: int
    blend: float


@dataclass(frozen=True)
class Material:
    """The videos of one seed, and those that every seed has in common."""

    corrected: ClipSource
    held_out: ClipSource
    golden: ClipSource
    replay: ClipSource


def material(seed: int, base: ModelCheckpoint, *, corrected: int, golden: int, frames: int = FRAMES) -> Material:
    """Rendered videos; ``corrected`` and ``golden`` are their numbers."""
    unseen = ProceduralClips("unseen", count=HELD_OUT.stop, frames=frames, size=SIZE, seed=seed)
    replay = replay_of(base)
    assert replay is not None
    return Material(
        ClipSubset(unseen, range(corrected)),
        ClipSubset(unseen, HELD_OUT),
        ProceduralClips(MADE_FOR[base.config.name], count=golden, frames=frames, size=SIZE, seed=GOLDEN_SEED),
        replay,
    )


def measure(variant: Variant, base: ModelCheckpoint, given: Material) -> Measured:
    """Adapt and measure."""
    began, times = time.process_time(), [time.process_time()]
    replay = given.replay if variant.replays else None
    steps, blend, thresholds = variant.steps, variant.blend, Thresholds()
    if steps is None:
        made_folds: list[FoldNetwork] = []
        choice = choose(
            base,
            given.corrected,
            replay=replay,
            budget=Budget(),
            settings=variant.settings,
            on_fold=lambda number, fold: made_folds.append(fold),
        )
        steps, blend, thresholds = choice.steps, choice.blend, _calibrated(made_folds, given.corrected)
    made = base
    network = base.build()
    if steps:
        adaptation = Adaptation(base, given.corrected, replay=replay, steps=steps, settings=variant.settings)
        adaptation.run(on_step=lambda step: times.append(time.process_time()))
        adaptation.close()
        made = adaptation.blended(blend)
        network = with_categories(made, tuple(given.corrected.categories)).build()
    seconds = time.process_time() - began
    pace = sorted(after - before for before, after in pairwise(times[1:]))
    review, published = _by_rule(network, given.held_out, thresholds)
    if not steps:  # its classes have other names
        review["AP"] = published["AP"] = 0.0
    return Measured(
        proposed=int(review["proposed"]),
        true=int(review["true"]),
        review_AP=review["AP"],
        review_agnostic=review["AP_without_classes"],
        review_iou=review["best_iou"],
        published_AP=published["AP"],
        published_agnostic=published["AP_without_classes"],
        published_iou=published["best_iou"],
        golden=_golden(made, base, given.golden),
        step_seconds=pace[len(pace) // 2] if pace else 0.0,
        seconds=seconds,
        steps=steps,
        blend=blend if steps else 0.0,
    )


def _calibrated(folds: Sequence[FoldNetwork], source: ClipSource) -> Thresholds:
    """The thresholds that suit the networks of the folds on the videos that they did not learn."""
    videos = []
    for fold, parts in zip(folds, held_out(source, Budget()), strict=True):
        network = with_categories(fold.checkpoint, tuple(source.categories)).build()
        videos += [held_out_video(network, source, index, frames=judged_frames) for index in parts.held]
    return calibrate(videos)


def _by_rule(network: TeViT, source: ClipSource, thresholds: Thresholds) -> tuple[dict[str, float], dict[str, float]]:
    videos = [held_out_video(network, source, index, frames=judged_frames) for index in range(len(source.videos))]
    review = figures(videos, [video.reviewed(thresholds) for video in videos])
    published = figures(videos, [video.under_published() for video in videos])
    return _numbers(review), _numbers(published)


def _numbers(found: dict[str, float | int | None]) -> dict[str, float]:
    return {name: float(value or 0.0) for name, value in found.items()}


def _golden(made: ModelCheckpoint, base: ModelCheckpoint, source: ClipSource) -> float:
    network = with_categories(made, base.categories).build()
    return float(score(network, source, range(len(source.videos))).stats["AP"] or 0.0)


def table(found: Sequence[tuple[Variant, Sequence[Measured]]]) -> Table:
    """One row a variant: means over the seeds; the tracks of each seed one by one."""
    rows = []
    for variant, seeds in found:

        def mean(name: str, seeds: Sequence[Measured] = seeds) -> str:
            return f"{100 * fmean(getattr(one, name) for one in seeds):.1f}"

        used = variant.steps is None and ": " + ", ".join(f"{one.steps} x {one.blend:g}" for one in seeds)
        step = fmean(one.step_seconds for one in seeds)
        rows.append(
            (
                variant.name + (used or ""),
                ", ".join(f"{one.proposed} for {one.true}" for one in seeds),
                mean("review_agnostic"),
                mean("review_iou"),
                mean("published_AP"),
                mean("published_agnostic"),
                mean("golden"),
                f"{step:.2f}" if step else "",
            )
        )
    columns = (
        f"{CORRECTED} corrected videos, {HELD_OUT.stop - HELD_OUT.start} held out",
        "app: tracks proposed",
        "AP without classes",
        "best-track IoU",
        "published: class AP",
        "AP without classes",
        "own domain, AP",
        "CPU s a step",
    )
    facts = [{"variant": variant.name, "seeds": [asdict(one) for one in seeds]} for variant, seeds in found]
    return Table("adapting", columns, rows, facts=facts)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--golden", type=int, default=20, help="videos of the demo's domain (default 20)")
    parser.add_argument("--rows", type=int, nargs="+", help="only these rows, from 0")
    parser.add_argument("--journal", type=Path, help="a file that keeps each finished figure, from which a run goes on")
    parser.add_argument("--model", type=Path, default=CHECKPOINT, help="checkpoint file (default: the demo's)")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    base = checkpoint.load(asked.model)
    variants = VARIANTS if asked.rows is None else tuple(VARIANTS[row] for row in asked.rows)
    print_rows(base, variants, asked)


def print_rows(base: ModelCheckpoint, variants: Sequence[Variant], asked: argparse.Namespace) -> None:
    """Measure the variants seed by seed, those of the journal excepted, and print the table."""
    known = _journal(asked.journal)
    for seed in asked.seeds:
        missing = [one for one in variants if f"{seed} {one.name}" not in known]
        given = material(seed, base, corrected=CORRECTED, golden=asked.golden) if missing else None
        for variant in missing:
            assert given is not None
            known[f"{seed} {variant.name}"] = found = measure(variant, base, given)
            progress(f"seed {seed}, {variant.name}: {found}")
            if asked.journal:
                asked.journal.write_text(json.dumps({key: asdict(one) for key, one in known.items()}))
    show(table([(one, [known[f"{seed} {one.name}"] for seed in asked.seeds]) for one in variants]), asked)


def _journal(path: Path | None) -> dict[str, Measured]:
    if path is None or not path.exists():
        return {}
    return {key: Measured(**one) for key, one in json.loads(path.read_text()).items()}


if __name__ == "__main__":
    main()
