"""Tables of latencies beside what they are to be at most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.benchmarks._tables import Table, milliseconds


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

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        target = "" if self.target is None else milliseconds(self.target)
        return (
            self.name,
            str(len(self.times)),
            milliseconds(self.median),
            milliseconds(self.p95),
            target,
            self.verdict,
        )


def latency_table(title: str, rows: Sequence[Latency], notes: Sequence[str] = (), *, what: str = "what") -> Table:
    """A table of latencies, the first column under the name ``what``."""
    facts = [
        {"name": r.name, "n": len(r.times), "median_ms": r.median, "p95_ms": r.p95, "target_ms": r.target} for r in rows
    ]
    return Table(
        title,
        (what, "n", "median", "95th percentile", "target", "verdict"),
        [row.cells for row in rows],
        facts={"title": title, "rows": facts, "notes": list(notes)},
        notes=tuple(notes),
        aside=frozenset({"n", "verdict"}),
        timed=True,
    )
