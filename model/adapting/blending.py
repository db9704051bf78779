"""Weights between those before and after training (WiSE-FT, arXiv 2109.01903): the mean forgets less than it loses."""

from collections.abc import Mapping

from torch import Tensor

BLENDS = (0.25, 0.5, 0.75, 1.0)  # shares of the trained weights to choose from; 0 keeps the base


def blended(before: Mapping[str, Tensor], after: Mapping[str, Tensor], share: float) -> dict[str, Tensor]:
    """``share`` (0 to 1) of ``after`` and the rest of ``before``; whole numbers are those of ``before``."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"the share of the trained weights is {share} and not a number from 0 to 1")
    return {
        key: value.lerp(after[key].to(value), share) if value.is_floating_point() and share > 0 else value
        for key, value in before.items()
    }
