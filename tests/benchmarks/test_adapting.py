"""The benchmark of adaptation on a few small videos, and its table."""

import argparse
from dataclasses import replace
from pathlib import Path

import pytest

from model.weights import checkpoint
from tests.benchmarks import adapting
from tests.benchmarks.adapting import VARIANTS, Measured, Variant, material, measure, print_rows, table
from tests.benchmarks.windows import CHECKPOINT

ONE = Measured(31, 29, 0.3, 0.5, 0.75, 0.4, 0.5, 0.7, 0.66, 0.2, 40.0, 200, 1.0)


def test_the_first_row_is_the_base_and_each_part_has_one() -> None:
    assert VARIANTS[0].steps == 0 and VARIANTS[-1].steps is None
    assert len({one.name for one in VARIANTS}) == len(VARIANTS)
    assert all(not one.settings.column_iterations for one in VARIANTS[1:4])


def test_a_row_has_the_mean_of_its_seeds() -> None:
    made = table([(VARIANTS[0], [ONE, replace(ONE, proposed=9, published_AP=0.5)])])
    assert made.rows[0][1:] == ("31 for 29, 9 for 29", "50.0", "75.0", "45.0", "50.0", "66.0", "0.20")
    assert table([(VARIANTS[-1], [ONE])]).rows[0][0].endswith(": 200 x 1")


def test_a_variant_is_adapted_and_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapting, "HELD_OUT", range(2, 3))
    base = checkpoint.load(CHECKPOINT)
    given = material(3, base, corrected=2, golden=1, frames=4)
    before = measure(VARIANTS[0], base, given)
    assert (before.steps, before.blend, before.published_AP) == (0, 0.0, 0.0) and before.published_iou > 0
    after = measure(Variant("two steps", steps=2), base, given)
    assert (after.steps, after.true) == (2, before.true) and after.step_seconds > 0
    assert after.published_AP != before.published_AP or after.published_iou != before.published_iou


def test_a_journal_keeps_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured: list[str] = []

    def measuring(variant: Variant, base: object, given: object) -> Measured:
        measured.append(variant.name)
        return ONE

    monkeypatch.setattr(adapting, "measure", measuring)
    monkeypatch.setattr(adapting, "material", lambda *arguments, **more: object())
    asked = argparse.Namespace(seeds=[1, 2], golden=1, journal=tmp_path / "j.json", json=False, markdown=True)
    for _ in range(2):
        print_rows(None, VARIANTS[:2], asked)  # type: ignore[arg-type]
    assert measured == [VARIANTS[0].name, VARIANTS[1].name] * 2
    assert capsys.readouterr().out.count("31 for 29, 31 for 29") == 4
