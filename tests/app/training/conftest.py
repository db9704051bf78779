"""A project that can be retrained."""

from pathlib import Path

import pytest

from app.settings import Settings
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.training.corrected_project import corrected_project, small_sets


@pytest.fixture(autouse=True)
def few_procedural_videos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replay and golden sets of a size for tests."""
    small_sets(monkeypatch)


@pytest.fixture
def project(database: Database, settings: Settings, tmp_path: Path) -> tuple[Project, list[Video]]:
    return corrected_project(database, settings, tmp_path)
