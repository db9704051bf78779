import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import launch

ROOT = Path(launch.__file__).resolve().parent
STEPS = dict.fromkeys(("format", "lint", "types", "javascript format", "javascript types", "tests"), 0)


# --- handing over


def test_the_command_takes_over_with_its_arguments_and_a_quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Any] = []
    monkeypatch.setattr(launch.os, "name", "posix")
    monkeypatch.setattr(launch.os, "execve", lambda *arguments: taken.append(arguments))
    monkeypatch.setattr(launch.subprocess, "call", lambda *arguments, **options: 0)

    launch.hand_over(Path("/venv/bin/python"), ["frames", "a video.mp4"])

    program, command, environment = taken[0]
    assert program == command[0] == str(Path("/venv/bin/python"))
    assert command[1:] == ["-P", "-m", "app.commands", "frames", "a video.mp4"]
    assert environment["GRADIO_ANALYTICS_ENABLED"] == "False"
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)


def test_what_the_user_has_set_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("PYTHONPATH", "/mine")
    monkeypatch.setattr(launch.sys, "platform", "linux")

    environment = launch.child_environment()

    assert environment["HF_HUB_OFFLINE"] == "0"
    assert environment["PYTHONPATH"] == os.pathsep.join([str(ROOT), "/mine"])
    assert environment["MALLOC_MMAP_THRESHOLD_"] == "4294967296"


def test_memory_settings_of_glibc_are_set_only_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    monkeypatch.setattr(launch.sys, "platform", "darwin")

    assert "MALLOC_TRIM_THRESHOLD_" not in launch.child_environment()


def test_a_failed_preparation_ends_with_its_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(files: list[Path]) -> Path:
        raise launch.LaunchError("The packages could not be installed.")

    monkeypatch.setattr(launch, "prepare", fail)

    assert launch.main(["serve"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "The packages could not be installed."


def test_an_interruption_is_no_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(files: list[Path]) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(launch, "prepare", interrupt)

    assert launch.main([]) == 130
    assert "Interrupted" in capsys.readouterr().err


def test_help_in_a_fresh_clone_installs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "VENV", tmp_path / "none")
    monkeypatch.setattr(launch, "prepare", lambda files: pytest.fail("nothing was to be installed"))

    assert launch.main(["--help"]) == 0
    assert "python3 launch.py" in capsys.readouterr().out


def test_every_requirement_is_pinned() -> None:
    for file in (launch.RUNTIME, launch.DEVELOPMENT):
        lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
        assert lines and all(line.count("==") == 1 and " " not in line for line in lines)


def test_ci_runs_the_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"

    assert "python3 launch.py test" in script.read_text()
    assert os.access(script, os.X_OK)


# --- the suite


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[list[str]]]:
    def prepare(*codes: int) -> list[list[str]]:
        left, ran = list(codes), []

        def call(command: list[str], **options: Any) -> int:
            ran.append(command)
            return left.pop(0)

        monkeypatch.setattr(launch.subprocess, "call", call)
        monkeypatch.setattr(launch, "prepare_browser", lambda python, environment: "/usr/bin/chromium")
        monkeypatch.setattr(launch.sys, "stderr", SimpleNamespace(write=len, flush=lambda: None, fileno=lambda: 2))
        return ran

    return prepare


def test_the_suite_runs_every_step_and_sums_up(
    suite: Callable[..., list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    ran = suite(*STEPS.values())

    assert launch.run_suite(Path("python"), []) == 0
    modules = ["ruff", "ruff", "mypy", "tests.javascript.check", "tests.javascript.check", "pytest"]
    assert [command[2] for command in ran] == modules
    assert [line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()] == [
        [name, "ok"] for name in STEPS
    ]


@pytest.mark.parametrize("failing", STEPS)
def test_any_failing_step_fails_the_suite_but_the_others_still_run(
    suite: Callable[..., list[list[str]]], capsys: pytest.CaptureFixture[str], failing: str
) -> None:
    ran = suite(*(int(step == failing) for step in STEPS))

    assert launch.run_suite(Path("python"), []) == 1
    assert len(ran) == len(STEPS)
    assert [line for line in capsys.readouterr().out.splitlines() if line.startswith(failing) and "FAILED" in line]


def test_with_arguments_only_those_tests_run(suite: Callable[..., list[list[str]]]) -> None:
    ran = suite(0)

    assert launch.run_suite(Path("python"), ["tests/test_launch.py", "-k", "stamp"]) == 0
    assert ran == [["python", "-m", "pytest", "tests/test_launch.py", "-k", "stamp"]]


def test_the_browser_is_prepared_in_the_environment_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        ran.append((command, options["env"]))
        return subprocess.CompletedProcess(command, 0, "/usr/bin/chromium\n", None)

    monkeypatch.setattr(launch.subprocess, "run", run)

    assert launch.prepare_browser(Path("python"), {"A": "b"}) == "/usr/bin/chromium"
    assert ran == [(["python", "-m", "tests.chromium"], {"A": "b"})]


def test_the_launcher_runs_a_command_from_any_folder(tmp_path: Path) -> None:
    stamp = launch.read_stamp(launch.VENV)
    if stamp.get(launch.RUNTIME.name) != launch.fingerprint(launch.RUNTIME):
        pytest.skip("the .venv of this checkout was not made by launch.py, which would install first")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit('the wrong app')\n")
    (tmp_path / "truth.json").write_text(json.dumps({"videos": [], "categories": [], "annotations": []}))
    (tmp_path / "results.json").write_text("[]")

    ran = subprocess.run(
        [sys.executable, str(ROOT / "launch.py"), "evaluate", "truth.json", "results.json", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["n_gt"] == 0
