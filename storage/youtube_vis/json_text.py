"""Decoding the JSON text of YouTube-VIS files: encodings, files of other formats, NaN and infinite numbers.

The decoder of Python parses a text in one call, which nothing can interrupt. A file of a gigabyte takes it half a
minute, so here the lists of a content are parsed one entry after another.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from storage.youtube_vis.errors import YouTubeVisError, fail
from storage.youtube_vis.foreign_files import binary_kind, text_kind
from storage.youtube_vis.notes import VisNote

_BLANKS = re.compile(r"[ \t\n\r]*")
LONGEST_NUMBER = 400  # digits; Python refuses integers of more than 4300
Check = Callable[[], None]  # called between entries; it raises an error to stop the reading
Place = tuple[str | int, ...]  # keys and positions from the top of the content down to a value


@dataclass(frozen=True)
class JsonText:
    """The content of a JSON text.

    odd_numbers: whether it has NaN, an infinity, or a number with too many digits; in `content` these are NaN or
    infinite floats. encoding: the encoding of the text.
    """

    content: Any
    odd_numbers: bool = False
    encoding: str = "utf-8"


def no_check() -> None:
    """Never stops the reading."""


def load_json(text: str | bytes, where: str, check: Check = no_check) -> JsonText:
    """The content of a JSON text in UTF-8, UTF-16 or UTF-32; raises YouTubeVisError whose message starts with `where`.

    For a file of another format, the message names that format.
    """
    plain, encoding = _decoded(text, where) if isinstance(text, bytes) else (text, "utf-8")
    seen: list[str] = []

    def constant(word: str) -> float:
        seen.append(word)
        return float(word)

    try:
        content = _loads(plain, constant, check)
    except json.JSONDecodeError as error:
        known = text_kind(plain)
        if known:
            raise YouTubeVisError(f"{where}: {known}") from error
        raise YouTubeVisError(
            f"{where}: this is not whole JSON ({error.msg} at line {error.lineno}, column {error.colno})"
        ) from error
    except RecursionError as error:
        raise YouTubeVisError(f"{where}: this JSON is nested too deeply to be YouTube-VIS") from error
    return JsonText(content, bool(seen), encoding)


def _loads(text: str, constant: Callable[[str], float], check: Check) -> Any:
    try:
        return _by_entries(text, json.JSONDecoder(parse_constant=constant), check)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # Python refuses to parse an integer of thousands of digits, without giving the place.
        def whole(digits: str) -> int | float:
            return int(digits) if len(digits) <= LONGEST_NUMBER else constant("inf")

        return _by_entries(text, json.JSONDecoder(parse_constant=constant, parse_int=whole), check)


def _by_entries(text: str, decoder: json.JSONDecoder, check: Check) -> Any:
    """The content of `text`; `check` is called before each entry of a list at the top, or of an object at the top."""
    try:
        content, end = _Entries(text, decoder, check).top(_after_blanks(text, 0))
    except json.JSONDecodeError:
        # The decoder itself reports the mistake as everywhere else.
        return decoder.decode(text)
    return content if _after_blanks(text, end) == len(text) else decoder.decode(text)


class _Entries:
    """Parses the outer levels of a JSON text; the decoder parses the values in them."""

    def __init__(self, text: str, decoder: json.JSONDecoder, check: Check) -> None:
        self._text = text
        self._decoder = decoder
        self._check = check

    def top(self, at: int) -> tuple[Any, int]:
        """(value, end) of the text from `at` on."""
        if self._text.startswith("[", at):
            return self._list(at)
        return self._object(at) if self._text.startswith("{", at) else self._decoder.raw_decode(self._text, at)

    def _list(self, at: int) -> tuple[list[Any], int]:
        entries: list[Any] = []
        at = _after_blanks(self._text, at + 1)
        while not (not entries and self._text.startswith("]", at)):
            self._check()
            entry, at = self._decoder.raw_decode(self._text, at)
            entries.append(entry)
            at = _after_blanks(self._text, at)
            if self._text.startswith("]", at):
                break
            at = self._past(",", at)
        return entries, at + 1

    def _object(self, at: int) -> tuple[dict[str, Any], int]:
        entries: dict[str, Any] = {}
        at = _after_blanks(self._text, at + 1)
        while not (not entries and self._text.startswith("}", at)):
            key, at = self._decoder.raw_decode(self._text, at)
            if not isinstance(key, str):
                raise json.JSONDecodeError("no name of a value", self._text, at)
            at = self._past(":", _after_blanks(self._text, at))
            self._check()
            a_list = self._text.startswith("[", at)
            entries[key], at = self._list(at) if a_list else self._decoder.raw_decode(self._text, at)
            at = _after_blanks(self._text, at)
            if self._text.startswith("}", at):
                break
            at = self._past(",", at)
        return entries, at + 1

    def _past(self, sign: str, at: int) -> int:
        if not self._text.startswith(sign, at):
            raise json.JSONDecodeError(f"no {sign}", self._text, at)
        return _after_blanks(self._text, at + 1)


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return at if found is None else found.end()


def _decoded(data: bytes, where: str) -> tuple[str, str]:
    known = binary_kind(data)
    if known:
        fail(where, known)
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        if encoding.startswith("utf-8"):
            reason = f"byte {error.start} is not UTF-8"
            advice = "if it is text, save it as UTF-8: GBK, Shift-JIS, Latin-1 and the like are not JSON"
        else:
            reason, advice = f"it begins as {encoding.upper()}, but byte {error.start} does not belong there", ""
        text = f"{where}: this is not JSON text in UTF-8 or UTF-16 ({reason})"
        raise YouTubeVisError(f"{text}; {advice}" if advice else text) from error


def encoding_notes(loaded: JsonText, where: str) -> list[VisNote]:
    """A note if the text is not in UTF-8, because other loaders may refuse it."""
    if loaded.encoding.startswith("utf-8"):
        return []
    return [VisNote("encoding", where, f"is {loaded.encoding.upper()} text, not UTF-8; it is read as such.")]


def place_text(place: Place) -> str:
    """A place as text, such as `annotations[3].bboxes[2]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def odd_numbers(content: Any) -> Iterator[tuple[Place, float]]:
    """(place, value) of every NaN or infinite number in a JSON content."""
    waiting: list[tuple[Place, Any]] = [((), content)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, float) and not math.isfinite(value):
            yield place, value
        elif isinstance(value, dict):
            waiting += [((*place, key), item) for key, item in reversed(value.items()) if _may_hold_numbers(item)]
        elif isinstance(value, list):
            waiting += [((*place, k), item) for k, item in reversed([*enumerate(value)]) if _may_hold_numbers(item)]


def _may_hold_numbers(value: Any) -> bool:
    return isinstance(value, float | dict | list)
