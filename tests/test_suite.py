import subprocess
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests import suite

STEPS = dict.fromkeys(("format", "lint", "types", "javascript format", "javascript types", "tests"), 0)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[list[str]]]:
    """Makes the steps end with the given exit codes by name; returns the list of the commands that ran."""

    def prepare(**codes: int) -> list[list[str]]:
        ran: list[list[str]] = []

        def call(command: list[str], **options: Any) -> int:
            ran.append(command)
            assert options["env"]["TEVIT_BROWSER"] == "/usr/bin/chromium"
            return codes[step_of(command)]

        def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
            return subprocess.CompletedProcess(
                command, call(command, **options), f"what {step_of(command)} found\n".encode(), None
            )

        monkeypatch.setattr(suite.subprocess, "call", call)
        monkeypatch.setattr(suite.subprocess, "run", run)
        monkeypatch.setattr(suite, "prepare", lambda: "/usr/bin/chromium")
        stderr = SimpleNamespace(write=sys.stdout.write, flush=lambda: None, fileno=lambda: 2)
        monkeypatch.setattr(suite.sys, "stderr", stderr)
        return ran

    return prepare


def step_of(command: list[str]) -> str:
    """The name of the step that a command belongs to."""
    names = {tuple(words): name for checks in suite.CHECKS for name, words in checks}
    return names.get(tuple(command[1:]), "tests")


def summary(text: str) -> list[list[str]]:
    """Name and result of each step in what the suite has printed."""
    return [line.rsplit(maxsplit=1) for line in text.splitlines() if line.endswith(" ok") or " FAILED" in line]


def test_the_suite_runs_every_step_and_sums_up(
    steps: Callable[..., list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    ran = steps(**STEPS)

    assert suite.main([]) == 0
    modules = ["ruff", "ruff", "mypy", "tests.javascript.check", "tests.javascript.check", "pytest"]
    assert sorted(command[2] for command in ran) == sorted(modules)
    assert ran[-1][2] == "pytest"
    printed = capsys.readouterr().out
    assert summary(printed) == [[name, "ok"] for name in STEPS]
    assert all(f"--- {name}\nwhat {name} found\n" in printed for name in STEPS if name != "tests")


def test_checks_that_share_an_installation_take_turns(steps: Callable[..., list[list[str]]]) -> None:
    ran = steps(**STEPS)

    suite.main([])

    steps = [step_of(command) for command in ran]
    assert [step for step in steps if step.startswith("javascript")] == ["javascript format", "javascript types"]


def test_the_two_lists_of_checks_run_beside_each_other(
    steps: Callable[..., list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps(**STEPS)
    fake, both = suite.subprocess.run, threading.Barrier(2, timeout=60)

    def meet(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        if step_of(command) in ("format", "javascript format"):
            both.wait()  # raises where the other list has not started
        return fake(command, **options)

    monkeypatch.setattr(suite.subprocess, "run", meet)

    assert suite.main([]) == 0


def test_after_an_interruption_no_other_check_starts(
    steps: Callable[..., list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = steps(**STEPS)
    fake, interrupted = suite.subprocess.run, threading.Event()

    def wait_for_all(pool: Any, *outcome: object) -> None:
        interrupted.set()
        pool.shutdown()

    def interrupt(pool: Any, work: Callable[..., Any], lists: tuple) -> None:
        pool.submit(work, lists[0])
        raise KeyboardInterrupt

    def until_interrupted(command: list[str], **options: Any) -> subprocess.CompletedProcess[bytes]:
        assert interrupted.wait(60)
        return fake(command, **options)

    monkeypatch.setattr(suite.ThreadPoolExecutor, "map", interrupt)
    monkeypatch.setattr(suite.ThreadPoolExecutor, "__exit__", wait_for_all)
    monkeypatch.setattr(suite.subprocess, "run", until_interrupted)

    with pytest.raises(KeyboardInterrupt):
        suite.main([])
    assert [step_of(command) for command in ran] == ["format"]


@pytest.mark.parametrize("failing", STEPS)
def test_any_failing_step_fails_the_suite_but_the_others_still_run(
    steps: Callable[..., list[list[str]]], capsys: pytest.CaptureFixture[str], failing: str
) -> None:
    ran = steps(**{step: int(step == failing) for step in STEPS})

    assert suite.main([]) == 1
    assert len(ran) == len(STEPS)
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith(failing) and "FAILED" in line]


def test_with_arguments_only_those_tests_run(steps: Callable[..., list[list[str]]]) -> None:
    ran = steps(tests=0)

    assert suite.main(["tests/test_launch.py", "-k", "stamp"]) == 0
    assert ran == [[sys.executable, "-m", "pytest", "tests/test_launch.py", "-k", "stamp"]]


def test_without_a_browser_the_tests_run_too_and_say_so_themselves(
    steps: Callable[..., list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps(tests=0)
    monkeypatch.setattr(suite, "prepare", lambda: "")
    monkeypatch.delenv("TEVIT_BROWSER", raising=False)
    monkeypatch.setattr(suite.subprocess, "call", lambda command, **options: int("TEVIT_BROWSER" in options["env"]))

    assert suite.main(["tests/test_launch.py"]) == 0


def test_bytecode_is_kept_whatever_this_process_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("TEVIT_WEIGHTS", "elsewhere")

    given = suite.environment_of("/usr/bin/chromium")

    assert "PYTHONDONTWRITEBYTECODE" not in given
    assert (given["TEVIT_BROWSER"], given["TEVIT_WEIGHTS"]) == ("/usr/bin/chromium", "elsewhere")


@pytest.mark.parametrize(("cores", "workers"), [(None, "2"), (1, "2"), (2, "3"), (64, "8")])
def test_there_is_one_worker_more_than_cores_within_a_limit(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, workers: str
) -> None:
    monkeypatch.setattr(suite.os, "cpu_count", lambda: cores)

    assert suite.all_tests()[:2] == ["-n", workers]
