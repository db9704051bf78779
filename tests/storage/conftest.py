"""Databases for the tests of ``storage``."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.storage.scenes import Scene


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> Iterator[Database]:
    """An empty database of its own in a temporary folder."""
    path = tmp_path / "annotations.sqlite3"
    shutil.copyfile(empty_database, path)
    with Database.open(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture
def scene(database: Database) -> Scene:
    """A project with one video of 40 frames."""
    return Scene.make(database)
