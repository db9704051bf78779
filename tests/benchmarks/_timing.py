"""What every benchmark shares: timing a call, and a table for people or JSON for machines."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of a table: what was timed, its median and 95th percentile in ms, and the ratio to its rival if any."""

    name: str
    median_ms: float
    p95_ms: float
    ratio: float | None = None


def measured(name: str, call: Callable[[], object], *, repeats: int, rival: Row | None = None) -> Row:
    """Time ``call`` after one warm-up; ``rival`` is what it is compared with (ratio = rival / this: more is faster)."""
    call()
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return from_times(name, times, rival=rival)


def from_times(name: str, times: Sequence[float], *, rival: Row | None = None) -> Row:
    """A row of times in ms that were taken elsewhere."""
    ordered = sorted(times)
    median = statistics.median(ordered)
    p95 = ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]
    return Row(name, median, p95, None if rival is None else rival.median_ms / median)


def show(title: str, rows: Sequence[Row]) -> None:
    """Print a table, or JSON with ``--json`` on the command line."""
    if "--json" in sys.argv:
        print(json.dumps({"title": title, "rows": [row.__dict__ for row in rows]}))
        return
    print(f"{title}\n{'':<52}{'median ms':>11}{'p95 ms':>11}{'faster by':>11}")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} x"
        print(f"{row.name:<52}{row.median_ms:>11.2f}{row.p95_ms:>11.2f}{ratio:>11}")
