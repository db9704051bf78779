"""The figures before and after a retraining, joined over all folds."""

from collections.abc import Sequence
from typing import Any

from app.training.folds import HELD_OUT
from model.scoring import Score


def compared(before: Sequence[Score], after: Sequence[Score], *, kind: str) -> dict[str, Any]:
    """Figures of one `Score` a fold, before and after: over all videos, per category, per video (AP, 0 to 1).

    ``proven``: AP rose on held-out videos; with another ``kind`` of measurement nothing is proven.
    """
    weights = [len(one.per_video) for one in before]
    first, second = mean(before, weights), mean(after, weights)
    was, now = per_category(before), per_category(after)
    videos_before = [line for one in before for line in one.per_video]
    videos_after = [line for one in after for line in one.per_video]
    return {
        "before": first,
        "after": second,
        "per_category": [
            {"name": name, "tracks": count, "before": value, "after": now.get(name, (0, None))[1]}
            for name, (count, value) in was.items()
        ],
        "per_video": [
            {"name": name, "before": value, "after": other}
            for (name, value), (_, other) in zip(videos_before, videos_after, strict=True)
        ],
        "evaluation": kind,
        "proven": kind == HELD_OUT and second["AP"] > first["AP"],
    }


def mean(scores: Sequence[Score], weights: Sequence[int]) -> dict[str, float]:
    """The weighted mean of each figure; a fold's weight is its number of videos."""
    total = max(sum(weights), 1)
    return {
        key: sum(one.stats[key] * weight for one, weight in zip(scores, weights, strict=True)) / total
        for key in scores[0].stats
    }


def per_category(scores: Sequence[Score]) -> dict[str, tuple[int, float | None]]:
    """Number of tracks and mean AP of each category over all folds, weighted by tracks; None without tracks."""
    sums: dict[str, tuple[int, float]] = {}
    for one in scores:
        for name, count, value in one.per_category:
            tracks, weighted = sums.get(name, (0, 0.0))
            sums[name] = (tracks + count, weighted + count * (value or 0.0))
    return {name: (count, weighted / count if count else None) for name, (count, weighted) in sums.items()}
