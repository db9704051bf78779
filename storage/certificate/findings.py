"""The findings of a certificate: what a loader does with a file, and at which element."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """What a finding means for a loader."""

    FAILS = "fails"  # it stops with an error
    WRONG = "wrong"  # it goes on, and the figures or the labels are wrong
    STOPS = "does not train"  # it reads the file, and its training stops, or never begins
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One finding. ``where`` is the place in the file, such as ``annotations[7].bboxes``; ``text`` has no subject.

    ``others`` is the number of further places with the same finding.
    """

    level: Level
    where: str
    text: str
    others: int = 0

    def __str__(self) -> str:
        more = f" ({self.others} more)" if self.others else ""
        return f"{self.where}: {self.text}{more}"


@dataclass(frozen=True)
class LoaderReport:
    """The findings for one loader. ``trainer``: it trains, and does not only evaluate or convert."""

    name: str
    title: str
    trainer: bool
    findings: tuple[Finding, ...]

    @property
    def parses(self) -> bool:
        """Whether the loader reads the file to its end."""
        return not self._has(Level.FAILS)

    @property
    def right(self) -> bool:
        """Whether it reads the file, and reads it rightly."""
        return self.parses and not self._has(Level.WRONG)

    @property
    def trains(self) -> bool | None:
        """Whether its training runs on the file; None for a loader that does not train."""
        return self.right and not self._has(Level.STOPS) if self.trainer else None

    def verdict(self) -> str:
        """A few words: "reads, trains" for example."""
        if not self.parses:
            return "fails"
        reads = "reads" if self.right else "reads wrongly"
        return reads if self.trains is None else f"{reads}, {'trains' if self.trains else 'does not train'}"

    def as_json(self) -> dict[str, Any]:
        """The report for ``--json`` and for the page."""
        findings = [
            {"level": one.level.value, "where": one.where, "text": one.text, "others": one.others}
            for one in self.findings
        ]
        facts = {"loader": self.name, "title": self.title, "parses": self.parses, "right": self.right}
        return {**facts, "trains": self.trains, "verdict": self.verdict(), "findings": findings}

    def _has(self, level: Level) -> bool:
        return any(one.level is level for one in self.findings)


@dataclass(frozen=True)
class Certificate:
    """The reports of all known loaders on one file."""

    reports: tuple[LoaderReport, ...]

    @property
    def sound(self) -> bool:
        """Whether every loader reads the file rightly, and every trainer trains on it."""
        return all(one.right and one.trains is not False for one in self.reports)

    @property
    def refused(self) -> tuple[LoaderReport, ...]:
        """The reports of loaders that fail, or read the file wrongly."""
        return tuple(one for one in self.reports if not one.right)

    def as_json(self) -> list[dict[str, Any]]:
        """All reports for ``--json`` and for the page."""
        return [one.as_json() for one in self.reports]


def grouped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of the same level and text as one, at the first place; in order of level, then as they came."""
    found: dict[tuple[Level, str], list[Finding]] = {}
    for one in findings:
        found.setdefault((one.level, one.text), []).append(one)
    order = list(Level)
    kinds = sorted(found.items(), key=lambda item: order.index(item[0][0]))
    return tuple(Finding(level, same[0].where, text, _others(same)) for (level, text), same in kinds)


def _others(same: Sequence[Finding]) -> int:
    return sum(one.others + 1 for one in same) - 1
