"""The log of a run: complete at any moment, and without the steps that a resumed run does again."""

import json
import os
from pathlib import Path

import pytest

from app.training.step_log import NAME, set_aside, step_log
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


@pytest.mark.parametrize("torn", [b"", b'{"step": 5, "lo', b"\0\0\0", b"\xff\xfe\x9b"])
@pytest.mark.parametrize("last", [2, 4])
def test_a_resumed_run_goes_on_after_the_step_of_its_state(torn: bytes, last: int, tmp_path: Path) -> None:
    with step_log(tmp_path, after=0) as log:
        for step in range(1, last + 1):
            log.write(report(step))
    with (tmp_path / NAME).open("ab") as file:
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


def test_a_last_line_without_its_end_is_not_glued_to_the_next_one(tmp_path: Path) -> None:
    with step_log(tmp_path, after=0) as log:
        for step in (1, 2):
            log.write(report(step))
    whole = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(whole.removesuffix(b"\n"))
    with step_log(tmp_path, after=2) as log:
        log.write(report(3))
    assert logged(tmp_path) == [1, 3]


def test_only_lines_before_a_state_are_flushed_to_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with step_log(tmp_path, after=0) as log:
        flushed: list[list[int]] = []
        monkeypatch.setattr(os, "fsync", lambda _: flushed.append(logged(tmp_path)))
        for step in (1, 2, 3):
            log.write(report(step), lasting=step == 2)
    assert flushed == [[1, 2]]


def test_a_log_that_is_set_aside_replaces_no_other_one(tmp_path: Path) -> None:
    assert set_aside(tmp_path) is None
    for number in (1, 2):
        with step_log(tmp_path, after=0) as log:
            log.write(report(number))
        assert set_aside(tmp_path) == tmp_path / f"losses.{number}.jsonl"
    assert [json.loads((tmp_path / f"losses.{number}.jsonl").read_text())["step"] for number in (1, 2)] == [1, 2]
