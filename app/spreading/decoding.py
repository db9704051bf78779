"""Masks that are decoded when they are asked for."""

from collections.abc import Iterator, Mapping

import numpy as np

from storage import rle
from storage.rle import Rle


class DecodedMasks(Mapping[int, np.ndarray | None]):
    """The masks of a track by frame, bool H x W, None where it is absent.

    Each is decoded anew whenever it is asked for. The given masks of a long range, of all tracks that compete there,
    would fill the memory: a thousand of them in full HD take 2 GB.
    """

    def __init__(self, encoded: Mapping[int, Rle | None]) -> None:
        self._encoded = encoded

    def __getitem__(self, frame: int) -> np.ndarray | None:
        found = self._encoded[frame]
        return None if found is None else rle.decode(found)

    def measured(self, frame: int) -> tuple[tuple[int, int], int] | None:
        """As `model.propagation.spread.MeasuredMasks` asks for it: from the runs alone."""
        found = self._encoded[frame]
        if found is None:
            return None
        height, width = found["size"]
        return (height, width), rle.area(found)

    def __contains__(self, frame: object) -> bool:
        return frame in self._encoded

    def __iter__(self) -> Iterator[int]:
        return iter(self._encoded)

    def __len__(self) -> int:
        return len(self._encoded)
