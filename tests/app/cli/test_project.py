"""The project that a command works on."""

from pathlib import Path

from app.checkpoints.choice import chosen_checkpoint
from app.cli.project import find_project
from app.settings import Settings
from storage import checkpoints, projects
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


def test_a_project_that_an_import_makes_uses_lite_as_one_that_the_page_makes(
    data_run: Run, database: Database, dataset: Path
) -> None:
    ran = data_run("import", dataset / "a.json", "--frames", dataset / "frames", "--project", "new")
    assert ran.code == 0

    with database.read() as tx:
        project = projects.find_project(tx, "new")
        assert project is not None
        chosen = chosen_checkpoint(tx, project_id=project.id, checkpoint_id=None)
        assert chosen is not None and chosen.name == "lite"
        assert {one.name for one in checkpoints.list_checkpoints(tx)} == {"demo", "lite"}
