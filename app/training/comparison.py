"""The figures before and after a retraining, joined over all folds, and the verdict in one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.training.folds import HELD_OUT
from model.scoring import Score


def compared(before: Sequence[Score], after: Sequence[Score], *, kind: str, set_name: str) -> dict[str, Any]:
    """Figures of one `Score` a fold, before and after: over all videos, per category, per video (AP, 0 to 1).

    A figure is None where nothing could be measured. ``set_name`` names what was measured on: figures of different sets
    say nothing about each other. ``proven``: AP rose on held-out videos; another ``kind`` of measurement proves
    nothing.
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
        "set": set_name,
        "proven": kind == HELD_OUT and _rose(first["AP"], second["AP"]),
    }


def _rose(before: float | None, after: float | None) -> bool:
    return before is not None and after is not None and after > before


def metrics_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """What of a retraining's result is stored with its checkpoint: its figures, and the set that they belong to."""
    kept = ("before", "after", "evaluation", "set", "proven", "before_name", "rules")
    return {name: result[name] for name in kept if name in result}


def verdict(result: Mapping[str, Any]) -> str:
    """One sentence on a finished retraining, for people."""
    name, before, after = result["name"], result["before"]["AP"], result["after"]["AP"]
    kept = f"It is kept aside until you put it in use (models activate '{name}')."
    if before is None or after is None:
        return f"{name}: nothing could be measured on {result['set']}, so nothing is proven. {kept}"
    proof = "proven" if result["proven"] else "not proven"
    change = f"AP {100 * before:.1f} before ({result['before_name']}), {100 * after:.1f} after"
    return f"{name}: {change}, on {result['set']}: {proof}. {kept}"


def mean(scores: Sequence[Score], weights: Sequence[int]) -> dict[str, float | None]:
    """The weighted mean of each figure; a fold's weight is its number of videos.

    Folds without the figure are left out; None where no fold has it.
    """
    pairs = list(zip(scores, weights, strict=True))
    return {key: _weighted([(one.stats[key], weight) for one, weight in pairs]) for key in scores[0].stats}


def per_category(scores: Sequence[Score]) -> dict[str, tuple[int, float | None]]:
    """Number of tracks and mean AP of each category over all folds, weighted by tracks; None where not measured."""
    found: dict[str, list[tuple[int, float | None]]] = {}
    for one in scores:
        for name, count, value in one.per_category:
            found.setdefault(name, []).append((count, value))
    return {
        name: (sum(count for count, _ in lines), _weighted([(value, count) for count, value in lines]))
        for name, lines in found.items()
    }


def _weighted(figures: Sequence[tuple[float | None, int]]) -> float | None:
    """Mean of (figure, weight) pairs; figures that are None or weigh nothing are left out."""
    known = [(value, weight) for value, weight in figures if value is not None and weight > 0]
    total = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / total if total else None
