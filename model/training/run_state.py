"""The state of a run on the disk: a new one takes the place of the kept one only after its loss was a number."""

from pathlib import Path
from typing import Any

import torch

from model.atomic import replacing


class RunState:
    """Writes states to ``path`` in two steps; without a path it does nothing.

    ``kept_step`` is the step of the state at ``path``, or None where there is none yet.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._waiting: int | None = None  # the step of the state that is written and not proved yet
        self.kept_step: int | None = None

    @property
    def _beside(self) -> Path:
        assert self._path is not None
        return self._path.with_name(f".{self._path.name}.new")

    def write(self, state: dict[str, Any]) -> None:
        """Write a state beside the kept one, whole or not at all."""
        if self._path is None:
            return
        with replacing(self._beside) as temporary, temporary.open("wb") as file:
            torch.save(state, file)
        self._waiting = int(state["step"])

    def prove(self) -> None:
        """The state that was written last gave a loss that is a number (or none was computed): keep it."""
        if self._path is None or self._waiting is None:
            return
        self._beside.replace(self._path)
        self.kept_step, self._waiting = self._waiting, None

    def drop(self) -> None:
        """Remove a state that was not proved."""
        if self._path is not None and self._waiting is not None:
            self._beside.unlink(missing_ok=True)
            self._waiting = None
