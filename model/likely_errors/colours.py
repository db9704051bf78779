"""Likely errors that the picture shows: a mask that no longer covers its thing, and a mask that covers no thing."""

import numpy as np

from .found import LikelyError, strength, stretches
from .measures import TrackMeasures

_CHOSEN = 400  # masks of a long track that stand for all


def colour_changes(one: TrackMeasures) -> list[LikelyError]:
    """Stretches in which the colours under the mask are no longer the track's and are those around it."""
    frames = _measured(one)
    if len(frames) < 6:
        return []
    inside = one.of(one.inside, frames)
    own = _likeness_to_track(inside)
    ground = (inside * one.of(one.around, frames)).sum(axis=1)
    unlike = 1.0 - own
    usual = float(np.median(unlike))
    spread = 1.4826 * float(np.median(np.abs(unlike - usual))) + 0.03
    # A drift may last for most of a track, so its better fifth is what it should be like.
    mixed = np.maximum(ground - np.quantile(ground, 0.2), 0)
    excess = (unlike - usual) / spread
    found = []
    changed = (excess > 2.0) & (unlike - usual > 0.06)
    for first, last in stretches(changed | ((ground > 0.7) & (mixed > 0.4)), bridge=2):
        part = slice(first, last + 1)
        length = last + 1 - first
        peak = float(np.sort(unlike[part] - usual)[-max(length // 3, 1) :].mean())
        blend = float(np.sort(mixed[part])[-max(length // 3, 1) :].mean())
        # Colours alone also change with the light, by turning, and behind another thing; background is a better sign.
        hidden = np.clip(4.0 * one.contact[frames[part]].max(), 0.0, 0.8)
        value = float(strength(peak * (0.4 - 0.3 * hidden) + blend + 0.02 * min(length, 8), half=0.45, steep=8.0))
        frame = int(frames[first + int(np.argmax(unlike[part] + 0.5 * mixed[part]))])
        evidence = {"unlike": round(peak, 2), "background": round(blend, 2)}
        found.append(
            LikelyError("colour", (one.track.id,), int(frames[first]), int(frames[last]), frame, value, evidence)
        )
    return found


def background(one: TrackMeasures) -> list[LikelyError]:
    """A track whose masks hold the same colours as what is around them: probably no thing at all."""
    frames = _measured(one)
    if len(frames) < 2:
        return []
    inside = one.of(one.inside, frames)
    alike = float(np.median((inside * one.of(one.around, frames)).sum(axis=1)))
    steady = float(np.median(_likeness_to_track(inside)))
    value = float(strength(alike + 0.5 * (1.0 - steady), half=0.72, steep=10.0))
    frame = int(frames[len(frames) // 2])
    evidence = {"alike": round(alike, 2)}
    return [LikelyError("background", (one.track.id,), int(frames[0]), int(frames[-1]), frame, value, evidence)]


def _measured(one: TrackMeasures) -> np.ndarray:
    """Frames with a mask whose colours and surroundings are known."""
    known = (one.inside.max(axis=1, initial=0) > 0) & (one.around.max(axis=1, initial=0) > 0)
    return np.array([frame for frame in one.frames if known[one.place[int(frame)]]], np.int64)


def _likeness_to_track(signatures: np.ndarray) -> np.ndarray:
    """(N,) for each of N signatures (N, BINS) its mean likeness to the better half of the others."""
    count = len(signatures)
    # Of a long track an even choice of masks stands for all.
    chosen = signatures if count <= _CHOSEN else signatures[np.linspace(0, count - 1, _CHOSEN).astype(int)]
    likeness = np.sort(signatures @ chosen.T, axis=1)
    return likeness[:, len(chosen) // 2 :].mean(axis=1)
