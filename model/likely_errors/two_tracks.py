"""Likely errors between two tracks: overlaps, duplicates and swapped identities."""

from collections.abc import Mapping, Sequence

import numpy as np
from pycocotools import mask as coco

from .found import LikelyError, strength, stretches
from .measures import TrackMeasures

_SPAN = 5  # masks before and after a place that a swap is judged by
_CLOSE = 1.5  # sides of the larger mask within which two tracks can be taken for each other


def overlaps(measured: Sequence[TrackMeasures], count: int) -> list[LikelyError]:
    """Stretches in which one track's mask covers much of another's; over most of a track, a duplicate."""
    shares = _shares(measured, count)
    found = []
    for (first, second), share in shares.items():
        a, b = measured[first], measured[second]
        both = a.present & b.present
        wide = share > 0.25
        length = max(min(int(a.present.sum()), int(b.present.sum())), 1)
        same = both & (share > 0.6)
        if same.sum() >= 0.6 * length:
            frame = int(np.argmax(share))
            run = np.flatnonzero(same)
            value = float(strength(float(np.median(share[same])), half=0.6, steep=8.0))
            weaker, other = (a, b) if _mean_score(a) <= _mean_score(b) else (b, a)
            ids = (weaker.track.id, other.track.id)
            evidence = {"share": round(float(np.median(share[same])), 2)}
            found.append(LikelyError("duplicate", ids, int(run[0]), int(run[-1]), frame, value, evidence))
            continue
        for start, stop in stretches(wide):
            part = share[start : stop + 1]
            frame = start + int(np.argmax(part))
            value = 0.9 * float(strength(float(part.max()) + 0.02 * min(len(part), 10), half=0.5, steep=8.0))
            ids = (a.track.id, b.track.id) if a.area[frame] >= b.area[frame] else (b.track.id, a.track.id)
            evidence = {"share": round(float(part.max()), 2)}
            found.append(LikelyError("overlap", ids, start, stop, frame, value, evidence))
    return found


def _mean_score(one: TrackMeasures) -> float:
    known = one.score[one.present & ~np.isnan(one.score)]
    return float(known.mean()) if known.size else 1.0


def _shares(measured: Sequence[TrackMeasures], count: int) -> Mapping[tuple[int, int], np.ndarray]:
    """For pairs that meet: the intersection over the smaller mask, per frame (T,)."""
    shares: dict[tuple[int, int], np.ndarray] = {}
    for frame in range(count):
        here = [number for number, one in enumerate(measured) if one.present[frame]]
        if len(here) < 2:
            continue
        rles = [measured[number].track.masks[frame] for number in here]
        # With iscrowd the overlap is divided by the first mask's area, so both ways together give the smaller one's.
        part = np.asarray(coco.iou(rles, rles, [1] * len(rles)))
        for i in range(len(here)):
            for j in range(i + 1, len(here)):
                value = max(part[i, j], part[j, i])
                if value > 0.05:
                    pair = (here[i], here[j])
                    shares.setdefault(pair, np.zeros(count))[frame] = value
    return shares


def swaps(measured: Sequence[TrackMeasures]) -> list[LikelyError]:
    """Places where two tracks continue each other better than themselves, in position, shape and colour."""
    found = []
    for first in range(len(measured)):
        for second in range(first + 1, len(measured)):
            found += _pair_swaps(measured[first], measured[second])
    return found


def _pair_swaps(a: TrackMeasures, b: TrackMeasures) -> list[LikelyError]:
    frames_a, frames_b = a.frames, b.frames
    if len(frames_a) < 4 or len(frames_b) < 4:
        return []
    candidates = np.unique(np.concatenate([frames_a[1:], frames_b[1:]]))
    best: dict[int, tuple[float, dict[str, float]]] = {}
    for at in candidates:
        gain = _gain(a, b, int(at))
        if gain is not None and gain[0] > 0.1:
            best[int(at)] = gain
    found = []
    flags = np.zeros(int(max(frames_a[-1], frames_b[-1])) + 1, bool)
    flags[list(best)] = True
    for start, stop in stretches(flags, bridge=2):
        at = max((frame for frame in best if start <= frame <= stop), key=lambda frame: best[frame][0])
        value, evidence = best[at]
        ids = (a.track.id, b.track.id) if a.present[at] else (b.track.id, a.track.id)
        found.append(LikelyError("swap", ids, at, at, at, value, evidence))
    return found


