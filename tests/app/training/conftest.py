"""A project that can be retrained."""

from pathlib import Path

import pytest

from app.settings import Settings
from app.training import adapting, golden
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import project_with, video_in
from tests.app.training.corrected_project import checkpoint_in, drawn


@pytest.fixture(autouse=True)
def few_procedural_videos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replay and golden sets of a size for tests."""
    monkeypatch.setattr(adapting, "VIDEOS", 2)
    monkeypatch.setattr(golden, "VIDEOS", 2)
    monkeypatch.setattr(golden, "FRAMES", 2)


@pytest.fixture
def project(database: Database, settings: Settings, tmp_path: Path) -> tuple[Project, list[Video]]:
    made, categories = project_with(database, "fish", "crab")
    checkpoint_in(database, settings, made)
    clips = [video_in(database, settings, made, tmp_path, name) for name in ("one", "two")]
    for clip in clips:
        drawn(database, clip, categories["fish"].id)
    return made, clips
