"""Runs the unit tests of the editor, the kit and the look with Node's own test runner, and checks their files."""

import re
from pathlib import Path

import pytest

from tests.javascript.node import run_tests

HERE = Path(__file__).parent
SUITES = sorted([*HERE.glob("*.test.mjs"), *(HERE / "editor").rglob("*.test.mjs")])


@pytest.mark.parametrize(
    "suite", SUITES, ids=lambda suite: suite.relative_to(HERE).as_posix().removesuffix(".test.mjs")
)
def test_modules(suite: Path) -> None:
    """Every suite passes."""
    run_tests(suite)


def test_no_colour_outside_the_look() -> None:
    """Style sheets of the editor take every colour from the tokens."""
    assets = HERE.parents[1] / "assets"
    allowed = {"#fff"}  # the brush ring, which lies on pictures and so has no theme
    for sheet in [*(assets / "look").glob("*.css"), *(assets / "editor").glob("*.css")]:
        if sheet.name == "tokens.css":
            continue
        words = sheet.read_text().replace(",", " ").replace(";", " ").replace(")", " ").split()
        assert {word for word in words if word.startswith("#")} <= allowed, sheet.name


def test_files_stay_short() -> None:
    """No module or sheet of the editor or the kit is longer than 400 lines."""
    assets = HERE.parents[1] / "assets"
    for file in [
        *(path for room in ("editor", "kit", "look") for path in (assets / room).rglob("*")),
        *HERE.rglob("*.mjs"),
    ]:
        if file.suffix in {".js", ".css", ".mjs"}:
            assert len(file.read_text().splitlines()) <= 400, file.name


def test_pages_leave_the_editor_alone() -> None:
    """The sheets of the other pages load beside the editor's: none of their bare classes is one of the editor's."""
    assets = HERE.parents[1] / "assets"
    own = {name for sheet in (assets / "editor").glob("*.css") for name in re.findall(r"\.v-[\w-]+", sheet.read_text())}
    look = "".join(sheet.read_text() for sheet in (assets / "look").glob("*.css"))
    shared = set(re.findall(r"\.v-[\w-]+", look))
    for sheet in (assets / "pages").glob("*.css"):
        bare = set(re.findall(r"^(\.v-[\w-]+)", sheet.read_text(), flags=re.MULTILINE)) - shared
        assert not bare & own, sheet.name
