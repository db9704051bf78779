"""The command check: damage in the database is found and named."""

import sqlite3
from pathlib import Path

from app.settings import Settings
from tests.app.command_line import Run


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
