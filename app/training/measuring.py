"""Measures a network on the held-out videos of a fold, under both rules, and calibrates thresholds on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.training.fold_clips import FoldClips, frames_after_boundary
from app.training.folds import LAST_THIRD
from model.network.tevit import TeViT
from model.rule_scoring import HeldOutVideo, calibrate_on_others, figures, held_out_video, mean_figures
from model.scoring import Score, judged_frames, score
from model.thresholds import Thresholds

Figures = dict[str, float | int | None]


@dataclass(frozen=True)
class MeasuredFold:
    """The score of a network under the published rule, and what it detects in each held-out video of the fold."""

    score: Score
    videos: tuple[HeldOutVideo, ...]


def measure(network: TeViT, clips: FoldClips, *, kind: str, on_video: Callable[[int], None]) -> MeasuredFold:
    """Measures on all videos of ``clips``; ``on_video`` is called with the number of those that are done."""
    network.eval()
    frames = frames_after_boundary if kind == LAST_THIRD else judged_frames
    found = []
    for index in range(len(clips.videos)):
        found.append(held_out_video(network, clips, index, frames=frames))
        on_video(index + 1)
    whole = score(network, clips, range(len(found)), frames=frames, find=lambda _, __, video: found[video].published)
    return MeasuredFold(whole, tuple(found))


def by_rule(
    before: Sequence[MeasuredFold],
    after: Sequence[MeasuredFold],
    *,
    own: Thresholds,
    check: Callable[[], None] = lambda: None,
) -> tuple[dict[str, Any], Thresholds]:
    """Figures before and after under each rule, and the thresholds that the new checkpoint gets.

    Under ``review``, the rule of the app, each checkpoint proposes with its thresholds: the one before with its
    ``own``. The new one's are calibrated on all held-out videos, but each video is measured with those of the others.
    ``check`` is called before each video, and stops this by raising an error.
    """
    chosen, others = calibrate_on_others([video for fold in after for video in fold.videos], check=check)
    used = iter(others)
    published = [
        _figures(folds, [[video.under_published() for video in fold.videos] for fold in folds])
        for folds in (before, after)
    ]
    review = (
        _figures(before, [[video.reviewed(own) for video in fold.videos] for fold in before]),
        _figures(after, [[video.reviewed(next(used)) for video in fold.videos] for fold in after]),
    )
    rules = {
        "review": {
            "before": review[0],
            "after": review[1],
            "thresholds_before": own.as_json(),
            "thresholds_after": chosen.as_json(),
        },
        "published": {"before": published[0], "after": published[1]},
    }
    return rules, chosen


def _figures(folds: Sequence[MeasuredFold], results: Sequence[Sequence[list[dict[str, Any]]]]) -> Figures:
    pairs = zip(folds, results, strict=True)
    return mean_figures([(len(fold.videos), figures(fold.videos, found)) for fold, found in pairs])
