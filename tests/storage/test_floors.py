"""Which room of `storage` may import which: only one on a lower floor."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.material import ROOT

FLOORS = (
    {"tracks", "removal", "edits"},
    {"jobs", "masks"},
    {"database", "youtube_vis"},
    {"frames", "projects", "videos", "checkpoints", "runs", "snapshots", "drafts", "rle", "migrations"},
    {"schema", "errors", "authors", "atomic", "text"},
)
HEIGHT = {room: len(FLOORS) - floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# The log of edits knows nothing of how frames are decoded, though it stands above.
APART = {("edits", "frames")}


def sources() -> list[Path]:
    return sorted(path for path in (ROOT / "storage").rglob("*.py") if "versions" not in path.parts)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """(module of `storage`, name taken from it) for every import of a file, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "storage":
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if alias.name.partition(".")[0] == "storage")


def room_of(module: str, name: str = "") -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else name


def test_every_room_stands_on_a_floor() -> None:
    assert {room_of(module_of(path)) for path in sources()} - {""} == set(HEIGHT)


def test_a_room_imports_only_rooms_of_lower_floors() -> None:
    arrows = {
        (room_of(module_of(path)), room_of(module, name)) for path in sources() for module, name in imported(path)
    }
    wrong = {(here, there) for here, there in arrows if here != there and HEIGHT[there] >= HEIGHT[here]}

    assert len(arrows) > 20
    assert wrong == set()
    assert arrows & APART == set()


def test_within_a_room_nobody_goes_through_its_door() -> None:
    doors = {module_of(path) for path in sources() if path.name == "__init__.py"}
    modules = {module_of(path) for path in sources()}
    through = [
        f"{module_of(path)} imports {name} from {module}"
        for path in sources()
        for module, name in imported(path)
        if path.name != "__init__.py"
        and module in doors - {"storage"}
        and module_of(path).startswith(f"{module}.")
        and f"{module}.{name}" not in modules
    ]

    assert through == []
