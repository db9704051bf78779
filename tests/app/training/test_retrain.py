"""The plan of a retraining: the human masks it counts, and the reasons why there can be none."""

import pytest

from app.errors import BadInput
from app.settings import Settings
from app.training import retrain
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import project_with


def test_the_plan_counts_what_people_judged(database: Database, project: tuple[Project, list[Video]]) -> None:
    plan = retrain.plan(database, project[0].id)
    assert (plan.videos, plan.tracks, plan.masks_drawn, plan.masks_accepted) == (2, 2, 12, 0)
    assert plan.evaluation == "k-fold" and plan.reason is None


def test_without_corrections_there_is_a_reason(database: Database, settings: Settings) -> None:
    made, _ = project_with(database, "fish", name="empty")
    reason = retrain.plan(database, made.id).reason
    assert reason is not None and "review" in reason
    with pytest.raises(BadInput, match="review"):
        retrain.start(database, settings, project_id=made.id)
