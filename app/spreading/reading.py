"""Frames for spreading, which goes backward as well as forward."""

import numpy as np

from storage.frames import Reader

BLOCK = 16  # frames that are decoded at once when going backward


class BothWays:
    """Reads frames by number. A step backward decodes a block of frames before it, so that few seeks are needed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._block: dict[int, np.ndarray] = {}
        self._last = -1

    def read(self, k: int) -> np.ndarray:
        """Frame ``k``, uint8 H x W x 3 RGB. Raises what the reader raises."""
        if k not in self._block:
            first = max(0, k - BLOCK + 1) if k < self._last else k
            self._block = dict(self._reader.read_range(first, k + 1))
        self._last = k
        return self._block[k]
