"""The report of a retraining, whose figures are all of the same videos, and what is said while it trains."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.training.folds import K_FOLD, Fold, Split
from app.training.report import Lineage, Report, TruthShare
from app.training.retraining import Retraining
from model.adapting import AdaptSettings
from model.adapting.choice import Choice
from model.thresholds import Thresholds
from model.training.trainer import StepReport
from tests.app.training.test_measuring import side
from tests.model.test_rule_scoring import held_out, made
from tests.model.test_scoring import Source


def reported(videos: Source, sides: Any, factory: Any) -> Report:
    """The report on two videos, each measured by the network that learnt the other one."""
    lineage = Lineage("p", "demo", "b", "demo", "ab", 1, "tevit_tiny", 1, 10)
    run = SimpleNamespace(
        _split=Split(K_FOLD, Fold((0, 1), ()), (Fold((1,), (0,)), Fold((0,), (1,))), before_learnt=False),
        _source=SimpleNamespace(
            video_ids=("a", "b"), truth=(TruthShare(drawn=1), TruthShare(accepted=5)), videos=videos.videos
        ),
        _order=SimpleNamespace(suspicious=0.0, left_out=0, notes=(), lineage=lambda *_, **__: lineage),
        _adapting=AdaptSettings(),
        _choice=Choice(10, 1.0),
        _round=1,
        _current=SimpleNamespace(thresholds=Thresholds()),
        _stored=lambda masks: [mask["counts"] for mask in masks],
    )
    adapted = SimpleNamespace(losses={1: 1.0}, stopped=None, blend=1.0)
    chosen = Thresholds()
    return Retraining._reported(cast(Any, run), cast(Any, adapted), sides, chosen, factory=factory, golden=None)


def test_what_a_fold_was_not_taught_stands_in_no_figure_of_the_report() -> None:
    """The second video shows a dog, which the network of its fold never saw."""
    videos = Source(replace(made(), tracks=made().tracks[:1]), made())
    before = side([held_out(videos, 0, (0, 0, 0.9)), held_out(videos, 1, (0, 0, 0.9), (30, 1, 0.9))])
    after = side([held_out(videos, 0), held_out(videos, 1)])
    report = reported(videos, (before, after), before)
    assert report.set == "1 video by k-fold" and [line.decides for line in report.per_video] == [True, False]
    assert report.factory == report.before and (report.before.true, report.truth.masks) == (1, 1)
    assert [(line.name, line.tracks) for line in report.per_category] == [("cat", 1)]
    assert {one.video for one in report.worst_frames} == {"a"}
    assert report.rules["review"]["before"]["true"] == 1


@pytest.mark.parametrize(("speed", "words"), [(None, "on cpu"), (2.34, "2.3 steps/s on cpu")])
def test_while_it_trains_speed_and_device_are_told(speed: float | None, words: str) -> None:
    points: list[Any] = []
    told: list[str] = []
    run = SimpleNamespace(
        _report=SimpleNamespace(point=lambda *point: points.append(point)),
        _clock=SimpleNamespace(speed=lambda kind: speed),
        _device="cpu",
        _advance=lambda units, message: told.append(message),
    )
    Retraining._stepped(cast(Any, run), "loss", "Training:", StepReport(7, 200, 1.5, {}, 0.1, 1.0, 3.0), most=100)
    assert told == [f"Training: step 7 of 100, loss 1.50, {words}"] and points == [("loss", 7, 1.5)]
