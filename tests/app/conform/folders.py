"""Judging and damaging a folder of golden figures."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from app.conform.checks import Case, ConformReport, read_arrays
from app.conform.runner import conform


def judged(folder: Path) -> ConformReport:
    """The report on a folder, without progress."""
    return conform(folder, report=lambda line: None)


def wrong(case: Case) -> list[str]:
    """Names of a case's checks that do not pass."""
    return [check.name for check in case.checks if not check.passed]


def failures(folder: Path) -> list[tuple[str, str]]:
    """Case and name of each check of a folder that does not pass."""
    return [(case.name, name) for case in judged(folder).cases for name in wrong(case)]


def change_array(path: Path, key: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """Change one array of an npz file."""
    arrays = read_arrays(path)
    np.savez(path, **{**arrays, key: change(arrays[key])})  # type: ignore[arg-type]


def change_json(path: Path, change: Callable[[Any], object]) -> None:
    """Change the content of a JSON file in place."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def only(folder: Path, *parts: str) -> Path:
    """Remove all figures but those of these parts (eval, golden/units, golden/forward), so that a test is quick."""
    if "eval" not in parts:
        shutil.rmtree(folder / "eval")
    if "golden/units" not in parts:
        shutil.rmtree(folder / "golden/units")
    if "golden/forward" not in parts:
        for path in (folder / "golden").glob("*.*"):
            path.unlink()
    return folder
