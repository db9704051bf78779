"""JSON files of other formats: decoded as those of YouTube-VIS are, with plain errors for values of wrong types."""

import json
import math
from pathlib import Path
from typing import Any

from storage.formats.errors import FormatError, refuse
from storage.regular_files import is_regular
from storage.text import is_text
from storage.youtube_vis import Check, YouTubeVisError, load_json, no_check

Json = dict[str, Any]
LARGEST = 1 << 53
# Limits of file systems for one part of a path, and for a whole path, in bytes.
_LONGEST_PART, _LONGEST_PATH = 255, 4096


def load(path: Path, check: Check = no_check) -> Any:
    """The content of a JSON file. Raises FormatError, OSError."""
    if not is_regular(path):
        refuse(str(path), "this is no file but a folder, pipe, socket or device")
    try:
        return load_json(path.read_bytes(), str(path), check).content
    except YouTubeVisError as error:
        raise FormatError(str(error)) from error


def whole(value: Any, where: str, *, least: int = 0) -> int:
    """An integer of ``least`` or more, also from a whole float or from digits in text. Raises FormatError."""
    if (
        isinstance(value, str)
        and value.strip().isascii()
        and value.strip().removeprefix("-").isdigit()
        and len(value) < 20
    ):
        value = int(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
        refuse(where, f"must be a whole number of {least} or more")
    return value


def text(value: Any, where: str) -> str:
    """A text that is not empty and can be stored. Raises FormatError."""
    if not isinstance(value, str) or not value.strip():
        refuse(where, "must be a text")
    if not is_text(value) or "\0" in value:
        refuse(where, "holds characters that no text has")
    return value


def file_name(value: Any, where: str) -> str:
    """The name of a picture, with folders. Raises FormatError for one that no file system allows."""
    name = text(value, where)
    parts = [len(part.encode()) for part in name.replace("\\", "/").split("/")]
    if max(parts) > _LONGEST_PART or len(name.encode()) > _LONGEST_PATH:
        refuse(where, f"cannot be the name of a file ({len(name)} letters)")
    return name


def can_be_stored(value: Any) -> bool:
    """Whether a value can be stored and written as JSON: no NaN, no infinity, only real text."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def entries(top: Json, key: str, where: str) -> list[Json]:
    """The list of objects under a key; empty if it is missing. Raises FormatError."""
    found = top.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        refuse(f"{where}: {key}", "must be a list")
    for k, entry in enumerate(found):
        if not isinstance(entry, dict):
            refuse(f"{where}: {key}[{k}]", "must be an object")
    return found
