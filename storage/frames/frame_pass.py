"""All frames of one video in order, to be iterated over and closed: counted as they come, or known before."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Self

import numpy as np

from storage.frames.frame_index import FrameIndex


class FramePass(ABC):
    """An iterator of (k, uint8 H x W x 3 RGB as shown) from frame 0 on; a context manager, used by one thread."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many frames have their final number and time."""

    @property
    @abstractmethod
    def announced(self) -> int:
        """How many frames there will be, as far as is known."""

    @property
    @abstractmethod
    def confirmed(self) -> FrameIndex:
        """The index as far as it is known: final (its `confirmed` True) after the last frame."""

    @abstractmethod
    def close(self) -> None:
        """Stop and close the file. Closing twice is harmless."""

    @abstractmethod
    def __next__(self) -> tuple[int, np.ndarray]:
        """The next frame; raises VideoError."""

    def __iter__(self) -> Iterator[tuple[int, np.ndarray]]:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
