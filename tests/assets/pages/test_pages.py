"""Runs the unit tests of the pages' modules and of the kit (*.test.mjs) with Node's own test runner."""

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUITES = sorted([*HERE.glob("*.test.mjs"), *(HERE.parent / "kit").glob("*.test.mjs")])
ASSETS = Path(__file__).resolve().parents[3] / "assets"
KIT = ("pagedom", "menu")  # what the pages use of the kit
MODULES = [*(ASSETS / "pages").glob("*.js"), *(ASSETS / "kit" / f"{name}.js" for name in KIT)]
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_the_pages_modules_do_what_they_say() -> None:
    command = [str(NODE), "--test", "--test-concurrency=2", *map(str, SUITES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_has_a_suite() -> None:
    """A module is tested by the suite of its name; what only builds on others is named here with its suite."""
    by_another = {"drop": "upload", "joblist": "exchange"}
    tested = {suite.name.removesuffix(".test.mjs") for suite in SUITES}
    for module in MODULES:
        assert by_another.get(module.stem, module.stem) in tested, module.name


def test_suites_stay_short() -> None:
    for file in [*HERE.glob("*.mjs"), *SUITES]:
        assert len(file.read_text().splitlines()) <= 400, file.name
