"""Values that every database can hold and every JSON answer can carry."""

import math

LARGEST = 2**63 - 1
"""Largest integer of a database column."""

LARGEST_FLOAT = 10**300
"""Larger integers are not finite in programs that read every number as a float, as browsers do."""

DEEPEST = 64
"""Most levels of nested lists and objects; answers of more than about 250 levels could not be written."""


def is_plain_text(text: str) -> bool:
    """Whether a text has no NUL, which PostgreSQL refuses, and no lone surrogate, which UTF-8 cannot hold."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def too_deep(value: object) -> bool:
    """Whether a JSON value has more than `DEEPEST` levels."""
    level = [value]
    for _ in range(DEEPEST):
        level = [item for outer in level for item in _inside(outer) if isinstance(item, dict | list | tuple)]
        if not level:
            return False
    return True


def is_plain(value: object, *, largest: int = LARGEST) -> bool:
    """Whether a JSON value has only finite numbers, plain texts, and at most `DEEPEST` levels.

    Integers are at most ``largest``; -``largest`` - 1 is the smallest.
    """
    if not isinstance(value, dict | list | tuple):
        return _is_plain_leaf(value, largest)
    if too_deep(value):
        return False
    waiting: list[object] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict | list | tuple):
            if isinstance(item, dict):
                waiting += item.keys()
            waiting += _inside(item)
        elif not _is_plain_leaf(item, largest):
            return False
    return True


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else []


def _is_plain_leaf(value: object, largest: int) -> bool:
    if isinstance(value, str):
        return is_plain_text(value)
    if isinstance(value, int):
        return -largest - 1 <= value <= largest
    return value is None or (isinstance(value, float) and math.isfinite(value))
