"""An empty database file beside things of a project was a full one: it is refused with the way out."""

import threading
from pathlib import Path

import pytest

from app.checkpoints.find import locate
from app.errors import SettingsError
from app.opening import database_file, open_database
from app.settings import DATABASE_NAME, Settings
from app.web.server import create_app
from storage import projects
from storage.database import Database
from tests.app.command_line import Run


@pytest.fixture
def emptied(settings: Settings) -> Settings:
    """A data folder whose database file was emptied."""
    (settings.data / DATABASE_NAME).write_bytes(b"")
    return settings


@pytest.mark.parametrize(
    ("things", "words"),
    [
        (["videos/film.mp4"], "holds copied videos, so"),
        (["checkpoints/a.safetensors", "exports/walk/instances.json"], "holds checkpoints and exports, so"),
        (["videos/a/0.png", "checkpoints/a", "exports/a"], "holds copied videos, checkpoints and exports, so"),
    ],
)
def test_an_empty_file_beside_things_of_a_project_is_refused(emptied: Settings, things: list[str], words: str) -> None:
    for thing in things:
        path = emptied.data / thing
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    with pytest.raises(SettingsError, match=words) as caught:
        create_app(emptied, pages=False)
    sentence = str(caught.value)
    assert "put a copy of it in its place" in sentence and "--data" in sentence
    for thing in things:
        assert str(emptied.data / thing.split("/")[0]) in sentence, "what must be moved to begin anew"
    assert (emptied.data / DATABASE_NAME).stat().st_size == 0, "nothing was made of it"


def test_the_way_out_that_is_told_works(emptied: Settings, tmp_path: Path) -> None:
    (emptied.videos / "film.mp4").write_text("x")
    (emptied.data / DATABASE_NAME).unlink()
    emptied.videos.rename(tmp_path / "elsewhere")
    create_app(emptied, pages=False).state.context.close()


def test_commands_and_workers_refuse_too(emptied: Settings, run: Run) -> None:
    (emptied.videos / "film.mp4").write_text("x")
    for command in (["check", "--database", emptied.database_url], ["worker", "--idle", "1"]):
        ran = run(*command, "--data", str(emptied.data))
        assert (ran.code, "its content was lost" in ran.last) == (1, True), ran
    with pytest.raises(SettingsError):
        locate(emptied, "mine")


def test_a_missing_file_beside_one_that_a_copy_replaced_is_refused(emptied: Settings) -> None:
    file = emptied.data / DATABASE_NAME
    kept = file.rename(file.with_name(f"{file.stem}-replaced-20260101-120000{file.suffix}"))
    with pytest.raises(SettingsError, match="is missing, but one that a copy has replaced is beside it"):
        open_database(emptied.database_url, emptied.data)
    assert not file.exists()
    kept.unlink()
    open_database(emptied.database_url, emptied.data).close()


def test_an_empty_file_alone_is_a_new_database(emptied: Settings) -> None:
    (emptied.videos / ".unfinished.part").write_text("x")
    with open_database(emptied.database_url, emptied.data) as database, database.atomic() as tx:
        projects.create_project(tx, name="first")
    (emptied.videos / "film.mp4").write_text("x")
    with open_database(emptied.database_url, emptied.data) as database, database.read() as tx:
        assert len(projects.list_projects(tx)) == 1


def test_a_file_that_another_process_is_just_making_a_database_of_is_waited_for(
    emptied: Settings, empty_database: Path
) -> None:
    (emptied.videos / "film.mp4").write_text("x")
    file = emptied.data / DATABASE_NAME
    making = threading.Timer(0.1, lambda: file.write_bytes(empty_database.read_bytes()))
    making.start()
    open_database(emptied.database_url, emptied.data).close()
    making.join()


def test_another_place_or_kind_of_database_is_not_judged(emptied: Settings, tmp_path: Path) -> None:
    (emptied.videos / "film.mp4").write_text("x")
    with Database.open("sqlite:///:memory:"), open_database("sqlite:///:memory:", emptied.data):
        pass
    open_database(f"sqlite:///{tmp_path / 'new.sqlite3'}", emptied.data).close()


@pytest.mark.parametrize("url", ["nonsense", "sqlite:nonsense", "postgresql://host/name", "sqlite://", "http://[x/y"])
def test_what_is_no_file_of_a_database_is_none(url: str) -> None:
    assert database_file(url) is None


def test_the_file_of_a_database_is_the_path_behind_its_percent_signs() -> None:
    assert database_file("sqlite:////data/%C3%9C%3F/a.sqlite3") == Path("/data/Ü?/a.sqlite3")
