"""Runs the unit tests of the modules in ``assets`` with Node's own test runner; they lie as the modules do."""

from pathlib import Path

import pytest

from tests.javascript.node import run_tests

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "assets"
SUITES = sorted(HERE.rglob("*.test.mjs"))
# Tested by the suite of another module, which builds on them.
BY_ANOTHER = {"pages/drop": "pages/upload", "pages/joblist": "pages/exchange"}
ONLY_TYPES = {"kit/wire"}


def name_of(suite: Path) -> str:
    return suite.relative_to(HERE).as_posix().removesuffix(".test.mjs")


@pytest.mark.parametrize("suite", SUITES, ids=name_of)
def test_modules(suite: Path) -> None:
    """Every suite passes."""
    run_tests(suite)


@pytest.mark.parametrize("room", ["kit", "pages"])
def test_every_module_has_a_suite(room: str) -> None:
    modules = {f"{room}/{module.stem}" for module in (ASSETS / room).glob("*.js")} - ONLY_TYPES
    suites = {name_of(suite) for suite in SUITES}

    assert {BY_ANOTHER.get(module, module) for module in modules} <= suites


def test_suites_stay_short() -> None:
    assert [file.name for file in HERE.rglob("*.mjs") if len(file.read_text().splitlines()) > 400] == []
