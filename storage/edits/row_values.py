"""Values of rows as JSON: the ``before`` and ``after`` of an edit, for a mask, a track or a complete range.

A value has all keys. Clients may send only some of them; ``mask_value``, ``track_value`` and ``range_value`` add the
missing ones. None means "no row".
"""

import reprlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import NoneType
from typing import Any, NamedTuple

from storage import schema
from storage.authors import is_machine, is_persons_work
from storage.errors import StorageError
from storage.plain_values import LARGEST, LARGEST_FLOAT, is_plain

Value = dict[str, Any]

TRACK_ROW = -1
"""In place of a frame number: the track's own row."""
RANGE_ROW = -2
"""In place of a frame number: a complete range; its id is in place of the track's."""

ATTRIBUTES = ("occluded", "iscrowd", "truncated", "attributes")
"""The keys of a mask's or a track's value that hold attributes: three flags, and the values of the project's own."""

DECLARED_NOW = 0
"""In a range's ``declared``: stands for the edit that is being applied, which has no number yet."""


class EditError(StorageError, ValueError):
    """An edit that is invalid whatever the state of the rows: a value or a reference is wrong."""


class RowKey(NamedTuple):
    """Key of a row: a mask (track id, frame), a track (track id, -1) or a complete range (range id, -2)."""

    owner: str
    frame: int


_MASK: Value = {
    "state": "present",
    "mask": None,
    "source": "drawn",
    "review": "corrected",
    "key": False,
    "score": None,
    "run": None,
    "parent": None,
    "other_parent": None,
    "look": None,
    "occluded": False,
    "iscrowd": False,
    "truncated": False,
    "attributes": None,
    "extra": None,
}
_TRACK: Value = {
    "category": None,
    "name": None,
    "number": None,
    "deleted": False,
    "rejected": False,
    "occluded": False,
    "iscrowd": False,
    "truncated": False,
    "attributes": None,
    "score": None,
    "run": None,
    "source_id": None,
    "extra": None,
}
_RANGE: Value = {"start": 0, "stop": 0, "categories": [], "declared": 0}
_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    **dict.fromkeys(("key", "deleted", "rejected", "occluded", "iscrowd", "truncated"), (bool, "true or false")),
    **dict.fromkeys(
        ("mask", "run", "parent", "other_parent", "category", "name", "source_id"), ((str, NoneType), "text or null")
    ),
    "score": ((int, float, NoneType), "a number or null"),
    **dict.fromkeys(("extra", "attributes"), ((dict, NoneType), "an object or null")),
}


_WORDS = {"state": schema.STATES, "source": schema.SOURCES, "review": schema.REVIEWS}
"""The keys of a mask's value that hold one of a few words."""


def is_human(value: Mapping[str, Any] | None) -> bool:
    """Whether a mask row is human: judged or drawn. No machine may change such a row."""
    return value is not None and is_persons_work(source=value["source"], review=value["review"])


def mask_value(after: Mapping[str, Any], *, current: Value | None, author: str, place: str) -> Value:
    """The complete value of a mask row from what a client sent.

    A state or a mask in ``after`` means new content: missing keys get the values of a person's stroke (drawn,
    corrected), or of a machine's proposal if the author is a machine; a machine's content keeps the marks that a person
    set on the current row. Otherwise it is a verdict or a mark on the current row: missing keys keep their values. A
    verdict clears *needs a look* unless ``look`` is sent too.

    Raises:
        EditError: a key or value is unknown, or state and mask contradict each other.
    """
    _known(after, _MASK, place)
    if "state" in after or "mask" in after:
        value = dict(_MASK)
        if is_machine(author):
            value.update(source="proposed", review="unreviewed")
            value.update(_persons_marks(current))
    elif current is None:
        raise EditError(f"{place} has no row yet, so the change must say its state and its mask.")
    else:
        value = dict(current)
        if "review" in after:
            value["look"] = None
    value.update(after)
    if "state" not in after and "mask" in after:
        value["state"] = "absent" if value["mask"] is None else "present"
    _check_mask(value, place)
    return _tidied(value)


def _persons_marks(current: Value | None) -> Value:
    """The marks of a row that only a person sets or clears: key, attributes, and a person's *needs a look*."""
    if current is None:
        return {}
    marks = {name: current[name] for name in ("key", *ATTRIBUTES) if current[name]}
    look = current["look"]
    if look is not None and not is_machine(look["author"]):
        marks["look"] = look
    return marks


def track_value(after: Mapping[str, Any] | None, *, current: Value | None, number: int, place: str) -> Value:
    """The complete value of a track's own row; missing keys keep their values. Only the server gives numbers.

    ``after`` None deletes the track: the row stays, so that its number is never used again.

    Raises:
        EditError: a key is unknown, or there is no row to delete.
    """
    if after is None:
        if current is None:
            raise EditError(f"{place} does not exist, so it cannot be deleted.")
        return {**current, "deleted": True}
    _known(after, _TRACK, place)
    value = {**(_TRACK if current is None else current), **after, "number": number}
    _check_kinds(value, place)
    return _tidied(value)


