"""Refining: the coarse mask of a thing gets the edges that the thing has in the picture."""

from model.refining.network import RefiningNetwork
from model.refining.refiner import MaskRefiner, RefinerError

__all__ = ["MaskRefiner", "RefinerError", "RefiningNetwork"]
