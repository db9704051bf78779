"""What tests of files of results share."""

from pathlib import Path

import pytest

from app.settings import Settings
from storage.database import Database
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import project_with
from tests.app.result_files.results_scene import ResultsScene


@pytest.fixture
def empty(database: Database, settings: Settings, tmp_path: Path) -> ResultsScene:
    """A project without anything in it."""
    return ResultsScene(ExchangeScene(database, settings, project_with(database, name="empty")[0]), tmp_path)


@pytest.fixture
def scene(empty: ResultsScene) -> ResultsScene:
    """The videos of a file, without tracks."""
    empty.bring_videos()
    return empty
