"""Candidates for a merge: one thing that has two tracks at different times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .found import IdentityCandidate, strengths
from .likeness import Likeness
from .moving import misfit
from .track_looks import TrackLook

# ``benchmark identity --fit``; the videos of the fit say nothing about categories, whose weight was chosen.
WEIGHTS = {"place": -4.8, "size": -2.9, "near": 9.5, "far": 8.3, "gap": -1.3, "category": -1.0}
BIAS = 9.8
_GAP = 150  # frames between two tracks up to which they may be one thing
_LEAST = 2  # masks of a track of which place and movement can be told
_SWITCHES = 2  # times that the thing may change from one track to the other
_NEAR = 6  # looks on each side
_FAR_AWAY = 0.98  # misfit of the place from which nothing is compared
_WEAK = 0.05


@dataclass(frozen=True)
class _Switch:
    """Where one thing goes from one track to another: the indices of the last and of the first mask."""

    out: TrackLook
    last: int
    into: TrackLook
    first: int


def merges(looks: Sequence[TrackLook]) -> list[IdentityCandidate]:
    """Pairs of tracks of which the one goes on where the other ends; each end and beginning with its best partner."""
    found = [(one, other, *compared) for one, other in _pairs(looks) if (compared := _compared(one, other)) is not None]
    if not found:
        return []
    names = list(WEIGHTS)
    values = {name: np.array([of[3][name] for of in found]) for name in names}
    strength = strengths(WEIGHTS, BIAS, values)
    taken: set[tuple[str, int, str]] = set()
    out = []
    for n in np.argsort(-strength, kind="stable").tolist():
        one, other, switches, _ = found[n]
        ends = {(of.out.id, of.last, "end") for of in switches} | {(of.into.id, of.first, "begin") for of in switches}
        if strength[n] < _WEAK or ends & taken:
            continue
        taken |= ends
        switch = switches[0]
        last, first = int(switch.out.frames[switch.last]), int(switch.into.frames[switch.first])
        evidence = {"frames": float(first - last - 1)}
        if np.isfinite(values["near"][n]):
            evidence["alike"] = round(1.0 + float(values["near"][n]), 2)
        masks = (switch.out.id, last), (switch.into.id, first)
        out.append(IdentityCandidate("merge", (one.id, other.id), first, masks, float(strength[n]), evidence))
    return out


def _pairs(looks: Sequence[TrackLook]) -> Iterator[tuple[TrackLook, TrackLook]]:
    """Tracks that may be one thing, the one that begins first before the other."""
    order = sorted((one for one in looks if len(one.frames) >= _LEAST), key=lambda one: int(one.frames[0]))
    for i, one in enumerate(order):
        for other in order[i + 1 :]:
            if other.frames[0] - one.frames[-1] <= _GAP and other.frames[0] != one.frames[0]:
                yield one, other


def _compared(one: TrackLook, other: TrackLook) -> tuple[list[_Switch], dict[str, float]] | None:
    """Where the thing changes its track, and what speaks for it by the names of `WEIGHTS`; None if it cannot be one."""
    switches = _switches(one, other)
    if not switches or any(_ended(of) for of in switches):
        return None
    worst = {"place": 0.0, "size": 0.0, "gap": 0.0}
    for of in switches:
        place, size = misfit(of.out, np.array([of.last]), of.into, np.array([of.first]))
        gap = float(np.log1p(of.into.frames[of.first] - of.out.frames[of.last] - 1))
        worst = {name: max(worst[name], value) for name, value in zip(worst, (place[0], size[0], gap), strict=True)}
    if worst["place"] > _FAR_AWAY:
        return None
    likeness = Likeness(one, other)
    near = [_near(of, likeness, one) for of in switches]
    every = tuple(np.array([number]) for number in (0, len(one.seen)))
    all_other = tuple(np.array([number]) for number in (0, len(other.seen)))
    return switches, {
        **worst,
        "near": float(np.nanmin(near)) - 1.0 if np.isfinite(near).any() else np.nan,
        "far": float(np.nan_to_num(likeness.mean(every, all_other)[0] - 1.0)),  # type: ignore[arg-type]
        "category": float(None not in (one.category, other.category) and one.category != other.category),
    }


def _near(of: _Switch, likeness: Likeness, one: TrackLook) -> float:
    """How alike the looks just before and after a switch are; NaN where unknown."""
    end = np.searchsorted(of.out.seen, of.out.frames[of.last], side="right")
    begin = np.searchsorted(of.into.seen, of.into.frames[of.first])
    earlier = np.array([max(end - _NEAR, 0)]), np.array([end])
    later = np.array([begin]), np.array([min(begin + _NEAR, len(of.into.seen))])
    return float((likeness.mean(earlier, later) if of.out is one else likeness.mean(later, earlier))[0])


def _switches(one: TrackLook, other: TrackLook) -> list[_Switch] | None:
    """Where a thing of both tracks goes from one to the other, in order; None where they are there together."""
    frames = np.concatenate([one.frames, other.frames])
    order = np.argsort(frames, kind="stable")
    if (np.diff(frames[order]) == 0).any():
        return None
    first_of_other = len(one.frames)
    turns = np.flatnonzero(np.diff(order >= first_of_other))
    if len(turns) > _SWITCHES:
        return None
    found = []
    for turn in turns.tolist():
        last, first = int(order[turn]), int(order[turn + 1])
        pair = (
            (one, last, other, first - first_of_other)
            if last < first_of_other
            else (other, last - first_of_other, one, first)
        )
        found.append(_Switch(*pair))
    if any(of.into.frames[of.first] - of.out.frames[of.last] > _GAP for of in found):
        return None
    return found


def _ended(of: _Switch) -> bool:
    """Whether a person said that the thing is gone in between."""
    end, begin = int(of.out.frames[of.last]), int(of.into.frames[of.first])
    return any(end < frame <= begin for frame in of.out.absent) or any(end <= frame < begin for frame in of.into.absent)
