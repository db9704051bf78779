import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import launch

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


@pytest.mark.parametrize("fails", ["write_stamp", "hand_over"])
def test_what_the_system_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, fails: str
) -> None:
    if fails == "write_stamp":
        (tmp_path / launch.STAMP).mkdir()  # so that the stamp cannot take its place
        monkeypatch.setattr(launch, "prepare", lambda files: launch.write_stamp(tmp_path, {}))
        where = tmp_path
    else:
        where = tmp_path / "python"
        monkeypatch.setattr(launch, "prepare", lambda files: where)
        monkeypatch.setattr(launch, "prepare_weights", lambda python, again: True)

    assert launch.main(["serve"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(str(where)) and line.endswith("; mend that, and start again.")


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


def test_the_suite_runs_in_the_environment_with_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Any] = []

    def call(command: list[str], **options: Any) -> int:
        ran.append((command, options["cwd"], options["env"]))
        return 3

    monkeypatch.setattr(launch.subprocess, "call", call)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    assert launch.run_suite(Path("python"), ["tests/test_launch.py", "-k", "stamp"]) == 3
    [(command, folder, environment)] = ran
    assert command == ["python", "-m", "tests.suite", "tests/test_launch.py", "-k", "stamp"]
    assert folder == ROOT and environment["OMP_NUM_THREADS"] == "1"
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT)


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
