"""COCO run-length encodings of masks: pure functions on arrays and small dicts. The only decoder of their text.

An RLE is `{"size": [height, width], "counts": str}` with compressed counts, as in JSON files. Runs go down the columns
of the mask and alternate between background and mask, starting with background. Masks are bool H x W.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypedDict

import numpy as np
from pycocotools import mask

from storage.errors import StorageError


class Rle(TypedDict):
    """A mask in COCO's compressed form: ``size`` is [height, width] in pixels, ``counts`` is ASCII text."""

    size: list[int]
    counts: str


# Its type stubs cover neither plain dicts nor the result of `iou`.
coco: Any = mask

# Bounds for values in files, so that a hostile file gives an error instead of filling the memory.
MAX_PIXELS = 1 << 28
MAX_COORDINATE = 1e5
_SHORT = 400  # characters up to which a loop reads RLEs faster than arrays do
_CODES = bytes(range(48, 48 + 64))  # the characters of RLEs
_NUMBERS = bytes(max(character - 48, 0) for character in range(256))  # from a character to its six bits
_AT_ONCE = 255  # RLEs that are decoded in one go; `area` of pycocotools fails on more


class RleError(StorageError, ValueError):
    """An encoding is not a valid mask of its size; the message gives the reason."""


def encode(pixels: np.ndarray) -> Rle:
    """RLE of a mask: bool (or 0 and not 0) H x W."""
    if pixels.ndim != 2:
        raise RleError(f"a mask has two axes, height and width, but this array has the shape {pixels.shape}")
    return _with_text(coco.encode(np.asfortranarray(pixels != 0, dtype=np.uint8)))


def decode(rle: Rle) -> np.ndarray:
    """The mask of an RLE, bool H x W; raises RleError if the RLE is invalid."""
    counts = uncompress(rle)
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(rle["size"], order="F")


def canonical(rle: Rle) -> Rle:
    """The canonical RLE of a mask: only its first run may have length 0. Raises RleError."""
    return canonical_all([rle])[0]


def canonical_all(rles: Sequence[Rle]) -> list[Rle]:
    """As `canonical`, of each of many RLEs; the RLEs that are canonical already are returned themselves."""
    if sum(len(rle["counts"]) for rle in rles) <= _SHORT and all(map(_is_canonical, rles)):
        return list(rles)
    found: list[Rle] = []
    for part in _parts(rles):
        runs = _runs_of(part)
        empty = runs.numbers == 0
        empty[runs.firsts] = False
        odd = np.logical_or.reduceat(empty, runs.firsts).tolist()
        found += [_respelled(rle) if is_odd else rle for rle, is_odd in zip(part, odd, strict=True)]
    return found


def _is_canonical(rle: Rle) -> bool:
    """Whether an RLE is valid and canonical; a loop, which is faster for one stroke than arrays are."""
    text = _counts_bytes(rle)
    if text.translate(None, _CODES):
        return False
    runs: list[int] = []
    number = shift = 0
    for code in text.translate(_NUMBERS):
        if not shift and code < 0x20:  # most numbers have one character
            number = code - ((code & 0x10) << 1)
        elif shift > 55:
            return False
        else:
            number |= (code & 0x1F) << shift
            shift += 5
            if code & 0x20:
                continue
            number -= (code & 0x10) << (shift - 4)
        runs.append(number + runs[-2] if len(runs) > 2 else number)
        number = shift = 0
    whole = bool(runs) and not shift and runs[0] >= 0 and min(runs[1:], default=1) > 0
    return whole and sum(runs) == _pixels(rle)


def _respelled(rle: Rle) -> Rle:
    return compress(without_empty_runs(uncompress(rle)), *rle["size"])


def without_empty_runs(counts: Sequence[int]) -> list[int]:
    """Counts of the same mask in which only the first run may have length 0."""
    merged = [0]
    for place, count in enumerate(counts):
        # Runs alternate, so between two of the same kind there are only empty ones.
        if count and place % 2 == (len(merged) - 1) % 2:
            merged[-1] += count
        elif count:
            merged.append(count)
    return merged


def empty(height: int, width: int) -> Rle:
    """RLE of a mask without a pixel."""
    return compress([height * width], height, width)


