"""One short video, and windows of known tracks in place of a network."""

from pathlib import Path

import pytest

from app.settings import Settings
from storage.database import Database
from tests.app.proposing.fake_windows import FakeWindows
from tests.app.proposing.one_video import Desk, video_to_propose


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeWindows:
    return FakeWindows(monkeypatch)


@pytest.fixture
def desk(database: Database, settings: Settings, tmp_path: Path, fake: FakeWindows) -> Desk:
    return Desk(database, settings, video_to_propose(database, settings, tmp_path), fake)
