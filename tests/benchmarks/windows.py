"""What windows and stitching do to identities: `tevit_tiny` with the demo checkpoint on long procedural videos.

The videos have entries, exits, occlusions and look-alikes, and no part in training. Measured for each kind of window:
how often an object changes its track (IDF1, switches, the share of objects that keep their track over a border), AP
under both rules, and the time of network and stitching. An oracle (truth plus noise) in place of the network shows what
the stitching alone loses. ``--videos``, ``--frames``, ``--seed``, ``--size`` and ``--kinds`` measure more or less.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from model.network.tevit import TeViT
from model.procedural import ProceduralVideo, categories, render_video
from model.tracking.clip_inference import ClipTrack, resize_frame
from model.tracking.settings import ProposeSettings, SettledSettings
from model.tracking.stitcher import StitchSettings
from model.tracking.whole_video import WholeVideo, gather
from model.tracking.window_frames import Window
from model.tracking.windows import infer_window, stitch
from model.weights import checkpoint
from tests.benchmarks._tables import Table, milliseconds, options, progress, show
from tests.benchmarks._tracking import (
    Borders,
    Thing,
    accumulated,
    average_precision,
    border_identities,
    identity,
    things_of,
)
from tests.model.tracking.oracle import Oracle

CHECKPOINT = Path(__file__).resolve().parents[2] / "assets" / "demo" / "checkpoint.safetensors"
DOMAIN, MAX_TRACKS = "long", 10
FORGETFUL = StitchSettings(memory=0)
SEPARATE = StitchSettings(memory=0, same_mask=2.0)  # no overlap is that large: every window by itself
Infer = Callable[[Window], list[ClipTrack]]


@dataclass(frozen=True)
class Kind:
    """One line of the table; ``window`` 0 is one clip of the whole video."""

    name: str
    window: int
    overlap: int
    settings: StitchSettings = field(default_factory=StitchSettings)
    oracle: bool = False


KINDS = (
    Kind("36 / 6", 36, 6),
    Kind("12 / 4", 12, 4),
    Kind("8 / 3", 8, 3),
    Kind("8 / 3, lost tracks forgotten", 8, 3, FORGETFUL),
    Kind("8 / 3, every window by itself", 8, 3, SEPARATE),
    Kind("one whole clip", 0, 0),
    Kind("36 / 6, oracle", 36, 6, oracle=True),
    Kind("8 / 3, oracle", 8, 3, oracle=True),
)


@dataclass(frozen=True)
class Line:
    """Figures of one kind of window; milliseconds are medians over windows under the review rule."""

    name: str
    idf1: float
    switches: int
    kept: float  # of things met on both sides of a border, the share that keeps its track
    met: int
    ap_review: float
    ap_published: float | None
    tracks: float  # per video
    network_ms: float
    stitching_ms: float


@dataclass
class _Run:
    """One kind and rule over all videos."""

    videos: list[tuple[list[Thing], WholeVideo]] = field(default_factory=list)
    borders: Borders = field(default_factory=Borders)
    network: list[float] = field(default_factory=list)  # ms per window
    stitching: list[float] = field(default_factory=list)


class TimedNetwork:
    """The clip tracks of a network, computed once per window of a video."""

    def __init__(self, network: TeViT, settings: SettledSettings, stitching: StitchSettings) -> None:
        self._infer = partial(infer_window, network, config=network.config, settings=settings, stitching=stitching)
        self._known: dict[tuple[int, int], tuple[list[ClipTrack], float]] = {}
        self.times: list[float] = []  # ms per window, those of repeated windows again

    def __call__(self, window: Window) -> list[ClipTrack]:
        """Clip tracks of a window, best first."""
        key = (window.start, window.stop)
        if key not in self._known:
            began = time.perf_counter()
            found = self._infer(window)
            self._known[key] = found, (time.perf_counter() - began) * 1000
        found, spent = self._known[key]
        self.times.append(spent)
        return found


def one_video(
    run: _Run, video: ProceduralVideo, kind: Kind, infer: Infer, *, settings: SettledSettings, network: TeViT
) -> None:
    """Stitch one video and add what came out to ``run``."""
    count = len(video.frames)
    spent, results = [], []
    inferring = 0.0

    def timed(window: Window) -> list[ClipTrack]:
        nonlocal inferring
        began = time.perf_counter()
        found = infer(window)
        inferring = time.perf_counter() - began
        return found

    results_of = stitch(
        iter(video.frames),
        timed,
        resize=partial(resize_frame, config=network.config),
        settings=settings,
        config=network.config.to_dict(),
        expected=count,
        stitching=kind.settings,
    )
    began = time.perf_counter()
    for result in results_of:
        spent.append((time.perf_counter() - began - inferring) * 1000)
        results.append(result)
        began = time.perf_counter()
    whole, things = gather(results), things_of(video)
    run.videos.append((things, whole))
    borders = [(r.stop - 1, min(r.stop + kind.overlap, count - 1)) for r in results[:-1]]
    run.borders += border_identities(things, whole, borders)
    run.stitching += spent
    if isinstance(infer, TimedNetwork):
        run.network += infer.times[-len(results) :]


def measure(
    network: TeViT,
    kinds: Sequence[Kind],
    *,
    videos: int,
    frames: int,
    size: tuple[int, int],
    seed: int,
    report: Callable[[str], None] = lambda _: None,
) -> list[Line]:
    """Every kind of window over ``videos`` procedural videos."""
    runs = {(kind.name, rule): _Run() for kind in kinds for rule in ("review", "published")}
    for index in range(videos):
        video = render_video(DOMAIN, index=index, seed=seed, frames=frames, size=size)
        oracle = Oracle(video, seed=index)
        timed: dict[tuple[int, int, str, float], TimedNetwork] = {}
        for kind in kinds:
            for rule in ("review", "published"):
                if kind.oracle and rule == "published":
                    continue
                settings = ProposeSettings(
                    rule, "float32", max_tracks=MAX_TRACKS, window=kind.window or frames, overlap=kind.overlap
                ).settled(network.config)
                key = (kind.window, kind.overlap, rule, kind.settings.continues)
                if not kind.oracle and key not in timed:
                    timed[key] = TimedNetwork(network, settings, kind.settings)
                infer = oracle.infer if kind.oracle else timed[key]
                one_video(runs[kind.name, rule], video, kind, infer, settings=settings, network=network)
            report(f"video {index + 1} of {videos}: {kind.name}")
    return [_line(kind, runs[kind.name, "review"], runs[kind.name, "published"], size) for kind in kinds]


def _line(kind: Kind, review: _Run, published: _Run, size: tuple[int, int]) -> Line:
    figures = identity([accumulated(things, whole) for things, whole in review.videos])
    names = categories(DOMAIN)
    return Line(
        name=kind.name,
        idf1=figures["idf1"],
        switches=round(figures["num_switches"]),
        kept=review.borders.recall,
        met=review.borders.met,
        ap_review=average_precision(review.videos, names, size)["AP"],
        ap_published=average_precision(published.videos, names, size)["AP"] if published.videos else None,
        tracks=sum(len(whole.tracks) for _, whole in review.videos) / len(review.videos),
        network_ms=statistics.median(review.network) if review.network else 0.0,
        stitching_ms=statistics.median(review.stitching),
    )


def table(lines: Sequence[Line], title: str, facts: dict[str, Any]) -> Table:
    """A line per kind of window; READMEs leave the times out."""
    quality = ("windows / overlap", "IDF1", "switches", "border ids kept", "AP review", "AP published")
    times = ("network", "stitching")
    rows = []
    for one in lines:
        published = "" if one.ap_published is None else f"{100 * one.ap_published:.1f}"
        kept = f"{one.kept:.3f} of {one.met}" if one.met else "-"
        figures = (f"{100 * one.idf1:.1f}", str(one.switches), kept, f"{100 * one.ap_review:.1f}", published)
        took = (milliseconds(one.network_ms), milliseconds(one.stitching_ms))
        rows.append((one.name, *figures, f"{one.tracks:.1f}", *took))
    facts = {"title": "windows", **facts, "rows": [asdict(line) for line in lines]}
    return Table(title, (*quality, "tracks per video", *times), rows, facts=facts, aside=frozenset(times))


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--videos", type=int, default=3)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--size", type=int, nargs=2, default=(160, 96), metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--seed", type=int, default=23)
    parser.add_argument("--kinds", nargs="+", metavar="NAME", help="only these lines of the table, by name")
    asked = parser.parse_args()
    network = checkpoint.load(CHECKPOINT).build()
    size: tuple[int, int] = (asked.size[0], asked.size[1])
    facts: dict[str, Any] = {"videos": asked.videos, "frames": asked.frames, "size": size, "seed": asked.seed}
    kinds = [kind for kind in KINDS if asked.kinds is None or kind.name in asked.kinds]
    if not kinds:
        parser.error(f"there is no such line; there are {', '.join(kind.name for kind in KINDS)}")
    lines = measure(network, kinds, **facts, report=progress)
    show(table(lines, f"{network.config.name}, {asked.videos} videos of {asked.frames} frames", facts), asked)


if __name__ == "__main__":
    main()
