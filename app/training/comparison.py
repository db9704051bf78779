"""Parts of the report of a retraining from what was measured, and its verdict."""

from collections.abc import Mapping, Sequence

from app.training.folds import Fold
from app.training.measuring import MeasuredSide
from app.training.promotion import REAL_LOSS
from app.training.report import NOT_PROVEN, PROVEN, WORSE, Figures, Report, TruthShare, VideoLine
from model.training.clips import ClipVideo


def video_lines(
    before: MeasuredSide,
    after: MeasuredSide,
    *,
    ids: Sequence[str],
    truth: Sequence[TruthShare],
    decisive: Sequence[int],
) -> tuple[VideoLine, ...]:
    """A line for each measured video; ``ids[i]`` and ``truth[i]`` belong to video i of the source.

    ``decisive``: places of the videos that decide (`deciding`).
    """
    return tuple(
        VideoLine(
            video=ids[one.index],
            name=one.source.videos[one.index].name,
            tracks=len(one.truth),
            drawn=truth[one.index].share,
            before=before.figures([place]),
            after=after.figures([place]),
            decides=place in decisive,
        )
        for place, one in enumerate(before.videos)
    )


def deciding(trainings: Sequence[Fold], videos: Sequence[ClipVideo]) -> tuple[int, ...]:
    """Places of the measured videos, in the order of the measurement, all of whose categories their network was taught.

    What a fold was never taught says nothing about the checkpoint, which learns from all videos.
    """
    labels = [{track.label for track in video.tracks} for video in videos]
    taught = [set().union(*(labels[index] for index in fold.taught)) for fold in trainings]
    measured = [(index, known) for fold, known in zip(trainings, taught, strict=True) for index in fold.held_out]
    return tuple(place for place, (index, known) in enumerate(measured) if labels[index] <= known)


def overlaps_less(before: Figures, after: Figures) -> str | None:
    """A sentence where the tracks that the app proposes overlap the true ones clearly less than before, else None."""
    if before.track_iou is None or after.track_iou is None or after.track_iou >= before.track_iou - REAL_LOSS:
        return None
    return (
        "Propose shows the true tracks less well with it: the best proposed tracks overlap them by "
        f"{100 * after.track_iou:.0f} %, {100 * before.track_iou:.0f} % before."
    )


def verdict(name: str, report: Report) -> str:
    """A few sentences on a finished retraining, for people; ``name`` is that of the new checkpoint."""
    before, after = report.before.AP, report.after.AP
    old = report.lineage.before_name
    if report.decision.promoted:
        then = f"It is in use now; models activate '{old}' takes it back."
    else:
        then = f"It is kept aside until you put it in use (models activate '{name}')."
    if before is None or after is None:
        return f"{name}: nothing could be measured on {report.set}, so nothing is proven. {then}"
    change = f"AP {100 * before:.1f} before ({old}), {100 * after:.1f} after"
    against = next((reason.text for reason in report.decision.reasons if not reason.good), "")
    words = {PROVEN: "proven", NOT_PROVEN: "not proven", WORSE: "worse, so not promoted"}
    return " ".join(
        part
        for part in (
            f"{name}: {change}, on {report.set}: {words[report.decision.outcome]}.",
            against,
            overlaps_less(report.before, report.after),
            then,
        )
        if part
    )


def truth_of(shares: Sequence[TruthShare], measured: Sequence[int]) -> TruthShare:
    """By whom the truth of the measured videos was made."""
    chosen = [shares[index] for index in measured]
    return TruthShare(
        drawn=sum(one.drawn for one in chosen),
        imported=sum(one.imported for one in chosen),
        accepted=sum(one.accepted for one in chosen),
    )


def loss_levels(losses: Mapping[int, float]) -> tuple[float | None, float | None]:
    """Mean loss of the first and of the last quarter of the steps, by step; None, None without steps."""
    values = [losses[step] for step in sorted(losses)]
    if not values:
        return None, None
    part = max(len(values) // 4, 1)
    return sum(values[:part]) / part, sum(values[-part:]) / part
