"""Finds tracks whose identity is probably wrong, each with the change that mends it: merge, split or swap.

A track may have been broken in two, may have gone over to another thing, or may have exchanged things with another one.
Places, movement, sizes and colours of masks are compared over many frames, so that things are told apart also when they
were hidden for a while.
"""

from .candidates import find_candidates
from .found import KINDS, IdentityCandidate
from .track_looks import LookCollector, TrackLook

__all__ = ["KINDS", "IdentityCandidate", "LookCollector", "TrackLook", "find_candidates"]
