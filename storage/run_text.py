"""The text of uncompressed run lengths, as JSON has it: made by table, many masks at once.

A number below 1000 is one entry of the table, which holds its digits and the comma behind it. A larger one is cut into
groups of three digits. An entry has four bytes, of which it uses as many as the number has digits, and the comma.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from storage.rle import Rle, Runs, runs_in_parts

_GROUP = 1000
_ALONE, _FIRST, _INNER, _LAST = (_GROUP * k for k in range(4))  # where the table has each kind of group


class _DigitTable(NamedTuple):
    """``cells``: uint32 (4000,), four bytes of text; ``used``: the same shape, four bools; ``lengths``: int64."""

    cells: np.ndarray
    used: np.ndarray
    lengths: np.ndarray


def run_texts(rles: Sequence[Rle]) -> list[str]:
    """The uncompressed counts of each mask, such as ``[12,3,5]``; raises RleError."""
    return [text for part in runs_in_parts(rles) for text in _texts(part)]


def _texts(runs: Runs) -> Iterator[str]:
    table = _table()
    entries, firsts = _entries(runs)
    used = table.used[entries].view(bool)
    text = table.cells[entries].view(np.uint8)[used].tobytes().decode("ascii")
    first = 0
    for stop in np.cumsum(np.add.reduceat(table.lengths[entries], firsts)).tolist():
        yield f"[{text[first : stop - 1]}]"  # without the last comma
        first = stop


def _entries(runs: Runs) -> tuple[np.ndarray, np.ndarray]:
    """Places in the table, int64 (M,), of all numbers one after another; and where those of each mask begin."""
    large = np.flatnonzero(runs.numbers >= _GROUP)
    values = runs.numbers[large]
    groups = np.ones(runs.numbers.size, np.int64)
    groups[large] += 1 + (values >= _GROUP**2)  # a mask has fewer than 10^9 pixels
    entries, stops = np.repeat(runs.numbers, groups), np.cumsum(groups)
    last, longest = stops[large] - 1, values >= _GROUP**2
    entries[last] = _LAST + values % _GROUP
    entries[last - 1] = np.where(longest, _INNER + values // _GROUP % _GROUP, _FIRST + values // _GROUP)
    entries[last[longest] - 2] = _FIRST + values[longest] // _GROUP**2
    return entries, stops[runs.firsts] - groups[runs.firsts]


@cache
def _table() -> _DigitTable:
    forms = ("{},", "{}", "{:03d}", "{:03d},")
    texts = [form.format(number).encode() for form in forms for number in range(_GROUP)]
    cells = np.frombuffer(b"".join(text.ljust(4, b"\0") for text in texts), np.uint32)
    used = cells.view(np.uint8) != 0
    return _DigitTable(cells, used.view(np.uint32), used.reshape(-1, 4).sum(axis=1, dtype=np.int64))
