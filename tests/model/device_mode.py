"""Finds device mistakes on a CPU: tensors made without naming a device, and reads that a GPU would have to wait for."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

MODEL = Path(__file__).parents[2] / "model"
FACTORIES = frozenset(
    (
        torch.tensor,
        torch.zeros,
        torch.ones,
        torch.full,
        torch.empty,
        torch.arange,
        torch.linspace,
        torch.eye,
        torch.rand,
        torch.randn,
        torch.randint,
        torch.randperm,
    )
)
COPIES = frozenset((torch.tensor, torch.as_tensor, torch.from_numpy, Tensor.new_tensor))
INDEXING = frozenset((Tensor.__getitem__, Tensor.__setitem__))
READS = frozenset(
    (
        Tensor.item,
        Tensor.tolist,
        Tensor.numpy,
        Tensor.cpu,
        Tensor.nonzero,
        torch.nonzero,
        Tensor.__bool__,
        Tensor.__float__,
        Tensor.__int__,
        Tensor.__index__,
        Tensor.unique,
        torch.unique,
        Tensor.masked_select,
        torch.masked_select,
        Tensor.argwhere,
        torch.argwhere,
    )
)
REPEATS = frozenset((Tensor.repeat_interleave, torch.repeat_interleave))


class DeviceWatch(TorchFunctionMode):
    """Notes the functions of `model` that make tensors without a device, those that read values on the host, and those
    that copy values of the host to a device (``copies``).

    A place is named ``folder/file.py function``. An index with a boolean tensor counts as a read: its result has a size
    that only the device knows.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unnamed: set[str] = set()
        self.reads: set[str] = set()
        self.copies: set[str] = set()

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        values = kwargs or {}
        if func in FACTORIES and values.get("device") is None:
            self.unnamed.add(_place())
        if func in COPIES or (func in INDEXING and _holds_list(args[1])):
            self.copies.add(_place())
        if func in READS or _is_hidden_read(func, args, values):
            self.reads.add(_place())
        return func(*args, **values)


def _is_hidden_read(func: Callable[..., Any], args: Sequence[Any], values: Mapping[str, Any]) -> bool:
    """Whether a call reads values on the host because of its arguments: for a size, or since they go to the CPU."""
    if func in INDEXING:
        return _is_boolean(args[1])
    if func is torch.where:
        return len(args) + len(values) == 1
    if func is torch.nn.functional.one_hot:
        return values.get("num_classes", args[1] if len(args) > 1 else -1) < 0
    if func in REPEATS:
        counts = values.get("repeats", args[-1] if args else None)
        return isinstance(counts, Tensor) and values.get("output_size") is None
    # The text alone: a device that a caller chose is an object, and is the CPU in all these tests.
    return func is Tensor.to and "cpu" in [one for one in (*args[1:], *values.values()) if isinstance(one, str)]


def _holds_list(index: Any) -> bool:
    """An index by a list becomes a tensor on the host first."""
    return any(isinstance(part, list | np.ndarray) for part in (index if isinstance(index, tuple) else (index,)))


def _is_boolean(index: Any) -> bool:
    parts = index if isinstance(index, tuple) else (index,)
    return any(isinstance(part, Tensor) and part.dtype == torch.bool for part in parts)


def _place() -> str:
    """The innermost function of `model` on the stack."""
    frame = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        # No comprehension, and no other mode, through which each call passes.
        if path.is_relative_to(MODEL) and not frame.f_code.co_name.startswith(("<", "__torch_function__")):
            return f"{path.relative_to(MODEL)} {frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return "outside of model"
