"""Reads the masks of YouTube-VIS entries for evaluation: any segmentation form to checked run-length codes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, pairwise
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from .run_lengths import CODE_CHARACTERS, RunLengths, decode

_LAST_CHARACTER = CODE_CHARACTERS[31]  # the highest one without the bit that announces another character
# Bounds beyond which the library exhausts the memory, or aborts, instead of raising an error.
MAX_PIXELS = 1 << 28
MAX_COORDINATE = 1e5
_AT_ONCE = 255  # the library counts the masks of one call in eight bits
_EXACT = 1 << 53  # whole numbers below it are exact as floats
_NONE = np.zeros(0, np.int64)


class EvaluationInputError(ValueError):
    """A truth or result entry cannot be evaluated; the message names the entry."""


@dataclass(frozen=True, slots=True)
class MaskSequence:
    """The masks of one track over its frames.

    ``codes``: compressed COCO RLE dicts, ``None`` where absent; ``size``: rows and columns of all masks that are there,
    ``None`` if they differ or there is none; ``numbers`` int64 (T,): those of the masks in ``runs``, -1 where absent.
    """

    codes: Sequence[Any]
    size: tuple[int, int] | None
    numbers: np.ndarray
    runs: RunLengths

    @property
    def areas(self) -> np.ndarray:
        """Pixels, int64 (T,)."""
        return self.runs.areas[self.numbers]

    def __len__(self) -> int:
        return len(self.codes)


def mean_area(areas: Sequence[float | None]) -> float:
    """Mean of the areas that are neither null nor zero; 0 where there is none."""
    found = [area for area in areas if area]
    if not found:
        return 0.0
    if set(map(type, found)) == {int} and min(found) > 0 and (total := sum(found)) < _EXACT:
        return total / len(found)  # as numpy's mean, which takes longer for so few numbers
    return float(np.mean(found))


def mean_areas(tracks: Sequence[MaskSequence]) -> np.ndarray:
    """Mean area (N,) float64 in pixels of each track over the frames in which its mask has any; 0 where none has."""
    ends = np.cumsum([0, *map(len, tracks)])
    pixels = np.concatenate([np.zeros(0, np.int64), *(track.areas for track in tracks)])
    total, shown = (np.concatenate(([0], np.cumsum(each))) for each in (pixels, pixels > 0))
    total, shown = (np.diff(sums[ends]) for sums in (total, shown))
    return total / np.maximum(shown, 1)


def _size_of(code: dict[str, Any], where: str) -> tuple[int, int]:
    size = code.get("size")
    if isinstance(size, list | tuple) and len(size) == 2:
        height, width = size
        if type(height) is int and type(width) is int and height > 0 and width > 0 and height * width <= MAX_PIXELS:
            return height, width
    raise EvaluationInputError(f"{where}: 'size' must be [height, width] in pixels, not {size!r:.60}")


def _from_polygons(polygons: list[Any], size: tuple[int, int], where: str) -> Any:
    for polygon in polygons:
        flat = isinstance(polygon, list | tuple) and len(polygon) >= 6 and len(polygon) % 2 == 0
        if not flat or not all(isinstance(value, int | float) for value in polygon):
            raise EvaluationInputError(f"{where}: a polygon must be a flat list of at least 3 x, y pairs")
        if not all(abs(value) <= MAX_COORDINATE for value in polygon):  # NaN fails, too
            raise EvaluationInputError(f"{where}: a polygon has a coordinate above {MAX_COORDINATE:.0f}")
    return coco_mask.merge(coco_mask.frPyObjects(polygons, *size))


def _from_runs(runs: list[Any], size: tuple[int, int], where: str) -> Any:
    if not all(isinstance(run, int) and not isinstance(run, bool) and run >= 0 for run in runs):
        raise EvaluationInputError(f"{where}: uncompressed 'counts' must be non-negative integers")
    if sum(runs) != size[0] * size[1]:
        raise EvaluationInputError(
            f"{where}: the run lengths cover {sum(runs)!r:.20} pixels, not the {size[0] * size[1]} of the mask"
        )
    uncompressed: Any = {"size": list(size), "counts": runs}
    return coco_mask.frPyObjects(uncompressed, *size)


def _read_text(counts: Any, where: str) -> bytes:
    """Compressed ``counts`` as bytes; a character holds six bits (plus 48), the sixth announces another."""
    if isinstance(counts, str):
        counts = counts.encode("utf-8", "surrogatepass")
    if not isinstance(counts, bytes) or not counts:
        raise EvaluationInputError(f"{where}: RLE needs 'counts' as text or a list of run lengths")
    if counts.translate(None, CODE_CHARACTERS) or (counts[-1] - 48) & 32:
        raise EvaluationInputError(f"{where}: damaged RLE, 'counts' has a foreign character or is cut off")
    return counts


def _read_code(segmentation: Any, size: tuple[int, int], entry: str, frame: int) -> dict[str, Any] | None:
    """One frame's segmentation as compressed RLE with bytes counts; ``None`` for null, ``[]`` or ``{}``."""
    if not segmentation and (segmentation is None or isinstance(segmentation, list | dict)):
        return None
    where = f"{entry}.segmentations[{frame}]"
    if isinstance(segmentation, list):
        return _from_polygons(segmentation, size, where)
    if not isinstance(segmentation, dict):
        raise EvaluationInputError(f"{where}: expected RLE, polygons or null, not {type(segmentation).__name__}")
    own = _size_of(segmentation, where)
    counts = segmentation.get("counts")
    if isinstance(counts, list):
        return _from_runs(counts, own, where)
    return {"size": own, "counts": _read_text(counts, where)}


