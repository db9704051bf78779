"""The benchmark of learning from few real videos, on small procedural ones."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.training.golden import OneClass
from model.adapting.procedural_replay import ProceduralClips
from model.weights import checkpoint
from tests.benchmarks import real_videos
from tests.benchmarks.real_videos import Measured, corrected_for, measure, measured_rows, table
from tests.benchmarks.windows import CHECKPOINT

ONE = Measured("dog", 2, 1, 0.3, 0.5, 0.4, 0.7, 3.0)


@pytest.fixture(scope="module")
def source() -> OneClass:
    return OneClass(ProceduralClips("unseen", count=3, frames=4, size=(64, 48), seed=4))


def test_every_video_is_held_out_and_never_among_those_it_is_measured_after() -> None:
    for held_out in range(5):
        assert held_out not in corrected_for(held_out, 4, 5)
        assert len(set(corrected_for(held_out, 3, 5))) == 3
    assert corrected_for(3, 3, 5) == [4, 0, 1] and corrected_for(2, 0, 5) == []
    with pytest.raises(ValueError, match="5 corrected videos beside a held-out one need 6; there are 5"):
        corrected_for(0, 5, 5)


def test_a_row_has_means_over_the_held_out_videos() -> None:
    other = replace(ONE, video="car", proposed=0, review_ap=0.1, published_iou=0.1)
    made = table([("tevit_tiny", 0, [ONE, other])])
    assert made.rows == [("tevit_tiny", "none", "2 for 2", "20.0", "50.0", "40.0", "40.0", "dog 70, car 10")]


def test_a_checkpoint_is_measured_before_and_after_corrections(source: OneClass) -> None:
    base = checkpoint.load(CHECKPOINT)
    before = measure(base, source, 0, corrected=0, steps=2, replay=None)
    after = measure(base, source, 0, corrected=2, steps=2, replay=None)
    assert before.true == after.true == len(source.videos[0].tracks)
    assert 0 < before.published_iou <= 1  # whatever its classes are called
    assert before.published_iou != after.published_iou


def test_what_the_journal_knows_is_not_measured_again(
    source: OneClass, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Any] = []

    def measuring(base: object, source: object, held_out: int, **more: object) -> Measured:
        measured.append((held_out, more["corrected"]))
        return replace(ONE, video=str(held_out))

    monkeypatch.setattr(real_videos, "measure", measuring)
    monkeypatch.setattr(real_videos, "replay_of", lambda base: None)
    asked = argparse.Namespace(models=[CHECKPOINT], corrected=[0, 1], steps=3, journal=tmp_path / "j.json")
    first = measured_rows(source, asked)
    assert measured == [(held_out, corrected) for corrected in (0, 1) for held_out in range(3)]
    assert measured_rows(source, asked) == first and len(measured) == 6
    assert [(name, count, len(found)) for name, count, found in first] == [("tevit_tiny", 0, 3), ("tevit_tiny", 1, 3)]
    asked.steps = 4  # without corrections there are no steps
    measured_rows(source, asked)
    assert measured[6:] == [(held_out, 1) for held_out in range(3)]
