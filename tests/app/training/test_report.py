"""The report of a retraining as JSON: the keys that pages and scripts read."""

import json
from typing import Any

import pytest

from app.training.report import (
    NOT_PROVEN,
    PROVEN,
    WORSE,
    CategoryLine,
    Decision,
    Figures,
    GoldenFigures,
    Interval,
    Lineage,
    Reason,
    Report,
    ShownMask,
    TruthShare,
    VideoLine,
    WorstFrame,
    worst_first,
)

WEAK, STRONG = Figures(AP=0.4, track_iou=0.5, proposed=3, true=4), Figures(AP=0.5, track_iou=0.6, proposed=4, true=4)


def line(name: str, before: float | None, after: float | None) -> VideoLine:
    return VideoLine(name, name, 2, 1.0, Figures(track_iou=before), Figures(track_iou=after))


def report(**changed: Any) -> Report:
    values: dict[str, Any] = {
        "evaluation": "held-out",
        "set": "6 held-out videos",
        "before": WEAK,
        "after": STRONG,
        "factory": None,
        "per_category": (CategoryLine("fish", 4, WEAK, STRONG),),
        "per_video": (line("a", 0.4, 0.6), line("b", 0.6, 0.5)),
        "worst_frames": (WorstFrame("b", "b", 3, 0.6, 0.1, (ShownMask("fish", "h"),), (), ()),),
        "intervals": {"AP": Interval(0.1, 0.02, 0.2)},
        "golden": GoldenFigures("procedural", "20 videos", "AP", 0.6, 0.55),
        "truth": TruthShare(drawn=3, accepted=1),
        "decision": Decision(PROVEN, (Reason("AP", True, "AP rose."),)),
        "lineage": Lineage("p", "demo", "b", "round 1", "hash", 1, "tevit_tiny", 2, 200),
        "rules": {},
    }
    return Report(**values | changed)


def test_a_report_is_json_with_the_set_beside_all_figures() -> None:
    found = json.loads(json.dumps(report(factory=WEAK).as_json()))
    assert {found[one]["set"] for one in ("before", "after", "factory")} == {"6 held-out videos"}
    assert (found["before"]["AP"], found["after"]["track_iou"]) == (0.4, 0.6)
    assert (found["before_name"], found["parent"], found["snapshot"], found["steps"]) == ("round 1", "p", "hash", 200)
    assert found["per_category"][0]["after"]["AP"] == 0.5
    assert found["worst_frames"][0]["truth"] == [{"label": "fish", "mask": "h", "score": None}]
    assert found["golden"]["change"] == pytest.approx(-0.05)
    assert found["truth"] == {"drawn": 3, "imported": 0, "accepted": 1, "share": 0.75}
    assert found["intervals"]["AP"]["low"] == 0.02


@pytest.mark.parametrize(("outcome", "promoted"), [(PROVEN, True), (NOT_PROVEN, False), (WORSE, False)])
def test_only_what_is_proven_is_promoted(outcome: str, promoted: bool) -> None:
    found = report(decision=Decision(outcome, ())).as_json()
    assert (found["promoted"], found["proven"]) == (promoted, promoted)


def test_videos_that_lost_most_come_first_and_those_without_a_figure_last() -> None:
    lines = [line("gain", 0.1, 0.9), line("none", None, None), line("loss", 0.9, 0.1), line("same", 0.5, 0.5)]
    assert [one.video for one in worst_first(lines)] == ["loss", "same", "gain", "none"]
    found = report(per_video=tuple(lines)).as_json()
    assert [one["video"] for one in found["per_video"]] == ["loss", "same", "gain", "none"]


def test_what_was_not_measured_is_no_zero() -> None:
    found = report(golden=None, truth=TruthShare(), after=Figures()).as_json()
    assert found["golden"] is None and found["truth"]["share"] == 0.0
    assert found["after"]["AP"] is None and found["after"]["identity_switches"] is None
    assert GoldenFigures("agreement", "s", "AP", None, 0.4).change is None
