"""The network that spreading compares features with, if its weights are installed."""

from typing import TYPE_CHECKING

from model.pretrained import find, missing

if TYPE_CHECKING:
    from model.propagation import Trunk


def load_trunk(device: str = "cpu") -> "tuple[Trunk | None, str]":
    """The network and ""; without its weights None and a sentence that says what brings them.

    Raises `model.pretrained.lite0.Lite0Error` for a damaged file.
    """
    path = find("lite0")
    if path is None:
        return None, f"Spreading by flow alone, which is less exact. {missing('lite0')}"
    from model.pretrained.lite0 import Lite0
    from model.propagation.trunk import Lite0Trunk

    return Lite0Trunk(Lite0.load(path, device)), ""
