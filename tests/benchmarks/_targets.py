"""Tables of latencies beside what they are to be at most."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Latency:
    """Milliseconds of one kind of step, and the most that its 95th percentile should be (None: no target)."""

    name: str
    times: tuple[float, ...]
    target: float | None = None

    @property
    def median(self) -> float:
        return float(np.percentile(self.times, 50))

    @property
    def p95(self) -> float:
        return float(np.percentile(self.times, 95))

    @property
    def verdict(self) -> str:
        """Whether the target holds, in a word."""
        return "" if self.target is None else "holds" if self.p95 <= self.target else "MISSED"


def show_latencies(title: str, rows: Sequence[Latency], notes: Sequence[str] = ()) -> None:
    """Prints a table, or one line of JSON with ``--json`` on the command line."""
    if "--json" in sys.argv:
        found = [
            {"name": r.name, "n": len(r.times), "median_ms": r.median, "p95_ms": r.p95, "target_ms": r.target}
            for r in rows
        ]
        print(json.dumps({"title": title, "rows": found, "notes": list(notes)}), flush=True)
        return
    print(f"\n{title}\n{'':<62}{'n':>6}{'median ms':>11}{'p95 ms':>9}{'target':>8}")
    for row in rows:
        target = "" if row.target is None else f"{row.target:.0f}"
        print(f"{row.name:<62}{len(row.times):>6}{row.median:>11.1f}{row.p95:>9.1f}{target:>8}  {row.verdict}")
    for note in notes:
        print(f"  {note}")
    sys.stdout.flush()
