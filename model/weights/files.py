"""Reads weight files of any layout, PyTorch (`.pth`) and safetensors; code in them is never executed."""

import io
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from model.weights.foreign import is_archive, other_file
from model.weights.inflation import growth_problem

# Errors of torch.load for files that are not PyTorch files: any byte may be read as a pickle instruction.
_UNREADABLE = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    RuntimeError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    ImportError,
    struct.error,
)
# Training frameworks leave numpy numbers in a file's notes (a best score, a learning rate); they are allowed as data.
_SCALAR = np.float64(0).__reduce__()[0]  # type: ignore[index]
_NUMBERS: list[Any] = [
    (_SCALAR, "numpy.core.multiarray.scalar"),
    (_SCALAR, "numpy._core.multiarray.scalar"),
    np.dtype,
    *(type(np.dtype(kind)) for kind in ("float64", "float32", "int64", "int32")),
]
_NESTED = ("state_dict", "model")  # entry with the weights: mmdetection and mmcls, Swin; else the whole file


class CheckpointError(ValueError):
    """A file that is no checkpoint, or does not fit its configuration; the message names file and key."""


@dataclass(frozen=True)
class WeightFile:
    """The content of a file: tensors by key, and its notes."""

    path: Path
    state: dict[str, Tensor]
    meta: dict[str, Any] = field(default_factory=dict)  # mmdetection's notes, or the metadata of a safetensors file
    place: str | None = None  # the entry that held the weights: 'state_dict', 'model', or None for the file itself


class WatchedFile(io.BufferedReader):
    """An open file that calls ``check`` before each piece that is read; what ``check`` raises ends the reading."""

    def __init__(self, path: Path, check: Callable[[], None]) -> None:
        super().__init__(io.FileIO(path))
        self._check = check

    def read(self, size: int | None = -1, /) -> bytes:
        """As of any file."""
        self._check()
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        """As of any file."""
        self._check()
        return super().readinto(buffer)


def is_safetensors(path: Path) -> bool:
    """Whether a file is named as one of safetensors; the case of the letters does not matter."""
    return path.suffix.lower() == ".safetensors"


def read_weights(path: Path, *, check: Callable[[], None] = lambda: None) -> WeightFile:
    """Tensors of a `.safetensors` or PyTorch file; a leading ``module.`` of every key (parallel training) is left out.

    ``check`` is called before each tensor is read, since a large file takes long; what it raises ends the reading.

    Raises :class:`CheckpointError` for a file that is missing, cannot be read, or holds anything but tensors.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: there is no such checkpoint file")
    if is_safetensors(path):
        state, meta = _safetensors(path, check)
        return WeightFile(path, state, meta)
    content = _torch(path, check)
    place = next((name for name in _NESTED if isinstance(content.get(name), Mapping)), None)
    state = dict(content[place] if place else content)
    notes: Any = content.get("meta") if place else None
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise CheckpointError(f"{path}: {key!r} is no tensor but {type(value).__name__}, so this is no checkpoint")
    if not state:
        raise CheckpointError(f"{path}: there are no weights in it")
    if all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): value for key, value in state.items()}
    return WeightFile(path, state, dict(notes) if isinstance(notes, Mapping) else {}, place)


def _safetensors(path: Path, check: Callable[[], None]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    state = {}
    try:
        with safe_open(path, framework="pt") as file:
            for key in file.keys():  # noqa: SIM118
                check()
                state[key] = file.get_tensor(key)
            return state, dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        reason = getattr(error, "strerror", None) or other_file(path) or "it is no safetensors file, or it is cut off"
        raise CheckpointError(f"{path}: this is no readable safetensors file ({reason})") from error


def _torch(path: Path, check: Callable[[], None]) -> Mapping[str, Any]:
    try:
        grows = growth_problem(path, check=check)
        if grows:
            raise CheckpointError(f"{path}: {grows}; it was not read")
        with WatchedFile(path, check) as file, torch.serialization.safe_globals(_NUMBERS):
            content = torch.load(file, map_location="cpu", weights_only=True)
    except CheckpointError:
        raise
    except _UNREADABLE as error:
        raise CheckpointError(f"{path}: this is no readable PyTorch checkpoint ({_why(path, error)})") from error
    if not isinstance(content, Mapping):
        raise CheckpointError(f"{path}: a PyTorch file of a {type(content).__name__}, without a 'state_dict'")
    return content


def _why(path: Path, error: Exception) -> str:
    """Why a PyTorch file cannot be read, in our words: torch's message advises to execute the code in the file."""
    refused = getattr(error, "strerror", None)
    if refused:
        return str(refused)
    if isinstance(error, pickle.UnpicklingError) and is_archive(path):
        return "it holds more than weights and plain values, which is never run, or it is damaged"
    return other_file(path) or "it is no PyTorch or safetensors file, or it is cut off"


def require_numbers(path: Path, state: Mapping[str, Tensor]) -> None:
    """Raise :class:`CheckpointError` for the first weight that holds NaN or an infinity, by its key."""
    for key, value in state.items():
        if not value.is_floating_point():
            continue
        # One sum is quicker than a look at each number; only where it is no number can one of them be none.
        total = value.sum(dtype=torch.float32 if value.element_size() < 4 else None)
        if torch.isfinite(total):
            continue
        wrong = int((~torch.isfinite(value)).sum())
        if wrong:
            raise CheckpointError(
                f"{path}: the weight {key} is not sound: {wrong} of its {value.numel()} numbers are NaN or infinite, "
                "as after a training that diverged; take an earlier checkpoint"
            )
