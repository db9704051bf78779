"""The commands test and benchmark."""

import pytest

from app.cli import develop
from tests.app.command_line import Run


def test_an_unknown_benchmark_names_those_there_are(run: Run) -> None:
    ran = run("benchmark", "speed-of-light")

    assert ran.code == 1
    assert "speed-of-light" in ran.last and "all" in ran.last


@pytest.mark.parametrize("name", ["test_odd_files", "_timing", "speed-of-light"])
def test_parts_and_tests_of_benchmarks_are_none(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(develop.subprocess, "call", lambda command, **options: pytest.fail(str(command)))

    ran = run("benchmark", name)

    known = ran.last.rpartition("there are ")[2].rstrip(".").split(", ")
    assert ran.code == 1 and {"odd_files", "frames", "all"} <= set(known)
    assert [one for one in known if one.startswith(("test_", "_"))] == []


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (3, 1)])
def test_the_suite_is_run_by_the_launcher(monkeypatch: pytest.MonkeyPatch, run: Run, code: int, expected: int) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda command, **options: asked.append(command) or code)

    assert run("test").code == expected
    assert asked[0][1].endswith("launch.py") and asked[0][2:] == ["test"]
