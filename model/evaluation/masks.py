"""Reads the masks of YouTube-VIS entries for evaluation: any segmentation form to checked run-length codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from .run_lengths import covered

_CODE_CHARACTERS = bytes(range(48, 48 + 64))
_LAST_CHARACTER = _CODE_CHARACTERS[31]  # the highest one without the bit that announces another character
# Bounds beyond which the library exhausts the memory, or aborts, instead of raising an error.
MAX_PIXELS = 1 << 28
MAX_COORDINATE = 1e5
_AT_ONCE = 255  # the library counts the masks of one call in eight bits
_EXACT = 1 << 53  # whole numbers below it are exact as floats


class EvaluationInputError(ValueError):
    """A truth or result entry cannot be evaluated; the message names the entry."""


@dataclass(frozen=True, slots=True)
class MaskSequence:
    """The masks of one track over its frames.

    ``codes``: compressed COCO RLE dicts, ``None`` where absent; ``areas`` int64 (T,), pixels; ``size``: rows and
    columns of all masks that are there, ``None`` if they differ or there is none.
    """

    codes: Sequence[Any]
    areas: np.ndarray
    size: tuple[int, int] | None

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
    ends = np.cumsum([0, *(len(track.areas) for track in tracks)])
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
    if counts.translate(None, _CODE_CHARACTERS) or (counts[-1] - 48) & 32:
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


def _are_sound(found: list[Any]) -> bool:
    """Whether all are compressed RLE dicts of one size with sound text: the common case, checked all at once."""
    try:
        texts, sizes = [one["counts"] for one in found], [one["size"] for one in found]
        characters = np.frombuffer("".join(texts).encode("ascii"), np.uint8)
    except (TypeError, LookupError, UnicodeEncodeError):
        return False
    first = sizes[0]
    return (
        sizes.count(first) == len(sizes)
        and type(first) is list
        and len(first) == 2
        and set(map(type, chain.from_iterable(sizes))) == {int}  # a float equals its integer
        and min(first) > 0
        and first[0] * first[1] <= MAX_PIXELS
        and min(lengths := list(map(len, texts))) > 0
        and _CODE_CHARACTERS[0] <= int(characters.min()) <= int(characters.max()) <= _CODE_CHARACTERS[-1]
        and int(characters[np.cumsum(lengths) - 1].max()) <= _LAST_CHARACTER
    )


def areas(found: Sequence[Any]) -> np.ndarray:
    """Pixels (N,) int64 of N compressed RLE dicts, however many; the library itself takes at most 255 at once."""
    if len(found) <= _AT_ONCE:
        return np.asarray(coco_mask.area(found), np.int64)
    parts = [coco_mask.area(found[start : start + _AT_ONCE]) for start in range(0, len(found), _AT_ONCE)]
    return np.concatenate(parts).astype(np.int64)


def read_masks(segmentations: Any, *, size: tuple[int, int], where: str) -> MaskSequence:
    """Reads one entry's ``segmentations``, a list over frames of compressed or uncompressed RLE, polygons or null.

    ``size`` is (height, width) of the video, used for polygons; ``where`` names the entry in messages, such as
    ``results[7]``. Raises ``EvaluationInputError`` for anything else, and for RLE text that is
    cut off inside a number, has foreign characters or does not cover exactly its mask.
    """
    (sequence,) = read_tracks([(segmentations, size, where)])
    return sequence


def read_tracks(tracks: Sequence[tuple[Any, tuple[int, int], str]]) -> list[MaskSequence]:
    """:func:`read_masks` of many tracks: ``segmentations``, ``size`` and ``where`` of each.

    What most files have, compressed RLE of one size, is checked and measured for many tracks at once.
    """
    return [one for _, alike in groupby(tracks, key=lambda track: track[1]) for one in _read_alike(list(alike))]


def _read_alike(tracks: list[tuple[Any, tuple[int, int], str]]) -> list[MaskSequence]:
    """Tracks of videos of one size."""
    lists = [segmentations for segmentations, _, _ in tracks]
    if all(type(one) is list for one in lists):
        flat: list[Any] = list(chain.from_iterable(lists))
        found = [code for code in flat if code is not None]
        if found and _are_sound(found):
            shown = np.array([code is not None for code in flat], bool)
            return _shared_out(tracks, found, shown)
    if len(tracks) > 1:
        return [one for track in tracks for one in _read_alike([track])]
    return [_read_one(*track) for track in tracks]


def _shared_out(
    tracks: list[tuple[Any, tuple[int, int], str]], found: list[dict[str, Any]], shown: np.ndarray
) -> list[MaskSequence]:
    """The masks of each track; ``found`` are those of all, which have one size, in the frames ``shown`` of all."""
    height, width = found[0]["size"]
    pixels = np.zeros(len(shown), np.int64)
    pixels[shown] = areas(found)
    ends = np.cumsum([0, *(len(codes) for codes, _, _ in tracks)])
    whole = np.zeros(len(shown), np.int64)
    whole[shown] = height * width
    _require_whole(found, whole, tracks, ends)
    present = np.diff(np.concatenate(([0], np.cumsum(shown)))[ends]) > 0
    spans = zip(tracks, ends[:-1].tolist(), ends[1:].tolist(), present.tolist(), strict=True)
    size = (height, width)
    return [
        MaskSequence(codes, pixels[start:stop], size if there else None) for (codes, _, _), start, stop, there in spans
    ]


def _read_one(segmentations: Any, size: tuple[int, int], where: str) -> MaskSequence:
    if not isinstance(segmentations, list):
        raise EvaluationInputError(f"{where}.segmentations: expected a list over frames")
    codes = [_read_code(one, size, where, t) for t, one in enumerate(segmentations)]
    found = [code for code in codes if code]
    sizes = [tuple(code["size"]) for code in found]
    only = sizes[0] if found and sizes.count(sizes[0]) == len(sizes) else None
    pixels = np.zeros(len(codes), np.int64)
    if found:
        pixels[[t for t, code in enumerate(codes) if code]] = areas(found)
    room = [code["size"][0] * code["size"][1] if code else 0 for code in codes]
    _require_whole(found, np.array(room, np.int64), [(segmentations, size, where)], np.array([0, len(codes)]))
    return MaskSequence(codes, pixels, only)


def _require_whole(
    found: Sequence[Any], rooms: np.ndarray, tracks: Sequence[tuple[Any, tuple[int, int], str]], ends: np.ndarray
) -> None:
    """The runs of each of the ``found`` masks must cover as many pixels as it has.

    rooms: int64 (T,), the pixels of each frame's mask, 0 without one; the frames of track n are [ends[n], ends[n + 1]).
    """
    if not found:
        return
    frames = np.flatnonzero(rooms)
    texts = [one["counts"] if isinstance(one["counts"], bytes) else one["counts"].encode("ascii") for one in found]
    pixels = covered(texts, rooms[frames])
    wrong = np.flatnonzero(pixels != rooms[frames])
    if not wrong.size:
        return
    frame, there, room = int(frames[wrong[0]]), int(pixels[wrong[0]]), int(rooms[frames[wrong[0]]])
    track = int(np.searchsorted(ends, frame, side="right")) - 1
    place = f"{tracks[track][2]}.segmentations[{frame - int(ends[track])}]"
    what = f"covers {there} pixels, not the {room} of the mask" if there >= 0 else "has a run of no possible length"
    raise EvaluationInputError(f"{place}: damaged RLE, its 'counts' {what}")
