"""Boxes and areas that a file states, and notes where they do not fit the masks."""

from typing import Any

from storage import rle
from storage.words import counted
from storage.youtube_vis.dataset import Box, Json, Stated, VisVideo
from storage.youtube_vis.errors import fail
from storage.youtube_vis.notes import VisNote
from storage.youtube_vis.segmentations import Masks

OTHER_BOX = "box of something else"
NO_BOX = "box that is none"
NO_AREA = "area that is none"
_NUMBERS = (int, float)
_LARGEST = 1e9  # pixels; larger numbers are mistakes and could overflow
# A stated box fits the mask if no edge is further off than this, because tools round and count borders differently.
_PIXELS, _SHARE = 2.0, 0.05


def parse_stated(entry: Json, video: VisVideo, masks: Masks, where: str) -> tuple[Stated, list[VisNote]]:
    """Stated boxes and areas of a track (None if invalid), and a note for each invalid or doubtful one.

    Raises YouTubeVisError if a list has another length than the video.
    """
    notes: list[VisNote] = []
    values: dict[str, list[Any] | None] = {}
    for key in ("areas", "bboxes"):
        values[key] = entry.get(key)
        if values[key] is not None and (not isinstance(values[key], list) or len(entry[key]) != video.length):
            entries = counted(video.length, "entry", "entries")
            fail(f"{where}.{key}", f"must be a list of {entries}, one for each frame of the video")
    given = values["bboxes"] or []
    boxes = [_box(value, where, k, notes) for k, value in enumerate(given)]
    areas = [_area(value, where, k, notes) for k, value in enumerate(values["areas"] or ())]
    pairs = [
        (k, box, mask)
        for k, (box, mask) in enumerate(zip(boxes, masks.segmentations, strict=False))
        if box is not None and mask is not None
    ]
    for (k, box, _), own in zip(pairs, rle.bboxes([mask for _, _, mask in pairs]), strict=True):
        if given[k] != own:
            _compare(box, own, where, k, notes)
    missing = "areas" in entry and entry["areas"] is None
    return Stated(tuple(boxes), None if missing else tuple(areas)), notes


def _box(value: Any, where: str, k: int, notes: list[VisNote]) -> Box | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 4:
        x, y, width, height = value
        # Written out, because a file has as many boxes as masks.
        if _is_number(x) and _is_number(y) and _is_number(width) and _is_number(height):
            return float(x), float(y), float(width), float(height)
    if value != []:
        notes.append(VisNote(NO_BOX, f"{where}.bboxes[{k}]", "is not a box of four numbers; it is ignored.", frame=k))
    return None


def _area(value: Any, where: str, k: int, notes: list[VisNote]) -> float | None:
    if value is None or _is_number(value):
        return value
    notes.append(VisNote(NO_AREA, f"{where}.areas[{k}]", "is not a number of pixels; it is ignored.", frame=k))
    return None


def _is_number(value: Any) -> bool:
    # Written so that NaN fails too; `True` is of the type bool.
    return type(value) in _NUMBERS and -_LARGEST <= value <= _LARGEST


def _compare(box: Box, own: list[int], where: str, k: int, notes: list[VisNote]) -> None:
    """Add a note if a stated [x, y, width, height] does not fit the box ``own`` of its mask."""
    if min(box[2:]) <= 0 or _near(box, own):
        return
    x1, y1, x2, y2 = box
    as_corners = (x1, y1, x2 - x1, y2 - y1)
    hint = "; read as x1, y1, x2, y2 it would be that" if _near(as_corners, own) else ""
    text = f"is {_numbers(box)}, but the box of the mask is {_numbers(own)} (x, y, width, height){hint}."
    notes.append(VisNote(OTHER_BOX, f"{where}.bboxes[{k}]", text, frame=k))


def _near(box: Box, own: list[int]) -> bool:
    most = max(_PIXELS, _SHARE * max(own[2:]))
    edges = (box[0], box[1], box[0] + box[2], box[1] + box[3])
    others = (own[0], own[1], own[0] + own[2], own[1] + own[3])
    return all(abs(edge - other) <= most for edge, other in zip(edges, others, strict=True))


def _numbers(values: Box | list[int]) -> str:
    return "[" + ", ".join(f"{value:g}" for value in values) + "]"
