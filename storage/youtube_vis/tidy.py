"""Normalises the loose JSON of other tools before a content is parsed or evaluated, with a note for each change.

Ids as text, `true` for `iscrowd` and whole floats become integers. NaN becomes null if the value is computed from the
masks again; anywhere else it is an error that names the place.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from storage.text import is_text
from storage.youtube_vis.dataset import Json
from storage.youtube_vis.errors import fail
from storage.youtube_vis.json_text import JsonText, Place, odd_numbers, place_text
from storage.youtube_vis.notes import VisNote

NUMBER_IN_TEXT = "number in text"
TRUTH_VALUE = "true or false for a number"
WHOLE_FRACTION = "whole number with a fraction"
NO_NUMBER = "NaN"
# List of a dataset -> its integer fields.
_WHOLE = {
    "videos": ("id", "width", "height", "length"),
    "categories": ("id",),
    "annotations": ("id", "video_id", "category_id", "iscrowd"),
}
_WHOLE_OF_RESULT = ("video_id", "category_id")
# Fields of a track or result that are computed again from the masks and from the video.
_COMPUTED = ("areas", "bboxes", "width", "height", "length")


def tidy_dataset(loaded: JsonText, where: str, *, keep_good: bool = False) -> tuple[Any, list[VisNote]]:
    """The content of a dataset with plain numbers, and the notes; raises YouTubeVisError.

    keep_good: NaN in an entry raises nothing and stays; the reader finds such an entry broken.
    """
    content, notes = _without_odd_numbers(loaded, where, entries_too=not keep_good)
    if not isinstance(content, dict):
        return content, notes
    for key, fields in _WHOLE.items():
        entries = content.get(key)
        if isinstance(entries, list):
            plain = _plain_entries(entries, fields, f"{where}: {key}", notes)
            content = content if plain is entries else {**content, key: plain}
    return content, notes


def tidy_results(loaded: JsonText, where: str) -> tuple[Any, list[VisNote]]:
    """The content of a results file with plain numbers, and the notes; raises YouTubeVisError."""
    content, notes = _without_odd_numbers(loaded, where)
    if isinstance(content, list):
        content = _plain_entries(content, _WHOLE_OF_RESULT, f"{where}: ", notes)
    return content, notes


def _plain_entries(entries: list[Any], fields: Sequence[str], where: str, notes: list[VisNote]) -> list[Any]:
    """`entries`, or a copy in which loose numbers in `fields` are integers."""
    changed: dict[int, Json] = {}
    for k, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        plain = {field: number for field in fields if (number := _plain(entry.get(field), field)) is not None}
        if plain:
            changed[k] = {**entry, **plain}
            notes += [_loose(entry[field], number, f"{where}[{k}].{field}") for field, number in plain.items()]
    return [changed.get(k, entry) for k, entry in enumerate(entries)] if changed else entries


def _plain(value: Any, field: str) -> int | None:
    """The integer that a loosely written `value` means; None if it is an integer already or cannot be one."""
    if type(value) is int:
        return None
    if isinstance(value, bool):
        return int(value) if field == "iscrowd" else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1 << 53 else None
    if isinstance(value, str):
        digits = value.strip()
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
    return None


def _loose(value: Any, number: int, where: str) -> VisNote:
    if isinstance(value, bool):
        kind, written = TRUTH_VALUE, "true" if value else "false"
    else:
        kind, written = NUMBER_IN_TEXT if isinstance(value, str) else WHOLE_FRACTION, repr(value)
    return VisNote(kind, where, f"is {written} instead of a whole number; it is read as {number}.")


def _without_odd_numbers(loaded: JsonText, where: str, *, entries_too: bool = True) -> tuple[Any, list[VisNote]]:
    notes: list[VisNote] = []
    content = loaded.content
    if not loaded.odd_numbers:
        return content, notes
    # The content was parsed for this call only, so it may be changed in place.
    ignored: dict[Place, float] = {}
    for place, value in odd_numbers(content):
        if not _is_computed(content, place):
            if not entries_too and place[0] in _WHOLE:
                continue
            fail(_where(where, place), f"is {_name(value)}, which is not a number that can be used here")
        ignored.setdefault(_box_or_value(place), value)
    for place, value in ignored.items():
        _set_null(content, place)
        text = f"holds {_name(value)}; it is ignored, since it is computed from the masks."
        notes.append(VisNote(NO_NUMBER, _where(where, place), text))
    return content, notes


def _name(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinite"


def _is_computed(content: Any, place: Place) -> bool:
    """Whether the value at `place` is computed again, from the masks or from a video's `file_names`."""
    within = place[1:] if isinstance(content, dict) else place
    if len(within) < 2:
        return False
    if isinstance(content, dict) and place[0] == "videos":
        return within[1:] == ("length",) and bool(content["videos"][place[1]].get("file_names"))
    of_track = place[0] == "annotations" or isinstance(content, list)
    return of_track and within[1] in _COMPUTED


def _box_or_value(place: Place) -> Place:
    """The place of the whole box if `place` is one of its numbers, else `place`."""
    at = next((k for k, part in enumerate(place) if part == "bboxes"), None)
    return place if at is None else place[: at + 2]


def _set_null(content: Any, place: Place) -> None:
    for part in place[:-1]:
        content = content[part]
    content[place[-1]] = None


def _where(where: str, place: Place) -> str:
    return f"{where}: {place_text(place)}"


def unusable(where: str, values: Iterable[tuple[str, Any]]) -> None:
    """Raise YouTubeVisError for the first of (key, value) that cannot be stored as JSON in UTF-8.

    Such values are texts with a lone surrogate, and NaN or infinite numbers. where: the text before the key in the
    message.
    """
    waiting: list[tuple[Place, Any]] = [((key,), value) for key, value in values]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((*place, key), item) for key, item in value.items()]
            waiting += [((*place, "key"), key) for key in value]
        elif isinstance(value, list):
            waiting += [((*place, k), item) for k, item in enumerate(value)]
        elif isinstance(value, float) and not math.isfinite(value):
            fail(f"{where}{place_text(place)}", f"is {_name(value)}, which is not a number that can be used here")
        elif isinstance(value, str) and not is_text(value):
            fail(f"{where}{place_text(place)}", "holds half a surrogate pair, which no text has")
