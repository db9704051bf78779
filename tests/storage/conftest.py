"""Databases for the tests of ``storage``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.database import Database
from tests.storage.scenes import Scene


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty database of its own in a temporary folder."""
    opened = Database.open(f"sqlite:///{tmp_path / 'annotations.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def scene(database: Database) -> Scene:
    """A project with one video of 40 frames."""
    return Scene.make(database)
