"""The log of a training run: `losses.jsonl`, one JSON object a line and a line a step."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from model.atomic import replacing
from model.training.trainer import StepReport

NAME = "losses.jsonl"


class StepLog:
    """Writes the steps of a run; a step's line is in the file when `write` returns, so it outlives a kill."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, step: StepReport, *, lasting: bool = False) -> None:
        """Add a step: its loss and parts, learning rate, norm of the gradient, and seconds since the run began.

        lasting: this line and all before it are on the disk as well, so they outlive a loss of power.
        """
        entry = {"step": step.step, "loss": step.loss, **step.parts, "seconds": step.seconds}
        entry |= {"learning_rate": step.learning_rate, "gradient_norm": step.gradient_norm}
        self._file.write(json.dumps({**entry, "notes": step.notes} if step.notes else entry) + "\n")
        self._file.flush()
        if lasting:
            os.fsync(self._file.fileno())


@contextmanager
def step_log(folder: Path, *, after: int) -> Iterator[StepLog]:
    """The log of the run in ``folder``, which goes on after the step ``after`` (0: it begins).

    A killed run has logged steps that it does again, and perhaps a part of a line; they are removed.
    """
    path = folder / NAME
    kept = _lines_until(path, after) if after and path.exists() else []
    with replacing(path) as fresh:
        fresh.write_bytes(b"".join(kept))
    with path.open("a", encoding="utf-8", newline="\n") as file:
        yield StepLog(file)


def set_aside(folder: Path) -> Path | None:
    """Give the log in ``folder`` another name, where no earlier one is; None without a log."""
    path = folder / NAME
    if not path.exists():
        return None
    names = (folder / f"{path.stem}.{number}{path.suffix}" for number in count(1))
    free = next(name for name in names if not name.exists())
    path.rename(free)
    return free


def _lines_until(path: Path, step: int) -> list[bytes]:
    kept = []
    with path.open("rb") as file:
        for line in file:
            try:
                number = json.loads(line.decode())["step"]
            except ValueError:  # the process was killed, or the power lost, while this line was written
                break
            # Without its end, the next line would become a part of it.
            if number > step or not line.endswith(b"\n"):
                break
            kept.append(line)
    return kept