def compress(counts: Sequence[int], height: int, width: int) -> Rle:
    """RLE from uncompressed counts, kept unchanged; raises RleError unless they add up to height x width."""
    _check_size(height, width)
    plain = _plain_counts(counts)
    if plain is not None and int(plain.sum()) == height * width:
        return _with_text(coco.frPyObjects({"size": [height, width], "counts": plain}, height, width))
    try:
        whole = np.asarray(counts)
    except ValueError as error:  # lists of different lengths inside
        raise RleError("counts must be a list of whole numbers") from error
    if whole.ndim != 1 or whole.size == 0 or whole.dtype.kind not in "iuf" or (whole != np.floor(whole)).any():
        raise RleError("counts must be a list of whole numbers")
    # Each run is checked before the sum, because a sum of very large runs could overflow.
    if (whole < 0).any() or (whole > height * width).any() or whole.sum() != height * width:
        raise RleError(_must_add_up(height, width))
    return _with_text(coco.frPyObjects({"size": [height, width], "counts": whole.astype(int).tolist()}, height, width))


def _plain_counts(counts: Sequence[int]) -> np.ndarray | None:
    """Counts as uint32 (N,) if they are a list of ints from 0 on, as in nearly every file; else None."""
    if not isinstance(counts, list) or not counts or bool in map(type, (counts[0], counts[-1])):
        return None
    try:
        return np.frombuffer(array("I", counts), np.uint32)
    except (TypeError, OverflowError):
        return None


def _must_add_up(height: int, width: int) -> str:
    return f"counts must be 0 or more and add up to {height} x {width} = {height * width} pixels"


def uncompress(rle: Rle) -> list[int]:
    """Uncompressed counts of an RLE; raises RleError if the string is not a valid encoding of its size."""
    return uncompress_all([rle])[0]


def uncompress_all(rles: Sequence[Rle]) -> list[list[int]]:
    """Uncompressed counts of many RLEs; raises RleError, as `uncompress` does for the first that is not valid."""
    return [counts for runs in runs_in_parts(rles) for counts in _as_lists(runs)]


def runs_in_parts(rles: Sequence[Rle]) -> Iterator["Runs"]:
    """The counts of all RLEs, of some hundred at a time; raises RleError."""
    return map(_runs_of, _parts(rles))


def _parts(rles: Sequence[Rle]) -> Iterator[Sequence[Rle]]:
    """The RLEs in parts that are decoded at once, so that the arrays stay small."""
    return (rles[first : first + _AT_ONCE] for first in range(0, len(rles), _AT_ONCE))


def _as_lists(runs: "Runs") -> list[list[int]]:
    plain = runs.numbers.tolist()
    return [plain[first:stop] for first, stop in zip(runs.firsts.tolist(), runs.stops.tolist(), strict=True)]


@dataclass(frozen=True)
class Runs:
    """Uncompressed counts of many RLEs, one after another: int64 (N,); those of RLE k are [firsts[k], stops[k])."""

    numbers: np.ndarray
    firsts: np.ndarray
    stops: np.ndarray


def _runs_of(rles: Sequence[Rle]) -> Runs:
    """The counts of at least one RLE; raises RleError."""
    texts = [_counts_bytes(rle) for rle in rles]
    sizes = np.array([_pixels(rle) for rle in rles], np.int64)
    code = np.frombuffer(b"".join(texts), dtype=np.uint8).astype(np.int64) - 48
    ends = np.cumsum([len(text) for text in texts])  # of each text in `code`
    whole = all(texts) and not (code < 0).any() and not (code > 63).any() and not (code[ends - 1] & 0x20).any()
    if not whole:
        raise RleError("counts is not a compressed run-length string")
    # Five bits per character, lowest first. Bit 0x20: more characters follow. Bit 0x10 of the last one: the sign.
    last = (code & 0x20) == 0
    starts = np.flatnonzero(np.concatenate(([True], last[:-1])))
    place = np.arange(code.size) - np.repeat(starts, np.diff(np.append(starts, code.size)))
    if place.max() > 11:
        raise RleError("counts holds a number that is too large")
    numbers = np.add.reduceat((code & 0x1F) << (5 * place), starts)
    negative = (code[last] & 0x10) != 0
    numbers -= np.where(negative, np.int64(1) << (5 * (place[last] + 1)), 0)
    stops = np.searchsorted(starts, ends)  # of the numbers of each RLE
    firsts = np.concatenate(([0], stops[:-1]))
    # From the fourth number on, each is the difference to the number two places before.
    at = np.arange(numbers.size) - np.repeat(firsts, stops - firsts)
    for parity in (1, 0):
        _add_up(numbers, np.flatnonzero((at % 2 == parity) & (at > 0)), at)
    # Each run is checked before the sum, because a sum of very large runs could overflow.
    in_range = (numbers >= 0).all() and (numbers <= np.repeat(sizes, stops - firsts)).all()
    if not in_range or (np.add.reduceat(numbers, firsts) != sizes).any():
        raise RleError(_wrong_sum(rles, numbers, firsts, stops))
    return Runs(numbers, firsts, stops)


