"""The arrows between the parts of the house, read from the code itself, and the size of its files."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "model", "storage")
# What each part must not know, whether at the top of a file or inside a function.
FORBIDDEN = {
    "app": {"launch", "tests"},
    "model": {"app", "storage", "launch", "tests", "sqlalchemy", "alembic", "fastapi", "starlette", "gradio", "av"},
    "storage": {"app", "model", "launch", "tests", "torch", "fastapi", "starlette", "gradio"},
}
LONGEST_FILE = 400
SUFFIXES = {".py", ".js", ".css"}


def python_files(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "__pycache__" not in path.parts)


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Top-level names that a file imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node.lineno
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) in {"import_module", "__import__"}
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value).partition(".")[0], node.lineno


def wrong_arrows(package: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in python_files(package)
        for name, line in imported(path)
        if name in FORBIDDEN[package]
    ]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_part_imports_only_what_the_design_allows(package: str) -> None:
    assert python_files(package)
    assert wrong_arrows(package) == []


def test_the_launcher_needs_only_the_standard_library() -> None:
    names = {name for name, _ in imported(ROOT / "launch.py")}

    assert names <= set(sys.stdlib_module_names)


def test_the_arrow_test_sees_imports_inside_functions_and_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text("import a.b\ndef f():\n    from c.d import e\n    import_module('g.h')\nfrom . import near\n")

    assert {name for name, _ in imported(path)} == {"a", "c", "g"}


def test_only_the_reader_and_writer_know_the_keys_of_youtube_vis_in_storage_and_app() -> None:
    """`file_names` together with `segmentations` as dictionary keys is what parsing that format looks like."""
    parsers = [
        path.relative_to(ROOT).as_posix()
        for package in ("app", "storage")
        for path in python_files(package)
        if {"file_names", "segmentations"} <= subscripted(path)
    ]

    assert [path for path in parsers if not path.startswith("storage/youtube_vis")] == []


def subscripted(path: Path) -> set[str]:
    """Literal keys that a file looks up in dictionaries."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            found.add(str(node.slice.value))
    return found


def loaded_after(code: str) -> set[str]:
    """Top-level modules that a fresh Python holds after some imports."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{code}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


def test_the_server_starts_without_torch() -> None:
    assert "torch" not in loaded_after("import app.web.server, app.cli.serve")


def test_the_command_line_shows_its_help_without_any_package() -> None:
    loaded = loaded_after("import app.commands; app.commands.make_parser().format_help()")

    assert not loaded & {"torch", "numpy", "sqlalchemy", "fastapi", "gradio", "av", "cv2"}


def test_commands_over_the_store_need_no_torch() -> None:
    parts = [f"cli.{name}" for name in ("retrain", "exchange", "check", "checkpoints", "frames", "worker", "propose")]

    assert "torch" not in loaded_after("import " + ", ".join(f"app.{part}" for part in parts))


def test_the_evaluator_needs_no_torch() -> None:
    assert "torch" not in loaded_after("import app.cli.evaluate, app.cli.synthesize, app.cli.train")


def test_storage_alone_loads_neither_torch_nor_the_web() -> None:
    code = (
        "import storage.frames, storage.youtube_vis, storage.database, storage.edits, storage.checkpoints, storage.jobs"
    )

    assert not loaded_after(code) & {"torch", "fastapi", "gradio", "app", "model"}


def test_no_file_is_longer_than_400_lines() -> None:
    places = [
        ROOT / "launch.py",
        *(path for name in (*PACKAGES, "assets", "tests") for path in (ROOT / name).rglob("*")),
    ]
    files = [path for path in places if path.suffix in SUFFIXES and "__pycache__" not in path.parts]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }

    assert len(files) > 50
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "misc", "helpers", "common", "tools"}
    named = [path for package in PACKAGES for path in python_files(package) if path.stem in vague]

    assert named == []
