"""What the annotator does in one video: the actions that lead from the tracks that are shown to what is right."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.optimize import linear_sum_assignment

from tests.benchmarks.annotator.costs import GOOD, ROUGH, SAME, SECONDS

Masks = Mapping[int, np.ndarray]  # frame -> bool (H, W)


@dataclass(frozen=True)
class ShownTrack:
    """A track on the screen.

    ``masks`` has its shown masks, ``settled`` the frames that a person judged or drew, ``absent`` those with a row
    without a mask. ``label`` is the name of its category, None without one.
    """

    id: str
    label: str | None
    masks: Masks
    settled: frozenset[int] = frozenset()
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True)
class TrueTrack:
    """What the annotator knows of one thing: its name and where it is visible."""

    label: str
    masks: Masks


@dataclass(frozen=True)
class Action:
    """One action on a track: ``track`` is the id of a shown one, or ``new N`` for the thing number N.

    ``frames`` are those that it changes; ``masks`` what is drawn there, ``other`` the second track of a swap.
    """

    kind: str
    track: str = ""
    frames: tuple[int, ...] = ()
    masks: Masks = field(default_factory=dict)
    label: str | None = None
    other: str | None = None

    @property
    def seconds(self) -> float:
        """Its cost."""
        return SECONDS[self.kind]


def plan(
    shown: Sequence[ShownTrack],
    truth: Sequence[TrueTrack],
    count: int,
    *,
    complete: bool = False,
    good: float = GOOD,
) -> list[Action]:
    """The actions for a video of ``count`` frames; none if all is right. ``complete``: it is declared already.

    ``good``: mask IoU from which a mask is accepted.
    """
    swaps, tracks = swaps_of(shown, truth, count)
    pairs = pair_tracks(tracks, truth)
    actions = list(swaps)
    for track in tracks:
        thing = pairs.get(track.id)
        if thing is None:
            actions.append(Action("reject", track.id))
            continue
        if track.label != truth[thing].label:
            actions.append(Action("relabel", track.id, label=truth[thing].label))
        actions += _masks(track, truth[thing], count, good)
    for number, thing in enumerate(truth):
        if number not in pairs.values() and thing.masks:
            name = f"new {number}"
            actions.append(Action("track", name, label=thing.label))
            actions += _masks(ShownTrack(name, thing.label, {}), thing, count, good)
    return actions if complete else [*actions, Action("complete")]


def seconds(actions: Sequence[Action]) -> float:
    """What they cost together."""
    return sum(action.seconds for action in actions)


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """IoU of two bool masks; 1 if both are empty."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 1.0


def _track_iou(one: Masks, other: Masks) -> float:
    """IoU over all frames together."""
    both = [(one[t], other[t]) for t in one.keys() & other.keys()]
    shared = sum(int((a & b).sum()) for a, b in both)
    union = sum(int(mask.sum()) for masks in (one, other) for mask in masks.values()) - shared
    return shared / union if union else 0.0


def pair_tracks(shown: Sequence[ShownTrack], truth: Sequence[TrueTrack]) -> dict[str, int]:
    """Id of a shown track -> number of the thing that it is meant for, each at most once."""
    if not shown or not truth:
        return {}
    table = np.array([[_track_iou(track.masks, thing.masks) for thing in truth] for track in shown])
    rows, columns = linear_sum_assignment(-np.where(table >= SAME, table, 0))
    return {shown[k].id: int(n) for k, n in zip(rows, columns, strict=True) if table[k, n] >= SAME}


def swaps_of(
    shown: Sequence[ShownTrack], truth: Sequence[TrueTrack], count: int
) -> tuple[list[Action], list[ShownTrack]]:
    """Swaps of two tracks from a frame on, and the tracks as they are then."""
    tracks = {track.id: track for track in shown}
    actions = []
    for first, second in combinations(list(tracks), 2):
        at = _exchanged_from(tracks[first], tracks[second], truth, count)
        if at is None:
            continue
        frames = tuple(t for t in range(at, count) if t in tracks[first].masks or t in tracks[second].masks)
        actions.append(Action("swap", first, frames, other=second))
        one, two = tracks[first], tracks[second]
        tracks[first], tracks[second] = _exchange(one, two, at), _exchange(two, one, at)
    return actions, list(tracks.values())


