"""Checks of figures against tolerances, and the report of all checks."""

import json
import math
import struct
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

# Errors of reading a damaged archive of arrays; which one depends on where it is damaged.
_DAMAGED = (
    *(OSError, ValueError, EOFError, KeyError, TypeError, AttributeError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
Figures = np.ndarray | Tensor | float | int | Sequence[Any]


class UnreadableCase(ValueError):
    """A file of a case that is missing, damaged, or has unknown content."""


@dataclass(frozen=True)
class Check:
    """One comparison; ``error`` and ``tolerance`` have the same unit, None for a test of equality.

    ``undecided``: rounding decides between several right figures, and this one agrees with one of them.
    """

    name: str
    passed: bool
    error: float | None = None
    tolerance: float | None = None
    note: str = ""
    undecided: bool = False


@dataclass
class Case:
    """One case and its checks, which are added while it runs."""

    part: str
    name: str
    factor: float = 1.0  # multiplies the tolerances; above 1 on a GPU
    checks: list[Check] = field(default_factory=list)

    def close(
        self, name: str, got: Figures, want: Figures, *, atol: float = 0.0, rtol: float = 0.0, undecided: str = ""
    ) -> None:
        """Checks that shapes are equal and differences at most ``atol`` plus ``rtol`` times the wanted figure.

        ``undecided``: why rounding decides which of several figures this is; a passed check then counts as undecided.
        """
        first, second = _array(got), _array(want)
        if first.shape != second.shape:
            self.checks.append(Check(name, False, note=f"shape {first.shape} instead of {second.shape}"))
            return
        if first.size == 0:
            self.checks.append(Check(name, True, 0.0, atol * self.factor))
            return
        with np.errstate(invalid="ignore"):
            difference = np.abs(first - second)
            allowed = (atol + rtol * np.abs(second)) * self.factor
            excess = np.where(np.isfinite(difference), difference / np.maximum(allowed, 1e-300), np.inf)
        worst = int(np.argmax(excess))
        error, tolerance = (
            float(difference.reshape(-1)[worst]),
            float(np.broadcast_to(allowed, first.shape).flat[worst]),
        )
        passed = bool(excess.flat[worst] <= 1.0)
        self.checks.append(Check(name, passed, error, tolerance, undecided, undecided=passed and bool(undecided)))

    def equal(self, name: str, got: object, want: object) -> None:
        """Checks that the values are equal."""
        same = bool(got == want)
        note = "" if same else f"{_short(got)} instead of {_short(want)}"
        self.checks.append(Check(name, same, note=note))

    def within(self, name: str, error: float, tolerance: float, note: str = "") -> None:
        """Checks that a count or a measure is at most ``tolerance``."""
        self.checks.append(Check(name, bool(error <= tolerance), float(error), float(tolerance), note))

    def leave_undecided(self, name: str, note: str) -> None:
        """Adds a check that cannot be made because rounding decides its outcome; the report counts and names it."""
        self.checks.append(Check(name, True, note=f"undecided: {note}", undecided=True))

    def fail(self, name: str, note: str) -> None:
        """Adds a failed check for something that cannot be compared."""
        self.checks.append(Check(name, False, note=note))

    @property
    def failed(self) -> int:
        """Number of checks that did not pass."""
        return sum(not check.passed for check in self.checks)


def _array(value: Figures) -> np.ndarray:
    if isinstance(value, Tensor):
        value = value.detach().cpu().numpy()
    return np.asarray(value, dtype=np.float64)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True)
class ConformReport:
    """The result of a folder of figures."""

    cases: tuple[Case, ...]
    absent: tuple[str, ...]  # parts that the folder does not have

    @property
    def checks(self) -> int:
        """Number of checks."""
        return sum(len(case.checks) for case in self.cases)

    @property
    def failed(self) -> int:
        """Number of checks that did not pass."""
        return sum(case.failed for case in self.cases)

    @property
    def undecided(self) -> int:
        """Number of checks whose outcome rounding decides; they are not among the failed ones."""
        return sum(check.undecided for case in self.cases for check in case.checks)

    @property
    def summary(self) -> str:
        """The last line of the report."""
        return f"{len(self.cases)} cases, {self.checks} checks, {self.failed} failed"

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready form: every check of every case."""
        cases = [
            {
                "part": case.part,
                "name": case.name,
                "failed": case.failed,
                "checks": [
                    {
                        "name": c.name,
                        "passed": c.passed,
                        "error": _finite(c.error),
                        "tolerance": c.tolerance,
                        "note": c.note,
                        "undecided": c.undecided,
                    }
                    for c in case.checks
                ],
            }
            for case in self.cases
        ]
        counts = {"checks": self.checks, "failed": self.failed, "undecided": self.undecided}
        return {"cases": cases, "absent": list(self.absent), **counts}


def _finite(value: float | None) -> float | None:
    return value if value is None or math.isfinite(value) else None


def share(check: Check) -> float:
    """Error divided by tolerance: above 1 the check fails; 0 if nothing is measured."""
    return (check.error or 0.0) / check.tolerance if check.tolerance else 0.0


def read_json(path: Path) -> Any:
    """The content of a JSON file; raises :class:`UnreadableCase` that names it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UnreadableCase(f"{path.name} cannot be read: {error}") from error


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an npz file; raises :class:`UnreadableCase` that names it."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except _DAMAGED as error:
        raise UnreadableCase(f"{path.name} cannot be read: {error}") from error


def stems(folder: Path, *endings: str) -> list[str]:
    """Names of the cases of a folder: its file names without their ending (``_gt.json``), each once, sorted."""
    names = (path.name for path in folder.iterdir())
    return sorted({name.removesuffix(ending) for name in names for ending in endings if name.endswith(ending)})


def strays(folder: Path, *endings: str) -> list[str]:
    """Names of figure files of a folder with none of the endings, which thus belong to no case, sorted."""
    names = (path.name for path in folder.iterdir() if path.suffix in (".json", ".npz"))
    return sorted(name for name in names if not name.endswith(endings))


def no_arrays(case: Case, folder: Path) -> None:
    """Checks that a case of one JSON file has no file of arrays, which nothing would read."""
    if (folder / f"{case.name}.npz").exists():
        case.fail(f"{case.name}.npz", "nothing of ours reads it")


def all_used(case: Case, arrays: Mapping[str, object], used: Collection[str]) -> None:
    """Adds a failed check for each array that no entry uses: its entry is missing, or its name unknown."""
    for key in arrays:
        if key not in used:
            case.fail(key, "no entry of the case uses this array")


def run_case(case: Case, body: Callable[[Case], None]) -> Case:
    """Runs the body of a case; any error is a failed check with its reason."""
    try:
        body(case)
    except (Exception, SystemExit) as error:  # damaged files raise anything; sys.exit in a recipe must not end us
        case.fail("readable", f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    if not case.checks:
        case.fail("figures", "nothing in it could be checked")
    return case


def deterministic(device: str) -> None:
    """Sets plain float32 on a GPU: no TF32, deterministic algorithms."""
    if device.startswith("cuda"):
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
