"""Progress and remaining time of a retraining from its phases, each weighed by what it costs. Loads no torch.

What a unit of work costs differs between phases (a step of training, a measured frame) and between machines. It is
known from the last retraining, or guessed at first, and learnt from the first units of each kind. What is learnt of one
kind says how long others will take only where the same processor does both: on a GPU networks are fast, and calibrating
and most of making masks steady still are work of the CPU. The first step of a training takes longer than the others,
since what the steps share is computed there; it is learnt apart.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

FORGOTTEN = "Measuring what the folds forgot"
CALIBRATING = "Calibrating the thresholds on the held-out videos"
STEADYING = "Making the masks of the held-out videos steady"
RECENT = 20  # units from which the present pace follows
GUESS: Mapping[str, float] = {"train": 0.2, "measure": 0.03, "golden": 0.02, "calibrate": 0.3, "steady": 0.15}
"""CPU seconds a unit of each kind, with `tevit_tiny` and one thread; between machines mostly their ratios stay."""
CPU_WORK = frozenset({"calibrate", "steady"})
"""Kinds that are mostly work of the CPU, also where networks run on a GPU."""


@dataclass(frozen=True)
class Phase:
    """A part of the work: ``units`` of one ``kind`` (a key of `GUESS`)."""

    kind: str
    units: int


class PhaseClock:
    """Counts the units of the phases in their order; ``share`` never falls."""

    def __init__(
        self,
        phases: Sequence[Phase],
        *,
        pace: Mapping[str, float] | None = None,
        share: float = 0.0,
        gpu: bool = False,
        slowness: float = 1.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``pace``: seconds a unit by kind, of an earlier run like this one; ``share``: done before a kill, 0 to 1.

        ``gpu``: whether networks run on one. ``slowness``: of this machine's CPU (`app.training.machine_speed`).
        """
        self._phases, self._now, self._gpu = list(phases), now, gpu
        self._at, self._done = 0, 0
        self._guess = {**{kind: slowness * seconds for kind, seconds in GUESS.items()}, **(pace or {})}
        self._seen: dict[str, deque[float]] = {}
        self._first: dict[str, float] = {}  # seconds of the first unit of the last phase of a kind
        self._last = now()
        self._began = self._last
        self._share = share

    def advance(self, units: int = 1) -> None:
        """Count units of the present phase that were done since the last call."""
        phase, now = self._phases[self._at], self._now()
        if units > 0:
            seconds = (now - self._last) / units
            if self._done == 0 and units == 1:
                self._first[phase.kind] = seconds
            else:
                self._seen.setdefault(phase.kind, deque(maxlen=RECENT)).append(seconds)
            self._done += units
        self._last = now

    def next(self) -> None:
        """The present phase is over, also with fewer units than it was to have; a phase may be skipped."""
        self._at, self._done = self._at + 1, 0
        self._last = self._now()

    def begin(self, kind: str) -> None:
        """Go on to the next phase of a kind, unless the present one is of it."""
        while self._phases[self._at].kind != kind:
            self.next()

    @property
    def pace(self) -> dict[str, float]:
        """Seconds a unit by kind, as far as this run has learnt it."""
        return {**self._first, **{kind: sum(seen) / len(seen) for kind, seen in self._seen.items()}}

    def speed(self, kind: str) -> float | None:
        """Units of a kind in a second, of the last ones but the first of a phase; None before there are any."""
        seconds = sum(self._seen.get(kind, ()))
        return len(self._seen[kind]) / seconds if seconds > 0 else None

    @property
    def eta_seconds(self) -> float:
        """Estimated seconds that are left."""
        here = self._phases[self._at :]
        seconds = 0.0
        for place, phase in enumerate(here):
            done = self._done if place == 0 else 0
            cost = self._cost(phase.kind)
            seconds += max(phase.units - done, 0) * cost
            if done == 0 and phase.units:
                seconds += max(self._first.get(phase.kind, cost) - cost, 0.0)
        return seconds

    @property
    def share(self) -> float:
        """The share of the work that is done, 0 to 0.999: of the time, not of the units."""
        spent, left = self._now() - self._began, self.eta_seconds
        found = spent / (spent + left) if spent + left > 0 else 0.0
        self._share = max(self._share, min(found, 0.999))
        return self._share

    def _cost(self, kind: str) -> float:
        """Seconds a unit: as seen; else as guessed, times how much slower others of its processor were."""
        pace = self.pace
        if kind in pace:
            return pace[kind]
        alike = [one for one in pace if not self._gpu or (one in CPU_WORK) == (kind in CPU_WORK)]
        seen = sum(pace[one] for one in alike)
        guessed = sum(self._guess[one] for one in alike)
        return self._guess[kind] * (seen / guessed if seen > 0 and guessed > 0 else 1.0)