def _exchange(one: ShownTrack, other: ShownTrack, at: int) -> ShownTrack:
    masks = {t: m for t, m in one.masks.items() if t < at} | {t: m for t, m in other.masks.items() if t >= at}
    settled = {t for t in one.settled if t < at} | {t for t in other.settled if t >= at}
    absent = {t for t in one.absent if t < at} | {t for t in other.absent if t >= at}
    return ShownTrack(one.id, one.label, masks, frozenset(settled), frozenset(absent))


def _exchanged_from(one: ShownTrack, other: ShownTrack, truth: Sequence[TrueTrack], count: int) -> int | None:
    """The frame from which two tracks show each other's thing to the end; None if they do not."""
    seen, seen_other = ([_thing(track, truth, t) for t in range(count)] for track in (one, other))
    for at in range(1, count):
        mine = _single(seen[:at]), _single(seen[at:])
        others = _single(seen_other[:at]), _single(seen_other[at:])
        if None not in (*mine, *others) and mine == others[::-1] and mine[0] != mine[1]:
            return at
    return None


def _thing(track: ShownTrack, truth: Sequence[TrueTrack], frame: int) -> int | None:
    """The thing that the mask of a frame shows."""
    if frame not in track.masks:
        return None
    for number, thing in enumerate(truth):
        if frame in thing.masks and iou(track.masks[frame], thing.masks[frame]) >= ROUGH:
            return number
    return None


def _single(seen: Sequence[int | None]) -> int | None:
    """The one thing that is shown in these frames; None if there is no or more than one."""
    found = {thing for thing in seen if thing is not None}
    return found.pop() if len(found) == 1 else None


def _masks(track: ShownTrack, thing: TrueTrack, count: int, least: float) -> list[Action]:
    """Verdicts and masks that make a track show a thing: first what is good, then absences, then drawing."""
    good, wrong, gone = [], [], []
    for t in range(count):
        right, mask = thing.masks.get(t), track.masks.get(t)
        if right is None:
            if mask is not None or (t in track.absent and t not in track.settled):
                gone.append(t)
        elif mask is None or iou(mask, right) < least:
            wrong.append(t)
        elif t not in track.settled:
            good.append(t)
    actions = [Action("accept", track.id, run) for run in runs_of(good, bridge=set(wrong))]
    actions += [Action("absent", track.id, run) for run in runs_of(gone)]
    right_now = {t for t in track.masks if t in thing.masks and t not in wrong}
    for t in _outward(wrong, right_now):
        mask = track.masks.get(t)
        near = t - 1 in right_now or t + 1 in right_now
        rough = near or (mask is not None and iou(mask, thing.masks[t]) >= ROUGH)
        actions.append(Action("brush" if rough else "draw", track.id, (t,), {t: thing.masks[t]}))
        right_now.add(t)
    return actions


def _outward(frames: Sequence[int], right: set[int]) -> list[int]:
    """The frames in the order of their distance from those that are right already."""
    if not right:
        return list(frames)
    return sorted(frames, key=lambda t: (min(abs(t - other) for other in right), t))


def runs_of(frames: Sequence[int], *, bridge: Collection[int] = ()) -> list[tuple[int, ...]]:
    """Runs of frames that one key press can judge; frames of ``bridge`` between them do not end a run.

    A person accepts a range, and then mends what is wrong in it.
    """
    runs: list[list[int]] = []
    for t in frames:
        if runs and all(between in bridge for between in range(runs[-1][-1] + 1, t)):
            runs[-1].append(t)
        else:
            runs.append([t])
    return [tuple(run) for run in runs]
