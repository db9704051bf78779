"""The table that a benchmark prints: aligned for people, Markdown for the READMEs, JSON for machines."""

import argparse
import json
import os
import platform
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTH = 120  # of the sentences in a README
CPU_FACTS = Path("/proc/cpuinfo")  # Linux


@dataclass(frozen=True)
class Table:
    """One table.

    rows: texts, one for each of ``columns``. facts: what JSON holds, numbers unrounded. notes: sentences below the
    table. aside: columns that READMEs leave out. timed: the figures depend on the machine, which Markdown then names.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    facts: Any
    notes: tuple[str, ...] = ()
    aside: frozenset[str] = frozenset()
    timed: bool = False

    def text(self) -> str:
        """Columns aligned by spaces, the first one to the left."""
        lines = [self.columns, *self.rows]
        widths = [max(len(line[at]) for line in lines) for at in range(len(self.columns))]
        padded = [
            "  ".join(
                [line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]
            )
            for line in lines
        ]
        return "\n".join([self.title, *(line.rstrip() for line in padded if self.rows), *self.notes])

    def markdown(self) -> str:
        """A table as READMEs hold it; a table without rows is only its notes."""
        shown = [at for at, column in enumerate(self.columns) if column not in self.aside]
        lines = ["| " + " | ".join(line[at] for at in shown) + " |" for line in (self.columns, *self.rows)]
        lines.insert(1, "|---" * len(shown) + "|")
        notes = " ".join([*self.notes, *([f"Measured on {machine()}."] if self.timed else [])])
        notes = textwrap.fill(notes, WIDTH, break_on_hyphens=False)
        return "\n".join(lines if self.rows else []) + ("\n\n" if self.rows and notes else "") + notes


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser with the choice of form that every benchmark has: ``--json`` or ``--markdown``."""
    parser = argparse.ArgumentParser(description=description)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the table as JSON")
    form.add_argument("--markdown", action="store_true", help="the table as the READMEs have it")
    return parser


def show(table: Table, asked: argparse.Namespace) -> None:
    """Print a table in the form that was asked for."""
    if asked.json:
        print(json.dumps(table.facts), flush=True)
    else:
        print(table.markdown() if asked.markdown else table.text(), end="\n\n", flush=True)


def progress(text: str) -> None:
    """One line on stderr."""
    print(text, file=sys.stderr, flush=True)


def milliseconds(value: float) -> str:
    """A duration in ms with its unit: 6.5 ms, 258 ms, 5.50 s."""
    if value >= 1000:
        seconds = value / 1000
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"
    return f"{value:.1f} ms" if value < 20 else f"{value:.0f} ms"


def machine() -> str:
    """The processor and how many of its cores this process may use; all benchmarks run on the CPU."""
    name = platform.processor() or platform.machine()
    if CPU_FACTS.is_file():
        facts = CPU_FACTS.read_text(encoding="utf-8", errors="replace").splitlines()
        names = [line.partition(":")[2].strip() for line in facts if line.startswith("model name")]
        name = names[0] if names else name
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{name}, {cores} cores, CPU only"
