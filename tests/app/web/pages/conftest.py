"""The parts of a server, for pages that are built without one."""

from collections.abc import Iterator

import pytest

from app.settings import Settings
from app.web.context import Context, make_context
from storage.database import Database


@pytest.fixture
def app_context(settings: Settings, database: Database) -> Iterator[Context]:
    made = make_context(settings, database)
    yield made
    made.close()