def _add_up(numbers: np.ndarray, places: np.ndarray, at: np.ndarray) -> None:
    """Replace the numbers at every second place of each RLE by their running sums; ``at`` is the place in its RLE."""
    sums = np.cumsum(numbers[places])
    is_first = at[places] <= 2
    before = np.where(is_first, sums - numbers[places], 0)
    # The sum before the first place of an RLE holds for all places of that RLE.
    group = np.cumsum(is_first) - 1
    if places.size:
        numbers[places] = sums - before[is_first][group]


def _counts_bytes(rle: Rle) -> bytes:
    text = rle["counts"]
    return text.encode(errors="surrogatepass") if isinstance(text, str) else text


def _pixels(rle: Rle) -> int:
    height, width = rle["size"]
    _check_size(height, width)
    return height * width


def _wrong_sum(rles: Sequence[Rle], numbers: np.ndarray, firsts: np.ndarray, stops: np.ndarray) -> str:
    """The sentence for the first RLE whose runs do not fit its size."""
    for rle, first, stop in zip(rles, firsts, stops, strict=True):
        (height, width), own = rle["size"], numbers[first:stop]
        if (own < 0).any() or (own > height * width).any() or own.sum() != height * width:
            break
    return f"counts does not add up to {height} x {width} = {height * width} pixels"


def check(rle: Rle) -> None:
    """Raise RleError unless the counts are valid and add up to the size."""
    uncompress(rle)


def from_polygons(polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
    """RLE of the union of polygons, each [x0, y0, x1, y1, ...] in pixels of the frame (x right, y down).

    Polygons of fewer than three points cover nothing.
    """
    _check_size(height, width)
    for polygon in polygons:
        # Written so that NaN fails too; whole numbers of any length are compared as they are.
        if len(polygon) % 2 or not all(abs(number) <= MAX_COORDINATE for number in polygon):
            raise RleError(f"a polygon must be a list of x, y pairs of numbers up to {MAX_COORDINATE:.0f}")
    drawn = [np.asarray(polygon, dtype=float).tolist() for polygon in polygons if len(polygon) >= 6]
    if not drawn:
        return empty(height, width)
    return union(*(_with_text(part) for part in coco.frPyObjects(drawn, height, width)))


def area(rle: Mapping[str, Any]) -> int:
    """Number of pixels of the mask."""
    return int(coco.area(rle))


def areas(rles: Sequence[Rle]) -> list[int]:
    """Number of pixels of each mask."""
    return [int(value) for part in _parts(rles) for value in coco.area(list(part))]


def bboxes(rles: Sequence[Rle]) -> list[list[int]]:
    """As `bbox`, of each mask."""
    return [box for part in _parts(rles) for box in coco.toBbox(list(part)).astype(int).tolist()]


def bbox(rle: Rle) -> list[int]:
    """[x, y, width, height] of the mask in whole pixels; all 0 for an empty one."""
    return [int(value) for value in coco.toBbox(rle)]


def union(*rles: Rle) -> Rle:
    """Pixels in any of one or more masks of one size."""
    return _merge(rles, intersect=False)


def intersection(*rles: Rle) -> Rle:
    """Pixels in all of one or more masks of one size."""
    return _merge(rles, intersect=True)


def complement(rle: Rle) -> Rle:
    """Pixels outside the mask."""
    counts = uncompress(rle)
    return compress(counts[1:] if counts[0] == 0 and len(counts) > 1 else [0, *counts], *rle["size"])


def difference(rle: Rle, *others: Rle) -> Rle:
    """Pixels of the first mask that are in none of the others."""
    return intersection(rle, complement(union(*others))) if others else rle


def iou(one: Rle, other: Rle) -> float:
    """Intersection over union of two masks of one size, 0 to 1; 0 for two empty masks."""
    _same_size((one, other))
    return float(coco.iou([one], [other], [0])[0, 0]) if area(one) or area(other) else 0.0


def _merge(rles: Sequence[Rle], *, intersect: bool) -> Rle:
    _same_size(rles)
    return _with_text(coco.merge(list(rles), intersect=intersect))


def _check_size(height: int, width: int) -> None:
    if height < 1 or width < 1 or height * width > MAX_PIXELS:
        raise RleError(f"a mask of {height} x {width} pixels is empty or above {MAX_PIXELS} pixels")


def _same_size(rles: Sequence[Rle]) -> None:
    if not rles:
        raise RleError("set operations need at least one mask")
    for one, other in pairwise(rles):
        if list(one["size"]) != list(other["size"]):
            raise RleError(f"masks of {one['size']} and {other['size']} pixels (height, width) cannot be combined")


def _with_text(rle: Rle) -> Rle:
    counts = rle["counts"]
    height, width = rle["size"]
    return {"size": [int(height), int(width)], "counts": counts.decode() if isinstance(counts, bytes) else counts}
