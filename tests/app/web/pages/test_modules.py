"""The pages' modules and style sheets: Node's unit tests, and rules that reading them can check."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGES = Path(__file__).resolve().parents[4] / "assets" / "pages"
KIT = ("pagedom", "menu")  # what the pages use of the kit
MODULES = sorted([*PAGES.glob("*.js"), *(PAGES.parent / "kit" / f"{name}.js" for name in KIT)])
SHEETS = sorted(PAGES.glob("*.css"))
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="Node is not installed")
def test_modules_do_what_they_say() -> None:
    suites = [str(path) for path in sorted(HERE.glob("*.test.mjs"))]
    done = subprocess.run([str(NODE), "--test", *suites], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_only_the_icons_are_written_as_markup(module: Path) -> None:
    text = module.read_text()
    assert "insertAdjacentHTML" not in text and "outerHTML" not in text and "document.write" not in text
    allowed = 1 if module.name == "pagedom.js" else 0
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
    defined = set(re.findall(r"(--v-[\w-]+):", (PAGES.parent / "look" / "tokens.css").read_text()))
    assert set(re.findall(r"var\((--v-[\w-]+)\)", text)) <= defined


@pytest.mark.parametrize("file", [*MODULES, *SHEETS], ids=lambda path: path.name)
def test_files_are_short(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= 400


def test_icons_exist() -> None:
    known = set(re.findall(r"^  (\w+):", (PAGES.parent / "look" / "icons.js").read_text(), re.M))
    used = {name for module in MODULES for name in re.findall(r'\bicon(?:\(|: )"(\w+)"', module.read_text())}
    assert used <= known