@dataclass(frozen=True, slots=True)
class _Codes:
    """The codes of some tracks, and their ``sizes`` as in :class:`MaskSequence`.

    ``text`` has the counts of all masks, one after another; ``lengths`` and ``rooms`` int64 (N,) are the characters and
    the pixels of each.
    """

    codes: list[list[Any]]
    sizes: list[tuple[int, int] | None]
    text: bytes
    lengths: np.ndarray
    rooms: np.ndarray


def _sound_text(found: list[Any]) -> tuple[bytes, np.ndarray] | None:
    """``text`` and ``lengths`` if all are compressed RLE dicts of one size with sound text, as most are; else None."""
    try:
        texts, sizes = [one["counts"] for one in found], [one["size"] for one in found]
        text = "".join(texts).encode("ascii")
    except (TypeError, LookupError, UnicodeEncodeError):
        return None
    first, characters = sizes[0], np.frombuffer(text, np.uint8)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    sound = (
        sizes.count(first) == len(sizes)
        and type(first) is list
        and len(first) == 2
        and set(map(type, chain.from_iterable(sizes))) == {int}  # a float equals its integer
        and min(first) > 0
        and first[0] * first[1] <= MAX_PIXELS
        and lengths.min() > 0
        and CODE_CHARACTERS[0] <= int(characters.min()) <= int(characters.max()) <= CODE_CHARACTERS[-1]
        and int(characters[np.cumsum(lengths) - 1].max()) <= _LAST_CHARACTER
    )
    return (text, lengths) if sound else None


def areas(found: Sequence[Any]) -> np.ndarray:
    """Pixels (N,) int64 of N compressed RLE dicts, however many; the library itself takes at most 255 at once."""
    if len(found) <= _AT_ONCE:
        return np.asarray(coco_mask.area(found), np.int64)
    parts = [coco_mask.area(found[start : start + _AT_ONCE]) for start in range(0, len(found), _AT_ONCE)]
    return np.concatenate(parts).astype(np.int64)


