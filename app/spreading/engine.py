"""What computes a spread in the worker: the engine with its network, which stays loaded between spreads."""

from functools import cache, partial

from app.machine import choose_device
from app.spreading.into_drafts import Spreader
from app.spreading.networks import load_trunk
from model.propagation import SpreadSettings, spread


def make_spreader(device: str | None) -> Spreader:
    """The engine on ``device`` (None: chosen); without the network's weights by flow and colours alone."""
    return _loaded(choose_device(device))


@cache
def _loaded(device: str) -> Spreader:
    trunk, _ = load_trunk(device)
    return partial(spread, trunk=trunk, settings=SpreadSettings())
