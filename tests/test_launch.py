import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import launch

ROOT = Path(launch.__file__).resolve().parent


class Calls:
    """Stands in for pip and remembers what it was asked."""

    def __init__(self, *failures: str) -> None:
        self.asked: list[list[str]] = []
        self.failures = list(failures)

    def __call__(self, python: Path, arguments: list[str], *, doing: str) -> None:
        self.asked.append(arguments)
        if self.failures:
            raise launch.LaunchError(self.failures.pop(0))


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A checkout with a requirements file, where making an environment costs nothing and everything imports."""
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("some-package==1.0\n")
    venv, pip = tmp_path / ".venv", Calls()
    made: list[Path] = []

    def make(where: Path) -> bool:
        python = launch.venv_python(where)
        if python.exists():
            return False
        python.parent.mkdir(parents=True)
        python.write_text("")
        made.append(where)
        return True

    monkeypatch.setattr(launch, "VENV", venv)
    monkeypatch.setattr(launch, "make_venv", make)
    monkeypatch.setattr(launch, "pip", pip)
    monkeypatch.setattr(launch, "cpu_wheels", lambda python: [])
    monkeypatch.setattr(launch, "module_works", lambda python, module: (True, ""))
    monkeypatch.setattr(launch, "in_other_venv", lambda: False)
    return SimpleNamespace(requirements=requirements, venv=venv, pip=pip, made=made, python=launch.venv_python(venv))


def test_an_old_python_is_told_in_one_sentence() -> None:
    assert "3.11" in launch.too_old((3, 9, 2)) and "3.9" in launch.too_old((3, 9, 2))
    assert launch.too_old((3, 11, 0)) == launch.too_old((3, 14, 1)) == ""


def test_first_start_makes_the_environment_and_installs(house: SimpleNamespace) -> None:
    python = launch.prepare([house.requirements])

    assert python == house.python
    assert house.made == [house.venv]
    assert house.pip.asked == [["install", "--requirement", str(house.requirements)]]


def test_second_start_asks_nobody(house: SimpleNamespace) -> None:
    launch.prepare([house.requirements])
    launch.prepare([house.requirements])

    assert len(house.pip.asked) == 1


def test_changed_requirements_are_installed_again(house: SimpleNamespace) -> None:
    launch.prepare([house.requirements])
    house.requirements.write_text("some-package==2.0\n")
    launch.prepare([house.requirements])

    assert len(house.pip.asked) == 2
    assert house.made == [house.venv]


def test_another_python_makes_another_fingerprint(house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = launch.fingerprint(house.requirements)
    monkeypatch.setattr(launch.platform, "python_version", lambda: "3.99.0")

    assert launch.fingerprint(house.requirements) != before


def test_requirements_of_tests_are_added_without_forgetting_those_of_the_app(house: SimpleNamespace) -> None:
    development = house.requirements.with_name("requirements-dev.txt")
    development.write_text("test-package==1.0\n")

    launch.prepare([house.requirements])
    launch.prepare([house.requirements, development])
    launch.prepare([house.requirements])

    assert len(house.pip.asked) == 2
    assert set(launch.read_stamp(house.venv)) == {"requirements.txt", "requirements-dev.txt"}


def test_an_interrupted_installation_leaves_no_stamp_and_goes_on_next_time(house: SimpleNamespace) -> None:
    house.pip.failures = ["the network is gone"]
    with pytest.raises(launch.LaunchError, match="network"):
        launch.prepare([house.requirements])
    assert launch.read_stamp(house.venv) == {}

    launch.prepare([house.requirements])

    assert launch.read_stamp(house.venv) != {}


def test_a_half_made_environment_that_cannot_be_completed_is_made_anew(house: SimpleNamespace) -> None:
    house.python.parent.mkdir(parents=True)
    house.python.write_text("")
    (house.venv / "rubbish").write_text("")
    house.pip.failures = ["broken"]

    launch.prepare([house.requirements])

    assert not (house.venv / "rubbish").exists()
    assert len(house.pip.asked) == 2


def test_a_complete_environment_survives_a_failed_update(house: SimpleNamespace) -> None:
    launch.prepare([house.requirements])
    house.requirements.write_text("some-package==2.0\n")
    house.pip.failures = ["the network is gone"]

    with pytest.raises(launch.LaunchError):
        launch.prepare([house.requirements])

    assert house.made == [house.venv]
    assert house.python.exists()


def test_a_lost_interpreter_is_noticed_in_spite_of_the_stamp(house: SimpleNamespace) -> None:
    launch.prepare([house.requirements])
    house.python.unlink()
    house.python.parent.rmdir()

    launch.prepare([house.requirements])

    assert house.made == [house.venv, house.venv]


def test_a_virtual_environment_that_has_everything_is_used_as_it_is(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "in_other_venv", lambda: True)
    monkeypatch.setattr(launch.metadata, "version", lambda name: "1.0+cpu")

    assert launch.prepare([house.requirements]) == Path(sys.executable)
    assert house.pip.asked == []


@pytest.mark.parametrize(("version", "enough"), [("1.0", True), ("1.0+cpu", True), ("1.0.1", False), (None, False)])
def test_only_the_pinned_version_is_enough(
    house: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, version: str | None, enough: bool
) -> None:
    def installed(name: str) -> str:
        if version is None:
            raise launch.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(launch.metadata, "version", installed)
    house.requirements.write_text("# a comment\n\nsome-package==1.0  # why\n")

    assert launch.satisfied_here(house.requirements) is enough


@pytest.mark.parametrize("content", ["", "{", "[]", '"text"'])
def test_a_damaged_stamp_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / launch.STAMP).write_text(content)

    assert launch.read_stamp(tmp_path) == {}


def test_the_stamp_is_read_as_written(tmp_path: Path) -> None:
    launch.write_stamp(tmp_path, {"requirements.txt": "abc"})

    assert launch.read_stamp(tmp_path) == {"requirements.txt": "abc"}
    assert [path.name for path in tmp_path.iterdir()] == [launch.STAMP]


def test_a_missing_requirements_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(launch.LaunchError, match=r"gone\.txt"):
        launch.fingerprint(tmp_path / "gone.txt")


# --- making the environment


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """``python -m venv`` that only makes the interpreter's file; a made interpreter answers like this one."""
    asked: list[list[str]] = []
    version = "\n".join(str(part) for part in sys.version_info[:2]).replace("\n", " ")

    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        if command[1:3] == ["-m", "venv"]:
            python = launch.venv_python(Path(command[3]))
            python.parent.mkdir(parents=True)
            python.write_text("whole")
            return subprocess.CompletedProcess(command, 0, "", "")
        whole = Path(command[0]).read_text() == "whole"
        return subprocess.CompletedProcess(command, 0 if whole else 1, version if whole else "", "")

    monkeypatch.setattr(launch.subprocess, "run", run)
    return asked


