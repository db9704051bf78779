"""What tests of imports and exports share."""

from pathlib import Path

import pytest

from app.settings import Settings
from storage.database import Database
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import new_track, project_with, square, video_in


@pytest.fixture
def exchange(database: Database, settings: Settings) -> ExchangeScene:
    """A project without anything in it."""
    return ExchangeScene(database, settings, project_with(database, name="empty")[0])


@pytest.fixture
def worked(database: Database, settings: Settings, tmp_path: Path) -> ExchangeScene:
    """A project with a dog (three masks, one rejected, one *absent*), a rejected cat and a thing without category."""
    project, categories = project_with(database, "dog", "cat", name="worked")
    scene = ExchangeScene(database, settings, project)
    video = video_in(database, settings, project, tmp_path)
    dog, changes = new_track(categories["dog"].id, {frame: square(frame, 4) for frame in (0, 1, 5)})
    changes[3]["after"]["review"] = "rejected"
    changes.append({"track": dog, "frame": 2, "before_version": 0, "after": {"state": "absent", "mask": None}})
    _, cat = new_track(categories["cat"].id, {0: square(30, 20)}, rejected=True)
    _, unknown = new_track(None, {0: square(40, 30)})
    scene.change(video, [*changes, *cat, *unknown])
    return scene
