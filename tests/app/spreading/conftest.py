from pathlib import Path

import pytest

from app.settings import Settings
from storage.database import Database
from tests.app.spreading.fake_spreader import Spreading


@pytest.fixture
def scene(database: Database, settings: Settings, tmp_path: Path) -> Spreading:
    """A video of 12 frames without tracks."""
    return Spreading(database, settings, tmp_path)