def read_tracks(tracks: Sequence[tuple[Any, tuple[int, int], str]]) -> list[MaskSequence]:
    """Reads the masks of many tracks: ``segmentations``, ``size`` and ``where`` of each.

    ``segmentations`` is a list over frames of compressed or uncompressed RLE, polygons or null. ``size`` is (height,
    width) of the video, used for polygons; ``where`` names the entry in messages, such as ``results[7]``. Raises
    ``EvaluationInputError`` for anything else, and for RLE text that is cut off inside a number, has foreign
    characters or does not cover exactly its mask.

    What most files have, compressed RLE of one size, is checked for many tracks at once; all masks are decoded at once.
    """
    alike = groupby(tracks, key=lambda track: track[1])
    read = [part for _, group in alike for part in _read_alike(list(group))]
    codes = [one for part in read for one in part.codes]
    sizes = [one for part in read for one in part.sizes]
    lengths = np.concatenate([_NONE, *(part.lengths for part in read)])
    rooms = np.concatenate([_NONE, *(part.rooms for part in read)])
    runs = decode(b"".join(part.text for part in read), lengths, rooms)
    shown = np.frombuffer(bytes(map(bool, chain.from_iterable(codes))), bool)
    numbers = np.where(shown, np.cumsum(shown) - 1, -1)
    ends = np.cumsum([0, *map(len, codes)])
    _require_whole(runs, np.flatnonzero(shown), [where for _, _, where in tracks], ends)
    spans = pairwise(ends.tolist())
    return [MaskSequence(c, s, numbers[i:j], runs) for c, s, (i, j) in zip(codes, sizes, spans, strict=True)]


def _read_alike(tracks: list[tuple[Any, tuple[int, int], str]]) -> Iterator[_Codes]:
    """The codes of tracks of videos of one size."""
    lists = [segmentations for segmentations, _, _ in tracks]
    if all(type(one) is list for one in lists):
        found = [code for one in lists for code in one if code is not None]
        if found and (sound := _sound_text(found)):
            height, width = found[0]["size"]
            there = [(height, width) if any(code is not None for code in one) else None for one in lists]
            yield _Codes(lists, there, *sound, np.full(len(found), height * width))
            return
    if len(tracks) > 1:
        for track in tracks:
            yield from _read_alike([track])
        return
    yield _read_one(*tracks[0])


def _read_one(segmentations: Any, size: tuple[int, int], where: str) -> _Codes:
    if not isinstance(segmentations, list):
        raise EvaluationInputError(f"{where}.segmentations: expected a list over frames")
    codes = [_read_code(one, size, where, t) for t, one in enumerate(segmentations)]
    found = [code for code in codes if code]
    sizes = [tuple(code["size"]) for code in found]
    texts = [code["counts"] for code in found]
    only = sizes[0] if found and sizes.count(sizes[0]) == len(sizes) else None
    lengths, rooms = [len(text) for text in texts], [height * width for height, width in sizes]
    return _Codes([codes], [only], b"".join(texts), np.array(lengths, np.int64), np.array(rooms, np.int64))


def _require_whole(runs: RunLengths, frames: np.ndarray, entries: Sequence[str], ends: np.ndarray) -> None:
    """The runs of each mask must cover as many pixels as it has.

    frames: int64 (N,), where each mask stands in those of all tracks; track n, which ``entries`` names, has the frames
    [ends[n], ends[n + 1]).
    """
    wrong = np.flatnonzero(runs.covered != runs.rooms[:-1])
    if not wrong.size:
        return
    frame, there, room = (int(each[wrong[0]]) for each in (frames, runs.covered, runs.rooms))
    track = int(np.searchsorted(ends, frame, side="right")) - 1
    place = f"{entries[track]}.segmentations[{frame - int(ends[track])}]"
    what = f"covers {there} pixels, not the {room} of the mask" if there >= 0 else "has a run of no possible length"
    raise EvaluationInputError(f"{place}: damaged RLE, its 'counts' {what}")
