"""What a prompt is, and what an adapter has to do to answer one.

A prompter takes plain arrays and returns plain arrays; it reads no files, and one object may answer many prompts, one
after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

SURE = 0.7
"""Least confidence of a mask that is called sure."""


class PromptError(ValueError):
    """A prompt cannot be answered by this prompter; the message is one sentence for the person who gave it."""


@dataclass(frozen=True)
class PromptPoint:
    """A point of the picture, in pixels from its upper left corner, that lies in the thing, or outside of it."""

    x: float
    y: float
    inside: bool


@dataclass(frozen=True, eq=False)
class Prompt:
    """What a person pointed at, in pixels of the picture; pixel (0, 0) covers 0 to 1.

    box: x0, y0, x1, y1 around the thing. points: in the thing or outside of it; a stroke is a row of points. mask: bool
    H x W, an earlier mask of the thing that is to be improved. A prompter says which of them it needs.

    draft: the box is still being drawn, so a quick answer is worth more than the best one.
    """

    box: tuple[float, float, float, float] | None = None
    points: Sequence[PromptPoint] = field(default=())
    mask: np.ndarray | None = None
    draft: bool = False


@dataclass(frozen=True, eq=False)
class PromptedMask:
    """mask: bool H x W, of the picture's size; it may be empty. confidence: 0 to 1, how sure the prompter is of it.

    source: what drew it, for the person, such as "U2-Netp". draft: the same prompt may get a better answer if it is not
    a draft.
    """

    mask: np.ndarray
    confidence: float
    source: str = ""
    draft: bool = False

    @property
    def sure(self) -> bool:
        """Whether the mask may be called sure; else the person is asked to look."""
        return self.confidence >= SURE


class Prompter(Protocol):
    """An adapter: a network or an algorithm that answers prompts."""

    def mask(self, picture: np.ndarray, prompt: Prompt) -> PromptedMask:
        """The thing that ``prompt`` points at in ``picture`` (uint8 H x W x 3 RGB). Raises `PromptError`."""
        ...
