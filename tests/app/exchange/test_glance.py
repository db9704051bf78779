"""A source is named before it is imported, within some seconds, and nothing of the glance stays."""

import json
import zipfile
from pathlib import Path

import pytest

from app.errors import BadInput
from app.exchange.glance import glance
from app.library.unpacked import GLANCES
from app.settings import Settings
from storage.formats import FormatError
from tests.app.exchange.files import content, write


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "instances.json", content())


def test_a_file_is_named_with_its_numbers(settings: Settings, file: Path) -> None:
    seen = glance(settings, file, None)
    assert (seen.sentence, seen.crowd) == ("This is YouTube-VIS: 2 videos, 4 tracks, 12 masks.", False)


def test_an_archive_is_unpacked_for_it_and_nothing_stays(settings: Settings, file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(file, "inner/instances.json")
    assert "2 videos" in glance(settings, tmp_path / "a.zip", None).sentence
    assert list((settings.data / GLANCES).iterdir()) == []


def test_marks_as_crowd_and_the_first_note_are_told(settings: Settings, tmp_path: Path) -> None:
    top = content(("va",))
    for track in top["annotations"]:
        track["iscrowd"] = True
    seen = glance(settings, write(tmp_path / "a.json", top), None)
    assert seen.crowd
    assert "Note:" in seen.sentence and "annotations[0].iscrowd" in seen.sentence


def test_what_takes_too_long_is_only_named(settings: Settings, file: Path, tmp_path: Path) -> None:
    assert glance(settings, file, None, seconds=-1).sentence.startswith("This is YouTube-VIS; it takes some time")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(file, "instances.json")
    assert "takes some time to unpack" in glance(settings, tmp_path / "a.zip", None, seconds=-1).sentence


def test_an_error_is_told_before_the_import(settings: Settings, file: Path, tmp_path: Path) -> None:
    file.write_text(json.dumps({"masklet": 5}))
    with pytest.raises(FormatError, match="masklet"):
        glance(settings, file, None)
    with pytest.raises(BadInput, match="nothing"):
        glance(settings, tmp_path / "nothing", None)
