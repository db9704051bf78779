"""The checkpoint that comes with the program is registered once, and stays what it is."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.checkpoints import factory
from app.checkpoints.factory import FOLDER, LITE_FOLDER, ensure_factory, ensure_lite
from app.checkpoints.find import locate
from app.settings import Settings
from model.config import named
from model.procedural import categories
from model.weights.checkpoint import file_hash, load
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


def test_lite_is_registered_beside_the_demos_and_is_what_its_description_says(
    database: Database, settings: Settings
) -> None:
    ensure_factory(database, settings)
    made = ensure_lite(database, settings)
    assert made is not None and ensure_lite(database, settings) == made
    file = settings.data / made.path
    assert (made.name, made.config, made.project_id) == ("lite", "tevit_lite", None)
    assert file_hash(file) == made.sha256 and file.stat().st_size <= 32 * 1024 * 1024
    assert load(file).config == replace(named("tevit_lite"), classes=len(made.categories))
    assert tuple(made.categories) == categories("lifelike")
    with database.read() as tx:
        assert {found.name for found in checkpoints.list_checkpoints(tx)} == {"demo", "lite"}


def test_a_copy_of_the_program_without_lite_goes_on_without_it(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    assert ensure_lite(database, settings, assets=tmp_path) is None
    with database.read() as tx:
        assert checkpoints.list_checkpoints(tx) == ()


def test_both_are_found_by_their_names(settings: Settings) -> None:
    assert locate(settings, "demo") == FOLDER / "checkpoint.safetensors"
    assert locate(settings, "lite") == LITE_FOLDER / "checkpoint.safetensors"
