"""Fuzz cases: every route by its schema and every file door, with values that programs trip over.

Without ``--cases``: as many as fit into a minute. Case ``n`` of a seed is always the same; a failure is printed with
its number on stderr, and ``--first N --cases 1`` runs it again where nothing before it matters. SIGINT and SIGTERM end
the run with the table of the cases so far.
"""

import sys
import time
import warnings

from tests.benchmarks._ending import ending_early
from tests.benchmarks._tables import Table, options, progress, show
from tests.fuzzing.run import WORLD, Tally, run_cases

SECONDS = 60.0
STEP = 200
NAMES = {"2xx": "requests answered", "4xx": "requests refused with a sentence", "5xx": "server errors", "file": "files"}


def measured(*, seed: int, first: int, cases: int | None) -> tuple[Tally, float]:
    """Run the cases; the tally, and the seconds they took."""
    tally, begun, at = Tally(), time.monotonic(), first
    with ending_early(lambda: f"--first {first + tally.cases}"):
        while (cases is None and time.monotonic() - begun < SECONDS) or (cases is not None and at < first + cases):
            count = STEP if cases is None else min(WORLD, first + cases - at)
            seen = len(tally.failures)
            run_cases(tally, seed=seed, first=at, count=count)
            at += count
            for failure in tally.failures[seen:]:
                progress(failure)
    return tally, time.monotonic() - begun


def table(tally: Tally, seconds: float) -> Table:
    """One line per kind of answer."""
    rows = [(NAMES.get(kind, kind), str(count)) for kind, count in sorted(tally.answers.items())]
    rows += [("cases", str(tally.cases)), ("failures", str(len(tally.failures)))]
    rows += [("slowest case", f"{tally.slowest:.1f} s"), ("cases per second", f"{tally.cases / seconds:.0f}")]
    facts = {**tally.answers, "failures": tally.failures, "slowest_seconds": tally.slowest, "seconds": seconds}
    return Table("fuzz", ("what", "number"), rows, facts=facts, timed=True)


def main() -> None:
    """Print the table; exit code 1 if a case failed."""
    parser = options(__doc__)
    parser.add_argument("--cases", type=int, metavar="N", help="default: as many as fit into a minute")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first case")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")  # torch warns about each spoiled pickle
    tally, seconds = measured(seed=asked.seed, first=asked.first, cases=asked.cases)
    show(table(tally, seconds), asked)
    if tally.failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
