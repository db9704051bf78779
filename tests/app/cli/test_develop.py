"""The commands test and benchmark."""

import pytest

from app.cli import develop
from tests.app.command_line import Run


def test_an_unknown_benchmark_names_those_there_are(run: Run) -> None:
    ran = run("benchmark", "speed-of-light")

    assert ran.code == 1
    assert "speed-of-light" in ran.last and "all" in ran.last


@pytest.mark.parametrize("name", ["test_odd_files", "_timing", "frame_http", "speed-of-light"])
def test_parts_and_tests_of_benchmarks_are_none(run: Run, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(develop.subprocess, "call", lambda command, **options: pytest.fail(str(command)))

    ran = run("benchmark", name)

    known = ran.last.rpartition("there are ")[2].rstrip(".").split(", ")
    assert ran.code == 1 and {"odd_files", "frames", "all"} <= set(known)
    assert [one for one in known if one.startswith(("test_", "_", "frame_", "long_"))] == []


@pytest.mark.parametrize(("flags", "command"), [([], ["store"]), (["--json"], ["store", "--json"])])
def test_a_benchmark_runs_in_a_process_of_its_own(
    run: Run, monkeypatch: pytest.MonkeyPatch, flags: list[str], command: list[str]
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda given, **options: asked.append(given) or 0)

    assert run("benchmark", "store", *flags).code == 0
    assert [given[1:] for given in asked] == [["-m", f"tests.benchmarks.{command[0]}", *command[1:]]]


def test_all_leaves_out_what_needs_a_gpu(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda given, **options: asked.append(given[2]) or 0)

    assert run("benchmark", "all").code == 0
    assert "tests.benchmarks.store" in asked and "tests.benchmarks.cuda" not in asked
    assert run("benchmark", "cuda").code == 0 and asked[-1] == "tests.benchmarks.cuda"


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (1, 1)])
def test_write_refreshes_the_table_of_a_benchmark(
    run: Run, monkeypatch: pytest.MonkeyPatch, code: int, expected: int
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda given, **options: asked.append(given) or code)

    assert run("benchmark", "store", "--write").code == expected
    assert [given[1:] for given in asked] == [["-m", "tests.benchmarks._write", "store"]]


def test_json_and_write_may_be_asked_together(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda given, **options: asked.append(given) or 0)

    assert run("benchmark", "store", "--json", "--write").code == 0
    assert [given[1:] for given in asked] == [["-m", "tests.benchmarks._write", "store", "--json"]]


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (3, 1)])
def test_the_suite_is_run_by_the_launcher(monkeypatch: pytest.MonkeyPatch, run: Run, code: int, expected: int) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda command, **options: asked.append(command) or code)

    assert run("test").code == expected
    assert asked[0][1].endswith("launch.py") and asked[0][2:] == ["test"]


def test_the_random_cases_are_passed_on_to_the_benchmarks_that_have_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda given, **options: asked.append(given) or 0)

    assert run("benchmark", "fuzz", "--cases", "7").code == 0
    assert asked[0][1:] == ["-m", "tests.benchmarks.fuzz", "--cases", "7"]
    assert run("benchmark", "crash", "--seed", "3", "--kills", "5", "--first", "0", "--json").code == 0
    assert asked[1][1:] == ["-m", "tests.benchmarks.crash", "--json", "--kills", "5", "--first", "0", "--seed", "3"]
    for words in (
        ("store", "--cases", "7"),
        ("fuzz", "--cases", "7", "--write"),
        ("fuzz", "--kills", "7"),
        ("crash", "--cases", "7"),
        ("all", "--seed", "7"),
    ):
        refused = run("benchmark", *words)
        assert refused.code == 2 and words[1] in refused.last
    assert len(asked) == 2


def test_other_flags_are_passed_on_to_the_benchmark(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(develop.subprocess, "call", lambda given, **options: asked.append(given) or 0)

    assert run("benchmark", "cuda", "--golden", "there", "--json", "--device", "cuda:1").code == 0
    assert asked[0][1:] == ["-m", "tests.benchmarks.cuda", "--json", "--golden", "there", "--device", "cuda:1"]
    for words in (("all", "--golden", "there"), ("cuda", "--golden", "there", "--write")):
        refused = run("benchmark", *words)
        assert refused.code == 2 and "--golden is a flag of one benchmark" in refused.last
    with pytest.raises(SystemExit) as end:
        run("frames", "a.mp4", "--golden", "there")
    assert end.value.code == 2 and len(asked) == 1


@pytest.mark.parametrize(("code", "expected"), [(1, 1), (2, 2), (-9, 1)])
def test_flags_that_a_benchmark_itself_refuses_are_wrong_usage(
    run: Run, monkeypatch: pytest.MonkeyPatch, code: int, expected: int
) -> None:
    monkeypatch.setattr(develop.subprocess, "call", lambda given, **options: code)

    ran = run("benchmark", "fuzz", "--bogus")
    assert (ran.code, "does not take these flags" in ran.last) == (expected, code == 2)
