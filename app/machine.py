"""This machine and this process: the device to compute on, the share of a long list, and the priority of the process.

Of several processes that share a list, each one finds its place in the variables of `torchrun` (RANK, WORLD_SIZE,
LOCAL_RANK); any other way of setting these does as well. Background work has a lower priority than the server, so that
the page stays quick; only on Linux, in part on other POSIX systems: elsewhere every process keeps its priority.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from app.errors import BadInput

Item = TypeVar("Item")

# Niceness of background work, 0 to 19 (19: lowest priority). A person waits for a job, but perhaps never for the
# frames that a thread decodes ahead of time.
JOB_NICENESS = 5
THREAD_NICENESS = 10

# Bytes of a checkpoint's file above which its network takes seconds a frame without a GPU.
MOST_ON_CPU = 64 << 20


def choose_device(wanted: str | None) -> str:
    """``wanted`` ('cuda' is 'cuda:0'), without it 'cuda:0' where CUDA works and 'cpu' elsewhere. Imports torch.

    Raises `BadInput` when ``wanted`` is a CUDA device that this machine does not have.
    """
    import torch

    if wanted is None:
        return "cuda:0" if torch.cuda.is_available() else "cpu"
    if wanted.startswith("cuda") and not torch.cuda.is_available():
        raise BadInput(f"The device {wanted} is not there: this machine has no CUDA that torch can use; use cpu.")
    if not wanted.startswith("cuda"):
        return wanted
    number, count = int(wanted.partition(":")[2] or 0), torch.cuda.device_count()
    if number >= count:
        have = "one GPU, cuda:0" if count == 1 else f"{count} GPUs, cuda:0 to cuda:{count - 1}"
        raise BadInput(f"The device {wanted} is not there: this machine has {have}.")
    return f"cuda:{number}"


def slow_here(checkpoint: Path, device: str) -> bool:
    """Whether the network of a checkpoint's file takes seconds a frame on a device. Raises `OSError` without the file.

    Networks of so many bytes were made for a GPU.
    """
    return device == "cpu" and checkpoint.stat().st_size > MOST_ON_CPU


def choose_precision(device: str, wanted: str | None = None) -> str:
    """``wanted``, 'float32' or 'fast'; without it 'fast' on CUDA and 'float32' on every other device."""
    return wanted or ("fast" if device.startswith("cuda") else "float32")


@dataclass(frozen=True)
class Shard:
    """Process ``rank`` of ``count`` processes that share a list, the ``local``-th on its machine (all from 0)."""

    rank: int = 0
    count: int = 1
    local: int = 0
    session: str = ""  # the same for all processes that were started together

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None) -> "Shard":
        """Read from the variables that `torchrun` sets; without them the only process.

        Raises `BadInput` for values that are no numbers or contradict each other.
        """
        found = os.environ if environment is None else environment
        rank, count = _number(found, "RANK", 0), _number(found, "WORLD_SIZE", 1)
        local = _number(found, "LOCAL_RANK", rank)
        if count < 1 or not 0 <= rank < count:
            raise BadInput(f"RANK {rank} and WORLD_SIZE {count} do not go together; start the command with torchrun.")
        names = ("TORCHELASTIC_RUN_ID", "MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RESTART_COUNT")
        return cls(rank, count, local, " ".join(found.get(name, "") for name in names).strip())

    @property
    def first(self) -> bool:
        """Whether this process joins the results of all processes and writes the messages."""
        return self.rank == 0

    def mine(self, items: Sequence[Item]) -> Sequence[Item]:
        """This process's items: every ``count``-th one, starting with number ``rank``."""
        return items[self.rank :: self.count]

    def device(self, wanted: str | None) -> str:
        """The device of this process: ``wanted``, or one GPU of several for each process. Raises `BadInput`."""
        device = choose_device(wanted)
        if self.count == 1 or not device.startswith("cuda") or (wanted or "").startswith("cuda:"):
            return device
        import torch

        return f"cuda:{self.local % torch.cuda.device_count()}"


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"The environment says {name}={text!r}, which is no number; start it with torchrun.") from None


def lower_thread_priority() -> None:
    """Lower the priority of the calling thread below that of all others; nothing happens except on Linux."""
    if sys.platform == "linux":
        _lower_priority(threading.get_native_id(), THREAD_NICENESS)


def lower_process_priority(pid: int) -> None:
    """Lower the priority of a process that leads a session, and of the processes that it will start.

    Linux first shares the CPU between sessions and only then between the processes of a session, so both priorities
    are lowered.
    """
    if sys.platform == "win32":
        return
    _lower_priority(pid, JOB_NICENESS)
    # Kernels without session groups and other systems than Linux do not have this file.
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(JOB_NICENESS))


def _lower_priority(target: int, niceness: int) -> None:
    # Where the system refuses it, the work is done at the normal priority.
    with contextlib.suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, target) < niceness:
            os.setpriority(os.PRIO_PROCESS, target, niceness)
