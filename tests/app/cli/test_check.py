"""The command check: damage in the database and faults of a file are found and named."""

import json
import sqlite3
from pathlib import Path

from app.settings import Settings
from tests.app.command_line import Run
from tests.storage.certificate.files import sound


def test_a_sound_database_is_told_so(data_run: Run, dataset: Path) -> None:
    data_run("import", dataset / "a.json", "--frames", dataset / "frames", "--project", "sea")

    ran = data_run("check", "--database")

    assert ran.code == 0
    assert "sound" in ran.out
    assert data_run("check", "--database", "--json").result["problems"] == []


def test_rows_that_the_log_does_not_know_are_found(data_run: Run, dataset: Path, settings: Settings) -> None:
    data_run("import", dataset / "a.json", "--frames", dataset / "frames", "--project", "sea")
    file = settings.database_url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as raw:
        assert raw.execute("update masks set review = 'accepted'").rowcount == 3

    ran = data_run("check", "--database", "--json")

    assert ran.code == 1
    assert len(ran.result["problems"]) == 3
    assert "3 problems" in ran.last


def test_a_database_that_is_not_there_is_not_made_by_checking(data_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "none" / "a.sqlite3"

    ran = data_run("check", "--database", f"sqlite:///{file}")

    assert ran.code == 1
    assert str(file) in ran.last
    assert not file.parent.exists()


def test_a_file_that_is_no_database_is_told(data_run: Run, tmp_path: Path) -> None:
    (tmp_path / "odd.sqlite3").write_bytes(b"this is no database at all" * 100)

    ran = data_run("check", "--database", f"sqlite:///{tmp_path / 'odd.sqlite3'}")

    assert ran.code == 1
    assert "odd.sqlite3" in ran.last and "mistake of the program" not in ran.last


def test_a_sound_file_is_read_by_every_loader(data_run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(sound()))

    ran = data_run("check", tmp_path / "a.json")

    assert ran.code == 0 and "TrackEval" in ran.out and "fails" not in ran.out
    assert data_run("check", tmp_path / "a.json", "--json").result["sound"] is True


def test_a_file_that_a_loader_fails_on_is_a_failed_check_and_can_be_mended(data_run: Run, tmp_path: Path) -> None:
    top = sound()
    for track in top["annotations"]:
        track["iscrowd"] = True
        del track["height"]
    (tmp_path / "a.json").write_text(json.dumps(top))

    ran = data_run("check", tmp_path / "a.json")
    fixed = data_run("check", tmp_path / "a.json", "--fix", tmp_path / "b.json")

    assert ran.code == 1 and "annotations[0].height: `height` is missing (KeyError) (2 more)" in ran.out
    assert "would not do: TeViT" in ran.last
    assert fixed.code == 0 and "All 3 tracks were crowds; now none is." in fixed.errors
    assert data_run("check", tmp_path / "b.json").code == 0


def test_a_broken_file_is_refused_with_its_first_place(data_run: Run, tmp_path: Path) -> None:
    top = sound()
    top["annotations"][2]["segmentations"][1] = 5
    (tmp_path / "a.json").write_text(json.dumps(top))

    ran = data_run("check", tmp_path / "a.json")

    assert ran.code == 1 and "1 entry cannot be read; the first:" in ran.last
    assert "annotations[2].segmentations[1]: must be a run-length encoding" in ran.last


def test_check_wants_a_file_or_a_database(data_run: Run, tmp_path: Path) -> None:
    assert data_run("check").code == 2
    assert data_run("check", tmp_path / "a.json", "--database").code == 2
    assert data_run("check", "--database", "--fix", tmp_path / "b.json").code == 2
    assert data_run("check", tmp_path / "none.json").code == 1
