"""The frames in which a retraining lost or changed most, with the masks before and after for a view side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.training.measuring import Entries, MeasuredSide
from app.training.report import WORST_FRAMES, ShownMask, WorstFrame
from model.accepted_masks import SHOWN
from model.figures import frame_overlaps
from model.rule_scoring import HeldOutVideo

Rle = Mapping[str, Any]
Stored = Callable[[Sequence[Rle]], Sequence[str]]  # masks -> their hashes, for which they are stored
APART = 3  # frames of one video that are named lie at least so far apart


@dataclass(frozen=True)
class _Loss:
    """How much a frame lost: place of its video, and of the frame among those that count; mean IoUs of its truth."""

    place: int
    at: int
    before: float
    after: float

    @property
    def change(self) -> float:
        return self.after - self.before


def worst_frames(
    before: MeasuredSide, after: MeasuredSide, *, ids: Sequence[str], store: Stored, most: int = WORST_FRAMES
) -> tuple[WorstFrame, ...]:
    """The frames whose true masks lost most IoU with the proposed tracks that fit them best, the worst first.

    Where none lost, those that changed most, since a person may have to decide by what is to be seen.
    ``ids[i]`` is the id of video i of the source. A video gives another frame only where the others gave one each.
    """
    losses = [loss for place in range(len(before.videos)) for loss in _losses(before, after, place)]
    worse = sorted((one for one in losses if one.change < 0), key=lambda one: (one.change, one.place, one.at))
    # Of frames that did not change those come first in which both sides are furthest from the truth.
    chosen = _spread(worse or sorted(losses, key=lambda one: (-one.change, one.after, one.place, one.at)), most)
    return tuple(_described(before, after, one, ids=ids, store=store) for one in chosen)


def _losses(before: MeasuredSide, after: MeasuredSide, place: int) -> list[_Loss]:
    truth = [entry["segmentations"] for entry in before.videos[place].truth]
    if not truth:
        return []
    was, now = (_best(truth, side.results[place]) for side in (before, after))
    shown = np.array([[mask is not None for mask in masks] for masks in truth])
    return [
        _Loss(place, at, float(was[at][here].mean()), float(now[at][here].mean()))
        for at, here in enumerate(shown.T)
        if here.any()
    ]


def _best(truth: Sequence[Any], found: Entries) -> np.ndarray:
    """(T, N) IoU of the best proposed mask of each of N true tracks in each of T frames."""
    table = frame_overlaps(truth, [entry["segmentations"] for entry in found])
    best: np.ndarray = table.max(axis=2) if found else np.zeros(table.shape[:2])
    return best


def _spread(losses: Sequence[_Loss], most: int) -> list[_Loss]:
    """The first of these frames, one of each video at first, then others that lie apart from those; in their order."""
    chosen: list[_Loss] = []
    for again in (False, True):
        for loss in losses:
            mine = [one for one in chosen if one.place == loss.place]
            near = any(abs(one.at - loss.at) < APART for one in mine)
            if len(chosen) < most and (not mine if not again else not near):
                chosen.append(loss)
    return sorted(chosen, key=losses.index)


def _described(
    before: MeasuredSide, after: MeasuredSide, loss: _Loss, *, ids: Sequence[str], store: Stored
) -> WorstFrame:
    video = before.videos[loss.place]
    return WorstFrame(
        video=ids[video.index],
        name=video.source.videos[video.index].name,
        frame=video.frames(video.source.videos[video.index])[loss.at],
        before=loss.before,
        after=loss.after,
        truth=_shown(video, video.truth, loss.at, store),
        before_masks=_shown(video, before.results[loss.place], loss.at, store),
        after_masks=_shown(after.videos[loss.place], after.results[loss.place], loss.at, store),
    )


def _shown(video: HeldOutVideo, entries: Iterable[dict[str, Any]], at: int, store: Stored) -> tuple[ShownMask, ...]:
    names = video.source.categories
    here = [(entry, mask) for entry in entries if (mask := entry.get(SHOWN, entry["segmentations"])[at]) is not None]
    hashes = store([mask for _, mask in here]) if here else []
    return tuple(
        ShownMask(
            names[entry["category_id"] - 1] if entry["category_id"] <= len(names) else "",
            name,
            None if "score" not in entry else round(float(entry["score"]), 4),
        )
        for (entry, _), name in zip(here, hashes, strict=True)
    )
