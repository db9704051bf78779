"""Seconds of the simulated annotator per track-frame, until every frame has an IoU of 0.9, by the tools that it uses.

On procedural videos that no training saw, with the proposals of the demo checkpoint, and on annotated videos: files of
YouTube-VIS with their frames beside them, in which every frame is annotated (by default those of the test material).
The costs of the actions are published ones, see `tests.benchmarks.annotator.costs`.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from app.checkpoints.networks import kept_refiner, load_trunk
from model.propagation import Trunk
from tests.benchmarks._effort_videos import EffortVideo, annotated, procedural
from tests.benchmarks._tables import Table, options, progress, show
from tests.benchmarks.annotator.plan import ShownTrack
from tests.benchmarks.annotator.session import Bill, Order, boxing, brushing, drawing, spreading
from tests.benchmarks.annotator.tools import KeptFeatures, ProductBox, ProductSpread
from tests.material import material_root

DOMAIN, SIZE, FRAMES, SEED = "demo", (320, 192), 24, 910_007
BOX_STEP = 5  # every so many frames are boxed; those between are taken to be like them
Method = Callable[[EffortVideo], Bill | None]


def draw(video: EffortVideo) -> Bill:
    """Draw everything."""
    return drawing(video.truth)


def box(video: EffortVideo) -> Bill:
    """A box for every mask."""
    return boxing(video.truth, ProductBox(video.pictures), step=BOX_STEP)


def brush(video: EffortVideo) -> Bill | None:
    """Mend proposals frame by frame."""
    return None if video.shown is None else brushing(video.shown, video.truth, video.count)


def spread_from_box(video: EffortVideo) -> Bill:
    """A box for each thing, and spreading from there."""
    return _spread(video, [], "played")


def spread_proposals(video: EffortVideo) -> Bill | None:
    """Mend a frame of a proposal and spread it, as the video plays."""
    return None if video.shown is None else _spread(video, video.shown, "played")


def spread_by_queue(video: EffortVideo) -> Bill:
    """Mend the frame that the tools are least sure of, and spread it."""
    return _spread(video, video.shown or [], "queue")


def _spread(video: EffortVideo, shown: Sequence[ShownTrack], order: Order) -> Bill:
    network = trunk()
    kept = None if network is None else KeptFeatures(network)
    tool = ProductSpread(video.pictures, video.size, kept, kept_refiner("cpu"))
    return spreading(shown, video.truth, video.count, box=ProductBox(video.pictures), spread=tool, order=order)


@cache
def trunk() -> Trunk | None:
    """The network of spreading, if it is installed."""
    found, why = load_trunk()
    if why:
        progress(why)
    return found


METHODS: Mapping[str, Method] = {
    "draw everything": draw,
    "box tool": box,
    "proposals + brush": brush,
    "box + spreading": spread_from_box,
    "proposals + spreading": spread_proposals,
    "+ the queue's order": spread_by_queue,
}


@dataclass
class Sums:
    """Bills of some videos by method, and their numbers of true masks."""

    bills: dict[str, Bill] = field(default_factory=dict)
    frames: dict[str, int] = field(default_factory=dict)
    videos: int = 0

    def add(self, video: EffortVideo) -> None:
        """Do the work in a video with every method."""
        self.videos += 1
        for name, method in METHODS.items():
            bill = method(video)
            if bill is not None:
                self.bills.setdefault(name, Bill()).add(bill)
                self.frames[name] = self.frames.get(name, 0) + video.frames

    def per_frame(self, name: str) -> float | None:
        """Seconds per track-frame with a method; None where it was not used."""
        return self.bills[name].total / self.frames[name] if self.frames.get(name) else None

    def as_json(self) -> dict[str, object]:
        """The figures by method, with the seconds of each kind of action."""
        return {
            name: {
                "seconds_per_frame": round(bill.total / self.frames[name], 3),
                "gestures_per_frame": round(bill.hands / self.frames[name], 3),
                "frames": self.frames[name],
                "seconds": {kind: round(value, 1) for kind, value in sorted(bill.seconds.items())},
            }
            for name, bill in self.bills.items()
            if self.frames[name]
        }


def measure(title: str, videos: Iterable[EffortVideo]) -> Sums:
    """The work in some videos."""
    sums = Sums()
    for video in videos:
        sums.add(video)
        shown = ", ".join(f"{name} {sums.per_frame(name):.2f} s" for name in sums.bills)
        progress(f"{title}, {video.name}: {shown}")
    return sums


def table(found: Mapping[str, Sums]) -> Table:
    """One row for each set of videos."""
    rows = []
    for title, sums in found.items():
        drawn = sums.per_frame("draw everything")
        rows.append((title, *(_cell(sums.per_frame(name), drawn) for name in METHODS)))
    notes = ("Seconds per track-frame; in brackets how many times less than drawing everything.",)
    facts = {title: {"videos": sums.videos, **sums.as_json()} for title, sums in found.items()}
    return Table("effort to an IoU of 0.9 in every frame", ("videos", *METHODS), rows, facts=facts, notes=notes)


def _cell(seconds: float | None, drawn: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if not drawn or seconds == drawn else f"{seconds:.1f} s ({drawn / seconds:.1f} x)"


def files() -> list[Path]:
    """The annotated videos of the test material; none where it is not there."""
    return sorted(material_root().glob("data/annotated*/*/instances.json"))


def chosen(every: Sequence[Path], folders: Sequence[str] | None) -> list[Path]:
    """Those of the files that lie in folders of these names; all without names."""
    return [file for file in every if folders is None or file.parent.name in folders]


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--videos", type=int, default=6, metavar="N", help="procedural videos (0: none)")
    parser.add_argument("--annotations", type=Path, nargs="*", metavar="FILE", help="instead of the test material")
    parser.add_argument("--only", nargs="+", metavar="FOLDER", help="only the files in folders of these names")
    asked: argparse.Namespace = parser.parse_args()
    found = {}
    if asked.videos:
        clips = procedural(DOMAIN, count=asked.videos, frames=FRAMES, size=SIZE, seed=SEED)
        found[f"procedural, {asked.videos} videos"] = measure("procedural", clips)
    for file in chosen(files() if asked.annotations is None else asked.annotations, asked.only):
        with annotated(file) as videos:
            if videos:
                found[file.parent.name] = measure(file.parent.name, videos)
    show(table(found), asked)


if __name__ == "__main__":
    main()
