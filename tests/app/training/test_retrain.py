"""A retraining is put in the queue only where there is something to train on."""

import pytest

from app.errors import BadInput
from app.settings import Settings
from app.training import retrain
from storage.database import Database
from tests.app.made import project_with


def test_without_corrections_there_is_a_reason(database: Database, settings: Settings) -> None:
    made, _ = project_with(database, "fish", name="empty")
    with pytest.raises(BadInput, match="review"):
        retrain.start(database, settings, project_id=made.id)
