"""The pages' modules and style sheets: their unit tests with Node's own test runner, and rules for what they hold."""

import re
from pathlib import Path

import pytest

from tests.javascript.node import run_tests

HERE = Path(__file__).parent
SUITES = sorted([*HERE.glob("*.test.mjs"), *(HERE.parent / "kit").glob("*.test.mjs")])
ASSETS = Path(__file__).resolve().parents[3] / "assets"
MODULES = sorted([*(ASSETS / "pages").glob("*.js"), *(ASSETS / "kit").glob("*.js")])
SHEETS = sorted((ASSETS / "pages").glob("*.css"))


def test_the_modules_of_the_pages() -> None:
    """Every suite passes."""
    run_tests(*SUITES)


def test_every_module_has_a_suite() -> None:
    """A module is tested by the suite of its name; what only builds on others is named here with its suite."""
    by_another = {"drop": "upload", "joblist": "exchange"}
    only_types = {"wire"}
    tested = {suite.name.removesuffix(".test.mjs") for suite in SUITES}
    for module in MODULES:
        assert module.stem in only_types or by_another.get(module.stem, module.stem) in tested, module.name


def test_suites_stay_short() -> None:
    for file in [*HERE.glob("*.mjs"), *SUITES]:
        assert len(file.read_text().splitlines()) <= 400, file.name


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_only_the_icons_are_written_as_markup(module: Path) -> None:
    text = module.read_text()
    assert "insertAdjacentHTML" not in text and "outerHTML" not in text and "document.write" not in text
    allowed = 1 if module.name == "dom.js" else 0
    assert text.count("innerHTML") == allowed


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_imports_and_addresses_stay_on_this_server(module: Path) -> None:
    text = module.read_text()
    assert "https://" not in text.replace("http://www.w3.org/2000/svg", "") and "//cdn" not in text
    for name in re.findall(r'from "([^"]+)"', text):
        assert (module.parent / name).resolve().is_file(), name


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_colours_come_from_the_look(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*\})", text)
    defined = set(re.findall(r"(--v-[\w-]+):", (ASSETS / "look" / "tokens.css").read_text()))
    assert set(re.findall(r"var\((--v-[\w-]+)\)", text)) <= defined


@pytest.mark.parametrize("file", [*MODULES, *SHEETS], ids=lambda path: path.name)
def test_files_are_short(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400


def test_icons_exist() -> None:
    known = set(re.findall(r"^  (\w+):", (ASSETS / "look" / "icons.js").read_text(), re.M))
    used = {name for module in MODULES for name in re.findall(r'\bicon(?:\(|: )"(\w+)"', module.read_text())}
    assert used <= known
