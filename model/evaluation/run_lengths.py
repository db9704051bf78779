"""How many pixels compressed run lengths cover: the library takes codes that end early, and then never returns."""

from collections.abc import Sequence

import numpy as np

MOST_CHARACTERS = 12  # of one number; a longer one would not fit into 64 bits
_FEW_CHARACTERS = 6  # of numbers that fit into 32 bits
_AT_ONCE = 128  # texts whose arrays stay in the fast memory of a processor


def covered(texts: Sequence[bytes], rooms: np.ndarray) -> np.ndarray:
    """Pixels int64 (N,) that the runs of N texts cover, background included; -1 where a run is no possible length.

    Each text has at least one character, only those of the code, and does not end inside a number. rooms: int64 (N,),
    pixels of each whole mask, which no run may exceed.
    """
    found = np.zeros(len(texts), np.int64)
    for start in range(0, len(texts), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        found[part] = _covered(texts[part], rooms[part])
    return found


def _covered(texts: Sequence[bytes], rooms: np.ndarray) -> np.ndarray:
    code = np.frombuffer(b"".join(texts), np.uint8) - np.uint8(48)
    stops = np.flatnonzero(code < 0x20) + 1  # of the numbers; bit 0x20 says that more characters follow
    ends = np.cumsum([0, *map(len, texts)])
    firsts = np.searchsorted(stops, ends[:-1], side="right")  # the first number of each text
    numbers, longest = _numbers(code, stops)
    runs = _runs(numbers, firsts)
    sums = np.add.reduceat(runs, firsts, dtype=np.int64)
    wrong = (np.minimum.reduceat(runs, firsts) < 0) | (np.maximum.reduceat(runs, firsts) > rooms)
    if longest > MOST_CHARACTERS:
        wrong |= np.maximum.reduceat(np.diff(stops, prepend=0), firsts) > MOST_CHARACTERS
    return np.where(wrong, -1, sums)


def _numbers(code: np.ndarray, stops: np.ndarray) -> tuple[np.ndarray, int]:
    """The numbers, signed (M,), that end before ``stops``, and how many characters the longest has.

    Each character holds five bits, lowest first; bit 0x10 of the last one is the sign.
    """
    lengths = np.diff(stops, prepend=0)
    longest = int(lengths.max())
    kind = np.dtype(np.int32 if longest <= _FEW_CHARACTERS else np.int64)
    last = code[stops - 1].astype(kind)
    numbers = last - ((last & 0x10) << 1)
    long = np.flatnonzero(lengths > 1)
    for back in range(2, min(longest, MOST_CHARACTERS) + 1):
        numbers[long] = (numbers[long] << 5) | (code[stops[long] - back] & 0x1F)
        long = long[lengths[long] > back]
    return numbers, longest


def _runs(numbers: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    """The runs: from the fourth number of a text on, each is the difference to the run two places before."""
    later, runs = numbers.copy(), np.empty_like(numbers)
    later[firsts] = 0  # no number is a difference to the first one
    for odd in (0, 1):  # every second number of all texts
        chosen = later[odd::2]
        sums = np.zeros(len(chosen) + 1, numbers.dtype)
        np.cumsum(chosen, out=sums[1:])
        begins = (firsts + 1 - odd) // 2
        before = np.repeat(sums[begins], np.diff(begins, append=len(chosen)))  # what the texts before add up to
        runs[odd::2] = sums[1:] - before
    runs[firsts] = numbers[firsts]
    return runs
