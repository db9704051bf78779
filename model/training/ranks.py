"""Several processes that train one network together, as `torchrun` starts them; with one process all of this is free.

Each process has a rank from 0. Gradients are averaged after each step's backward passes (arXiv 2006.15704 does it
during them); losses are normalised by the truth of all processes, so that the step is that of one process with all
the clips (official code: `reduce_mean` of the number of positives).
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import Tensor, nn
from torch import distributed as dist

_BUCKET = 16_000_000  # numbers that travel together
_PATIENCE = timedelta(minutes=30)  # for a process that reads slow frames while the others wait


class RanksDisagree(RuntimeError):
    """The processes of a run were started with different orders or data."""


def started_together() -> int:
    """Number of processes that `torchrun` started beside and including this one, by its environment."""
    return int(os.environ.get("WORLD_SIZE", "1") or 1)


def is_first() -> bool:
    """Is this the process that writes files and speaks?"""
    return rank() == 0


def rank() -> int:
    """Number of this process, from 0."""
    return dist.get_rank() if _joined() else 0


def ranks() -> int:
    """Number of processes that train together; 1 outside of :func:`joined`."""
    return dist.get_world_size() if _joined() else 1


def _joined() -> bool:
    return dist.is_available() and dist.is_initialized()


@contextmanager
def joined(device: str) -> Iterator[str]:
    """Inside, the processes that `torchrun` started know of each other; gives this process's own device.

    ``device`` 'cuda' or 'cuda:N' becomes the one of this process's place on its machine.
    """
    if started_together() == 1:
        yield device
        return
    cuda = device.startswith("cuda")
    own = f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if cuda else device
    if cuda:
        torch.cuda.set_device(own)
    dist.init_process_group("nccl" if cuda else "gloo", timeout=_PATIENCE)
    try:
        yield own
    finally:
        dist.destroy_process_group()


def total(values: Tensor) -> Tensor:
    """Sum of ``values`` over the processes, on the same device."""
    if ranks() == 1:
        return values
    values = values.clone()
    dist.all_reduce(values)
    return values


def share_of_positives(count: float, device: torch.device | str) -> float:
    """What a sum over this process's ``count`` positives is divided by: the mean count of all processes.

    At least one positive in all is assumed, so that a batch without truth has a finite loss.
    """
    if ranks() == 1:
        return float(max(count, 1))
    every = float(total(torch.tensor(float(count), device=device)))
    return max(every, 1.0) / ranks()


def equalise(network: nn.Module) -> None:
    """Give every process the weights and buffers of rank 0."""
    if ranks() > 1:
        for value in network.state_dict().values():
            dist.broadcast(value, src=0)


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replace each gradient by its mean over the processes; one without gradient counts as zeros where others have it.

    All processes must pass the same parameters in the same order.
    """
    learning = [parameter for parameter in parameters if parameter.requires_grad]
    if ranks() == 1 or not learning:
        return
    there = torch.tensor([float(p.grad is not None) for p in learning], device=learning[0].device)
    anywhere = total(there).tolist()
    wanted = [parameter for parameter, known in zip(learning, anywhere, strict=True) if known]
    for bucket in _buckets(wanted):
        flat = torch.cat([_gradient(parameter).flatten() for parameter in bucket])
        dist.all_reduce(flat)
        flat /= ranks()
        for parameter, part in zip(bucket, flat.split([p.numel() for p in bucket]), strict=True):
            parameter.grad = part.view_as(parameter).clone()


def _gradient(parameter: nn.Parameter) -> Tensor:
    return torch.zeros_like(parameter) if parameter.grad is None else parameter.grad


def _buckets(parameters: list[nn.Parameter]) -> Iterator[list[nn.Parameter]]:
    bucket: list[nn.Parameter] = []
    for parameter in parameters:
        if bucket and sum(p.numel() for p in bucket) + parameter.numel() > _BUCKET:
            yield bucket
            bucket = []
        bucket.append(parameter)
    if bucket:
        yield bucket


def require_agreement(what: str, value: int) -> None:
    """Raise :class:`RanksDisagree` on every process unless all were given the same ``value``."""
    if ranks() == 1:
        return
    every: list[object] = [None] * ranks()
    dist.all_gather_object(every, value)
    if any(other != every[0] for other in every):
        raise RanksDisagree(f"the processes of this run do not agree on the {what} ({', '.join(map(str, every))})")


def wait() -> None:
    """Return when every process has come here."""
    if ranks() > 1:
        dist.barrier()
