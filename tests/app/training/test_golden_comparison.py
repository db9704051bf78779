"""What a retraining has forgotten by golden videos: of the classes that they show, and measured once."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from app.training import golden
from app.training.golden import golden_set
from app.training.golden_comparison import GoldenComparison, GoldenComparisons
from model.weights.categories import is_class_column, with_categories
from model.weights.checkpoint import ModelCheckpoint
from storage.database import Database
from tests.app.training.corrected_project import CLASSES
from tests.app.training.test_golden import checkpoint_of
from tests.model.test_rule_scoring import made
from tests.model.test_scoring import Source


def with_loud_classes(start: ModelCheckpoint, *names: str) -> ModelCheckpoint:
    """The same network with further classes that score far above its own."""
    joined = with_categories(start, (*names, *start.categories))
    state = {
        key: torch.cat((value[: len(names)] + 9.0, value[len(names) :])) if is_class_column(key) else value
        for key, value in joined.state.items()
    }
    return replace(joined, state=state)


def test_new_classes_take_no_place_of_those_that_it_knew(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = checkpoint_of(*CLASSES)
    found = golden_set(start, tmp_path, Source(made()), [])
    assert found is not None
    shown: list[set[str]] = []
    find = golden.find_tracks

    def find_tracks(network: object, source: object, video: int) -> object:
        tracks = find(network, source, video)  # type: ignore[arg-type]
        shown.append({str((one["label"], one["segmentations"])) for one in tracks})
        return tracks

    monkeypatch.setattr(golden, "find_tracks", find_tracks)
    figures = GoldenComparison(database, found, start, "a").measure([with_loud_classes(start, "crab")], device="cpu")
    assert figures.measure == "AP" and figures.before == figures.after
    assert shown[:2] == shown[2:] and any(shown), "it finds what it found before"


def test_the_two_sets_measure_apart_and_the_old_figure_is_known_the_next_time(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"judge": [0.6, 0.5], "choose": [0.7, 0.68, 0.71]}

    def measured(asked: golden.GoldenSet, *networks: object, **more: object) -> float:
        return values["choose" if asked.choosing is None else "judge"].pop(0)

    monkeypatch.setattr("app.training.golden_comparison.measure_golden", measured)
    start = checkpoint_of(*CLASSES)
    found = golden_set(start, tmp_path, Source(made()), [])
    both = GoldenComparisons.of(database, found, start, "a", "cpu")
    assert both.choose is not None and both.choose.frames == 8
    assert both.forgotten([start, start], lambda frames: None) == pytest.approx(0.02)
    assert both.choose.frames == 4
    again = GoldenComparisons.of(database, found, start, "a", "cpu")
    assert again.forgotten([start], lambda frames: None) == pytest.approx(-0.01)
    figures = again.judged(start, lambda frames: None)
    assert figures is not None and figures.change == pytest.approx(-0.1)
    assert not any(values.values())


def test_without_golden_videos_nothing_is_measured(database: Database) -> None:
    none = GoldenComparisons.of(database, None, checkpoint_of("cat"), "a", "cpu")
    assert none.choose is None and none.judged(checkpoint_of("cat"), lambda frames: None) is None
