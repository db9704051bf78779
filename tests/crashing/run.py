"""Kills at random moments, and the verdict after each: what was lost, half kept, left over, or told wrongly.

Kill ``n`` of a seed is always of the same kind and at the same share of the time that such work takes; the processes
themselves are as fast as the machine is. A world is made anew every `WORLD` kills.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from tests.crashing.checks import half_edits, left_overs, lost_edits
from tests.crashing.kinds import KINDS, Activity, Kind
from tests.crashing.world import JOB_SECONDS, World, world
from tests.storage.sound import problems_of
from tests.waiting import wait_for

Report = Callable[[str], None]
WORLD = 50
QUIET_SECONDS = 1.5  # the longest wait before a kill while no work runs but the edits
MARGIN = 1.1  # of the time that the work takes undisturbed: some kills come after it
CLEARED_SECONDS = 15.0  # within which the server clears away what a killed worker has left


@dataclass
class Count:
    """What came of the kills of one kind; ``seconds`` until the program was back, one for each kill."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    mismatches: int = 0
    left_overs: int = 0
    untold: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """Median of the seconds."""
        return statistics.median(self.seconds)

    @property
    def facts(self) -> dict[str, object]:
        """All figures, for JSON."""
        return {**asdict(self), "middle": self.middle}


@dataclass
class Tally:
    """Counts by kind, and one sentence for each failure with the number of its kill."""

    counts: dict[str, Count] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def of(self, kind: str) -> Count:
        """The count of a kind."""
        return self.counts.setdefault(kind, Count())

    @property
    def all(self) -> Count:
        """The counts of all kinds together."""
        whole = Count()
        for count in self.counts.values():
            for each in fields(Count):
                setattr(whole, each.name, getattr(whole, each.name) + getattr(count, each.name))
        return whole


def run_kills(
    tally: Tally,
    *,
    seed: int,
    first: int,
    count: int,
    seconds: Mapping[str, float] | None = None,
    report: Report = lambda _: None,
) -> None:
    """Kills ``first`` to ``first + count`` (exclusive) of a seed; ``report`` gets a line about each.

    ``seconds``: what each kind of work takes undisturbed; what is missing there is measured once for each world.
    """
    for start in range(first, first + count, WORLD):
        with world(f"{seed}/{start}") as made:
            run = _Run(made, tally, dict(seconds or {}), report)
            for number in range(start, min(start + WORLD, first + count)):
                run.kill_once(seed, number)


def kind_of(seed: int, number: int) -> Kind:
    """The kind of a kill: each comes once in as many kills as there are kinds, in another order each time."""
    turn, at = divmod(number, len(KINDS))
    return random.Random(f"{seed}/turn {turn}").sample(KINDS, len(KINDS))[at]


class _Run:
    """Kills in one world. ``seconds`` has the time that each kind of work takes undisturbed, as far as it is known."""

    def __init__(self, made: World, tally: Tally, seconds: dict[str, float], report: Report) -> None:
        self._world, self._tally, self._seconds, self._report = made, tally, seconds, report
        self._seen = [0] * len(made.writers)  # acknowledged edits of each author that were checked already

    def kill_once(self, seed: int, number: int) -> None:
        """One kill, and what came of it."""
        kind, made = kind_of(seed, number), self._world
        if kind.name not in self._seconds:
            self._seconds[kind.name] = self._undisturbed(kind)
        delay = random.Random(f"{seed}/{number}").random() * MARGIN * self._seconds[kind.name]
        activity = kind.begin(made)
        time.sleep(delay)  # the random moment
        begun = time.monotonic()
        kind.strike(made, activity)
        self._until_back(kind, activity)
        count = self._tally.of(kind.name)
        count.kills += 1
        count.seconds.append(time.monotonic() - begun)
        problems = self._problems(kind, activity, count)
        name = f"Kill {number} ({kind.name} after {delay:.2f} s)"
        self._tally.failures += [f"{name}: {problem}" for problem in problems]
        self._report(f"{name}: {'; '.join(problems) or 'sound'}, back after {count.seconds[-1]:.1f} s")

    def _undisturbed(self, kind: Kind) -> float:
        begun = time.monotonic()
        activity = kind.begin(self._world)
        begun = begun if kind.from_begin else time.monotonic()
        activity.wait(self._world)
        return max(time.monotonic() - begun, QUIET_SECONDS if activity.job is activity.thread is None else 0.0)

    def _until_back(self, kind: Kind, activity: Activity) -> None:
        """Wait until the server answers; until the job has ended, or another process goes on with it."""
        made, job_id = self._world, activity.job
        if kind.ends_server:
            made.restart()
        if job_id is not None:
            before = made.job(job_id)
            wait_for(
                lambda: not (job := made.job(job_id)).active or job.worker not in {before.worker, None},
                seconds=JOB_SECONDS,
                every=0.05,
            )

    def _problems(self, kind: Kind, activity: Activity, count: Count) -> list[str]:
        """Counts what is wrong; returns a sentence for each."""
        made = self._world
        left = self._left_overs(kind)
        untold = kind.untold(made, activity)
        left += [path for path in self._left_overs(kind) if path not in left]
        lost, wrong = [], problems_of(made.database)
        for at, writer in enumerate(made.writers):
            record, seen = writer.record, self._seen[at]
            acknowledged = record.acknowledged[:]
            lost += lost_edits(made.database, acknowledged[seen:])
            wrong += half_edits(made.database, record)
            untold += record.refused
            record.refused.clear()
            count.acknowledged += len(acknowledged) - seen
            self._seen[at] = len(acknowledged)
        count.lost += len(lost)
        count.mismatches += len(wrong)
        count.left_overs += len(left)
        count.untold += len(untold)
        return [*lost, *wrong, *(f"{path} is left over." for path in left), *untold]

    def _left_overs(self, kind: Kind) -> list[Path]:
        """What is left over once the server has had its time to clear up; at once, where it was started again."""
        made = self._world
        until = time.monotonic() + (0.0 if kind.ends_server else CLEARED_SECONDS)
        while (found := left_overs(made.database, made.settings)) and time.monotonic() < until:
            time.sleep(0.1)
        return found
