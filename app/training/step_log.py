"""The log of a training run: `losses.jsonl`, one JSON object a line and a line a step."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from model.atomic import replacing
from model.training.trainer import StepReport

NAME = "losses.jsonl"


class StepLog:
    """Writes the steps of a run; a step's line is in the file when `write` returns."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, step: StepReport) -> None:
        """Add a step: its loss and parts, learning rate, norm of the gradient, and seconds since the run began."""
        entry = {"step": step.step, "loss": step.loss, **step.parts, "seconds": step.seconds}
        entry |= {"learning_rate": step.learning_rate, "gradient_norm": step.gradient_norm}
        self._file.write(json.dumps({**entry, "notes": step.notes} if step.notes else entry) + "\n")
        self._file.flush()


@contextmanager
def step_log(folder: Path, *, after: int) -> Iterator[StepLog]:
    """The log of the run in ``folder``, which goes on after the step ``after`` (0: it begins).

    A killed run has logged steps that it does again, and perhaps a part of a line; they are removed.
    """
    path = folder / NAME
    kept = _lines_until(path, after) if after and path.exists() else []
    with replacing(path) as fresh:
        fresh.write_text("".join(kept), encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        yield StepLog(file)


def _lines_until(path: Path, step: int) -> list[str]:
    kept = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            try:
                number = json.loads(line)["step"]
            except ValueError:  # the process was killed while it wrote this line
                break
            if number > step:
                break
            kept.append(line)
    return kept
