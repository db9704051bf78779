"""Run lengths of rle-pack (github.com/thi-ng/umbrella), in which Label Studio keeps its brushes."""

import numpy as np

from storage.formats.errors import refuse


def unpacked(data: bytes, count: int, where: str) -> np.ndarray:
    """The bytes, uint8 of length ``count``, that run lengths of rle-pack hold.

    A head says how many values there are (32 bits), how long one is (5 bits) and how long four kinds of lengths are (4
    bits each). Then each part has a bit, two bits for the kind of its length, its length, and one value that repeats
    (bit 1), or its values (bit 0). Raises FormatError.
    """
    bits = _Bits(np.unpackbits(np.frombuffer(data, np.uint8)), where)
    if bits.number(32) != count:
        refuse(where, f"must hold {count} values, red, green, blue and alpha of each pixel")
    size = bits.number(5) + 1
    kinds = [bits.number(4) + 1 for _ in range(4)]
    found = np.zeros(count, np.uint8)
    at = 0
    while at < count:
        repeats = bits.number(1)
        end = at + 1 + bits.number(kinds[bits.number(2)])
        if end > count:
            refuse(where, f"has more than {count} values")
        found[at:end] = bits.number(size) & 0xFF if repeats else bits.numbers(size, end - at)
        at = end
    return found


class _Bits:
    """Reads numbers of some bits, highest first."""

    def __init__(self, bits: np.ndarray, where: str) -> None:
        self._bits, self._where, self._at = bits, where, 0

    def numbers(self, size: int, count: int) -> np.ndarray:
        """The next ``count`` numbers of ``size`` bits."""
        end = self._at + size * count
        if end > len(self._bits):
            refuse(self._where, "ends before its last value")
        part = self._bits[self._at : end].reshape(count, size).astype(np.int64)
        self._at = end
        return part @ (1 << np.arange(size - 1, -1, -1, dtype=np.int64))

    def number(self, size: int) -> int:
        """The next number of ``size`` bits."""
        return int(self.numbers(size, 1)[0])
