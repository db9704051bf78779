"""Parsing the masks of one track: run-length encodings, polygons or null for each frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from storage import rle
from storage.rle import Rle, RleError
from storage.words import counted
from storage.youtube_vis.dataset import Json, VisVideo
from storage.youtube_vis.errors import YouTubeVisError, fail
from storage.youtube_vis.notes import VisNote

FEW_POINTS = "polygons of one or two points"
NO_PIXEL = "polygons without a pixel"
BESIDE = "polygons left out beside others"
_POINTS = 3  # fewest points of a polygon


@dataclass(frozen=True)
class Masks:
    """The masks of a track, one per frame: compressed RLE, or None (absent or unknown).

    unknown: frames for which the file has an invalid mask, so that it is unknown whether the thing is present.
    """

    segmentations: tuple[Rle | None, ...]
    unknown: frozenset[int]
    notes: tuple[VisNote, ...]


def parse_masks(entry: Json, video: VisVideo | None, where: str) -> Masks:
    """The masks of a track or result; their number and size are checked against `video` if it is given.

    Raises YouTubeVisError that names the entry.
    """
    values = entry.get("segmentations")
    if not isinstance(values, list):
        fail(f"{where}.segmentations", "must be a list with one mask or null for each frame")
    if video and len(values) != video.length:
        fail(f"{where}.segmentations", _other_length(len(values), video))
    size = (video.height, video.width) if video else None
    parser = _Parser(size)
    masks = parser.masks(values, f"{where}.segmentations")
    if len({tuple(mask["size"]) for mask in masks if mask}) > 1:
        fail(f"{where}.segmentations", "holds masks of different sizes")
    return Masks(masks, frozenset(parser.unknown), tuple(parser.notes))


def parse_mask(value: Any, size: tuple[int, int], where: str) -> tuple[Rle | None, str]:
    """One mask of (height, width) pixels, in any form of the format, and "" or why it is unknown.

    None without a reason: the thing is absent. Raises YouTubeVisError that starts with `where`.
    """
    parser = _Parser(size)
    mask = parser.mask(value, 0, where)
    return mask, parser.notes[0].text if parser.unknown else ""


def _other_length(number: int, video: VisVideo) -> str:
    entries, frames = counted(number, "entry", "entries"), counted(video.length, "frame")
    return f"has {entries}, but video {video.id} has {frames}"


class _Parser:
    """Parses the masks of one track, and collects unknown frames and notes."""

    def __init__(self, size: tuple[int, int] | None) -> None:
        self._size = size
        self.unknown: set[int] = set()
        self.notes: list[VisNote] = []

    def masks(self, values: Sequence[Any], where: str) -> tuple[Rle | None, ...]:
        """The masks of all entries; `where` is the place of their list. Run-length texts are decoded all at once."""
        places = [f"{where}[{k}]" for k in range(len(values))]
        forms = [self._form(value, k, place) for k, (value, place) in enumerate(zip(values, places, strict=True))]
        codes = [k for k, value in enumerate(values) if isinstance(value, dict)]
        texts = [k for k in codes if isinstance(values[k]["counts"], str)]
        found = dict(zip(texts, _canonical([forms[k] for k in texts], [places[k] for k in texts]), strict=True))
        coded = [found.get(k, forms[k]) for k in codes]
        areas = dict(zip(codes, rle.areas(coded), strict=True))
        for k, mask in zip(codes, coded, strict=True):
            forms[k] = mask if areas[k] else None
        return tuple(forms)

    def mask(self, value: Any, k: int, where: str) -> Rle | None:
        """The mask of entry `k`; None if it has no pixel."""
        mask = self._form(value, k, where)
        if mask is None or not isinstance(value, dict):
            return mask
        [spelled] = _canonical([mask], [where])
        return spelled if rle.area(spelled) else None

    def _form(self, value: Any, k: int, where: str) -> Any:
        """The mask of entry `k`, whose run-length text is not checked yet; None if polygons have no pixel."""
        if value is None or value == []:
            return None
        try:
            if isinstance(value, dict):
                return _run_lengths(value, self._size, where)
            if isinstance(value, list):
                return self._polygons(value, k, where)
        except RleError as error:
            raise YouTubeVisError(f"{where}: {error}") from error
        fail(where, "must be a run-length encoding, a list of polygons, or null")

    def _polygons(self, value: list[Any], k: int, where: str) -> Rle | None:
        if self._size is None:
            fail(where, "is a polygon, which has no size of its own; results need run-length encodings")
        for number, polygon in enumerate(value):
            _check_polygon(polygon, len(value), f"{where}[{number}]")
        mask = rle.from_polygons(value, *self._size)
        few = [len(polygon) // 2 for polygon in value if len(polygon) < 2 * _POINTS]
        if rle.area(mask):
            if few:
                text = f"has {_points(few)} beside others; such a polygon covers nothing and is left out."
                self.notes.append(VisNote(BESIDE, where, text, frame=k))
            return mask
        self.unknown.add(k)
        if len(few) == len(value):
            text = f"has {_points(few)} (a box perhaps), which is no mask; what is there is unknown, not absent."
            self.notes.append(VisNote(FEW_POINTS, where, text, frame=k))
        else:
            text = "has polygons that cover not one pixel; what is there is unknown, not absent."
            self.notes.append(VisNote(NO_PIXEL, where, text, frame=k))
        return None


def _points(few: list[int]) -> str:
    """A phrase for polygons with these numbers of points."""
    if len(few) > 1:
        return f"{len(few)} polygons of fewer than {_POINTS} points"
    return f"a polygon of {counted(few[0], 'point')}"


def _check_polygon(polygon: Any, count: int, where: str) -> None:
    if isinstance(polygon, list) and all(isinstance(n, int | float) and not isinstance(n, bool) for n in polygon):
        return
    advice = ""
    if count == 4 and isinstance(polygon, int | float):
        advice = "; four plain numbers are a box, not a mask"
    fail(where, f"must be a polygon [x0, y0, x1, y1, ...]{advice}")


def _run_lengths(value: Json, size: tuple[int, int] | None, where: str) -> Rle:
    """The mask of a run-length encoding: a list of runs is checked, a text is not."""
    height, width = _size(value.get("size"), size, where)
    counts = value.get("counts")
    if isinstance(counts, list):
        mask = rle.compress(counts, height, width)
        return rle.canonical(mask) if 0 in counts[1:] else mask
    if not isinstance(counts, str):
        fail(f"{where}.counts", "must be a run-length string or a list of whole numbers")
    return {"size": [height, width], "counts": counts}


def _size(given: Any, size: tuple[int, int] | None, where: str) -> tuple[int, int]:
    """Height and width of a mask, which must be those of the video if they are given."""
    if not isinstance(given, list) or len(given) != 2:
        fail(f"{where}.size", "must be [height, width] in pixels")
    height, width = given
    if type(height) is type(width) is int and (height, width) == size:
        return size  # The usual case comes first: a file has as many sizes as masks.
    if not all(is_whole(n) and n > 0 for n in given):
        fail(f"{where}.size", "must be [height, width] in pixels")
    height, width = int(height), int(width)
    if size and (height, width) != size:
        fail(f"{where}.size", f"is [{short(height)}, {short(width)}], but the video has [height, width] = {list(size)}")
    if height * width > rle.MAX_PIXELS:
        fail(f"{where}.size", f"is {short(height)} x {short(width)} pixels, above {rle.MAX_PIXELS} in all")
    return height, width


def _canonical(masks: Sequence[Rle], places: Sequence[str]) -> list[Rle]:
    """The masks in their canonical form; raises YouTubeVisError with the place of the first that is not valid."""
    try:
        return rle.canonical_all(masks)
    except RleError:
        for mask, place in zip(masks, places, strict=True):
            try:
                rle.check(mask)
            except RleError as error:
                raise YouTubeVisError(f"{place}: {error}") from error
        raise


def short(number: int) -> str:
    """A whole number as text; for more than 20 digits only their count."""
    text = str(number)
    return text if len(text) <= 20 else f"a number of {len(text)} digits"


def is_whole(value: Any) -> bool:
    """Whether a JSON value is a whole number, including floats such as 2.0."""
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
