"""A candidate for a change of identities, and how the evidence of one becomes its strength."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

KINDS = ("merge", "split", "swap")


@dataclass(frozen=True)
class IdentityCandidate:
    """A change of identities that probably mends an error.

    ``merge``: the thing of the first of ``tracks`` goes on in the second one from ``frame`` on. ``split``: the only one
    of ``tracks`` shows another thing from ``frame`` on. ``swap``: two tracks show each other's things from ``frame``
    on. ``masks`` are those that show it, by track and frame: of each thing the last one before the place and the first
    one after it. ``strength`` 0 to 1 orders candidates of all kinds; ``evidence`` holds figures for people.
    """

    kind: str
    tracks: tuple[str, ...]
    frame: int
    masks: tuple[tuple[str, int], ...]
    strength: float
    evidence: dict[str, float] = field(default_factory=dict)


def strengths(weights: Mapping[str, float], bias: float, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """(N,) 0 to 1: the logistic function of a weighted sum of measures (N,); an unknown one (NaN) says nothing."""
    total = np.asarray(bias, np.float64)
    for name, weight in weights.items():
        total = total + weight * np.nan_to_num(np.asarray(values[name], np.float64))
    return 1.0 / (1.0 + np.exp(-np.clip(total, -50, 50)))
