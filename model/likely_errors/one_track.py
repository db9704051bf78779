"""Likely errors that one track shows by itself: jumps, sizes, pieces, flicker, gaps, low scores, doubtful classes."""

from itertools import pairwise

import numpy as np

from .found import LikelyError, running_median, strength, stretches
from .measures import TrackMeasures

_REACH = 4  # masks on each side that a mask is compared with
_NEAR = 3  # frames between two masks up to which their distance counts as a movement


def jumps(one: TrackMeasures) -> list[LikelyError]:
    """Places where the mask jumps: far more, in sides of the mask, than the movement just before and after."""
    frames = one.frames
    if len(frames) < 4:
        return []
    step = np.diff(frames)
    moved = np.diff(one.centre[frames], axis=0)
    # A sliver that shows behind another thing moves by many times its own size.
    side = np.maximum(np.maximum(one.side[frames][1:], one.side[frames][:-1]), np.median(one.side[frames]))
    hidden = 1.0 - _hiding(one, frames)
    speed = moved / step[:, None]
    # The speed expected at each step is the median of the steps around it, so that two jumps in a row are both seen.
    usual = np.stack([running_median(speed[:, axis], _REACH) for axis in (0, 1)], axis=1)
    excess = np.linalg.norm(moved - usual * step[:, None], axis=1) / np.maximum(side, 1.0)
    own = np.median(excess)
    found = []
    for i in np.flatnonzero((excess > 0.35) & (step <= _NEAR)):
        value = float(strength(excess[i] - 2.0 * own, half=0.6, steep=6.0)) * min(hidden[i], hidden[i + 1])
        at = int(frames[i + 1])
        found.append(LikelyError("jump", (one.track.id,), at, at, at, value, {"sides": round(float(excess[i]), 2)}))
    return found


def _hiding(one: TrackMeasures, frames: np.ndarray) -> np.ndarray:
    """(N,) 0 to 0.8 in the frames: how far other things explain that a mask changes, since they touch it."""
    near = np.array([one.contact[max(frame - 1, 0) : frame + 2].max() for frame in frames])
    return np.clip(near * 4.0, 0.0, 0.8)


def area_changes(one: TrackMeasures) -> list[LikelyError]:
    """Stretches whose masks are much larger or smaller than those around, with steps at their ends."""
    frames = one.frames
    if len(frames) < 6:
        return []
    size = np.log(one.area[frames])
    edge = np.array([_touches_edge(one, int(frame)) for frame in frames])
    step = np.diff(size)
    hidden = 1.0 - _hiding(one, frames)
    own = 1.4826 * np.median(np.abs(step - np.median(step))) + 0.03
    found = []
    at = np.flatnonzero((np.abs(step) > 0.3) & (np.abs(step) > 4 * own))
    for i in at:
        before, after = size[max(i - _REACH, 0) : i + 1], size[i + 1 : i + 2 + _REACH]
        change = float(np.median(after) - np.median(before))
        lasting = abs(change) > 0.5 * abs(step[i])
        if edge[i] or edge[i + 1]:
            continue  # at the frame's edge a thing shrinks and grows by itself
        value = float(strength(abs(step[i]), half=0.45 if lasting else 0.6, steep=7.0)) * min(hidden[i], hidden[i + 1])
        frame = int(frames[i + 1])
        times = round(float(np.exp(step[i])), 2)
        found.append(LikelyError("area", (one.track.id,), frame, frame, frame, value, {"times": times}))
    return found


def _touches_edge(one: TrackMeasures, frame: int) -> bool:
    height, width = next(iter(one.track.masks.values()))["size"]
    x, y, w, h = one.box[frame]
    return bool(x <= 1 or y <= 1 or x + w >= width - 1 or y + h >= height - 1)