def test_a_sound_environment_is_kept(tmp_path: Path, builder: list[list[str]]) -> None:
    venv = tmp_path / ".venv"

    assert launch.make_venv(venv) is True
    assert launch.make_venv(venv) is False


@pytest.mark.parametrize("state", ["broken interpreter", "no interpreter", "a file"])
def test_an_unusable_environment_is_replaced(tmp_path: Path, builder: list[list[str]], state: str) -> None:
    venv = tmp_path / ".venv"
    if state == "a file":
        venv.write_text("")
    else:
        venv.mkdir()
        (venv / "left-over").write_text("")
    if state == "broken interpreter":
        launch.venv_python(venv).parent.mkdir(parents=True)
        launch.venv_python(venv).write_text("broken")

    assert launch.make_venv(venv) is True
    assert launch.venv_python(venv).read_text() == "whole"
    assert not (venv / "left-over").exists()


def test_when_no_environment_can_be_made_the_reason_is_told_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        Path(command[3]).mkdir()
        return subprocess.CompletedProcess(command, 1, "", "traceback\nensurepip is not available\n")

    monkeypatch.setattr(launch.subprocess, "run", run)

    with pytest.raises(launch.LaunchError, match=r"ensurepip is not available.*python3-venv"):
        launch.make_venv(tmp_path / ".venv")
    assert not (tmp_path / ".venv").exists()


# --- OpenCV on a bare server


@pytest.fixture
def opencv(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Calls]:
    def prepare(*answers: tuple[bool, str]) -> Calls:
        told, pip = list(answers), Calls()
        monkeypatch.setattr(launch, "module_works", lambda python, module: told.pop(0))
        monkeypatch.setattr(launch, "installed_version", lambda python, package: "5.0.0.93")
        monkeypatch.setattr(launch, "pip", pip)
        return pip

    return prepare


LIBGL = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"


def test_opencv_that_loads_is_left_alone(opencv: Callable[..., Calls]) -> None:
    pip = opencv((True, ""))

    launch.repair_opencv(Path("python"))

    assert pip.asked == []


def test_without_libgl_the_headless_build_of_the_same_version_takes_its_place(opencv: Callable[..., Calls]) -> None:
    pip = opencv((False, LIBGL), (True, ""))

    launch.repair_opencv(Path("python"))

    assert [asked[0] for asked in pip.asked] == ["uninstall", "install"]
    assert pip.asked[0][-1] == "opencv-python"
    assert pip.asked[1][-1] == "opencv-python-headless==5.0.0.93"


def test_opencv_that_fails_for_another_reason_is_not_hidden(opencv: Callable[..., Calls]) -> None:
    pip = opencv((False, "ImportError: numpy is too old"))

    with pytest.raises(launch.LaunchError, match="numpy is too old"):
        launch.repair_opencv(Path("python"))
    assert pip.asked == []


def test_a_headless_build_that_does_not_load_either_is_told(opencv: Callable[..., Calls]) -> None:
    opencv((False, LIBGL), (False, "libz.so.9: cannot open"))

    with pytest.raises(launch.LaunchError, match=r"libz\.so\.9"):
        launch.repair_opencv(Path("python"))


def test_a_module_that_fails_says_why_in_its_last_line() -> None:
    assert launch.module_works(Path(sys.executable), "json") == (True, "")
    works, reason = launch.module_works(Path(sys.executable), "no_such_module_here")
    assert not works and reason.startswith("ModuleNotFoundError")


def test_an_nvidia_machine_takes_the_ordinary_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    driver = tmp_path / "version"
    driver.write_text("")
    monkeypatch.setattr(launch, "NVIDIA", driver)

    assert launch.cpu_wheels(Path(sys.executable)) == []


@pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has builds of torch with and without CUDA under one name"
)
@pytest.mark.parametrize("reachable", [True, False])
def test_a_machine_without_nvidia_asks_for_the_small_torch_only_where_it_can_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reachable: bool
) -> None:
    def look(address: str, timeout: float) -> Any:
        if not reachable:
            raise launch.urllib.error.URLError("no route")
        return SimpleNamespace(close=lambda: None)

    monkeypatch.setattr(launch, "NVIDIA", tmp_path / "none")
    monkeypatch.setattr(launch, "module_works", lambda python, module: (False, ""))
    monkeypatch.setattr(launch.urllib.request, "urlopen", look)

    assert launch.cpu_wheels(Path("python")) == (["--extra-index-url", launch.CPU_WHEELS] if reachable else [])
