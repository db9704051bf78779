"""What benchmarks of single calls share: timing a call, and a table of the times."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from tests.benchmarks._tables import Table, milliseconds

P95 = "95th percentile"


@dataclass(frozen=True)
class Row:
    """One line of a table: what was timed, its median and 95th percentile in ms, and the ratio to its rival if any."""

    name: str
    median_ms: float
    p95_ms: float
    ratio: float | None = None


def measured(
    name: str,
    call: Callable[[], object],
    *,
    repeats: int,
    rival: Row | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Row:
    """Time ``call`` after one warm-up; ``rival`` is what it is compared with (ratio = rival / this: more is faster).

    ``clock`` gives seconds; on a machine that does other work, CPU time tells more than the time on the wall.
    """
    call()
    times = []
    for _ in range(repeats):
        began = clock()
        call()
        times.append((clock() - began) * 1000)
    return from_times(name, times, rival=rival)


def from_times(name: str, times: Sequence[float], *, rival: Row | None = None) -> Row:
    """A row of times in ms that were taken elsewhere."""
    ordered = sorted(times)
    median = statistics.median(ordered)
    p95 = ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    return Row(name, median, p95, None if rival is None else rival.median_ms / median)


def faster_by(row: Row) -> str:
    """The ratio to the rival as text, empty where there is none."""
    return "" if row.ratio is None else f"{row.ratio:.2f} x"


def timing_table(title: str, rows: Sequence[Row]) -> Table:
    """A table of medians; READMEs leave the percentiles out."""
    return Table(
        title,
        ("what", "median", P95, "faster by"),
        [(row.name, milliseconds(row.median_ms), milliseconds(row.p95_ms), faster_by(row)) for row in rows],
        facts={"title": title, "rows": [asdict(row) for row in rows]},
        aside=frozenset({P95}),
        timed=True,
    )
