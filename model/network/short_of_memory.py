"""Runs a network where the memory of its GPU may not do: then with all that can be freed, and in the end on the CPU."""

import warnings
from collections.abc import Callable
from typing import TypeVar

import torch

from model.lack_of_memory import lacks_memory
from model.network.captured import forget
from model.network.tevit import TeViT

T = TypeVar("T")


def with_memory(network: TeViT, work: Callable[[], T]) -> T:
    """``work()``, which runs ``network`` on the device of its weights and may be called up to three times.

    Where its GPU lacks memory, ``work`` is done again without recorded graphs and free blocks, and then on the CPU,
    which takes longer; a warning says so. The network is on its own device again when this returns. A lack of memory on
    the CPU, like every other error, is raised.
    """
    device = next(network.parameters()).device
    if device.type == "cpu":
        return work()
    try:
        return work()
    except (RuntimeError, MemoryError) as error:
        _require_lack(error)
    _make_room(network)
    try:
        return work()
    except (RuntimeError, MemoryError) as error:
        _require_lack(error)
    warnings.warn(
        f"{device} lacks memory, so this part runs on the CPU, which takes longer.", RuntimeWarning, stacklevel=2
    )
    network.to("cpu")
    try:
        _make_room(network)
        return work()
    finally:
        network.to(device)


def _require_lack(error: BaseException) -> None:
    if not lacks_memory(error):
        raise error


def _make_room(network: TeViT) -> None:
    """Give back what the GPU holds only to be faster; recorded graphs would also go on reading moved weights."""
    forget(network)
    torch.cuda.empty_cache()
