"""Compressed run lengths of many masks, read at once and without the mask library.

The library takes codes that end early, and then never returns; and it decodes every mask anew in each call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

CODE_CHARACTERS = bytes(range(48, 48 + 64))
MOST_CHARACTERS = 12  # of one number; a longer one would not fit into 64 bits
_FEW_CHARACTERS = 6  # of numbers that fit into 32 bits
_TOO_LARGE = 1 << 29  # above any run
_SIGN = 1 << 31  # the bit of the sign in the lower half of an int64
_AT_ONCE = 1 << 17  # characters whose arrays stay in the fast memory of a processor
# A character holds five bits, lowest first; bit 0x20 says that more follow, and bit 0x10 of the last one is the sign.
_MORE = CODE_CHARACTERS[32:]
_LAST = bytes.maketrans(CODE_CHARACTERS[:32], np.r_[0:16, -16:0].astype(np.int8).tobytes())


@dataclass(frozen=True, slots=True)
class RunLengths:
    """The runs of N masks, down the columns, background first; number N, or -1, stands for no mask.

    ``runs`` int32 of all masks, one after another; those of mask n are [``starts[n]``, ``starts[n + 1]``).
    ``covered`` int64 (N,): pixels of all its runs, -1 where a run is no possible length; nothing else is right there.
    int64 (N + 1,) each: ``rooms``, pixels of the whole mask; ``areas``, those of the object, which begins at pixel
    ``begins`` and ends before pixel ``ends``.
    """

    runs: np.ndarray
    starts: np.ndarray
    covered: np.ndarray
    rooms: np.ndarray
    areas: np.ndarray
    begins: np.ndarray
    ends: np.ndarray


def joined(parts: Sequence[RunLengths]) -> tuple[RunLengths, list[int]]:
    """All masks of some parts, each part once, and what to add to the numbers of each part's masks."""
    shifts: dict[int, int] = {}
    each: list[RunLengths] = []
    count = 0
    for part in parts:
        if id(part) not in shifts:
            shifts[id(part)] = count
            each.append(part)
            count += len(part.covered)
    found = [shifts[id(part)] for part in parts]
    if len(each) == 1:
        return each[0], found
    filled = np.cumsum([0, *(len(part.runs) for part in each)]).tolist()
    starts = [part.starts[:-1] + before for part, before in zip(each, filled, strict=False)]
    names = ("rooms", "areas", "begins", "ends")
    more = [np.concatenate([*(getattr(part, name)[:-1] for part in each), [0]]) for name in names]
    runs, covered = (np.concatenate([getattr(part, name) for part in each]) for name in ("runs", "covered"))
    return RunLengths(runs, np.concatenate([*starts, filled[-1:]]), covered, *more), found


def decode(text: bytes, lengths: np.ndarray, rooms: np.ndarray) -> RunLengths:
    """Reads N codes, which follow each other in ``text``.

    lengths: int64 (N,), characters of each, at least one, only those of the code and not cut off inside a number.
    rooms: int64 (N,), pixels of each whole mask, below 2^31, which no run may exceed.
    """
    runs, counts = np.empty(len(text), np.int32), np.zeros(len(lengths), np.int64)
    covered, areas, begins, ends = np.zeros((4, len(lengths) + 1), np.int64)
    filled = 0
    for span, part in _blocks(text, lengths):
        found, firsts = _numbers(part, lengths[span])
        _add_up(found, firsts)
        counts[span] = many = firsts[1:] - firsts[:-1]
        covered[span], areas[span] = _sums(found, firsts, rooms[span])
        begins[span] = found[firsts[:-1]]
        ends[span] = rooms[span] - np.where(many & 1, found[firsts[1:] - 1], 0)
        runs[filled : filled + firsts[-1]] = found[: firsts[-1]]
        filled += firsts[-1]
    starts = np.concatenate(([0], np.cumsum(counts)))
    return RunLengths(runs[:filled], starts, covered[:-1], np.append(rooms, 0), areas, begins, ends)


