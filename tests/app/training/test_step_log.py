"""The log of a run: complete at any moment, and without the steps that a resumed run does again."""

import json
from pathlib import Path

import pytest

from app.training.step_log import NAME, step_log
from model.training.trainer import StepReport


def report(step: int, *, loss: float = 1.5, notes: tuple[str, ...] = ()) -> StepReport:
    parts = {"cls": loss - 1.0, "mask": 1.0}
    return StepReport(step, 9, loss, parts, learning_rate=0.25, gradient_norm=2.0, seconds=4.0, notes=notes)


def logged(folder: Path) -> list[int]:
    return [json.loads(line)["step"] for line in (folder / NAME).read_text().splitlines()]


def test_a_step_is_in_the_file_before_the_next_one_begins(tmp_path: Path) -> None:
    with step_log(tmp_path, after=0) as log:
        log.write(report(1, notes=("a frame is dark",)))
        (line,) = (tmp_path / NAME).read_text().splitlines()
    assert json.loads(line) == {
        "step": 1,
        "loss": 1.5,
        "cls": 0.5,
        "mask": 1.0,
        "seconds": 4.0,
        "learning_rate": 0.25,
        "gradient_norm": 2.0,
        "notes": ["a frame is dark"],
    }


@pytest.mark.parametrize("torn", ["", '{"step": 5, "lo', "\0\0\0"])
def test_a_resumed_run_goes_on_after_the_step_of_its_state(torn: str, tmp_path: Path) -> None:
    with step_log(tmp_path, after=0) as log:
        for step in (1, 2, 3, 4):
            log.write(report(step))
    with (tmp_path / NAME).open("a") as file:
        file.write(torn)
    with step_log(tmp_path, after=2) as log:
        log.write(report(3, loss=2.5))
    assert logged(tmp_path) == [1, 2, 3]
    assert [json.loads(line)["loss"] for line in (tmp_path / NAME).read_text().splitlines()] == [1.5, 1.5, 2.5]
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_run_that_begins_has_an_empty_log(tmp_path: Path) -> None:
    with step_log(tmp_path, after=0) as log:
        log.write(report(1))
    with step_log(tmp_path, after=0):
        assert logged(tmp_path) == []
