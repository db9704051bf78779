"""Reads JSON bodies and refuses values that no database or JSON answer can hold, each with one sentence."""

import json
import math
from typing import Any

from storage.plain_values import DEEPEST, LARGEST, is_plain_text, too_deep


class NotPlain(ValueError):
    """A JSON body that cannot be used; the message is one sentence."""


def read_plain(body: bytes) -> Any:
    """The content of a JSON body.

    Raises `NotPlain` if it is no JSON, or holds NaN, an infinity, an integer above 64 bits, text with a NUL or half
    of a surrogate pair, or more than `DEEPEST` levels.
    """
    try:
        text = body.decode(json.detect_encoding(body))
        content = json.loads(text, parse_constant=_no_number, parse_int=_whole, parse_float=_finite)
    except RecursionError:
        raise NotPlain(_TOO_DEEP) from None
    except NotPlain:
        raise
    except ValueError as error:
        raise NotPlain(f"The request is no whole JSON ({error}).") from None
    if too_deep(content):
        raise NotPlain(_TOO_DEEP)
    # Escapes are the only way for such characters into valid UTF-8 without a control character, which JSON forbids.
    if "\\u" in text:
        _check_texts(content)
    return content


_TOO_DEEP = f"The request is nested deeper than {DEEPEST} levels, which no part of this program reads."


def _no_number(word: str) -> float:
    raise NotPlain(f"The request holds {word}, which is no number.")


def _whole(digits: str) -> int:
    # Python itself refuses to parse integers of thousands of digits.
    if len(digits) > 20 or not -LARGEST - 1 <= int(digits) <= LARGEST:
        raise NotPlain(f"The request holds a whole number above 64 bits ({digits[:24]}{'…' * (len(digits) > 24)}).")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotPlain(f"The request holds a number that is too large ({digits[:24]}{'…' * (len(digits) > 24)}).")
    return number


def _check_texts(content: Any) -> None:
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if not is_plain_text(value):
                raise NotPlain("The request holds a text with a NUL or half of a character, which cannot be stored.")
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            waiting += value
