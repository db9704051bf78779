"""The common interface of passes over all frames of a video, whether they are counted or only read."""

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
        """Number of frames whose number and time are final."""

    @property
    @abstractmethod
    def announced(self) -> int:
        """Expected number of frames."""

    @property
    @abstractmethod
    def confirmed(self) -> FrameIndex:
        """The current index: final (its `confirmed` True) after the last frame."""

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
