"""What spreading returns for a frame."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

DOUBTED = 0.5
"""Confidence below which a guess needs a look."""
UNLIKE = 0.86
"""Mean similarity of the features to those of a given frame below which a guess needs a look, whatever supports it."""


@dataclass(frozen=True, eq=False)
class Guess:
    """One track in one frame.

    mask: bool H x W of the video's size, never empty; None: believed absent (hidden, or out of the frame). confidence:
    0 to 1, an estimate of the IoU with what a person would draw there (of an absence: how sure it is). needs_look: the
    kinds of evidence differ, there is too little of it, what lies in the mask is unlike what was given, or the track
    was hidden on the way from the given frame. lost: nothing supports the guess any more (beyond a cut, or long
    hidden), so that a caller who stops there loses nothing; it stays so until the track is found again.
    """

    mask: np.ndarray | None
    confidence: float
    needs_look: bool
    lost: bool = False


@dataclass(frozen=True, eq=False)
class SpreadFrame:
    """Guesses for one frame: track -> guess. Tracks that a person gave in this frame are not among them.

    final: False for a first look, from the frames before only; a final one of the same frame follows.
    """

    frame: int
    guesses: Mapping[int, Guess]
    final: bool = True
