"""Refreshes tables of the READMEs: ``python3 launch.py benchmark NAME --write`` runs this.

A table stands between ``<!-- benchmark NAME OPTIONS -->`` and ``<!-- end -->``, each on a line of its own. The
benchmark runs once for each different set of options, and what it prints as Markdown replaces the lines in between.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks._tables import progress
from tests.readmes import ROOT, readmes

BEGIN = re.compile(r"<!-- benchmark (\w+)((?: \S+)*) -->")
END = "<!-- end -->"
Run = Callable[[str, Sequence[str]], str]  # (name, options) -> Markdown


class MarkerError(ValueError):
    """A marker of a README has no partner; the message names the line."""


@dataclass(frozen=True)
class Block:
    """A table of a README: lines ``start`` to ``stop`` (exclusive) lie between its markers."""

    name: str
    options: tuple[str, ...]
    start: int
    stop: int


def blocks(text: str) -> list[Block]:
    """The marked tables of a text, in order. Raises `MarkerError`."""
    found: list[Block] = []
    begun: re.Match[str] | None = None
    start = 0
    for number, line in enumerate(text.splitlines()):
        if begin := BEGIN.fullmatch(line):
            if begun:
                raise MarkerError(f"line {number + 1}: a table begins within another one")
            begun, start = begin, number + 1
        elif line == END:
            if not begun:
                raise MarkerError(f"line {number + 1}: a table ends that did not begin")
            found.append(Block(begun[1], tuple(shlex.split(begun[2])), start, number))
            begun = None
    if begun:
        raise MarkerError(f"line {start}: a table does not end")
    return found


def refreshed(text: str, name: str, run: Run) -> str:
    """``text`` with every table of the benchmark ``name`` replaced by what ``run`` gives. Raises `MarkerError`."""
    lines = text.splitlines()
    for block in reversed(blocks(text)):
        if block.name == name:
            lines[block.start : block.stop] = ["", *run(name, block.options).strip().splitlines(), ""]
    return "\n".join(lines) + "\n"


def write(name: str, paths: Sequence[Path], run: Run) -> list[Path]:
    """Refresh the tables of one benchmark in all files; returns those that have any. Raises `MarkerError`."""
    known: dict[tuple[str, ...], str] = {}

    def once(name: str, options: Sequence[str]) -> str:
        key = tuple(options)
        if key not in known:
            known[key] = run(name, options)
        return known[key]

    having = [path for path in paths if any(block.name == name for block in blocks(path.read_text(encoding="utf-8")))]
    for path in having:
        # Read again for each file: a benchmark may take an hour, in which somebody edits.
        new = refreshed(path.read_text(encoding="utf-8"), name, once)
        path.write_text(new, encoding="utf-8")
    return having


def printed(name: str, options: Sequence[str]) -> str:
    """What a benchmark prints as Markdown, in a process of its own. Raises CalledProcessError."""
    progress(" ".join(["benchmark", name, *options]))
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", *options, "--markdown"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(arguments: Sequence[str]) -> int:
    """Refresh the tables of one benchmark and print which files have them; returns the exit code.

    ``arguments``: its name, and perhaps ``--json``.
    """
    name, *form = arguments
    try:
        having = write(name, [ROOT / readme.place for readme in readmes()], printed)
    except (MarkerError, subprocess.CalledProcessError) as error:
        progress(f"Nothing was refreshed: {error}")
        return 1
    if not having:
        progress(f"No README has a table of the benchmark {name}.")
        return 1
    names = [path.relative_to(ROOT).as_posix() for path in having]
    print(json.dumps({"benchmark": name, "refreshed": names}) if form == ["--json"] else "\n".join(names))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
