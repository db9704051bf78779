"""The order in which unreviewed videos are worth correcting next: a pure function over facts about each video.

Three things make a video worth correcting: the model is uncertain in it, it looks unlike the corrected videos, and the
latest model is worse in it than the one before. Nothing is learnt, and each place in the order has reasons in words.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

UNCERTAIN, UNLIKE, WORSE = 0.45, 0.35, 0.2  # shares of the expected gain
NOTHING_FOUND = 0.75  # uncertainty of a video without a proposal: it is empty, or the model is blind in it
_DIVERSE = 200  # places that are chosen one by one, each unlike those before it; the others follow by their gain
_AT_ONCE = 256  # corrected videos that all open ones are compared with at once
_NOTEWORTHY = 0.6  # share of the gain from which a reason is given

Vector = np.ndarray


@dataclass(frozen=True)
class Findings:
    """What the search found in the proposals of one run.

    ``masks``: proposed masks without a verdict. ``near``: those whose score lies near the threshold from which tracks
    begin, or below it. ``errors``: the sum of the strengths (0 to 1 each) of the likely errors.
    """

    masks: int
    near: int
    errors: float

    @property
    def rate(self) -> float:
        """Likely errors per 100 masks."""
        return 100 * self.errors / self.masks if self.masks else 0.0


@dataclass(frozen=True)
class VideoFacts:
    """One video.

    Attributes:
        reviewed: a person judged or drew something in it; such a video is only compared with.
        proposed: a proposal run came to its end, or there are tracks from elsewhere.
        findings: of the latest run that was searched; None: there was no search.
        before: findings of the run before it that used another checkpoint, named ``before_name``.
        frame_look: float (F,), how its frames look; None: unknown.
        track_looks: float (N, L), how its tracks look; of a reviewed video those that a person kept.
    """

    video_id: str
    name: str
    reviewed: bool = False
    proposed: bool = False
    findings: Findings | None = None
    before: Findings | None = None
    before_name: str = ""
    frame_look: Vector | None = field(default=None, compare=False)
    track_looks: Vector | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Suggestion:
    """An unreviewed video with its expected gain and its parts, all 0 to 1, and the reasons as short sentences."""

    video_id: str
    name: str
    gain: float
    uncertain: float
    unlike: float
    worse: float
    reasons: tuple[str, ...]


def rank(videos: Sequence[VideoFacts]) -> tuple[Suggestion, ...]:
    """The unreviewed videos, the most worthwhile first.

    Each of the first places also counts how unlike the video is to those placed before it, so that several videos taken
    from the top show different things. Videos of equal gain keep their order.
    """
    open_videos = [video for video in videos if not video.reviewed]
    if not open_videos:
        return ()
    uncertain = _uncertainty(open_videos)
    worse = np.array([_worsening(video) for video in open_videos])
    unlike = _Unlikeness(open_videos, [video for video in videos if video.reviewed])
    first = unlike.values()
    odd = max(_NOTEWORTHY, float(np.median(first))) if unlike.compares else 2.0
    ordered: list[tuple[int, float]] = []
    left = np.ones(len(open_videos), bool)
    for _ in range(min(_DIVERSE, len(open_videos))):
        gain = UNCERTAIN * uncertain + UNLIKE * unlike.values() + WORSE * worse
        best = int(np.argmax(np.where(left, gain, -1.0)))
        ordered.append((best, float(gain[best])))
        left[best] = False
        unlike.add(best)
    rest = UNCERTAIN * uncertain + UNLIKE * unlike.values() + WORSE * worse
    ordered += [(int(i), float(rest[i])) for i in np.argsort(-rest, kind="stable") if left[i]]
    return tuple(
        Suggestion(
            video_id=open_videos[index].video_id,
            name=open_videos[index].name,
            gain=round(gain, 4),
            uncertain=round(float(uncertain[index]), 4),
            unlike=round(float(first[index]), 4),
            worse=round(float(worse[index]), 4),
            reasons=_reasons(open_videos[index], float(uncertain[index]), float(first[index]) >= odd, unlike.compares),
        )
        for index, gain in ordered
    )


def _uncertainty(videos: Sequence[VideoFacts]) -> np.ndarray:
    """0 to 1 per video: its place among all by likely errors, and by scores near the threshold."""
    known = [index for index, video in enumerate(videos) if video.findings is not None and video.findings.masks]
    values = np.full(len(videos), 0.5)
    for index, video in enumerate(videos):
        if video.findings is not None and not video.findings.masks:
            values[index] = NOTHING_FOUND
    if known:
        found = [one for index in known if (one := videos[index].findings) is not None]
        errors = _places([one.errors / one.masks for one in found])
        near = _places([one.near / one.masks for one in found])
        values[known] = (2 * errors + near) / 3
    return values


def _places(values: Sequence[float]) -> np.ndarray:
    """For each value the share of the others that are smaller, ties counted half; 0.5 for a single one."""
    array = np.asarray(values, float)
    ordered = np.sort(array)
    below = np.searchsorted(ordered, array, "left")
    upto = np.searchsorted(ordered, array, "right")
    return (below + (upto - below - 1) / 2) / (len(array) - 1) if len(array) > 1 else np.full(1, 0.5)


def _worsening(video: VideoFacts) -> float:
    """0 to 1: how much of the latest model's likely errors per mask the one before it did not have."""
    if video.findings is None or video.before is None or not video.before.masks:
        return 0.0
    if not video.findings.masks:
        return 1.0  # the model before found something
    before, after = video.before.rate, video.findings.rate
    return (after - before) / after if after > before else 0.0