def _blocks(text: bytes, lengths: np.ndarray) -> Iterator[tuple[slice, bytes]]:
    """Some codes at a time, and their text."""
    ends = np.cumsum(lengths)
    cuts = (np.flatnonzero(np.diff(ends // _AT_ONCE)) + 1).tolist()
    places = [0, *ends.tolist()]
    for start, stop in pairwise([0, *cuts, len(lengths)] if len(lengths) else []):
        yield slice(start, stop), text[places[start] : places[stop]]


def _numbers(text: bytes, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of N codes, int32, and where each code begins, int64 (N + 1,).

    The numbers end with two or three zeros, which make them even in number; the last place is where the zeros begin.
    A number too large for any run becomes one of 30 bits.
    """
    last = np.frombuffer(text.translate(_LAST, _MORE), np.int8)
    code = np.frombuffer(text, np.uint8)
    more = np.flatnonzero(code >= _MORE[0])
    owners = more - np.arange(len(more))  # the number that each of these characters belongs to
    many = bool(_repeats(owners, _FEW_CHARACTERS).size)
    too_long = _repeats(owners, MOST_CHARACTERS) if many else None
    numbers = np.zeros(len(last) + 2 + len(last) % 2, np.int64 if many else np.int32)
    numbers[: len(last)] = last
    bits = code[more] - np.uint8(_MORE[0])
    for _ in range(MOST_CHARACTERS - 1):
        if not owners.size:
            break
        taken = numbers[owners]
        taken <<= 5
        taken |= bits
        numbers[owners] = taken  # of several characters of one number the last one counts, and the others come later
        left = np.flatnonzero(owners[1:] == owners[:-1])
        owners, bits = owners[left], bits[left]
    if too_long is not None:
        numbers[too_long] = -_TOO_LARGE
        numbers = np.clip(numbers, -_TOO_LARGE, _TOO_LARGE).astype(np.int32)
    ends = np.cumsum(lengths)
    return numbers, np.append(0, ends - np.searchsorted(more, ends))


def _repeats(owners: np.ndarray, most: int) -> np.ndarray:
    """The numbers that have more than ``most`` characters; ``owners`` as there."""
    later = owners[most - 1 :]
    return later[later == owners[: len(later)]]


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Neighbours among the numbers of some codes, the halves of an int64 each, so that both are summed at once.

    The pairs of a code begin with the first that lies in it as a whole. ``begins`` are those places, of the codes that
    have such a pair at all, and ``some`` bool (N,) says which these are.
    """

    values: np.ndarray
    begins: np.ndarray
    some: np.ndarray

    @staticmethod
    def of(numbers: np.ndarray, firsts: np.ndarray) -> "_Neighbours":
        begins = (firsts + 1) // 2
        some = begins[1:] > begins[:-1]
        return _Neighbours(numbers.view(np.int64), begins[:-1][some], some)

    def sums(self) -> np.ndarray:
        """int64, of each code that has a pair."""
        return np.add.reduceat(self.values, self.begins)


def _add_up(numbers: np.ndarray, firsts: np.ndarray) -> None:
    """Makes the numbers, as :func:`_numbers` gives them, runs: from the fourth of a code on, each is a difference.

    It is the difference to the run two places before.
    """
    first = numbers[firsts[:-1]]
    numbers[firsts[:-1]] = 0  # no number is a difference to the first one
    pairs = _Neighbours.of(numbers, firsts)
    values = pairs.values
    values ^= _SIGN  # with the next line: what a negative lower half takes from the upper one
    values -= _SIGN
    values[pairs.begins[1:]] -= pairs.sums()[:-1]  # what the codes before add up to
    np.cumsum(values, out=values)
    numbers[firsts[:-1]], numbers[firsts[-1] :] = first, 0


def _sums(runs: np.ndarray, firsts: np.ndarray, rooms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``covered`` and ``areas`` of :class:`RunLengths` for some codes, whose runs end with zeros as the numbers do."""
    starts, whole = firsts[:-1], runs[: firsts[-1]]
    lowest, highest, most = int(whole.min()), int(whole.max()), int((firsts[1:] - starts).max())
    covered = np.add.reduceat(whole, starts, dtype=np.int32 if highest * most < 1 << 31 else np.int64)
    if lowest < 0 or highest > rooms.min():
        wrong = (np.minimum.reduceat(whole, starts) < 0) | (np.maximum.reduceat(whole, starts) > rooms)
        covered[wrong] = -1
    sums = np.zeros(len(starts), np.int64)
    pairs = _Neighbours.of(runs, firsts)
    sums[pairs.some] = pairs.sums()
    after = np.append(runs[starts[1:]] * (starts[1:] & 1), 0)  # of the next code, in this one's last pair
    return covered, np.where(starts & 1, sums & (1 << 32) - 1, (sums >> 32) - after)
