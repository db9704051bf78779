"""The rule of promotion: whether a retrained checkpoint replaces the one in use without being asked for.

A pure function of what was measured. A new checkpoint is proven if, on held-out videos, AP rises, mean track IoU does
not fall, AP without classes loses nothing but noise, a bootstrap interval over the videos excludes a real loss of the
mean of these three and a large one of the two without classes, the golden set loses no more than a point, and nothing
speaks for spoiled corrections. Where one of these fails the old one stays, and a person decides. Loads no torch.

Much of the truth is accepted proposals, which are masks of the old model itself: it finds all of them, however good it
is. So a video counts for track IoU and AP without classes by how much of its truth a person drew.

A single figure of a single video, which has two or three tracks, varies by ten points and more between two networks
that are equally good. So the interval is that of the mean of the three figures of a video, while each figure must hold
over all videos together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.sentences import counted
from app.training.folds import HELD_OUT
from app.training.report import (
    AGREEMENT,
    NOT_PROVEN,
    PROVEN,
    WORSE,
    Decision,
    Figures,
    GoldenFigures,
    Interval,
    Reason,
    VideoLine,
)

LEAST_VIDEOS = 4  # with a figure before and after; fewer prove nothing
LEVEL = 0.9  # of the bootstrap interval
REAL_LOSS = 0.03  # of AP without classes and of the mean of the three figures; smaller differences are noise
LARGE_LOSS = 0.1  # of the mean of track IoU and AP without classes, which the interval must exclude
TOGETHER = "together"  # the mean of the three figures, among the intervals
WITHOUT_CLASSES = "without classes"  # the mean of the two that names of categories do not raise
GOLDEN_LOSS = 0.01  # that the golden set may lose
MOST_SUSPICIOUS = 0.08  # share of the corrections that may look spoiled
ACCEPTED_WEIGHT = 0.25  # of a video whose truth is accepted proposals alone; one that a person drew has 1
# What two figures may lose: better names must not be paid with worse masks, which are what a person mends. Half of the
# last digit that is shown counts as nothing.
_ALLOWED = {"AP_agnostic": REAL_LOSS, "track_iou": 0.0005}
_DRAWS, _SEED = 2000, 20_221
_NAMES = {"AP": "AP", "AP_agnostic": "AP without classes", "track_iou": "Mean track IoU"}
_MEANS = {TOGETHER: tuple(_NAMES), WITHOUT_CLASSES: ("AP_agnostic", "track_iou")}


@dataclass(frozen=True)
class Evidence:
    """What was measured of a retraining.

    Attributes:
        kind: how it was measured, see `app.training.folds`; ``before_learnt``: whether the checkpoint in use was
            trained on measured videos.
        before, after: figures over the videos that decide; ``videos`` the same by video.
        untaught: measured videos that decide nothing, because the network that was measured on them was not taught all
            of their categories, while the checkpoint was.
        suspicious: share (0 to 1) of the human masks that look spoiled; None if nobody searched. ``left_out`` of them
            were not trained on, but they count: where many are found, some are not.
        loss_first, loss_last: mean training loss of the first and the last quarter of the steps; None if not trained.
        stopped: why the training stopped before its end, if it did.
        untrained: whether choosing how far to go kept the weights of the first checkpoint, so that the networks of the
            folds, which may have gone further, say nothing of the one that is kept.
    """

    kind: str
    before: Figures
    after: Figures
    videos: Sequence[VideoLine]
    untaught: int = 0
    golden: GoldenFigures | None = None
    before_learnt: bool = False
    suspicious: float | None = None
    left_out: int = 0
    loss_first: float | None = None
    loss_last: float | None = None
    stopped: str | None = None
    untrained: bool = False


def decide(evidence: Evidence) -> tuple[Decision, dict[str, Interval]]:
    """The decision with all its reasons, and the intervals of the changes by the name of their figure."""
    names = (*_NAMES, TOGETHER, WITHOUT_CLASSES)
    intervals = {name: found for name in names if (found := interval(evidence.videos, name)) is not None}
    reasons = (
        *_of_set(evidence),
        *_of_figures(evidence, intervals),
        *_of_interval(intervals),
        _of_golden(evidence.golden),
        *_of_corrections(evidence),
    )
    if all(reason.good for reason in reasons):
        return Decision(PROVEN, reasons), intervals
    enough = _measured(evidence.videos) >= LEAST_VIDEOS  # the interval of one or two videos excludes anything
    lost = enough and any(intervals[name].high < 0 for name in ("AP", "track_iou") if name in intervals)
    forgot = any(reason.code == "golden loss" for reason in reasons)
    return Decision(WORSE if lost or forgot else NOT_PROVEN, reasons), intervals


def interval(videos: Sequence[VideoLine], name: str) -> Interval | None:
    """The weighted mean change of a figure and its bootstrap interval over the videos; None without a figure.

    ``name`` is that of a figure, or `TOGETHER` for the mean of the three that decide, or `WITHOUT_CLASSES`.
    A video weighs by how much of its truth a person drew: accepted proposals are the old model's own masks and flatter
    it.
    """
    changes, weights = [], []
    for video in videos:
        change = _change(video, _MEANS.get(name, (name,)))
        if change is not None:
            changes.append(change)
            weights.append(ACCEPTED_WEIGHT + (1 - ACCEPTED_WEIGHT) * video.drawn)
    if not changes:
        return None
    values, shares = np.array(changes), np.array(weights)
    picks = np.random.default_rng(_SEED).integers(0, len(values), (_DRAWS, len(values)))
    means = (values[picks] * shares[picks]).sum(axis=1) / shares[picks].sum(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(float((values * shares).sum() / shares.sum()), float(low), float(high))


def _change(video: VideoLine, names: Sequence[str]) -> float | None:
    """The mean change of these figures in a video; None if one of them is missing."""
    changes = []
    for name in names:
        before, after = getattr(video.before, name), getattr(video.after, name)
        if before is None or after is None:
            return None
        changes.append(after - before)
    return sum(changes) / len(changes)


def _measured(videos: Sequence[VideoLine]) -> int:
    """The number of videos with all three figures before and after: those of the interval `TOGETHER`."""
    return sum(_change(video, tuple(_NAMES)) is not None for video in videos)


def _of_set(evidence: Evidence) -> list[Reason]:
    measured = _measured(evidence.videos)
    reasons = []
    if evidence.kind != HELD_OUT:
        reasons.append(Reason("videos", False, "Too few corrected videos to prove anything; compare side by side."))
    elif measured < LEAST_VIDEOS:
        text = f"Measured on {counted(measured, 'video')}; at least {LEAST_VIDEOS} are needed to prove anything."
        reasons.append(Reason("videos", False, text))
    else:
        reasons.append(Reason("videos", True, f"Measured on {counted(measured, 'held-out video')}."))
    if evidence.untaught:
        text = (
            f"{counted(evidence.untaught, 'more video')} decided nothing: the network measured there was not taught "
            "all of its categories."
        )
        reasons.append(Reason("untaught", True, text))
    if evidence.before_learnt:
        text = "The checkpoint in use was trained on the measured videos, which flatters it."
        reasons.append(Reason("before learnt", False, text))
    if evidence.stopped:
        reasons.append(Reason("stopped", False, f"Training stopped before its end: {evidence.stopped}"))
    if evidence.untrained:
        text = "No length of training was better than none, so the weights of the first checkpoint were kept."
        reasons.append(Reason("untrained", False, text))
    return reasons


def _of_figures(evidence: Evidence, intervals: Mapping[str, Interval]) -> list[Reason]:
    reasons = []
    for name, title in _NAMES.items():
        before, after = getattr(evidence.before, name), getattr(evidence.after, name)
        if before is None or after is None:
            reasons.append(Reason(name, False, f"{title} could not be measured."))
            continue
        word = "rose" if after > before else "stayed" if after == before else "fell"
        change = f"{title} {word}: {100 * before:.1f} before, {100 * after:.1f} after"
        if name == "AP":
            reasons.append(Reason(name, after > before, f"{change}."))
            continue
        counted_by_work = intervals[name].mean if name in intervals else after - before
        weighed = f"{100 * counted_by_work:+.1f} where videos count by what a person drew of them"
        lost = counted_by_work < -_ALLOWED[name]
        much = ", more than noise" if counted_by_work < -REAL_LOSS else ", and masks must not get worse" if lost else ""
        reasons.append(Reason(name, not lost, f"{change}; {weighed}{much}."))
    return reasons


def _of_interval(intervals: Mapping[str, Interval]) -> list[Reason]:
    found = intervals.get(TOGETHER)
    if found is None:
        return []  # what could not be measured is a reason already
    mean, low, high = (100 * value for value in (found.mean, found.low, found.high))
    change = f"{mean:+.1f} on average over the videos, {LEVEL:.0%} interval {low:+.1f} to {high:+.1f}"
    if found.low < -REAL_LOSS:
        text = f"The three figures vary so much between the videos that a loss of {-low:.1f} is possible: {change}."
        return [Reason("interval", False, text)]
    # A network that learnt names gains so much AP in its first round that the other two could hide behind it.
    alone = intervals[WITHOUT_CLASSES]
    if alone.low < -LARGE_LOSS:
        text = f"Without classes a loss of {-100 * alone.low:.1f} is possible, by the 90% interval over the videos."
        return [Reason("interval", False, text)]
    return [Reason("interval", True, f"The three figures exclude a real loss: {change}.")]


def _of_golden(golden: GoldenFigures | None) -> Reason:
    if golden is None or golden.before is None or golden.after is None:
        text = "There is no golden set for this checkpoint, so whether it forgot something is not known."
        return Reason("no golden set", False, text)
    if golden.before <= GOLDEN_LOSS:
        text = f"The old checkpoint finds nearly nothing on {golden.set}, so whether the new one forgot is not known."
        return Reason("no golden set", False, text)
    change = f"{100 * golden.before:.1f} before, {100 * golden.after:.1f} after, on {golden.set}"
    if golden.after < golden.before - GOLDEN_LOSS - 1e-9:
        if golden.kind == AGREEMENT:  # a window of a few videos varies by more than that between equally good networks
            text = f"It agrees less with what the first checkpoint was sure of, which may be chance: {change}."
            return Reason("agreement loss", False, text)
        return Reason("golden loss", False, f"It forgot what it knew: {change}.")
    return Reason("golden", True, f"It still knows what it knew: {change}.")


def _of_corrections(evidence: Evidence) -> list[Reason]:
    reasons = []
    if evidence.suspicious is not None:
        counted_too = ", counting those that were left out" if evidence.left_out else ""
        share = f"{100 * evidence.suspicious:.0f} % of the corrections look spoiled{counted_too}"
        if evidence.suspicious > MOST_SUSPICIOUS:
            reasons.append(Reason("suspicious", False, f"{share}; look at those that are named, then retrain."))
        else:
            reasons.append(Reason("suspicious", True, f"{share}."))
    first, last = evidence.loss_first, evidence.loss_last
    if first is not None and last is not None and last >= first:
        text = f"The corrections could not be learnt: the loss was {first:.2f} at first and {last:.2f} at the end."
        reasons.append(Reason("loss", False, text))
    return reasons