class _Unlikeness:
    """How unlike each open video is to the nearest one that is corrected or was placed already."""

    def __init__(self, videos: Sequence[VideoFacts], corrected: Sequence[VideoFacts]) -> None:
        self._parts = [
            _stacked([video.frame_look for video in (*videos, *corrected)]),
            _stacked([_mean(video.track_looks) for video in (*videos, *corrected)]),
        ]
        self._parts = [part / _spread(part) for part in self._parts]
        self._count = len(videos)
        self._nearest = np.full(len(videos), np.nan)
        for start in range(len(videos), len(videos) + len(corrected), _AT_ONCE):
            self._near(range(start, min(start + _AT_ONCE, len(videos) + len(corrected))))
        self.compares = bool(np.isfinite(self._nearest).any())
        """Whether some video could be compared with a corrected one."""

    def add(self, placed: int) -> None:
        """The open video ``placed`` is something that the next ones are compared with."""
        self._near(range(placed, placed + 1))

    def values(self) -> np.ndarray:
        """(N,) 0 to 1; 0.5 where nothing is known."""
        largest = np.nanmax(self._nearest, initial=0.0, where=np.isfinite(self._nearest))
        if largest <= 0:
            return np.where(np.isfinite(self._nearest), 0.0, 0.5)
        return np.where(np.isfinite(self._nearest), self._nearest / largest, 0.5)

    def _near(self, others: range) -> None:
        """Compare the open videos with ``others``, rows of the parts."""
        total = np.zeros((self._count, len(others)))
        number = np.zeros((self._count, len(others)))
        for part in self._parts:
            distances = _distances(part[: self._count], part[others.start : others.stop])
            known = np.isfinite(distances)
            total += np.where(known, distances, 0.0)
            number += known
        mean = np.where(number > 0, total / np.maximum(number, 1), np.nan)
        self._nearest = np.fmin(self._nearest, np.fmin.reduce(mean, axis=1))


def _distances(vectors: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(N, M) Euclidean distances; NaN where one of the two is unknown."""
    squares = (vectors**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * vectors @ others.T
    return np.sqrt(np.maximum(squares, 0.0))


def _mean(vectors: Vector | None) -> Vector | None:
    return None if vectors is None or not len(vectors) else np.asarray(vectors, float).mean(axis=0)


def _stacked(vectors: Sequence[Vector | None]) -> np.ndarray:
    """(N, L), NaN where a vector is unknown."""
    length = next((len(vector) for vector in vectors if vector is not None), 1)
    rows = [np.full(length, np.nan) if vector is None else np.asarray(vector, float) for vector in vectors]
    return np.stack(rows)


def _spread(part: np.ndarray) -> float:
    """The usual distance of a known vector from the mean of all, so that both kinds of looks count alike."""
    known = part[np.isfinite(part).all(axis=1)]
    if len(known) < 2:
        return 1.0
    spread = float(np.linalg.norm(known - known.mean(axis=0), axis=1).mean())
    return spread if spread > 1e-9 else 1.0


def _reasons(video: VideoFacts, uncertain: float, unlike: bool, compares: bool) -> tuple[str, ...]:
    found, reasons = video.findings, []
    if not video.proposed and found is None:
        reasons.append("No proposals yet.")
    elif found is not None and not found.masks:
        reasons.append("The model found nothing in it.")
    elif found is not None and uncertain >= _NOTEWORTHY:
        reasons.append(_doubt(found))
    if found is not None and video.before is not None and _worsening(video) >= 0.1:
        reasons.append(_worse(found, video.before, video.before_name))
    if unlike:
        reasons.append("It looks unlike the corrected videos.")
    if not reasons:
        alike = " and others look less like the corrected videos" if compares else ""
        reasons.append(f"The model is fairly sure in it{alike}." if found is not None else "It was not searched yet.")
    return tuple(reasons)


def _doubt(found: Findings) -> str:
    """The stronger sign of uncertainty, with its figures."""
    near = 100 * found.near / found.masks
    if found.rate >= 0.5:
        also = f", {near:.0f} % of the scores near the threshold" if near >= 25 else ""
        return f"About {_number(found.rate)} likely errors per 100 masks{also}."
    return f"{near:.0f} % of its scores lie near the threshold."


def _worse(found: Findings, before: Findings, name: str) -> str:
    if not found.masks:
        return f"{name or 'The model before'} found {before.masks} masks, the latest model none."
    figures = f"{_number(before.rate)} → {_number(found.rate)} likely errors per 100 masks"
    return f"Worse than with {name or 'the model before'}: {figures}."


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 10 and not math.isclose(value, round(value), abs_tol=0.05) else f"{value:.0f}"
