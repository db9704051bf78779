"""What tests of the library share."""

from pathlib import Path

import pytest

from app.settings import Settings
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.library.scene import LibraryScene


@pytest.fixture
def library(
    database: Database,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    started_workers: list[Settings],
) -> LibraryScene:
    return LibraryScene(database, settings, project, tmp_path, monkeypatch)


@pytest.fixture
def video(library: LibraryScene) -> Video:
    """A short video file of the folder as a video, counted."""
    return library.clip()
