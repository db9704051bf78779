"""Places in time: which of many are questions of their own."""

from collections.abc import Iterator

import numpy as np


def peaks(at: np.ndarray, strength: np.ndarray, apart: int, *, least: float) -> Iterator[int]:
    """Indices of the strongest of the places ``at`` (N,), at least ``least`` strong, more than ``apart`` apart."""
    taken: list[int] = []
    for n in np.argsort(-strength, kind="stable").tolist():
        if strength[n] < least:
            return
        if all(abs(int(at[n]) - other) > apart for other in taken):
            taken.append(int(at[n]))
            yield n
