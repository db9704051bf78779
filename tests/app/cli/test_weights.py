import argparse
import json
from pathlib import Path

import pytest

from app.cli.outcome import ChecksFailed
from app.cli.weights import weights
from app.settings import make_settings
from model.pretrained import INSTALLED


def run(tmp_path: Path, *, as_json: bool = False) -> None:
    weights(argparse.Namespace(json=as_json), make_settings(data=tmp_path, environment={}))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))
    return tmp_path


def put(folder: Path, name: str) -> Path:
    path = folder / INSTALLED[name].file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"weights")
    return path


def test_each_network_is_shown_with_its_licence_and_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [put(folder, name) for name in INSTALLED]

    run(folder)

    shown = capsys.readouterr().out.splitlines()
    assert [line.rpartition(": ")[2] for line in shown] == [str(path) for path in paths]
    assert "Apache-2.0" in shown[0]


def test_what_is_missing_fails_with_the_command_that_brings_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(folder, "lite0")

    with pytest.raises(
        ChecksFailed, match=r"^The weights of U2-Netp are not installed; python3 launch.py weights"
    ) as no:
        run(folder, as_json=True)

    assert "Lite0" not in str(no.value)
    assert json.loads(capsys.readouterr().out) == {"lite0": str(path), "u2netp": None}
