"""What computes a spread in the worker: the engine with its network, which stays loaded between spreads."""

from functools import cache, partial

from app.machine import choose_device
from app.spreading.into_drafts import Spreader
from app.spreading.networks import load_trunk
from model.pretrained import find
from model.propagation import SpreadSettings, Trunk, spread


def make_spreader(device: str | None) -> Spreader:
    """The engine on ``device`` (None: chosen); without the network's weights by flow and colours alone."""
    chosen = choose_device(device)
    # Weights that are missing may come while the worker lives: only what was found is kept.
    trunk = _trunk(chosen) if find("lite0") is not None else None
    return partial(spread, trunk=trunk, settings=SpreadSettings())


@cache
def _trunk(device: str) -> Trunk | None:
    return load_trunk(device)[0]
