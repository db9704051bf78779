"""Adapts a network to corrected videos: what it learns from them, what it keeps of what it knew, and how far it goes.

`adapt` is the entry. The trunk (backbone and pyramid) stays as it is, so its features are computed once and cached.
"""

from model.adapting.adapt import Adapted, adapt
from model.adapting.settings import AdaptSettings

__all__ = ["AdaptSettings", "Adapted", "adapt"]
