"""The gaps of a video file, from the log of one pass over it: where pictures are missing, and why."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from storage.frames.frame_index import Gap
from storage.frames.pass_log import PassLog

# A time step this many times the usual one is a gap, unless the video has many of them.
PAUSE_STEPS = 2.5
PAUSE_SHARE = 0.05


def timed_gaps(log: PassLog, pts: tuple[int, ...], *, hiding: bool) -> tuple[Gap, ...]:
    """Gaps of a video whose times increase: packets without a picture, pictures of another size, a truncated end."""
    came = set(pts) | {moment for _, moment, _ in log.other_sizes}
    lost = set(log.packet_pts) - came
    if hiding:
        lost &= {moment for _, moment, _ in log.errors}
    words = {after: text for after, _, text in reversed(log.errors)}
    holes: dict[int, list[int]] = {}
    for moment in sorted(lost):
        holes.setdefault(bisect_left(pts, moment) - 1, []).append(moment)
    gaps = []
    for after, moments in holes.items():
        # A decoder that reorders pictures reports an error a few frames early or late.
        near = min(words, key=lambda at: abs(at - after), default=None)
        why = f": {words[near]}" if near is not None else ""
        gaps.append(Gap(after, moments[0], moments[-1], f"{_count(len(moments), 'picture')} did not decode{why}"))
    gaps += _size_gaps(log) + _broken_end(log)
    return tuple(sorted(gaps, key=lambda gap: gap.after))


def counted_gaps(log: PassLog) -> tuple[Gap, ...]:
    """Gaps of a video whose times do not increase: the places of errors and of pictures of another size."""
    places: dict[tuple[int, str], list[int | None]] = {}
    for after, moment, text in log.errors:
        places.setdefault((after, text), []).append(moment)
    errors = [
        Gap(after, moments[0], moments[-1], f"did not decode{_times(len(moments))}: {text}")
        for (after, text), moments in places.items()
    ]
    return tuple(sorted(errors + _size_gaps(log), key=lambda gap: gap.after))


def size_note(log: PassLog) -> str | None:
    """A note if the picture size changes in mid-stream, else None."""
    if not log.other_sizes or log.size is None:
        return None
    number, (width, height) = len(log.other_sizes), log.size
    return f"the picture size changes; no frame for {_count(number, 'picture')} of another size than {width} x {height}"


def _size_gaps(log: PassLog) -> list[Gap]:
    runs: dict[tuple[int, str], list[int | None]] = {}
    for after, moment, words in log.other_sizes:
        runs.setdefault((after, words), []).append(moment)
    return [
        Gap(after, moments[0], moments[-1], f"{_count(len(moments), 'picture')} of {words}")
        for (after, words), moments in runs.items()
    ]


def _broken_end(log: PassLog) -> list[Gap]:
    return [Gap(len(log.pts) - 1, None, None, text) for _, _, text in log.errors if text.startswith("the file breaks")]


def long_steps(pts: tuple[int, ...], *, times: float) -> list[int]:
    """Frames followed by a step longer than `times` the usual one; empty if there are many of them."""
    _, found = _steps_above(pts, times=times)
    return [] if _are_many(found, pts) else found


def with_pauses(gaps: tuple[Gap, ...], pts: tuple[int, ...]) -> tuple[tuple[Gap, ...], str | None]:
    """`gaps` and the time steps far above the usual one; if there are many such steps, a note instead."""
    usual, found = _steps_above(pts, times=PAUSE_STEPS)
    taken = {gap.after for gap in gaps}
    pauses = [k for k in found if k not in taken]
    if _are_many(pauses, pts):
        return gaps, f"variable frame rate: {len(pauses)} steps are far longer than the usual one"
    held = [
        Gap(k, pts[k] + usual, pts[k + 1], f"no picture for {(pts[k + 1] - pts[k]) / usual:.3g} times the usual step")
        for k in pauses
    ]
    return tuple(sorted([*gaps, *held], key=lambda gap: gap.after)), None


def early_end(pts: tuple[int, ...], announced: int | None, *, tick: float, others: Sequence[int] = ()) -> str | None:
    """A note if the pictures end more than two steps before the announced end; ``tick`` in seconds.

    ``others``: times of pictures of another size, which decode too but have no frame.
    It is not a gap: the last picture may be meant to stay that long, or damaged pictures were dropped unnoticed.
    """
    usual, _ = _steps_above(pts, times=PAUSE_STEPS)
    end = max((pts[-1], *others)) + usual if pts else 0
    if announced is None or not usual or announced - end <= 2 * usual:
        return None
    return (
        f"the file says that its pictures end at {announced * tick:.4g} s, the last that decodes at {end * tick:.4g} s"
    )


def _steps_above(pts: tuple[int, ...], *, times: float) -> tuple[int, list[int]]:
    """(usual step, frames followed by a step longer than `times` that); (0, []) for fewer than three frames."""
    steps = [later - earlier for earlier, later in pairwise(pts)]
    if len(steps) < 2:
        return 0, []
    usual = sorted(steps)[len(steps) // 2]
    return usual, [k for k, step in enumerate(steps) if step > times * usual]


def _are_many(found: list[int], pts: tuple[int, ...]) -> bool:
    return len(found) > max(3, PAUSE_SHARE * (len(pts) - 1))


def _times(number: int) -> str:
    return "" if number == 1 else f", {number} times"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
