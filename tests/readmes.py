"""What the READMEs of the tree promise: commands, paths, links, words. Read as text, for the tests that check them."""

import argparse
import re
import runpy
import shlex
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from app.cli.parser import make_parser, with_default_command

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("app", "model", "storage", "assets", "tests")
_FENCE = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PYTHON = re.compile(r"^(\.venv/bin/)?python3? ")
_TORCHRUN = re.compile(r"^\.venv/bin/torchrun --nproc-per-node \d+ ")


@dataclass(frozen=True)
class Readme:
    """One README; ``place`` is its path relative to the repository."""

    place: str
    text: str

    @property
    def code(self) -> list[str]:
        """Lines of its code blocks, continued lines joined."""
        return [line for block in _FENCE.findall(self.text) for line in block.replace("\\\n", " ").splitlines()]

    @property
    def spans(self) -> list[str]:
        """Code within sentences and tables."""
        return _SPAN.findall(self.prose)

    @property
    def prose(self) -> str:
        """All but the code blocks."""
        return _FENCE.sub("", self.text)

    @property
    def links(self) -> list[str]:
        """Targets of its links and pictures."""
        return _LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """Names by which links reach its headings, as GitHub makes them."""
        titles = re.findall(r"^#+ (.*)$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    def commands(self) -> Iterator[list[str]]:
        """Words of each command: behind ``launch.py``, or ``-m MODULE …``; none for a text with ``…`` in it."""
        for line in (*self.code, *self.spans):
            words = shlex.split(_TORCHRUN.sub("python ", line.strip()), comments=True)
            line = " ".join(words)
            if "…" in line or not _PYTHON.match(line) or words[1] not in {"launch.py", "-m"}:
                continue
            yield words[2:] if words[1] == "launch.py" else words[1:]


def readmes() -> list[Readme]:
    """Every README of the tree, the one at the top first."""
    paths = [ROOT / "README.md", *(path for room in ROOMS for path in sorted((ROOT / room).rglob("README.md")))]
    return [Readme(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


def section(readme: Readme, title: str) -> str:
    """The text below a heading of the second level; empty where there is none."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", readme.text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def table_rows(text: str) -> list[list[str]]:
    """Cells of the rows of a Markdown table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


class Parsed(Exception):
    """Raised in place of running a command whose arguments were understood."""


def require_launch_command(words: list[str]) -> None:
    """Raises ValueError when ``python3 launch.py WORDS`` is wrong usage."""
    try:
        make_parser().parse_args(with_default_command(words))
    except SystemExit as end:
        if end.code:
            raise ValueError(f"python3 launch.py {' '.join(words)}") from end


def require_module_command(words: list[str]) -> None:
    """Raises ValueError when ``python -m MODULE WORDS`` is wrong usage; runs nothing but the module's own parser."""
    module, *arguments = words
    if module == "app.commands":
        require_launch_command(arguments)
        return
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.is_file():
        raise ValueError(f"there is no module {module}")
    source = path.read_text(encoding="utf-8")
    if "parse_args" not in source:
        # A program of a few lines without a parser explains its arguments at its top.
        if f"python -m {' '.join(words)}" not in source:
            raise ValueError(f"{module} has another usage")
        return
    parse = argparse.ArgumentParser.parse_args

    def parse_only(self: argparse.ArgumentParser, *given: Any, **more: Any) -> None:
        parse(self, *given, **more)
        raise Parsed

    with (
        patch.object(argparse.ArgumentParser, "parse_args", parse_only),
        patch.object(sys, "argv", [module, *arguments]),
        warnings.catch_warnings(),
    ):
        # Python warns of a module that another test has imported already.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            runpy.run_module(module, run_name="__main__")
        except Parsed:
            return
        except SystemExit as end:
            raise ValueError(f"python -m {' '.join(words)}") from end
    raise ValueError(f"{module} parsed nothing")
