"""Steadying: of each proposed track the masks of its most typical frames are spread to the frames between them."""

from model.steadying.results import PassingFrames, SourceFrames, steadied_results
from model.steadying.steady import SteadyNetworks, steadied

__all__ = ["PassingFrames", "SourceFrames", "SteadyNetworks", "steadied", "steadied_results"]
