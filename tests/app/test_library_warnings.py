"""Warnings of libraries do not reach the output of a command; they are in a log."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from app.library_warnings import LOG, logged_warnings
from tests.material import ROOT


def test_warnings_are_lines_of_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = warnings.showwarning
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        with logged_warnings(tmp_path / "logs"):
            warnings.warn("a library\nsays \ud800", UserWarning, stacklevel=1)
            warnings.warn("and again", FutureWarning, stacklevel=1)
    lines = (tmp_path / "logs" / LOG).read_text().splitlines()
    assert (
        len(lines) == 2 and "UserWarning: a library says \\ud800 (" in lines[0] and "test_library_warnings" in lines[0]
    )
    assert capsys.readouterr().err == "" and warnings.showwarning is shown


def test_without_a_warning_there_is_no_log(tmp_path: Path) -> None:
    with logged_warnings(tmp_path / "logs"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_warning_that_cannot_be_logged_is_shown(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    with pytest.warns(UserWarning, match="heard"), logged_warnings(tmp_path / "logs"):
        warnings.warn("heard", UserWarning, stacklevel=1)


CODE = """
import sys, warnings
from app import commands
commands._command = lambda place: lambda arguments, settings: warnings.warn("leaks", UserWarning)
sys.exit(commands.main(["models", "list", "--data", sys.argv[1]]))
"""


@pytest.mark.parametrize(("options", "leaks"), [([], False), (["-W", "always"], True)])
def test_a_command_prints_them_only_where_python_is_told_to(tmp_path: Path, options: list[str], leaks: bool) -> None:
    ran = subprocess.run(
        [sys.executable, *options, "-c", CODE, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0 and ("leaks" in ran.stderr) is leaks
    assert (tmp_path / "logs" / LOG).exists() is not leaks
