"""The annotator at one video, with one set of tools, until every frame of every thing is right.

It judges by looking, which the mask IoU with what is right stands for. A frame is right from `RIGHT` on. The frames of
a track that the tools filled are watched before they are accepted. Nothing is random.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from tests.benchmarks.annotator.costs import ROUGH, SECONDS
from tests.benchmarks.annotator.plan import ShownTrack, TrueTrack, iou, pair_tracks, plan, runs_of, swaps_of
from tests.benchmarks.annotator.tools import BoxTool, Known, SpreadTool, box_of

RIGHT = 0.9
Order = Literal["played", "queue"]


@dataclass
class Bill:
    """Seconds and gestures so far, by kind of action."""

    seconds: dict[str, float] = field(default_factory=dict)
    gestures: dict[str, int] = field(default_factory=dict)

    def pay(self, kind: str, times: int = 1) -> None:
        """An action of a kind, so many times; watching is no gesture."""
        if times:
            self.seconds[kind] = self.seconds.get(kind, 0.0) + times * SECONDS[kind]
            self.gestures[kind] = self.gestures.get(kind, 0) + (0 if kind == "watch" else times)

    @property
    def total(self) -> float:
        """All seconds."""
        return sum(self.seconds.values())

    @property
    def hands(self) -> int:
        """All gestures."""
        return sum(self.gestures.values())

    def add(self, other: "Bill") -> None:
        """Take over what another bill holds."""
        for kind, seconds in other.seconds.items():
            self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds
        for kind, times in other.gestures.items():
            self.gestures[kind] = self.gestures.get(kind, 0) + times


def drawing(truth: Sequence[TrueTrack]) -> Bill:
    """Every mask is drawn from nothing."""
    bill = Bill()
    for thing in truth:
        bill.pay("track")
        bill.pay("draw", len(thing.masks))
    return bill


def boxing(truth: Sequence[TrueTrack], tool: BoxTool, *, step: int = 1) -> Bill:
    """Every mask is a box, then accepted, mended or drawn; each ``step``-th frame stands for those after it."""
    bill = Bill()
    for thing in truth:
        bill.pay("track")
        frames = sorted(thing.masks)
        for at in range(0, len(frames), step):
            right = thing.masks[frames[at]]
            times = min(step, len(frames) - at)
            bill.pay("box", times)
            bill.pay(_mend(tool(frames[at], box_of(right)), right), times)
    return bill


def brushing(shown: Sequence[ShownTrack], truth: Sequence[TrueTrack], count: int) -> Bill:
    """Proposals are watched, accepted where they are right, and else mended frame by frame."""
    bill = Bill()
    for action in plan(shown, truth, count, good=RIGHT):
        bill.pay(action.kind)
        bill.pay("watch", len(action.frames) if action.kind in {"accept", "absent"} else 0)
    return bill


def spreading(
    shown: Sequence[ShownTrack],
    truth: Sequence[TrueTrack],
    count: int,
    *,
    box: BoxTool,
    spread: SpreadTool,
    order: Order,
    right: float = RIGHT,
) -> Bill:
    """What is right of the proposals is accepted; a frame that is not is mended, and spread to its neighbours.

    ``order``: *played* mends the first wrong frame that comes as the video plays, *queue* the frame that the tools are
    least sure of. A thing without a proposal begins with a box. ``right``: mask IoU from which a frame is right.
    """
    bill = Bill()
    for action in plan(shown, truth, count, good=right):
        if action.kind in {"swap", "reject", "relabel", "track", "complete"}:
            bill.pay(action.kind)
    _, tracks = swaps_of(shown, truth, count)
    pairs = {number: track for track, number in pair_tracks(tracks, truth).items()}
    masks = {track.id: track.masks for track in tracks}
    done: list[Known] = []
    for number, thing in enumerate(truth):
        if thing.masks:
            begun = masks[pairs[number]] if number in pairs else {}
            work = _Thing(thing, dict(begun), count, box, spread, tuple(done), right)
            bill.add(work.work(order))
            done.append(work.settled)
    return bill


@dataclass
class _Thing:
    """One thing while it is worked on: ``shown`` masks, how ``sure`` the tools are, and what is ``settled``.

    ``others``: the things that are finished.
    """

    thing: TrueTrack
    shown: dict[int, np.ndarray]
    count: int
    box: BoxTool
    spread: SpreadTool
    others: tuple[Known, ...] = ()
    right: float = RIGHT
    sure: dict[int, float] = field(default_factory=dict)
    settled: dict[int, np.ndarray | None] = field(default_factory=dict)
    bill: Bill = field(default_factory=Bill)

    def work(self, order: Order) -> Bill:
        """Go on until all is right; returns what it took."""
        if self.shown:
            self._watch(0, self.count, whole=True)
        else:
            self._correct(min(self.thing.masks))
        while len(self.settled) < self.count:
            if order == "played":
                self._watch(0, self.count, whole=False)
                wrong = self._first_wrong()
            else:
                wrong = self._least_sure()
            if wrong is not None:
                self._correct(wrong)
        return self.bill

    def _right(self, frame: int) -> bool:
        """Whether what is shown in a frame is right."""
        truth, mask = self.thing.masks.get(frame), self.shown.get(frame)
        if truth is None or mask is None:
            return truth is None and mask is None
        return iou(mask, truth) >= self.right

    def _open(self) -> list[int]:
        return [frame for frame in range(self.count) if frame not in self.settled]

    def _first_wrong(self) -> int | None:
        return next((frame for frame in self._open() if not self._right(frame)), None)

    def _watch(self, start: int, stop: int, *, whole: bool) -> None:
        """Play what is open, as far as it is right or the whole of it, and accept what is right."""
        seen = [frame for frame in range(start, stop) if frame not in self.settled]
        if not whole:
            wrong = self._first_wrong()
            seen = [frame for frame in seen if wrong is None or frame <= wrong]
        self.bill.pay("watch", len(seen))
        good = [frame for frame in seen if self._right(frame)]
        self.bill.pay("accept", len(runs_of(good, bridge=set(self.settled))))
        for frame in good:
            self.settled[frame] = self.thing.masks.get(frame)

    def _least_sure(self) -> int | None:
        """The frame to mend by the queue: the least sure, of equal ones that in the middle; None: a glance settled it.

        A frame that turns out right costs a verdict, and tells that those which are surer may be played.
        """
        waiting = self._open()
        least = min(self.sure.get(frame, 0.0) for frame in waiting)
        equal = [frame for frame in waiting if self.sure.get(frame, 0.0) == least]
        frame = equal[len(equal) // 2]
        if not self._right(frame):
            return frame
        self.bill.pay("accept")
        self.settled[frame] = self.thing.masks.get(frame)
        self._watch(0, self.count, whole=True)
        return None

    def _correct(self, frame: int) -> None:
        """Make a frame right and spread it to the frames between its settled neighbours."""
        truth = self.thing.masks.get(frame)
        if truth is None:
            gone = next(run for run in runs_of([t for t in self._open() if t not in self.thing.masks]) if frame in run)
            self.bill.pay("absent")
            for one in gone:
                self.settled[one] = None
                self.shown.pop(one, None)
            return
        self._mend(frame, truth)
        self.settled[frame] = truth
        before = max((t for t in self.settled if t < frame), default=-1)
        after = min((t for t in self.settled if t > frame), default=self.count)
        if after - before > 2:
            self._spread(before, after, frame)

    def _mend(self, frame: int, truth: np.ndarray) -> None:
        mask = self.shown.get(frame)
        kind = "draw" if mask is None else _mend(mask, truth, self.right)
        beside = any(self.settled.get(near) is not None for near in (frame - 1, frame + 1))
        if kind == "draw" and beside:
            kind = "brush"  # of the mask that is copied from the frame beside it
        if kind == "draw":
            self.bill.pay("box")
            kind = _mend(self.box(frame, box_of(truth)), truth, self.right)
        self.bill.pay(kind)

    def _spread(self, before: int, after: int, frame: int) -> None:
        self.bill.pay("spread")
        near = {t: self.settled[t] for t in (before, frame, after) if t in self.settled}
        others = [{t: one[t] for t in range(max(before, 0), min(after + 1, self.count))} for one in self.others]
        for t, found in self.spread(near, before + 1, after, others).items():
            if t not in self.settled:
                self.sure[t] = found.confidence
                if found.mask is None:
                    self.shown.pop(t, None)
                else:
                    self.shown[t] = found.mask


def _mend(found: np.ndarray, right: np.ndarray, least: float = RIGHT) -> str:
    """What turns a mask into the right one: nothing but a verdict, the brush, or drawing."""
    quality = iou(found, right)
    return "accept" if quality >= least else "brush" if quality >= ROUGH else "draw"
