"""One process of several that share a long list: which part is its own, and on which device it works.

`torchrun` says so in the environment (RANK, WORLD_SIZE, LOCAL_RANK), and any other way of setting these does as well.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.checkpoints.warm import choose_device
from app.errors import BadInput

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """Process ``rank`` of ``count``, the ``local``-th on its machine (all from 0)."""

    rank: int = 0
    count: int = 1
    local: int = 0
    session: str = ""  # the same for all processes that were started together

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] | None = None) -> "Shard":
        """What the environment says; one process alone where it says nothing. Raises `BadInput`."""
        found = os.environ if environment is None else environment
        rank, count = _number(found, "RANK", 0), _number(found, "WORLD_SIZE", 1)
        local = _number(found, "LOCAL_RANK", rank)
        if count < 1 or not 0 <= rank < count:
            raise BadInput(f"RANK {rank} and WORLD_SIZE {count} do not go together; start the command with torchrun.")
        names = ("TORCHELASTIC_RUN_ID", "MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RESTART_COUNT")
        return cls(rank, count, local, " ".join(found.get(name, "") for name in names).strip())

    @property
    def first(self) -> bool:
        """Whether it is the one that puts everything together and speaks for all."""
        return self.rank == 0

    def mine(self, items: Sequence[Item]) -> Sequence[Item]:
        """Every ``count``-th item, from the ``rank``-th on."""
        return items[self.rank :: self.count]

    def device(self, wanted: str | None) -> str:
        """The device of this process: of several GPUs its own, unless one is named. Raises `BadInput`."""
        device = choose_device(wanted)
        if self.count == 1 or not device.startswith("cuda") or (wanted or "").startswith("cuda:"):
            return device
        import torch

        return f"cuda:{self.local % torch.cuda.device_count()}"


def _number(environment: Mapping[str, Any], name: str, default: int) -> int:
    text = environment.get(name, "")
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise BadInput(f"The environment says {name}={text!r}, which is no number; start it with torchrun.") from None
