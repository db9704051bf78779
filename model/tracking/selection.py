"""Selection rules: from queries to tracks.

The published rule is that of TeViT (`tevit_roi_head.py:257`): the mean over frames of each query's class scores,
and the best pairs of (query, class). One query may appear with several classes; every track has a mask in every frame.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from model.thresholds import Thresholds


@dataclass(frozen=True)
class Selected:
    """One chosen (query, class) pair of a clip."""

    query: int
    label: int
    score: float  # mean over the frames, 0 to 1
    frame_scores: tuple[float, ...]  # per frame, 0 to 1
    present: tuple[bool, ...]  # per frame
    runners_up: tuple[tuple[int, float], ...] = ()  # further classes of the same query, best first


def published(logits: Tensor, *, max_tracks: int) -> list[Selected]:
    """The best ``max_tracks`` pairs of a clip's logits (T, N, classes), by descending score; present everywhere."""
    scores = logits.float().sigmoid()
    mean = scores.mean(dim=0)  # (N, classes)
    best, flat = mean.flatten().topk(min(max_tracks, mean.numel()))
    classes = mean.shape[1]
    chosen = []
    for score, index in zip(best.tolist(), flat.tolist(), strict=True):
        query, label = divmod(index, classes)
        per_frame = tuple(scores[:, query, label].tolist())
        chosen.append(Selected(query, label, score, per_frame, (True,) * len(per_frame)))
    return chosen


def presence(frame_scores: Tensor, thresholds: Thresholds) -> Tensor:
    """Frames (T,) bool in which a track with these per-frame scores (T,) is present.

    A track is present where its score exceeds both ``thresholds.floor`` and ``thresholds.share`` of the track's 90th
    percentile; a single frame between two opposite ones follows them (hysteresis).
    """
    top = torch.quantile(frame_scores, 0.9)
    shown = frame_scores > torch.clamp(thresholds.share * top, min=thresholds.floor)
    if len(shown) > 2:
        alone = (shown[1:-1] != shown[:-2]) & (shown[:-2] == shown[2:])
        shown = shown.clone()
        shown[1:-1] ^= alone
    return shown


def review(
    logits: Tensor, *, max_tracks: int, minimum: float, thresholds: Thresholds, runners: int = 3
) -> list[Selected]:
    """One class per query, with runners-up, scored over its best frames.

    logits (T, N, classes). The score of a track is the mean of its best third of frames, so that a short visit is
    not averaged away; tracks that score less than ``minimum`` are left out. :func:`presence` decides in which frames
    they are present. Duplicates stay; :func:`without_duplicates` removes them once masks are known.
    """
    scores = logits.float().sigmoid()
    frames = scores.shape[0]
    third = max(frames // 3, 1)
    best = scores.topk(third, dim=0).values.mean(dim=0)  # (N, classes)
    value, label = best.max(dim=1)
    chosen = []
    for query in value.argsort(descending=True).tolist():
        score = float(value[query])
        if score < minimum or len(chosen) >= max_tracks:
            break
        main = int(label[query])
        per_frame = scores[:, query, main]
        others = [(index, float(best[query, index])) for index in best[query].argsort(descending=True).tolist()]
        runners_up = tuple(pair for pair in others if pair[0] != main)[:runners]
        present = tuple(presence(per_frame, thresholds).tolist())
        chosen.append(Selected(query, main, score, tuple(per_frame.tolist()), present, runners_up))
    return chosen


def without_duplicates(selected: list[Selected], overlaps: Tensor, *, limit: float = 0.6) -> list[int]:
    """Indices of tracks to keep, best first: a track whose mask overlap with a better one exceeds ``limit`` is
    dropped.

    overlaps (K, K): soft mask IoU over the whole clip.
    """
    kept: list[int] = []
    for index in range(len(selected)):
        if all(float(overlaps[index, other]) <= limit for other in kept):
            kept.append(index)
    return kept
