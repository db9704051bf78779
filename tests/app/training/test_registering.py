"""A proven checkpoint is put in use only in the place of the one that it was compared with."""

import dataclasses
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.settings import Settings
from app.training.comparison import verdict
from app.training.registering import RetrainedNetwork, register
from app.training.report import NOT_PROVEN, PROVEN, Report
from model.thresholds import Thresholds
from model.weights import checkpoint
from storage import checkpoints
from storage.checkpoints import Checkpoint
from storage.database import Database
from tests.app.made import add_checkpoint, project_with
from tests.app.training.corrected_project import checkpoint_in
from tests.app.training.test_report import report


@pytest.mark.parametrize("meanwhile", [False, True])
def test_what_came_into_use_during_the_run_stays_in_use_and_the_report_says_so(
    database: Database, settings: Settings, meanwhile: bool
) -> None:
    project, categories = project_with(database, "fish")
    start = checkpoint_in(database, settings, project)
    other = add_checkpoint(database, name="other")
    if meanwhile:
        with database.atomic() as tx:
            checkpoints.activate(tx, project.id, other.id)
    adapted = SimpleNamespace(facts={}, checkpoint=checkpoint.load(settings.data / start.path))
    lineage = dataclasses.replace(report().lineage, before=start.id, before_name="start")
    found = RetrainedNetwork(cast(Any, adapted), Thresholds(), report(lineage=lineage), start.sha256, (), {})
    source = SimpleNamespace(categories=("fish",), category_ids=(categories["fish"].id,))
    told: list[tuple[Checkpoint, Report]] = []

    register(
        database,
        settings,
        found,
        project_id=project.id,
        source=cast(Any, source),
        then=lambda tx, made, as_stored: told.append((made, as_stored)),
    )

    [(made, stored)] = told
    with database.read() as tx:
        active = checkpoints.active_checkpoint(tx, project.id)
    assert active is not None and active.id == (other.id if meanwhile else made.id)
    assert stored.decision.outcome == (NOT_PROVEN if meanwhile else PROVEN)
    assert made.metrics is not None and made.metrics["promoted"] is not meanwhile
    assert ("Another checkpoint, other, came into use" in verdict(made.name, stored)) == meanwhile