def range_value(after: Mapping[str, Any], *, count: int, place: str) -> Value:
    """The complete value of a complete range: frames start..stop-1 of a video of ``count`` frames.

    ``declared`` is ``DECLARED_NOW``, which is replaced by the number of the edit on writing. Raises EditError.
    """
    _known(after, _RANGE, place)
    start, stop, categories = after.get("start"), after.get("stop"), after.get("categories", [])
    if not (isinstance(start, int) and isinstance(stop, int) and 0 <= start < stop <= count):
        raise EditError(
            f"{place} must lie within the video's frames 0 to {count - 1}, "
            f"got {reprlib.repr(start)} to {reprlib.repr(stop)}."
        )
    if not isinstance(categories, Sequence) or isinstance(categories, str) or not is_plain(categories):
        raise EditError(f"{place} must list its categories by their ids.")
    return {"start": start, "stop": stop, "categories": [str(name) for name in categories], "declared": DECLARED_NOW}


def pack(key: RowKey, value: Value | None) -> Value | None:
    """The short form of a value for the log: without keys that have their empty value."""
    if value is None:
        return None
    empty = _EMPTY[_form(key)]
    return {name: item for name, item in value.items() if item != empty[name]}


def unpack(key: RowKey, value: Value | None) -> Value | None:
    """The complete value from the log's short form."""
    return None if value is None else _EMPTY[min(key.frame, 0)] | value


def wire_row(key: RowKey, *, version: int, value: Value | None) -> dict[str, Any]:
    """A row in the form for clients: ``track``, ``frame`` (None: the track's own row), ``version`` and ``after``.

    A complete range has a ``range_id`` instead of track and frame. A deleted row has version 0, which is also the
    ``before_version`` of an edit that makes it again.
    """
    after = None if value is None else dict(value)
    version = 0 if value is None else version
    if key.frame == RANGE_ROW:
        return {"track": None, "frame": None, "range_id": key.owner, "version": version, "after": after}
    frame = None if key.frame == TRACK_ROW else key.frame
    return {"track": key.owner, "frame": frame, "version": version, "after": after}


def _form(key: RowKey) -> int:
    return min(key.frame, 0)


# Values that the log leaves out. State, source, review and ranges are always written, so that a later change of the
# defaults for clients cannot change the meaning of old entries.
_EMPTY: dict[int, Value] = {
    0: {**_MASK, "state": None, "source": None, "review": None},
    TRACK_ROW: _TRACK,
    RANGE_ROW: {"start": None, "stop": None, "categories": None, "declared": None},
}


def _known(after: Mapping[str, Any], known: Value, place: str) -> None:
    if not isinstance(after, Mapping):
        raise EditError(f"{place}: what it shall say must be an object, got {reprlib.repr(after)}.")
    unknown = sorted(set(after) - set(known))
    if unknown:
        raise EditError(f"{place}: {reprlib.repr(unknown[0])} is no part of this row; known are {', '.join(known)}.")


def _check_mask(value: Value, place: str) -> None:
    for name, words in _WORDS.items():
        if value[name] not in words:
            raise EditError(f"{place}: {name} must be one of {', '.join(words)}, got {reprlib.repr(value[name])}.")
    if (value["state"] == "present") != (value["mask"] is not None):
        raise EditError(f"{place}: a present row needs a mask and an absent one has none.")
    look = value["look"]
    if look is not None:
        texts = isinstance(look, dict) and all(isinstance(look.get(name), str) for name in ("reason", "author"))
        if not texts or len(look) != 2:
            raise EditError(f"{place}: look must be null or have a reason and an author.")
    _check_kinds(value, place)


def _check_kinds(value: Value, place: str) -> None:
    wrong, others = _kinds(tuple(value), tuple(map(type, value.values())))
    if wrong is not None:
        raise EditError(f"{place}: {wrong} must be {_KINDS[wrong][1]}, got {reprlib.repr(value[wrong])}.")
    _check_attributes(value["attributes"], place)
    for name in others:
        # Extra values of a file are stored as JSON text, which allows longer integers than a column.
        if not is_plain(value[name], largest=LARGEST_FLOAT if name == "extra" else LARGEST):
            raise EditError(f"{place}: {name} holds a number or a text that no JSON file can hold, or too many levels.")


@lru_cache(maxsize=256)
def _kinds(names: tuple[str, ...], types: tuple[type, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The first name whose value cannot have its type, and the names of values that their type does not prove right.

    Most rows of an edit have the same types.
    """
    found = dict(zip(names, types, strict=True))
    kinds = ((name, kind) for name, (kind, _) in _KINDS.items() if name in found)
    wrong = next((name for name, kind in kinds if not issubclass(found[name], kind)), None)
    others = (name for name, kind in found.items() if kind not in (NoneType, bool) and name not in _WORDS)
    return wrong, tuple(others)


def _tidied(value: Value) -> Value:
    """The value with one form for "no attribute has a value", which queries rely on."""
    return {**value, "attributes": value["attributes"] or None}


def _check_attributes(values: Value | None, place: str) -> None:
    if values is not None and not all(isinstance(chosen, str) for chosen in values.values()):
        raise EditError(f"{place}: the value of an attribute must be a text; leave the attribute out for none.")
