"""How a command ends: its exit code and its last line on stderr."""

import errno
import sys
from pathlib import Path

import pytest

from app.cli import worker
from app.cli.progress import Progress
from app.errors import BadInput
from app.settings import Settings
from tests.app.command_line import Run


def test_common_flags_count_before_and_after_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    seen: list[Settings] = []
    monkeypatch.setattr(worker, "worker", lambda arguments, settings: seen.append(settings))

    run("--data", tmp_path / "a", "--project", "p", "worker", "--device", "cpu")
    run("worker", "--data", tmp_path / "b", "--database", "sqlite:///x.db")

    assert (seen[0].data, seen[0].project, seen[0].device) == (tmp_path / "a", "p", "cpu")
    assert (seen[1].data, seen[1].database_url) == (tmp_path / "b", f"sqlite:///{Path.cwd() / 'x.db'}")


def fail_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: object, settings: object) -> None:
        raise error

    monkeypatch.setattr(worker, "worker", fail)


def test_a_known_mistake_is_its_own_sentence(monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path) -> None:
    fail_with(BadInput("The file\nis odd"), monkeypatch)

    ran = run("worker", "--data", tmp_path)

    assert (ran.code, ran.errors, ran.out) == (1, ["The file is odd."], "")
    assert not (tmp_path / "logs").exists()


def test_a_mistake_of_the_program_is_one_sentence_and_a_log(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    fail_with(KeyError("surprise"), monkeypatch)

    ran = run("worker", "--data", tmp_path / "data")

    logs = list((tmp_path / "data" / "logs").iterdir())
    assert ran.code == 1
    assert len(ran.errors) == 1 and "KeyError: 'surprise'" in ran.last and str(logs[0]) in ran.last
    assert "Traceback" in logs[0].read_text() and "surprise" in logs[0].read_text()


def test_a_log_that_cannot_be_written_does_not_hide_the_mistake(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    fail_with(KeyError("surprise"), monkeypatch)

    ran = run("worker", "--data", tmp_path / "data")

    assert ran.code == 1
    assert "KeyError" in ran.last and "could not be written" in ran.last


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "Interrupted"),
        (OSError(errno.ENOSPC, "No space left on device", "/d/out.json"), 1, "disk is full (writing /d/out.json)"),
        (RuntimeError("[enforce fail] PytorchStreamWriter failed writing file data/0"), 1, "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "/d/out.json"), 1, "/d/out.json: Permission denied"),
        (OSError(errno.EADDRINUSE, "in use"), 1, "--port"),
        (MemoryError(), 1, "not enough memory"),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory"), 1, "not enough memory"),
    ],
)
def test_what_the_system_refuses_is_told_in_one_sentence(
    error: BaseException, code: int, words: str, monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    fail_with(error, monkeypatch)

    ran = run("worker", "--data", tmp_path)

    assert ran.code == code
    assert len(ran.errors) == 1 and words in ran.last and ran.last.endswith(".")


def test_a_bad_setting_is_bad_input_too(run: Run, tmp_path: Path) -> None:
    ran = run("worker", "--data", tmp_path, "--device", "abacus")

    assert ran.code == 1
    assert "abacus" in ran.last


def test_the_sentence_has_a_line_of_its_own_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    def fail(arguments: object, settings: object) -> None:
        Progress()(0.0, "Reading bad.json")
        raise BadInput("The file is odd")

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(worker, "worker", fail)

    assert run("worker", "--data", tmp_path).errors[-2:] == ["  0% Reading bad.json", "The file is odd."]


def test_the_data_folder_of_a_user_that_does_not_exist_is_refused(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = run("worker", "--data", "~nobody-here/x")

    assert ran.code == 1 and ran.errors == [
        "~nobody-here/x: this machine has no home folder ~nobody-here; write ./~nobody-here for a file or folder of "
        "that name."
    ]
    assert list(tmp_path.iterdir()) == []


def test_details_of_a_mistake_are_in_the_data_folder_in_the_home_folder(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    fail_with(KeyError("surprise"), monkeypatch)

    assert f"the details are in {tmp_path / 'data' / 'logs'}" in run("worker", "--data", "~/data").last
