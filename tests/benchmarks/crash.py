"""Ends server, worker and jobs with SIGKILL at random moments while authors write edits, and checks what is left.

Kill ``n`` of a seed is always of the same kind and at the same share of the time that such work takes, so that
``--first N --kills M`` goes on where an earlier run ended. A line about each kill goes to
stderr. SIGINT and SIGTERM end the run with the table of the kills so far.
"""

import sys

from tests.benchmarks._ending import ending_early
from tests.benchmarks._tables import Table, options, progress, show
from tests.crashing.run import Count, Tally, run_kills

KILLS = 200
COLUMNS = (
    "killed",
    "kills",
    "acknowledged edits",
    "lost",
    "mismatches",
    "left-overs",
    "jobs told wrongly",
    "back after, median",
    "slowest",
)


def measured(*, seed: int, first: int, kills: int) -> Tally:
    """Do the kills; a line about each is printed as soon as it is judged."""
    tally = Tally()
    with ending_early(lambda: f"--first {first + tally.all.kills}"):
        run_kills(tally, seed=seed, first=first, count=kills, report=progress)
    return tally


def table(tally: Tally) -> Table:
    """One line for each kind, and one for all."""
    every = [(name, count) for name, count in sorted(tally.counts.items()) if count.kills]
    rows = [_row(name, count) for name, count in (*every, *([("all", tally.all)] if every else []))]
    facts = {"kinds": {name: count.facts for name, count in every}, "failures": tally.failures}
    return Table("crash", COLUMNS, rows, facts=facts, timed=True)


def _row(name: str, count: Count) -> tuple[str, ...]:
    figures = (count.kills, count.acknowledged, count.lost, count.mismatches, count.left_overs, count.untold)
    return (name, *map(str, figures), f"{count.middle:.1f} s", f"{max(count.seconds):.1f} s")


def main() -> None:
    """Print the table; exit code 1 if anything was lost, half kept, left over or told wrongly."""
    parser = options(__doc__)
    parser.add_argument("--kills", type=int, default=KILLS, metavar="N", help=f"default: {KILLS}")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="number of the first kill")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tally = measured(seed=asked.seed, first=asked.first, kills=asked.kills)
    show(table(tally), asked)
    if tally.failures:
        sys.exit(1)


if __name__ == "__main__":
    main()
