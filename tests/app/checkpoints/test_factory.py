"""The checkpoint that comes with the program is registered once, and stays what it is."""

import shutil
from pathlib import Path

import pytest

from app.checkpoints import factory
from app.checkpoints.factory import ensure_factory
from app.settings import Settings
from storage import checkpoints
from storage.database import Database


def test_it_is_copied_into_the_data_folder_once(database: Database, settings: Settings) -> None:
    made = ensure_factory(database, settings)
    file = settings.data / made.path
    written = file.stat()
    assert (made.name, made.project_id, made.size_bytes) == ("demo", None, written.st_size)
    assert ensure_factory(database, settings) == made and file.stat().st_mtime_ns == written.st_mtime_ns
    with database.read() as tx:
        assert [found.id for found in checkpoints.list_checkpoints(tx)] == [made.id]


def test_of_two_processes_at_once_one_registers_it(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = []

    def copied(source: Path, target: Path) -> None:
        monkeypatch.undo()
        other.append(ensure_factory(database, settings))
        shutil.copyfile(source, target)

    monkeypatch.setattr(factory.shutil, "copyfile", copied)
    assert [ensure_factory(database, settings)] == other


def test_a_copy_of_the_program_without_its_files_registers_nothing(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        ensure_factory(database, settings, assets=tmp_path)
    with database.read() as tx:
        assert checkpoints.list_checkpoints(tx) == ()