def _gain(a: TrackMeasures, b: TrackMeasures, at: int) -> tuple[float, dict[str, float]] | None:
    """How much better the two tracks fit if they are exchanged from frame ``at`` on; None where they are far apart."""
    parts = [_ends(one, at) for one in (a, b)]
    if any(part is None for part in parts):
        return None
    (a_before, a_after), (b_before, b_after) = parts  # type: ignore[misc]
    if max(abs(a_after[0] - b_after[0]), abs(a_before[-1] - b_before[-1])) > 8:
        return None
    side = max(a.side[a_before[-1]], b.side[b_before[-1]], a.side[a_after[0]], b.side[b_after[0]])
    distance = np.linalg.norm(a.centre[a_after[0]] - b.centre[b_after[0]])
    hop = max(
        np.linalg.norm(one.centre[after[0]] - one.centre[before[-1]])
        for one, before, after in ((a, a_before, a_after), (b, b_before, b_after))
    )
    if distance > _CLOSE * side and hop < 0.5 * side:
        return None
    straight = (misfit(a, a_before, a, a_after, at), misfit(b, b_before, b, b_after, at))
    crossed = (misfit(a, a_before, b, b_after, at), misfit(b, b_before, a, a_after, at))
    place = (straight[0][0] + straight[1][0] - crossed[0][0] - crossed[1][0]) / 2
    colour = (straight[0][1] + straight[1][1] - crossed[0][1] - crossed[1][1]) / 2
    shape = (straight[0][2] + straight[1][2] - crossed[0][2] - crossed[1][2]) / 2
    # Where one track does not gain, exchanging both would harm it.
    least = min(sum(straight[0]) - sum(crossed[0]), sum(straight[1]) - sum(crossed[1]))
    value = float(strength(1.2 * place + 2.5 * colour + 1.2 * shape, half=0.75, steep=5.0))
    if least < 0:
        value *= 0.3
    return value, {"place": round(float(place), 2), "colour": round(colour, 2)}


def _ends(one: TrackMeasures, at: int) -> tuple[np.ndarray, np.ndarray] | None:
    frames = one.frames
    before, after = frames[frames < at][-_SPAN:], frames[frames >= at][:_SPAN]
    return (before, after) if len(before) >= 2 and len(after) >= 2 else None


def misfit(
    one: TrackMeasures, before: np.ndarray, other: TrackMeasures, after: np.ndarray, at: int
) -> tuple[float, float, float]:
    """How badly ``other`` continues ``one`` from frame ``at`` on: in place, colour and shape, each 0 to 1."""
    back = (one.centre[before[-1]] - one.centre[before[0]]) / max(before[-1] - before[0], 1)
    ahead = (other.centre[after[-1]] - other.centre[after[0]]) / max(after[-1] - after[0], 1)
    step = after[0] - before[-1]
    expected = one.centre[before[-1]] + (back + ahead) / 2 * step
    side = max(one.side[before[-1]], other.side[after[0]], 1.0)
    place = min(float(np.linalg.norm(other.centre[after[0]] - expected)) / side, 1.0)
    colour = 1.0 - _likeness(one.of(one.inside, before), other.of(other.inside, after))
    left, right = one.of(one.shapes, before[-1:]), other.of(other.shapes, after[:1])
    shape = 1.0 - float(np.minimum(left, right).sum() / max(np.maximum(left, right).sum(), 1e-6))
    sizes = abs(np.log(np.median(one.area[before]) / np.median(other.area[after])))
    return place, colour, min(shape + 0.5 * sizes, 1.0)


def _likeness(left: np.ndarray, right: np.ndarray) -> float:
    """Bhattacharyya coefficient of the mean colours of two groups of signatures (N, BINS)."""
    p = (left**2).mean(axis=0)
    q = (right**2).mean(axis=0)
    total = np.sqrt(max(float(p.sum() * q.sum()), 1e-12))
    return float(np.sqrt(p * q).sum()) / total if total > 1e-5 else 1.0
