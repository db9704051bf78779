"""Whether the masks of a proposal are made steady, and the windows of a proposal with steady masks.

Steadying compares the features of a small network that comes with the installation; without it masks stay as the
network of the checkpoint gives them. Under the published rule they always do. Imports no torch: the server asks here.
"""

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from app.checkpoints.networks import kept_networks, why_unsteady
from app.errors import BadInput
from model.tracking.settings import ProposeSettings

if TYPE_CHECKING:
    from model.network.tevit import TeViT
    from model.tracking.whole_video import WindowResult


def choose_steady(settings: ProposeSettings) -> bool:
    """``settings.steady``; where it is None, whether the rule allows it and the small network is installed.

    Raises `BadInput` if it is asked for and cannot be.
    """
    why = why_unsteady()
    if settings.steady and settings.rule != "review":
        raise BadInput("Only the rule review has steady masks; leave --steady away, or take --rule review.")
    if settings.steady and why:
        raise BadInput(why)
    return settings.rule == "review" and why is None if settings.steady is None else settings.steady


def proposed_windows(
    network: "TeViT",
    frames: Iterable[np.ndarray],
    *,
    settings: ProposeSettings,
    device: str,
    first: int = 0,
    cancelled: Callable[[], bool],
    on_window: Callable[[int, int], None] = lambda done, expected: None,
    **others: Any,
) -> "Generator[WindowResult]":
    """As `model.tracking.windows.propose`, with steady masks if ``settings.steady``; ``first``: number of the frame.

    ``frames`` begins with frame ``first``; ``others`` are further arguments of that function. Raises what it raises,
    and `model.pretrained.lite0.Lite0Error` for a damaged file.
    """
    from model.tracking import windows

    if not settings.steady:
        return windows.propose(network, frames, settings=settings, cancelled=cancelled, on_window=on_window, **others)
    from model.steadying import PassingFrames, steadied_results

    kept = PassingFrames(frames, first=first)
    told = _Told(on_window, others["expected"])
    results = windows.propose(network, kept, settings=settings, cancelled=cancelled, on_window=told.network, **others)
    return told.steady(steadied_results(results, kept, networks=kept_networks(device), cancelled=cancelled))


class _Told:
    """Progress: the network's frames count half until they are steady."""

    def __init__(self, on_window: Callable[[int, int], None], expected: int) -> None:
        self._on_window, self._expected, self._steady = on_window, expected, 0

    def network(self, done: int, expected: int) -> None:
        """The network has processed so many frames."""
        self._on_window(self._steady + max(done - self._steady, 0) // 2, expected)

    def steady(self, results: "Generator[WindowResult]") -> "Generator[WindowResult]":
        """The results, each of which is told once it was taken. Closing the generator closes them."""
        try:
            for result in results:
                yield result
                self._steady = result.stop
                self._on_window(result.stop, max(self._expected, result.stop))
        finally:
            results.close()
