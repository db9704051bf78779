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
from tests.conftest import no_browser

ROOT = Path(launch.__file__).resolve().parent


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


# --- the suite and its browser


@pytest.fixture
def suite(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[list[str]]]:
    def prepare(*codes: int) -> list[list[str]]:
        left, ran = list(codes), []

        def call(command: list[str], **options: Any) -> int:
            ran.append(command)
            return left.pop(0)

        monkeypatch.setattr(launch.subprocess, "call", call)
        monkeypatch.setattr(launch, "prepare_browser", lambda python: "/usr/bin/chromium")
        monkeypatch.setattr(launch.sys, "stderr", SimpleNamespace(write=len, flush=lambda: None, fileno=lambda: 2))
        return ran

    return prepare


def test_the_suite_runs_every_step_and_sums_up(
    suite: Callable[..., list[list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    ran = suite(0, 0, 0, 0)

    assert launch.run_suite(Path("python"), []) == 0
    assert [command[2] for command in ran] == ["ruff", "ruff", "mypy", "pytest"]
    assert capsys.readouterr().out.split() == ["format", "ok", "lint", "ok", "types", "ok", "tests", "ok"]


@pytest.mark.parametrize("failing", range(4))
def test_any_failing_step_fails_the_suite_but_the_others_still_run(
    suite: Callable[..., list[list[str]]], capsys: pytest.CaptureFixture[str], failing: int
) -> None:
    ran = suite(*(int(step == failing) for step in range(4)))

    assert launch.run_suite(Path("python"), []) == 1
    assert len(ran) == 4
    assert capsys.readouterr().out.count("FAILED") == 1


def test_with_arguments_only_those_tests_run(suite: Callable[..., list[list[str]]]) -> None:
    ran = suite(0)

    assert launch.run_suite(Path("python"), ["tests/test_launch.py", "-k", "stamp"]) == 0
    assert ran == [["python", "-m", "pytest", "tests/test_launch.py", "-k", "stamp"]]


def test_a_browser_named_by_hand_comes_first_if_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for path in (mine, other):
        path.write_text("")
    monkeypatch.setenv("TEVIT_BROWSER", str(mine))
    monkeypatch.setattr(launch.shutil, "which", lambda name: str(other))
    monkeypatch.setattr(launch, "browser_runs", lambda path: True)
    assert launch.find_browser() == str(mine)

    monkeypatch.setattr(launch, "browser_runs", lambda path: path != str(mine))
    assert launch.find_browser() == str(other)


def test_no_browser_anywhere_is_an_empty_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEVIT_BROWSER", raising=False)
    monkeypatch.setattr(launch.shutil, "which", lambda name: None)
    monkeypatch.setattr(launch, "BROWSER_PLACES", ())

    assert launch.find_browser() == ""


def test_a_program_that_does_not_start_is_no_browser(tmp_path: Path) -> None:
    assert launch.browser_runs(str(tmp_path / "none")) is False
    assert launch.browser_runs(sys.executable) is True


@pytest.mark.parametrize("helps", ["installed", "playwright has one", "playwright fetches", "packages", "nothing"])
def test_a_browser_is_looked_for_in_the_order_of_least_effort(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], helps: str
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(launch.subprocess, "call", lambda command, **options: ran.append(" ".join(command[-2:])) or 0)
    monkeypatch.setattr(launch.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(launch.os, "geteuid", lambda: 0, raising=False)
    by_packages = {"packages": lambda: bool(ran and ran[-1].endswith("chromium") and "--yes" in ran[-1])}
    there: Callable[[], bool] = by_packages.get(helps, lambda: helps == "installed")
    fetched = {"playwright has one": lambda: True, "playwright fetches": lambda: bool(ran)}
    monkeypatch.setattr(launch, "find_browser", lambda: "system" if there() else "")
    monkeypatch.setattr(launch, "playwright_browser", lambda _: "own" if fetched.get(helps, lambda: False)() else "")

    found = launch.prepare_browser(Path("python"))

    expected = {"installed": "system", "packages": "system", "nothing": ""}
    assert found == expected.get(helps, "own")
    efforts = {"installed": 0, "playwright has one": 0, "playwright fetches": 1, "packages": 3, "nothing": 3}
    assert len(ran) == efforts[helps]


def test_in_ci_a_missing_browser_fails_and_elsewhere_it_skips() -> None:
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        no_browser("no browser", in_ci=True)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        no_browser("no browser", in_ci=False)


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
