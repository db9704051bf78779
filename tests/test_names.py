"""One name, one meaning: no two classes of the program share a name."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "model", "storage")


def class_names(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Name of a class, without leading underscores -> the places of the top-level classes that are called so."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        for node in ast.parse(path.read_text(encoding="utf-8"), filename=str(path)).body:
            if isinstance(node, ast.ClassDef):
                found[node.name.lstrip("_")].append(f"{path}:{node.lineno}")
    return found


def test_no_class_name_stands_for_two_classes() -> None:
    names = class_names(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))

    assert len(names) > 200
    assert {name: places for name, places in names.items() if len(places) > 1} == {}


def test_a_name_that_occurs_twice_is_found_whether_it_is_private_or_not(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class Thing: pass\nclass Other: pass\n")
    (tmp_path / "b.py").write_text("class _Thing:\n    class Other: pass\n")

    names = class_names(tmp_path.glob("*.py"))

    assert {name: len(places) for name, places in names.items()} == {"Thing": 2, "Other": 1}
