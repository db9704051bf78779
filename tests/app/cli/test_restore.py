"""The command restore: a copy takes the place of the database, which is kept, or nothing changes."""

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from app.errors import BadInput
from app.jobs import lock
from app.library import restoring
from app.settings import Settings, make_settings
from storage import projects
from storage.database import Database
from tests.app.command_line import Run


@pytest.fixture
def folder(tmp_path: Path) -> Settings:
    return make_settings(data=str(tmp_path / "data"))


@pytest.fixture
def run_there(run: Run, folder: Settings) -> Run:
    def there(*words: object) -> object:
        return run(*words, "--data", folder.data)

    return there  # type: ignore[return-value]


def names(file: Path) -> list[str]:
    with Database.open(f"sqlite:///{file}") as database, database.read() as tx:
        return [project.name for project in projects.list_projects(tx)]


def made(file: Path, *called: str) -> Path:
    with Database.open(f"sqlite:///{file}") as database, database.atomic() as tx:
        for name in called:
            projects.create_project(tx, name=name)
    return file


def database_of(settings: Settings) -> Path:
    return Path(settings.database_url.removeprefix("sqlite:///"))


@pytest.mark.parametrize("url", ["postgresql://host/name", "sqlite://", "nonsense"])
def test_only_the_file_of_a_database_is_restored(folder: Settings, tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="Only a SQLite database is restored"):
        restoring.restore(replace(folder, database_url=url), tmp_path / "copy.sqlite3")


def test_a_copy_takes_the_place_of_the_database_which_is_kept(run_there: Run, folder: Settings, tmp_path: Path) -> None:
    file = made(database_of(folder), "now")
    copy = made(tmp_path / "copy.sqlite3", "then", "and")
    before = copy.read_bytes()
    ran = run_there("restore", copy, "--json")
    assert ran.code == 0, ran.errors
    assert ran.result["projects"] == 2 and ran.result["database"] == str(file)
    assert sorted(names(file)) == ["and", "then"] and names(Path(ran.result["kept"])) == ["now"]
    assert copy.read_bytes() == before
    again = run_there("restore", ran.result["kept"])
    assert again.code == 0 and "1 project; the one before is kept as" in again.out and names(file) == ["now"]


def test_a_damaged_database_is_replaced_and_kept_too(run_there: Run, folder: Settings, tmp_path: Path) -> None:
    file = database_of(folder)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database")
    ran = run_there("restore", made(tmp_path / "copy.sqlite3", "then"), "--json")
    assert ran.code == 0 and names(file) == ["then"]
    assert Path(ran.result["kept"]).read_bytes() == b"no database"


def test_what_is_no_copy_of_a_database_changes_nothing(run_there: Run, folder: Settings, tmp_path: Path) -> None:
    file = made(database_of(folder), "now")
    text, other, cut = tmp_path / "a.txt", tmp_path / "other.sqlite3", tmp_path / "cut.sqlite3"
    text.write_text("no database")
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE a (b)")
    connection.close()
    cut.write_bytes(made(tmp_path / "copy.sqlite3", "then").read_bytes()[:20000])
    for place, reason in (
        (text, "is no SQLite database"),
        (other, "is a database of another program"),
        (cut, "cut.sqlite3"),
        (tmp_path / "none", "There is no file"),
        (file, "is the database itself"),
    ):
        ran = run_there("restore", place)
        assert ran.code == 1 and reason in ran.last, ran.last
    assert names(file) == ["now"] and list(file.parent.glob("*replaced*")) == []


def test_nothing_is_replaced_while_a_server_or_a_worker_uses_the_database(
    run_there: Run, folder: Settings, tmp_path: Path
) -> None:
    file = made(database_of(folder), "now")
    copy = made(tmp_path / "copy.sqlite3", "then")
    with Database.open(f"sqlite:///{file}") as database:
        with database.read() as tx:
            assert projects.list_projects(tx)
        ran = run_there("restore", copy)  # the connection is open still, as in a server that has nothing to do
    assert ran.code == 1 and "is in use; stop the server and the workers first" in ran.last
    taken = lock.take(folder)
    assert taken is not None
    ran = run_there("restore", copy)
    taken.release()
    assert ran.code == 1 and "A worker is running on this machine" in ran.last
    assert names(file) == ["now"]


def test_a_copy_with_its_log_is_whole(run_there: Run, folder: Settings, tmp_path: Path) -> None:
    source = tmp_path / "source.sqlite3"
    with Database.open(f"sqlite:///{source}") as database:
        with database.atomic() as tx:
            projects.create_project(tx, name="in the log")
        for ending in ("", "-wal"):
            shutil.copyfile(f"{source}{ending}", tmp_path / f"copy.sqlite3{ending}")
    assert run_there("restore", tmp_path / "copy.sqlite3").code == 0
    assert names(database_of(folder)) == ["in the log"]


def test_the_log_of_a_database_that_is_gone_does_not_come_into_the_copy(
    run_there: Run, folder: Settings, tmp_path: Path
) -> None:
    file = database_of(folder)
    with Database.open(f"sqlite:///{file}") as database:
        with database.atomic() as tx:
            projects.create_project(tx, name="in the old log")
        for ending in ("-wal", "-shm"):  # as a killed server leaves them
            shutil.copyfile(f"{file}{ending}", tmp_path / f"old{ending}")
    file.unlink()
    for ending in ("-wal", "-shm"):
        shutil.copyfile(tmp_path / f"old{ending}", f"{file}{ending}")
    Path(f"{file}-journal").write_bytes(b"an old journal")
    ran = run_there("restore", made(tmp_path / "copy.sqlite3", "then"), "--json")
    assert ran.code == 0 and ran.result["kept"] is None
    assert names(file) == ["then"]
    endings = sorted(one.name.rpartition("sqlite3")[2] for one in file.parent.glob("*-replaced-*"))
    assert endings == ["-journal", "-shm", "-wal"]


@pytest.mark.parametrize("links", [True, False])
def test_a_database_is_there_at_every_moment(
    run_there: Run, folder: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    file = made(database_of(folder), "now")
    copy = made(tmp_path / "copy.sqlite3", "then")
    move = restoring._move_logs

    def seen(before: Path, kept: Path) -> None:
        assert file.is_file() and names(before) == ["now"], "a kill at this moment loses nothing"
        move(before, kept)

    def refuse(kept: Path, target: Path) -> None:
        raise OSError("no links on this disk")

    monkeypatch.setattr(restoring, "_move_logs", seen)
    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    ran = run_there("restore", copy, "--json")
    assert ran.code == 0, ran.errors
    assert names(file) == ["then"] and names(Path(ran.result["kept"])) == ["now"]


def test_a_copy_that_cannot_take_the_place_leaves_all_as_it_was(
    run_there: Run, folder: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = database_of(folder)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database")
    copy = made(tmp_path / "copy.sqlite3", "then")
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if Path(target) == file:
            raise PermissionError(13, "Permission denied", str(self))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    assert run_there("restore", copy).code == 1
    assert file.read_bytes() == b"no database"
    assert list(file.parent.glob("*-replaced-*")) == []