def pieces(one: TrackMeasures) -> list[LikelyError]:
    """Stretches in which the mask falls into more pieces than it usually has."""
    frames = one.frames
    if not len(frames):
        return []
    usual = np.median(one.pieces[frames])
    more = one.pieces[frames] > max(usual, 1)
    hidden = 1.0 - _hiding(one, frames)
    found = []
    for first, last in stretches(more, bridge=2):
        part = frames[first : last + 1]
        count = int(one.pieces[part].max())
        value = float(strength(count - usual + 0.15 * min(len(part), 8), half=2.0, steep=1.6))
        value *= float(hidden[first : last + 1].max())
        frame = int(part[np.argmax(one.pieces[part])])
        found.append(
            LikelyError("pieces", (one.track.id,), int(part[0]), int(part[-1]), frame, value, {"pieces": count})
        )
    return found


def presence(one: TrackMeasures) -> list[LikelyError]:
    """Short holes in a track far from the frame's edge, and masks that stand alone for a frame or two."""
    frames = one.frames
    if len(frames) < 2:
        return []
    found = []
    for before, after in pairwise(frames.tolist()):
        hole = int(after - before - 1)
        if hole == 0 or any(frame in one.track.judged for frame in range(before + 1, after)):
            continue
        moved = np.linalg.norm(one.centre[after] - one.centre[before]) / max(one.side[before], one.side[after], 1.0)
        if hole <= 2:
            value = float(strength(1.5 - moved, half=0.6, steep=2.0)) * 0.55
            kind = "flicker"
        else:
            edge = _touches_edge(one, int(before)) or _touches_edge(one, int(after))
            value = float(strength(1.5 - moved - 1.2 * edge, half=0.8, steep=2.0)) * 0.45
            kind = "gap"
        found.append(
            LikelyError(kind, (one.track.id,), before + 1, after - 1, before + 1, value, {"frames": float(hole)})
        )
    return found


def low_scores(one: TrackMeasures) -> list[LikelyError]:
    """Stretches whose scores lie far under the track's own."""
    frames = one.frames[~np.isnan(one.score[one.frames])]
    if len(frames) < 4:
        return []
    score = one.score[frames]
    usual = float(np.median(score))
    spread = 1.4826 * float(np.median(np.abs(score - usual))) + 0.02
    found = []
    for first, last in stretches(score < usual - 3 * spread):
        part = frames[first : last + 1]
        low = float(score[first : last + 1].min())
        value = 0.75 * float(strength((usual - low) / max(usual, 0.1), half=0.35, steep=8.0))
        frame = int(part[np.argmin(score[first : last + 1])])
        evidence = {"score": round(low, 2), "usual": round(usual, 2)}
        found.append(LikelyError("score", (one.track.id,), int(part[0]), int(part[-1]), frame, value, evidence))
    return found


def disagreements(one: TrackMeasures) -> list[LikelyError]:
    """Runs of frames on whose masks the windows of the proposal disagree."""
    doubtful = {frame: 1.0 - value for frame, value in one.track.agreements.items() if frame in one.place}
    flags = np.zeros(len(one.pieces), bool)
    flags[list(doubtful)] = True
    found = []
    for first, last in stretches(flags):
        frame = max((t for t in doubtful if first <= t <= last), key=lambda t: (doubtful[t], -t))
        value = 0.75 * float(strength(doubtful[frame], half=0.6, steep=8.0))
        evidence = {"agreement": round(1.0 - doubtful[frame], 2)}
        found.append(LikelyError("windows", (one.track.id,), first, last, frame, value, evidence))
    return found


def doubtful_class(one: TrackMeasures) -> list[LikelyError]:
    """A track whose class has hardly a higher score than the next one."""
    frames = one.frames
    if one.track.margin is None or not len(frames):
        return []
    value = 0.5 * float(strength(0.15 - one.track.margin, half=0.05, steep=30.0))
    frame = int(frames[np.argmax(one.area[frames])])
    evidence = {"margin": round(one.track.margin, 2)}
    return [LikelyError("class", (one.track.id,), int(frames[0]), int(frames[-1]), frame, value, evidence)]
