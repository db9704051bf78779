import hashlib
import re
from pathlib import Path

import pytest

from model import pretrained
from model.pretrained.installed import COMMAND, FOLDER, SETTING
from tests.model.pretrained.weights_here import installed

ROOT = Path(__file__).resolve().parents[3]
NAMES = tuple(pretrained.INSTALLED)


def put(folder: Path, name: str) -> Path:
    path = folder / pretrained.INSTALLED[name].file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"weights")
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_found_in_the_folder_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(SETTING, str(tmp_path / "none"))
    path = put(tmp_path / "some", name)

    assert pretrained.find(name) is None
    assert pretrained.find(name, tmp_path / "some") == path
    monkeypatch.setenv(SETTING, str(tmp_path / "some"))
    assert pretrained.find(name) == path


def test_without_a_setting_the_folder_beside_the_launcher_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "")

    assert (FOLDER.parent / "launch.py").is_file()
    assert pretrained.find("lite0") in {None, FOLDER / pretrained.INSTALLED["lite0"].file}


def test_a_folder_where_the_file_should_be_is_no_file(tmp_path: Path) -> None:
    (tmp_path / pretrained.INSTALLED["lite0"].file).mkdir(parents=True)

    assert pretrained.find("lite0", tmp_path) is None


def test_missing_weights_are_named_with_the_command_that_brings_them() -> None:
    assert COMMAND in pretrained.missing("u2netp") and "U2-Netp" in pretrained.missing("u2netp")


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        pretrained.find("resnet")


def test_every_package_is_pinned_with_its_hash() -> None:
    text = (ROOT / "requirements-weights.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^(\S+)==(\S+) \\\n    --hash=sha256:[0-9a-f]{64}$", text, re.MULTILINE)

    assert [f"{name} {version}" for name, version in pinned] == [
        weights.package for weights in pretrained.INSTALLED.values()
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_installed_file_is_the_one_that_is_known(name: str) -> None:
    assert hashlib.sha256(installed(name).read_bytes()).hexdigest() == pretrained.INSTALLED[name].sha256
