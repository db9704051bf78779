"""Reading backward in blocks gives the same frames with few jumps."""

from collections.abc import Iterator

import numpy as np

from app.spreading.reading import BLOCK, BothWays


class Counting:
    """A reader that counts jumps: a read that does not go on where the last one ended."""

    def __init__(self) -> None:
        self.jumps, self._next = 0, 0

    def read_range(self, start: int, stop: int) -> Iterator[tuple[int, np.ndarray]]:
        for k in range(start, stop):
            self.jumps += k != self._next
            self._next = k + 1
            yield k, np.full((2, 3, 3), k, np.uint8)


def test_frames_are_right_in_both_directions_with_a_jump_a_block() -> None:
    reader = Counting()
    both = BothWays(reader)  # type: ignore[arg-type]
    order = [*range(100), *range(99, -1, -1), 5, 3, 50, 51]

    assert [int(both.read(k)[0, 0, 0]) for k in order] == order
    assert reader.jumps <= 100 // BLOCK + 6
