"""The project that a command works on."""

from pathlib import Path

from app.cli.project import find_project
from app.settings import Settings
from storage.database import Database
from tests.app.command_line import Run
from tests.app.made import project_with


def test_an_unknown_project_names_those_there_are(data_run: Run, database: Database, tmp_path: Path) -> None:
    project_with(database, "fish", name="sea")

    ran = data_run("export", "--out", tmp_path / "out", "--project", "moon")

    assert ran.code == 1
    assert "moon" in ran.last and "sea" in ran.last


def test_the_only_project_needs_no_name(database: Database, settings: Settings) -> None:
    project, _ = project_with(database, "fish", name="sea")

    assert find_project(database, settings).id == project.id
