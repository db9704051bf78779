"""Which modules of ``assets`` may import which, read from their import statements.

A room is a folder, or a module at the top of ``assets/editor``. A room imports only what lies on a lower floor; types
in comments are no imports.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "assets"
MODULES = sorted(ASSETS.rglob("*.js"))
# From the top; rooms of one floor do not import each other. Pages and editor have floors of their own.
EDITOR = (
    {"main"},
    {"panels", "editor"},
    {"verbs"},
    {"commands", "timeline", "pictures"},
    {"document", "canvas"},
    {"address", "api", "hooks", "playback", "shortcuts", "state"},
    {"masks", "store"},
    {"kit"},
    {"look"},
)
PAGES = ({"pages"}, {"kit"}, {"look"})
COMMENTS = re.compile(r"/\*.*?\*/|^\s*//[^\n]*", re.S | re.M)
IMPORTS = re.compile(r"""(?:^(?:import|export)\b(?:[^;"'=()]*?\bfrom)?\s*|\bimport\(\s*)["']([^"']+)["']""", re.M)


def room_of(module: Path) -> str:
    parts = module.relative_to(ASSETS).parts
    if parts[0] != "editor":
        return parts[0]
    return parts[1].removesuffix(".js")


def imported(module: Path) -> Iterator[Path]:
    """Modules that a module imports, wherever in it."""
    for name in IMPORTS.findall(COMMENTS.sub("", module.read_text(encoding="utf-8"))):
        yield (module.parent / name).resolve()


def floors_of(module: Path) -> tuple[set[str], ...]:
    return PAGES if room_of(module) == "pages" else EDITOR


def floor(room: str, floors: tuple[set[str], ...]) -> int | None:
    """Number of a room's floor from the top, None where the room is not in this house."""
    return next((number for number, rooms in enumerate(floors) if room in rooms), None)


def wrong_arrows(modules: list[Path]) -> list[str]:
    found = []
    for module in modules:
        floors = floors_of(module)
        own = floor(room_of(module), floors)
        for other in imported(module):
            below = floor(room_of(other), floors)
            same_room = room_of(other) == room_of(module)
            if own is None or below is None or not (same_room or below > own):
                found.append(f"{module.relative_to(ASSETS)} imports {other.relative_to(ASSETS)}")
    return found


def circle(modules: list[Path]) -> list[str]:
    """Modules that import each other in a ring, none where there is no ring."""
    arrows = {module: list(imported(module)) for module in modules}
    done: set[Path] = set()

    def walk(module: Path, path: list[Path]) -> list[Path]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        done.add(module)
        return next((ring for other in arrows.get(module, []) if (ring := walk(other, [*path, module]))), [])

    ring = next((found for module in modules if (found := walk(module, []))), [])
    return [str(module.relative_to(ASSETS)) for module in ring]


def test_a_room_imports_only_what_lies_below_it() -> None:
    assert len(MODULES) > 50
    assert wrong_arrows(MODULES) == []


def test_no_modules_import_each_other_in_a_ring() -> None:
    assert circle(MODULES) == []


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folders without modules."""
    monkeypatch.setattr(f"{__name__}.ASSETS", tmp_path)
    for folder in ("kit", "pages", "editor/panels", "editor/canvas"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "text", "wrong"),
    [
        ("editor/panels/a.js", 'import { h } from "../../kit/dom.js";', False),
        ("editor/canvas/a.js", 'import { a } from "../panels/b.js";', True),
        ("editor/canvas/a.js", 'import {\n  a,\n  b,\n} from "../panels/b.js";', True),
        ("editor/canvas/a.js", 'const load = () => import("../panels/b.js");', True),
        ("editor/canvas/a.js", 'export { a } from "../panels/b.js";', True),
        ("editor/canvas/a.js", '/** @typedef {import("../panels/b.js").B} B */', False),
        ("editor/canvas/a.js", 'import "./b.js";', False),
        ("pages/a.js", 'import { Editor } from "../editor/editor.js";', True),
        ("kit/a.js", 'import { get } from "../pages/data.js";', True),
        ("editor/new_room.js", 'import { h } from "../kit/dom.js";', True),
    ],
)
def test_arrows_are_seen_in_every_form_of_import(house: Path, name: str, text: str, wrong: bool) -> None:
    module = house / name
    module.write_text(text)

    assert bool(wrong_arrows([module])) is wrong


def test_a_ring_of_modules_is_found(house: Path) -> None:
    ring = [house / "kit" / f"{name}.js" for name in "abc"]
    for module, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        module.write_text(f'import {{ x }} from "./{other.name}";\n')

    assert circle(ring) == ["kit/a.js", "kit/b.js", "kit/c.js"]
