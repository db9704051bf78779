"""Training one network in several processes, as `torchrun` starts them; a single process has no overhead.

Each process has a rank from 0. Gradients are averaged after each step's backward passes (arXiv 2006.15704 does it
during them); losses are normalised by the positives of all processes, so that a step equals that of one process
with all the clips (official code: `reduce_mean` of the number of positives).
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import Tensor, nn
from torch import distributed as dist

_BUCKET = 16_000_000  # numbers per message
_PATIENCE = timedelta(minutes=30)  # how long the others wait for a process that reads frames slowly


class RanksDisagree(RuntimeError):
    """The processes of a run were started with different arguments or data."""


def started_together() -> int:
    """Number of processes that `torchrun` started, this one included, by its environment variables."""
    return int(os.environ.get("WORLD_SIZE", "1") or 1)


def is_first() -> bool:
    """Whether this is the process that writes files and messages."""
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
    """Connects the processes that `torchrun` started; gives the device of this process.

    ``device`` 'cuda' or 'cuda:N' becomes the GPU with this process's number on its machine.
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
    """The divisor for a sum over this process's ``count`` positives: the mean count of all processes.

    At least one positive in all is assumed, so that a batch without ground truth has a finite loss.
    """
    if ranks() == 1:
        return float(max(count, 1))
    every = float(total(torch.tensor(float(count), device=device)))
    return max(every, 1.0) / ranks()


def equalise(network: nn.Module) -> None:
    """Copies the weights and buffers of rank 0 to every process."""
    if ranks() > 1:
        for value in network.state_dict().values():
            dist.broadcast(value, src=0)


def average_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Replaces each gradient by its mean over the processes; a missing one counts as zeros if others have it.

    All processes must pass the same parameters in the same order.
    """
    learning = [parameter for parameter in parameters if parameter.requires_grad]
    if ranks() == 1 or not learning:
        return
    has_gradient = torch.tensor([float(p.grad is not None) for p in learning], device=learning[0].device)
    anywhere = total(has_gradient).tolist()
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
    """Raises :class:`RanksDisagree` in every process unless all have the same ``value``."""
    if ranks() == 1:
        return
    every: list[object] = [None] * ranks()
    dist.all_gather_object(every, value)
    if any(other != every[0] for other in every):
        raise RanksDisagree(f"the processes of this run do not agree on the {what} ({', '.join(map(str, every))})")


def wait() -> None:
    """Returns when every process has called it."""
    if ranks() > 1:
        dist.barrier()
