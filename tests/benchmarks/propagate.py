"""How well masks of a few frames are spread to the others, beside copying, interpolating, and its parts alone.

Real videos of the optional test material and procedural ones. J and F are those of DAVIS, (J + F) / 2 is shown: the
mean over tracks of the mean over frames that were not given and where the truth has the track. *absent*: share of the
frames without the track for which nothing is drawn. *wrong marked*: share of the wrong frames (IoU below 0.5) that need
a look by the spread's own doubt; *good marked*: that of the good ones (IoU of at least 0.8). Tracks that were fully
hidden and come back count as right again with an IoU of 0.5 five frames later.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import cv2
import numpy as np
import torch
from torch import Tensor

from app.checkpoints.find import BUILT_IN_FILES
from app.checkpoints.networks import kept_refiner, load_trunk
from model.propagation import ClipModel, SpreadSettings, TeViTCandidates, Trunk, spread
from model.refining import MaskRefiner
from model.weights.checkpoint import load
from tests.benchmarks._spread_baselines import ByFlow, copied, interpolated
from tests.benchmarks._spread_scores import Carried, Marks, Scores, came_back, mean, scored
from tests.benchmarks._spread_videos import AnnotatedVideo, hiding_videos, procedural_videos, real_videos
from tests.benchmarks._tables import Table, options, progress, show

FEATURES_ALONE = SpreadSettings(
    use_flow=False, use_key_flow=False, use_colour=False, use_palette=False, use_edges=False, beyond_cuts=True
)
WHOLE = SpreadSettings(beyond_cuts=True)
ABLATION = {
    "all": WHOLE,
    "without the flow": SpreadSettings(use_flow=False, beyond_cuts=True),
    "without the flow from the given frame": SpreadSettings(use_key_flow=False, beyond_cuts=True),
    "without the features": SpreadSettings(use_features=False, beyond_cuts=True),
    "without the colours of the given frame": SpreadSettings(use_colour=False, beyond_cuts=True),
    "without the palette": SpreadSettings(use_palette=False, beyond_cuts=True),
    "without the edges": SpreadSettings(use_edges=False, beyond_cuts=True),
}
BESIDE = "all, and the shapes of the demo checkpoint"
FINE = "all, and the edges of the refining network"


@dataclass(frozen=True)
class Setting:
    """Which frames are given, and how far the others are scored."""

    name: str
    step: int
    last: int
    crowded: bool = False  # only videos of several tracks that pass each other

    def frames(self, video: AnnotatedVideo) -> tuple[list[int], list[int]]:
        """Given and scored frames; no given ones where the video lacks one of them."""
        count = len(video.frames)
        if self.last >= count and self.last != count - 1 and self.step <= self.last < 10**6:
            return [], []
        end = min(self.last, count - 1)
        given = [k for k in range(0, end + 1, self.step)]
        if not set(given) <= video.annotated:
            return [], []
        return given, [k for k in range(end + 1) if k in video.annotated and k not in given]


SETTINGS = {
    "first": Setting("first frame, 15 ahead", 10**6, 15),
    "two": Setting("two frames, 30 apart", 30, 30, crowded=True),
    "every": Setting("every 15th frame", 15, 10**6),
}


class KeptFeatures:
    """A trunk whose features are kept, so that the time of spreading itself is measured.

    Seconds are CPU time of the thread that asks: another one works on the frame before.
    """

    def __init__(self, trunk: Trunk) -> None:
        self._trunk, self._kept = trunk, {}
        self.seconds: list[float] = []

    def spread_features(self, frames: np.ndarray) -> dict[int, Tensor]:
        key = hash(frames.tobytes())
        if key not in self._kept:
            began = time.thread_time()
            self._kept[key] = {s: one.half() for s, one in self._trunk.spread_features(frames).items()}
            self.seconds.append(time.thread_time() - began)
        return {stride: one.float() for stride, one in self._kept[key].items()}


def spreading(
    video: AnnotatedVideo,
    given: Sequence[int],
    wanted: Sequence[int],
    trunk: Trunk | None,
    settings: SpreadSettings,
    model: ClipModel | None = None,
    refiner: MaskRefiner | None = None,
) -> Carried:
    """The masks by spreading, with its doubts."""
    masks = {
        track: {k: video.masks[k, track] if video.masks[k, track].any() else None for k in given}
        for track in range(video.masks.shape[1])
    }
    empty = np.zeros(video.frames.shape[1:3], bool)
    found: dict[int, dict[int, np.ndarray]] = {track: {} for track in masks}
    doubted: dict[int, set[int]] = {track: set() for track in masks}
    began = time.perf_counter()
    stop = max((*given, *wanted)) + 1
    steps = spread(
        lambda k: video.frames[k],
        masks,
        size=video.frames.shape[1:3],
        start=0,
        stop=stop,
        trunk=trunk,
        settings=settings,
        model=model,
        refiner=refiner,
    )
    for step in steps:
        if step.final:
            for track, of in found.items():
                guess = step.guesses.get(track)
                of[step.frame] = guess.mask if guess is not None and guess.mask is not None else empty
                if guess is None or guess.needs_look:
                    doubted[track].add(step.frame)
    return Carried(found, (time.perf_counter() - began) / stop, doubted)


Way = Callable[[Sequence[int], Sequence[int]], Carried]


def ways(video: AnnotatedVideo, trunk: Trunk | None) -> dict[str, Way]:
    """Every way to carry masks on, by its column; without a network there is none by features alone."""
    by_flow = ByFlow()

    def plain(way: Callable[..., dict[int, np.ndarray]]) -> Way:
        def run(given: Sequence[int], wanted: Sequence[int]) -> Carried:
            began = time.process_time()
            found = {
                track: way(video.frames, {k: video.masks[k, track] for k in given}, wanted)
                for track in range(video.masks.shape[1])
            }
            return Carried(found, (time.process_time() - began) / len(video.frames))

        return run

    found: dict[str, Way] = {
        "copy": plain(copied),
        "interpolate": plain(interpolated),
        "DIS": plain(by_flow),
        "spreading": lambda given, wanted: spreading(video, given, wanted, trunk, WHOLE, refiner=kept_refiner("cpu")),
    }
    if trunk is not None:
        found["features"] = lambda given, wanted: spreading(video, given, wanted, trunk, FEATURES_ALONE)
    return found


HIDDEN = "hidden"
"""What `--settings` calls the count of tracks that were hidden and are right again."""


@dataclass
class Line:
    """One row: a setting on a video."""

    setting: str
    video: str
    tracks: int
    scores: dict[str, Scores]


@dataclass
class Measured:
    """All rows, seconds that the features of a frame take, and tracks that came back and that are right again."""

    lines: list[Line] = field(default_factory=list)
    features: list[float] = field(default_factory=list)
    hidden: tuple[int, int] = (0, 0)


def measure(videos: Iterator[AnnotatedVideo], names: Sequence[str], trunk: Trunk | None) -> Measured:
    """Every setting on every video."""
    measured = Measured()
    for video in videos:
        kept = None if trunk is None else KeptFeatures(trunk)
        for name in names:
            setting = SETTINGS[name]
            given, wanted = setting.frames(video)
            if not given or not video.masks[given].any() or (setting.crowded and video.masks.shape[1] < 3):
                continue
            line = Line(setting.name, video.name, video.masks.shape[1], {})
            for way, run in ways(video, kept).items():
                line.scores[way] = scored(video, given, wanted, run(given, wanted))
            measured.lines.append(line)
            progress(f"{setting.name}, {video.name}: {line.scores['spreading'].mean:.3f}")
        measured.features += kept.seconds if kept else []
    return measured


def right_again(videos: Iterator[AnnotatedVideo], trunk: Trunk | None) -> tuple[int, int]:
    """Tracks that come back after having been fully hidden, and those of them that are right again; see `came_back`."""
    count, right = 0, 0
    for video in videos:
        more = came_back(
            video, spreading(video, [0], range(1, len(video.frames)), trunk, WHOLE, refiner=kept_refiner("cpu")).found
        )
        count, right = count + more[0], right + more[1]
        progress(f"hidden, {video.name}: {more[1]} of {more[0]}")
    return count, right


def table(measured: Measured) -> Table:
    """(J + F) / 2 of every way, one row a setting and video, and the means."""
    columns = ("given", "video", "tracks", *WAYS, "J", "F", "absent", "wrong marked", "good marked", "ms a frame")
    rows, facts = [], []
    for setting in dict.fromkeys(line.setting for line in measured.lines):
        mine = [line for line in measured.lines if line.setting == setting]
        rows += [_row(setting, line.video, str(line.tracks), line.scores) for line in mine]
        if len(mine) > 1:
            ways_of = [way for way in WAYS if all(way in one.scores for one in mine)]
            rows.append(_row(setting, "mean", "", {way: mean([one.scores[way] for one in mine]) for way in ways_of}))
        facts += [{**asdict(line), "scores": {way: asdict(one) for way, one in line.scores.items()}} for line in mine]
    count, right = measured.hidden
    notes = ["*ms a frame*: time of spreading by the clock, on two threads, with the features cached."]
    if measured.features:
        notes.append(f"The features of a frame take {1000 * float(np.median(measured.features)):.0f} ms more.")
    if count:
        notes.append(f"Of {count} tracks that were fully hidden and came back, {right} are right five frames later.")
    return Table("masks spread to other frames", columns, rows, facts=facts, notes=tuple(notes), timed=True)


WAYS = ("copy", "interpolate", "DIS", "features", "spreading")


def _row(setting: str, video: str, tracks: str, scores: Mapping[str, Scores]) -> tuple[str, ...]:
    own = scores["spreading"]
    absent = "" if own.absent is None else f"{100 * own.absent:.0f} %"
    figures = [f"{scores[way].mean:.3f}" if way in scores else "-" for way in WAYS]
    marks = own.marks or Marks()
    marked = [f"{part} of {whole}" for part, whole in (marks.wrong, marks.good)]
    return (setting, video, tracks, *figures, f"{own.j:.3f}", f"{own.f:.3f}", absent, *marked, f"{own.ms:.0f}")


def ablation(videos: Iterator[AnnotatedVideo], trunk: Trunk | None) -> Table:
    """What each kind of evidence is worth: the first frame given, 15 ahead, mean over the videos."""
    found: dict[str, list[Scores]] = {name: [] for name in (*ABLATION, BESIDE, FINE)}
    demo = TeViTCandidates(load(BUILT_IN_FILES["demo"]).for_inference())
    for video in videos:
        kept = None if trunk is None else KeptFeatures(trunk)
        given, wanted = SETTINGS["first"].frames(video)
        if given and video.masks[given].any():
            for name, settings in ABLATION.items():
                found[name].append(scored(video, given, wanted, spreading(video, given, wanted, kept, settings)))
            found[BESIDE].append(scored(video, given, wanted, spreading(video, given, wanted, kept, WHOLE, demo)))
            fine = spreading(video, given, wanted, kept, WHOLE, refiner=kept_refiner("cpu"))
            found[FINE].append(scored(video, given, wanted, fine))
            progress(f"ablation, {video.name}")
    rows = [(name, *(f"{figure:.3f}" for figure in _figures(mean(of)))) for name, of in found.items()]
    facts = [{"evidence": name, "scores": [asdict(one) for one in of]} for name, of in found.items()]
    return Table("what each kind of evidence is worth", ("evidence", "(J + F) / 2", "J", "F"), rows, facts=facts)


def _figures(scores: Scores) -> tuple[float, float, float]:
    return scores.mean, scores.j, scores.f


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--settings", nargs="+", choices=(*SETTINGS, HIDDEN), default=[*SETTINGS, HIDDEN])
    parser.add_argument("--videos", choices=("all", "real", "procedural"), default="all")
    parser.add_argument("--only", nargs="+", metavar="VIDEO", help="only the videos of these names")
    parser.add_argument("--ablation", action="store_true", help="what each kind of evidence is worth, instead")
    asked = parser.parse_args()
    # Spreading has two threads of its own.
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    trunk, without = load_trunk()
    if without:
        progress(without)
    real = real_videos() if asked.videos != "procedural" else iter(())
    made = procedural_videos() if asked.videos != "real" else iter(())
    videos = (video for some in (real, made) for video in some if not asked.only or video.name in asked.only)
    if asked.ablation:
        show(ablation(videos, trunk), asked)
        return
    measured = measure(videos, [name for name in asked.settings if name != HIDDEN], trunk)
    if HIDDEN in asked.settings and asked.videos != "real" and not asked.only:
        measured.hidden = right_again(hiding_videos(), trunk)
    show(table(measured), asked)


if __name__ == "__main__":
    main()
