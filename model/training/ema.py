"""A running mean of a network's weights, which evaluates more steadily than the last weights."""

import copy

import torch
from torch import nn


class WeightAverage:
    """Exponential moving average with a warm-up, so that the random initial weights soon lose their influence."""

    def __init__(self, network: nn.Module, *, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay
        self._updates = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Updates the mean with the network's present weights and buffers."""
        self._updates += 1
        decay = min(self._decay, (1 + self._updates) / (10 + self._updates))
        mean, new = list(self.network.state_dict().values()), list(network.state_dict().values())
        floats = [(a, b) for a, b in zip(mean, new, strict=True) if a.is_floating_point()]
        torch._foreach_lerp_([a for a, _ in floats], [b for _, b in floats], 1 - decay)
        for a, b in zip(mean, new, strict=True):
            if not a.is_floating_point():
                a.copy_(b)

    def state(self) -> dict[str, object]:
        """The state for :meth:`restore`."""
        return {"network": self.network.state_dict(), "updates": self._updates}

    def restore(self, state: dict[str, object]) -> None:
        """Continue from :meth:`state`."""
        self.network.load_state_dict(state["network"])  # type: ignore[arg-type]
        self._updates = int(state["updates"])  # type: ignore[call-overload]
