"""The state of a run on the disk: a new one takes the place of the kept one only after its loss was a number."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from model.atomic import replacing
from model.lack_of_memory import lacks_memory
from model.training.clips import ClipVideo

_DATA = "data"  # the fact about a run that no person can read


class UnusableState(ValueError):
    """A kept state cannot be read, or is that of another run; the message names the file and the reason."""


def read_state(path: Path, device: str) -> dict[str, Any]:
    """The state of a run in a file. Raises UnusableState, or OSError if the file cannot be read."""
    try:
        state = torch.load(path, map_location=device, weights_only=True)
    except Exception as error:
        if isinstance(error, OSError) or lacks_memory(error):
            raise
        raise unusable(path, "is no whole state of a training run") from error
    if not isinstance(state, dict):
        raise unusable(path, "is no state of a training run")
    missing = [key for key in ("step", "network", "optimizer", "average") if key not in state]
    if missing:
        raise unusable(path, f"is no state of a training run (it lacks {missing[0]!r})")
    return state


def unusable(path: Path, reason: str) -> UnusableState:
    """The error about a state; ``reason`` follows the name of its file."""
    return UnusableState(f"{path} {reason}, so there is nothing to go on from; leave out --resume to begin anew.")


def require_same_run(path: Path, kept: object, own: Mapping[str, Any]) -> None:
    """Raise UnusableState if a state is that of a run with other facts, such as another seed.

    Facts that the state does not name, as those of earlier versions, are taken for the same.
    """
    facts = kept if isinstance(kept, dict) else {}
    for name, value in own.items():
        if facts.get(name, value) == value:
            continue
        differs = "other annotations" if name == _DATA else f"{name} {facts[name]}, and this one has {value}"
        raise UnusableState(
            f"{path} is of a run with {differs}; go on with what that run was started with, or leave out --resume to "
            "begin anew."
        )


def facts_of(videos: Iterable[ClipVideo], **named: Any) -> dict[str, Any]:
    """What makes a run the one it is: ``named`` values by their flags (``_`` for ``-``), and a digest of its data."""
    digest = hashlib.sha256()
    for video in videos:
        tracks = [(track.id, track.label, track.states) for track in video.tracks]
        digest.update(repr((video.name, video.count, video.height, video.width, tracks)).encode(errors="replace"))
    return {**{f"--{name.replace('_', '-')}": value for name, value in named.items()}, _DATA: digest.hexdigest()}


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
