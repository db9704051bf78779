"""How alike runs of looks are: means over windows of two tracks, for many places at once."""

import numpy as np

from .track_looks import TrackLook


class Likeness:
    """Mean likeness between runs of looks of two tracks, or of one track; each pair counts by its trust.

    The two tracks may be one: a look is not compared with itself then.
    """

    def __init__(self, one: TrackLook, other: TrackLook) -> None:
        weight = one.trust[:, None].astype(np.float64) * other.trust[None]
        if one is other:
            np.fill_diagonal(weight, 0.0)
        alike = np.clip(one.looks @ other.looks.T, 0.0, 1.0)
        self._sums = _summed(weight * alike)
        self._weights = _summed(weight)

    def mean(self, rows: tuple[np.ndarray, np.ndarray], columns: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        """(N,) of runs [start, stop) of both tracks, by index of the look, each (N,); NaN where nothing is known."""
        weight = _block(self._weights, rows, columns)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(weight > 1e-3, _block(self._sums, rows, columns) / weight, np.nan)


def _summed(values: np.ndarray) -> np.ndarray:
    """Sums over all rows and columns before each place, (S + 1, S' + 1)."""
    out = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    out[1:, 1:] = values.cumsum(axis=0).cumsum(axis=1)
    return out


def _block(sums: np.ndarray, rows: tuple[np.ndarray, np.ndarray], columns: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    (r0, r1), (c0, c1) = rows, columns
    return sums[r1, c1] - sums[r0, c1] - sums[r1, c0] + sums[r0, c0]


def windows(one: TrackLook, at: np.ndarray, reach: int) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Runs of up to ``reach`` looks before and from frames ``at`` (N,) on, each as (start, stop) indices (N,)."""
    middle = np.searchsorted(one.seen, at)
    return (np.maximum(middle - reach, 0), middle), (middle, np.minimum(middle + reach, len(one.seen)))
