"""Small tensors of constants that lie on their device already, because a copy from the host would be waited for.

A CUDA graph cannot contain such a copy either.
"""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor


def constant(values: Sequence[float], *, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The tensor (len(values),) of these values, the same one for each call; it must not be changed."""
    return _made(tuple(values), dtype, device)


# Without a limit, which replays of CUDA graphs would not count for: they read a constant's memory without a call.
@cache
def _made(values: tuple[float, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    with torch.inference_mode(False):
        return torch.tensor(values, dtype=dtype, device=device)
