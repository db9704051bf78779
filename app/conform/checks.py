"""Checks of figures against tolerances, and the report that they make up."""

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

# What reading an archive of arrays raises, depending on where it is damaged.
_DAMAGED = (
    *(OSError, ValueError, EOFError, KeyError, TypeError, AttributeError, RuntimeError, MemoryError),
    *(zipfile.BadZipFile, zlib.error, struct.error),
)
Figures = np.ndarray | Tensor | float | int | Sequence[Any]


class UnreadableCase(ValueError):
    """A file of a case that is missing, damaged, or says something that cannot be understood."""


@dataclass(frozen=True)
class Check:
    """One comparison; ``error`` and ``tolerance`` are of the same unit, None where things are equal or not."""

    name: str
    passed: bool
    error: float | None = None
    tolerance: float | None = None
    note: str = ""


@dataclass
class Case:
    """All checks of one case; they are added while it runs."""

    part: str
    name: str
    factor: float = 1.0  # tolerances are multiplied with it (another device)
    checks: list[Check] = field(default_factory=list)

    def close(self, name: str, got: Figures, want: Figures, *, atol: float = 0.0, rtol: float = 0.0) -> None:
        """Largest difference within ``atol`` plus ``rtol`` of the wanted figure; shapes must be equal."""
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
        self.checks.append(Check(name, bool(excess.flat[worst] <= 1.0), error, tolerance))

    def equal(self, name: str, got: object, want: object) -> None:
        """Exactly the same value."""
        same = bool(got == want)
        note = "" if same else f"{_short(got)} instead of {_short(want)}"
        self.checks.append(Check(name, same, note=note))

    def within(self, name: str, error: float, tolerance: float, note: str = "") -> None:
        """A count or a measure that must not exceed ``tolerance``."""
        self.checks.append(Check(name, bool(error <= tolerance), float(error), float(tolerance), note))

    def fail(self, name: str, note: str) -> None:
        """Something that cannot be compared at all."""
        self.checks.append(Check(name, False, note=note))

    @property
    def failed(self) -> int:
        """How many checks did not pass."""
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
    """What a folder of figures says of this program."""

    cases: tuple[Case, ...]
    absent: tuple[str, ...]  # parts that the folder does not have

    @property
    def checks(self) -> int:
        """All comparisons."""
        return sum(len(case.checks) for case in self.cases)

    @property
    def failed(self) -> int:
        """Comparisons that did not pass."""
        return sum(case.failed for case in self.cases)

    @property
    def summary(self) -> str:
        """The last line."""
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
                    }
                    for c in case.checks
                ],
            }
            for case in self.cases
        ]
        return {"cases": cases, "absent": list(self.absent), "checks": self.checks, "failed": self.failed}


def _finite(value: float | None) -> float | None:
    return value if value is None or math.isfinite(value) else None


def share(check: Check) -> float:
    """How much of its tolerance a check takes: above 1 it fails; 0 where nothing is measured."""
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
    """Names of figure files of a folder that have none of the endings and so belong to no case, sorted."""
    names = (path.name for path in folder.iterdir() if path.suffix in (".json", ".npz"))
    return sorted(name for name in names if not name.endswith(endings))


def no_arrays(case: Case, folder: Path) -> None:
    """A case of one JSON file has no arrays beside it that nothing would read."""
    if (folder / f"{case.name}.npz").exists():
        case.fail(f"{case.name}.npz", "nothing of ours reads it")


def all_used(case: Case, arrays: Mapping[str, object], used: Collection[str]) -> None:
    """Arrays that no entry of the case has asked for are failures: their entry is gone, or nothing has their name."""
    for key in arrays:
        if key not in used:
            case.fail(key, "no entry of the case uses this array")


def run_case(case: Case, body: Callable[[Case], None]) -> Case:
    """Run the body of a case; whatever stops it is a failed check with its reason."""
    try:
        body(case)
    except (Exception, SystemExit) as error:  # damage may surface anywhere; a recipe that leaves must not take us along
        case.fail("readable", f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    if not case.checks:
        case.fail("figures", "nothing in it could be checked")
    return case


def deterministic(device: str) -> None:
    """Plain float32 on a GPU: no TF32, no algorithm chosen by chance."""
    if device.startswith("cuda"):
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.deterministic = True
