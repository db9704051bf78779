"""The section on networks that come with the installation."""

from pathlib import Path

import pytest

from app.web.pages.installed import installed_html
from model.pretrained import INSTALLED


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEVIT_WEIGHTS", str(tmp_path))
    return tmp_path


def test_every_network_has_its_licence_and_notice(folder: Path) -> None:
    text = installed_html()

    for weights in INSTALLED.values():
        assert weights.title in text and weights.licence in text and weights.notice in text and weights.home in text


def test_what_is_missing_is_named_with_the_command_that_brings_it(folder: Path) -> None:
    first = next(iter(INSTALLED.values()))
    (folder / first.file).parent.mkdir(parents=True)
    (folder / first.file).write_bytes(b"weights")

    text = installed_html()

    assert text.count("<td>installed</td>") == 1
    assert text.count("<code>python3 launch.py weights</code> brings it") == len(INSTALLED) - 1
