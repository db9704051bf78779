"""Finds masks of people that are probably not of their track in their frame, before a network learns from them.

Imports, slips of the hand and broken scripts put masks where they do not belong. Such a mask does not continue the
masks before and after it, has other colours than its track, or follows no edge of the picture. The weights of this
evidence are those of a logistic regression; see the README beside this file.
"""

from .search import MaskSearch, SuspiciousMask

__all__ = ["MaskSearch", "SuspiciousMask"]
