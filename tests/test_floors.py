"""The house has floors: a room imports only what lies below it, in no circle, and hides no import in a function."""

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.imports import Import, imports, loaded, modules, own, room

# From the top floor down; the rooms of one floor do not know each other.
FLOORS = {
    "app": (
        "commands",
        "cli",
        "web",
        "worker demo conform",
        "result_files",
        "proposing reviewing training exchange prompting spreading",
        "library",
        "checkpoints pictures jobs",
        "sentences machine settings opening own_files progress library_warnings",
        "typed_path",
        "errors",
    ),
    "model": (
        "adapting",
        "rule_scoring suspicious identity",
        "figures steadying",
        "scoring example likely_errors accepted_masks propagation",
        "refining",
        "weights tracking training prompts",
        "network",
        "config evaluation procedural pretrained atomic thresholds effort lack_of_memory",
    ),
    "storage": (
        "tracks track_bulk track_likenesses track_search track_summaries findings removal edits identity_candidates",
        "track_marks",
        "jobs masks formats video_roles certificate",
        "comments drafts",
        "numbering database_copy",
        "database youtube_vis attributes guides",
        "effort run_text",
        "frames projects videos video_progress imports checkpoints runs snapshots teaching rle "
        "migrations arrivals taught_categories",
        "summary_tables likely_errors",
        "declared_frames",
        "schema prepared errors authors atomic text plain_values plain_data regular_files words",
        "columns",
    ),
}
# Beyond the floors: who never imports whom. A name stands for itself and all below it.
NEVER = (
    ("app.web", "app.worker"),
    ("app.web", "app.cli"),
    ("app.web", "app.conform"),
    ("app.web", "app.demo"),
    ("app.jobs", "model"),
    ("app.pictures", "model"),
    ("app.library", "model"),
    ("app.web.routes", "app.web.pages"),
    ("app.web.pages", "app.web.routes"),
    ("storage.edits", "storage.frames"),
    ("storage.frames", "storage.edits"),
    ("model.procedural", "model.config"),
    ("model.evaluation", "torch"),
)
# What takes so long to load that a function may do it when it is needed.
HEAVY = {
    "torch",
    "numpy",
    "cv2",
    "av",
    "scipy",
    "pycocotools",
    "sqlalchemy",
    "alembic",
    "fastapi",
    "gradio",
    "uvicorn",
    "PIL",
}


def floor(name: str) -> int | None:
    """How deep the room of a module lies, 0 for the top; None for the package itself."""
    package, _, inside = room(name).partition(".")
    if not inside:
        return None
    return next((depth for depth, rooms in enumerate(FLOORS[package]) if inside in rooms.split()), -1)


def upward(found: Iterable[Import]) -> list[str]:
    """Imports between rooms of one package that do not lead down."""
    wrong = []
    for one in found:
        if not own(one.target) or one.source.partition(".")[0] != one.target.partition(".")[0]:
            continue
        above, below = floor(one.source), floor(one.target)
        if above is not None and below is not None and room(one.source) != room(one.target) and below <= above:
            wrong.append(f"{one.source}:{one.line} imports {one.target}")
    return wrong


def circles(found: Iterable[Import]) -> list[str]:
    """One circle of modules, if there is any; a late import counts as much as one at the top."""
    graph: dict[str, set[str]] = {}
    for one in found:
        if own(one.target) and one.target != one.source and not one.typing:
            graph.setdefault(one.source, set()).add(one.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def hiding(found: Iterable[Import], root: Path | None = None) -> list[str]:
    """Late imports of own modules that load nothing heavy beyond what their file has loaded already."""
    where = () if root is None else (root,)
    return [
        f"{one.source}:{one.line} imports {one.target}"
        for one in found
        if one.late and own(one.target) and not (loaded(one.target, *where) - loaded(one.source, *where)) & HEAVY
    ]


def below(name: str, whole: str) -> bool:
    return name == whole or name.startswith(f"{whole}.")


def test_every_room_has_a_floor() -> None:
    assert [name for name in modules() if floor(name) == -1] == []


def test_every_named_room_is_there() -> None:
    rooms = {room(name) for name in modules()}
    named = {f"{package}.{name}" for package, floors in FLOORS.items() for names in floors for name in names.split()}
    assert named - rooms == set()


def test_a_room_imports_only_what_lies_below_it() -> None:
    assert upward(imports()) == []


@pytest.mark.parametrize(("source", "target"), NEVER, ids=[f"{source} not {target}" for source, target in NEVER])
def test_some_never_meet(source: str, target: str) -> None:
    assert [name for name in modules() if below(name, source)]
    wrong = [f"{one.source}:{one.line}" for one in imports() if below(one.source, source) and below(one.target, target)]
    assert wrong == []


def test_within_a_room_nobody_goes_through_its_door() -> None:
    doors = {name for name, path in modules().items() if path.name == "__init__.py"}
    through = [
        f"{one.source}:{one.line}"
        for one in imports()
        if one.target in doors and one.source.startswith(f"{one.target}.") and one.source not in doors
    ]
    assert through == []


def test_no_module_imports_itself_through_others() -> None:
    assert circles(imports()) == []


def test_an_import_inside_a_function_only_puts_off_what_is_heavy() -> None:
    assert hiding(imports()) == []


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    """The checks themselves, on a small house with one fault of each kind."""
    files = {
        "app/__init__.py": "",
        "app/errors.py": "def f():\n    from app.jobs import queue\n",
        "app/jobs/__init__.py": "",
        "app/jobs/queue.py": "from app import errors\nimport torch\n",
        "app/library/__init__.py": "",
        "app/library/videos.py": "def f():\n    from ..errors import f\n\ndef g():\n    from app.jobs.queue import x\n",
        "model/__init__.py": "",
        "storage/__init__.py": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = imports(tmp_path)
    assert upward(found) == ["app.errors:2 imports app.jobs.queue"]
    assert set(circles(found)) == {"app.errors", "app.jobs.queue"}
    assert hiding(found, tmp_path) == ["app.library.videos:2 imports app.errors"]
