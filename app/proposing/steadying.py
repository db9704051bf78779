"""Whether the masks of a proposal are made steady, and the windows of a proposal with steady masks.

Steadying compares the features of a small network that comes with the installation; without it masks stay as the
network of the checkpoint gives them. Under the published rule they always do. Imports no torch: the server asks here.
"""

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from app.checkpoints.networks import kept_trunk
from app.errors import BadInput
from model.pretrained import find, missing
from model.tracking.settings import ProposeSettings

if TYPE_CHECKING:
    from model.network.tevit import TeViT
    from model.tracking.whole_video import WindowResult


def why_unsteady() -> str | None:
    """Why masks cannot be made steady on this machine, one sentence; None where they can."""
    return None if find("lite0") is not None else f"Masks cannot be made steady. {missing('lite0')}"


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
    **others: Any,
) -> "Generator[WindowResult]":
    """As `model.tracking.windows.propose`, with steady masks if ``settings.steady``; ``first``: number of the frame.

    ``frames`` begins with frame ``first``; ``others`` are further arguments of that function. Raises what it raises,
    and `model.pretrained.lite0.Lite0Error` for a damaged file.
    """
    from model.tracking import windows

    if not settings.steady:
        return windows.propose(network, frames, settings=settings, cancelled=cancelled, **others)
    from model.steadying import PassingFrames, steadied_results

    kept = PassingFrames(frames, first=first)
    results = windows.propose(network, kept, settings=settings, cancelled=cancelled, **others)
    return steadied_results(results, kept, trunk=kept_trunk(device), cancelled=cancelled)
