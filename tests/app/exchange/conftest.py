"""What tests of imports and exports share."""

import pytest

from app.settings import Settings
from storage.database import Database
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import project_with


@pytest.fixture
def exchange(database: Database, settings: Settings) -> ExchangeScene:
    """A project without anything in it."""
    return ExchangeScene(database, settings, project_with(database, name="empty")[0])
