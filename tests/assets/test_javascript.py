"""Runs the unit tests of the editor and the look with Node's own test runner, where Node is installed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUITES = sorted([*HERE.glob("*.test.mjs"), *(HERE / "editor").rglob("*.test.mjs")])
NODE = shutil.which("node")


def node_is_recent() -> bool:
    """Whether Node 20 or newer is on the path."""
    if NODE is None:
        return False
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return version.startswith("v") and int(version[1:].split(".")[0]) >= 20


@pytest.mark.skipif(not node_is_recent(), reason="Node 20 or newer is not installed")
@pytest.mark.parametrize(
    "suite", SUITES, ids=[suite.relative_to(HERE).as_posix().removesuffix(".test.mjs") for suite in SUITES]
)
def test_editor_modules(suite: Path) -> None:
    """Every suite passes."""
    done = subprocess.run(
        [str(NODE), "--test", str(suite)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "NODE_NO_WARNINGS": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_colour_outside_the_look() -> None:
    """Style sheets of the editor take every colour from the tokens."""
    assets = HERE.parents[1] / "assets"
    allowed = {"#fff"}  # the brush ring, which lies on pictures and so has no theme
    for sheet in [assets / "look" / "base.css", *sorted((assets / "editor").glob("*.css"))]:
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
    shared = set(re.findall(r"\.v-[\w-]+", (assets / "look" / "base.css").read_text()))
    for sheet in (assets / "pages").glob("*.css"):
        bare = set(re.findall(r"^(\.v-[\w-]+)", sheet.read_text(), flags=re.MULTILINE)) - shared
        assert not bare & own, sheet.name
