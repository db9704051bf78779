"""Rules that reading the modules and style sheets in ``assets`` can check."""

import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "assets"
MODULES = sorted(ASSETS.rglob("*.js"))
SHEETS = sorted(sheet for sheet in ASSETS.rglob("*.css") if sheet.name != "tokens.css")
# Constant markup: an icon, and the fills that the legend of the timeline shows.
MARKUP = {"kit/dom.js": 1, "editor/panels/bars.js": 1}
# Colours of what lies on pictures, and so has no theme.
ON_PICTURES = {"editor/canvas.css": {"#fff"}}


def name_of(path: Path) -> str:
    return path.relative_to(ASSETS).as_posix()


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_nothing_but_constants_is_written_as_markup(module: Path) -> None:
    text = module.read_text()
    assert "insertAdjacentHTML" not in text and "outerHTML" not in text and "document.write" not in text
    assert text.count("innerHTML = ") == MARKUP.get(name_of(module), 0)


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_imports_and_addresses_stay_on_this_server(module: Path) -> None:
    text = module.read_text()
    assert "https://" not in text.replace("http://www.w3.org/2000/svg", "") and "//cdn" not in text
    for name in re.findall(r'from "([^"]+)"', text):
        assert (module.parent / name).resolve().is_file(), name


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_colours_come_from_the_look(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[^{]*\})", text)) <= ON_PICTURES.get(name_of(sheet), set())
    defined = set(re.findall(r"(--v-[\w-]+):", (ASSETS / "look" / "tokens.css").read_text()))
    defined |= set(re.findall(r"(--v-[\w-]+):", (ASSETS / "editor" / "layout.css").read_text()))
    assert set(re.findall(r"var\((--v-[\w-]+)[,)]", text)) <= defined


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_no_text_is_smaller_than_eleven_pixels(sheet: Path) -> None:
    sizes = re.findall(r"\bfont(?:-size)?:[^;}]*?(\d+(?:\.\d+)?)px", sheet.read_text())
    assert [size for size in sizes if 0 < float(size) < 11] == []


def test_icons_exist() -> None:
    known = set(re.findall(r"^  (\w+):", (ASSETS / "look" / "icons.js").read_text(), re.M))
    asked = r'\b(?:icon|iconButton|icon: ?)(?:\(|: ?)?"(\w+)"'
    used = {name for module in MODULES for name in re.findall(asked, module.read_text())}

    assert len(used) > 30
    assert used <= known


def test_a_class_of_the_editor_has_its_rule_in_one_sheet() -> None:
    """Two parts that take the same name for their class would each get the other's rules."""
    sheets: dict[str, set[str]] = {}
    for sheet in (ASSETS / "editor").glob("*.css"):
        for name in re.findall(r"^(\.v-[\w-]+) \{", sheet.read_text(), flags=re.MULTILINE):
            sheets.setdefault(name, set()).add(sheet.name)

    assert len(sheets) > 100
    assert {name: places for name, places in sheets.items() if len(places) > 1} == {}


def test_sheets_of_the_pages_leave_the_editor_alone() -> None:
    """They load beside the editor's: none of their bare classes is one of the editor's."""
    own = {name for sheet in (ASSETS / "editor").glob("*.css") for name in re.findall(r"\.v-[\w-]+", sheet.read_text())}
    look = "".join(sheet.read_text() for sheet in (ASSETS / "look").glob("*.css"))
    shared = set(re.findall(r"\.v-[\w-]+", look))
    for sheet in (ASSETS / "pages").glob("*.css"):
        bare = set(re.findall(r"^(\.v-[\w-]+)", sheet.read_text(), flags=re.MULTILINE)) - shared
        assert not bare & own, sheet.name


def subjects(selector: str) -> list[str]:
    """The last part of each selector of a list, without what stands in parentheses."""
    plain = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "", selector)
    return [re.split(r"[\s>~+]+", one.strip())[-1] for one in plain.split(",")]


def test_no_rule_with_has_is_for_elements_of_a_kind() -> None:
    """With `:has` before a bare `span`, a browser styles every span of a page anew after each change of its content."""
    found = []
    for sheet in ASSETS.rglob("*.css"):
        text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
        rules = [rule.strip() for rule in re.findall(r"([^{}]+)\{", text) if ":has(" in rule]
        found += [f"{sheet.name}: {rule}" for rule in rules if set(subjects(rule)) & {"span", "input", "div", "button"}]

    assert subjects("a:has(> b, c) > span, .d ~ i:hover") == ["span", "i:hover"]
    assert found == []
