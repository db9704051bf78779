"""Joins an ES module with everything that it imports, so that a page asks for one file in place of two hundred.

Each module keeps its lines. It becomes a function that is called once, in the order in which a browser would evaluate
the modules; its imports become constants and its exports the value of the function. This holds for the forms of import
and export that the house uses (see `_IMPORT` and `_EXPORT`), where no exported name is assigned to again and no module
imports itself in a circle. Everything else is refused.
"""

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

_IMPORT = re.compile(r'^import (?:\{([^{}]*)\}|\* as ([\w$]+)) from "(\.[^"\n]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) ([\w$]+)\b)", re.MULTILINE)
_TYPES_ONLY = re.compile(r"^export \{\};$", re.MULTILINE)
_REST = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_OWN_ADDRESS = "import.meta.url"
# The object that holds what each joined module exports, by the module's path.
_JOINED = "$joined"
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class CannotJoin(ValueError):
    """A module has a form that cannot be joined; the message names the module and the line of code."""


@dataclass(frozen=True)
class Joined:
    """A joined module: its text, and per line of it the module and line (both from 0) that it came from, or None."""

    text: str
    modules: tuple[str, ...]
    origins: tuple[tuple[int, int] | None, ...]


def imported(path: str, text: str) -> list[str]:
    """Paths of the modules that the module at ``path`` imports, in order; all paths are relative to ``assets``."""
    return [_resolved(path, match[3]) for match in _IMPORT.finditer(text)]


def roots(texts: Mapping[str, str]) -> set[str]:
    """The modules that no other imports: those of pages and workers."""
    return set(texts) - {other for path, text in texts.items() for other in imported(path, text)}


def join(root: str, texts: Mapping[str, str]) -> Joined:
    """The module ``root`` with everything that it imports; ``texts`` has the modules by their paths.

    The result exports what ``root`` exports, and is meant for the address of ``root``. Raises `CannotJoin`.
    """
    order = _evaluation_order(root, texts)
    lines: list[str] = [f"const {_JOINED} = {{}};"]
    origins: list[tuple[int, int] | None] = [None]
    for number, path in enumerate(order):
        body, names = _as_function(path, texts[path], root)
        inner = body.split("\n")
        lines += [f"{_JOINED}[{json.dumps(path)}] = (() => {{", *inner, f"return {{ {', '.join(names)} }};", "})();"]
        origins += [None, *((number, line) for line in range(len(inner))), None, None]
    _, names = _as_function(root, texts[root], root)
    if names:
        lines.append(f"export const {{ {', '.join(names)} }} = {_JOINED}[{json.dumps(root)}];")
        origins.append(None)
    return Joined("\n".join(lines) + "\n", tuple(order), tuple(origins))


def source_map(joined: Joined, root: str, texts: Mapping[str, str]) -> str:
    """The source map (version 3) of a joined module, line by line, with the sources in it.

    Developer tools show errors with it as though the modules had been loaded one by one.
    """
    folder = posixpath.dirname(root)
    rows, before = [], (0, 0)
    for origin in joined.origins:
        if origin is None:
            rows.append("")
            continue
        # Generated column, source, line and column, each but the first as the difference to the segment before.
        rows.append("".join(map(_digits, (0, origin[0] - before[0], origin[1] - before[1], 0))))
        before = origin
    return json.dumps(
        {
            "version": 3,
            "sources": [posixpath.relpath(path, folder) for path in joined.modules],
            "sourcesContent": [texts[path] for path in joined.modules],
            "names": [],
            "mappings": ";".join(rows),
        }
    )


def _evaluation_order(root: str, texts: Mapping[str, str]) -> list[str]:
    """Every module below ``root`` after all that it imports."""
    done: dict[str, bool] = {}  # False while the modules that it imports are being visited

    def visit(path: str, importer: str) -> None:
        if path not in texts:
            raise CannotJoin(f"{importer} imports {path}, which is not there.")
        if done.get(path) is False:
            raise CannotJoin(f"{importer} and {path} import each other.")
        if path in done:
            return
        done[path] = False
        for other in imported(path, texts[path]):
            visit(other, path)
        # To the end of the order: a dict keeps the place of its first insertion.
        del done[path]
        done[path] = True

    visit(root, root)
    return list(done)


def _as_function(path: str, text: str, root: str) -> tuple[str, list[str]]:
    """The body of the function that a module becomes, with as many lines, and the names that it exports."""
    if _JOINED in text:
        raise CannotJoin(f"{path} uses the name {_JOINED}.")
    names = [match[1] for match in _EXPORT.finditer(text)]
    body = _TYPES_ONLY.sub("", _EXPORT.sub("", text))
    body = _IMPORT.sub(lambda match: _as_constant(path, match), body)
    rest = _REST.search(body)
    if rest:
        raise CannotJoin(f"{path} has a form of import or export that cannot be joined: {rest[0]}")
    own = posixpath.relpath(path, posixpath.dirname(root))
    return body.replace(_OWN_ADDRESS, f"new URL({json.dumps(own)}, {_OWN_ADDRESS})"), names


def _as_constant(path: str, match: re.Match[str]) -> str:
    names, whole, other = match.groups()
    # "a as b" of an import is "a: b" of a pattern; the line breaks stay.
    name = whole if names is None else "{" + re.sub(r"\bas\b", ":", names) + "}"
    return f"const {name} = {_JOINED}[{json.dumps(_resolved(path, other))}];"


def _resolved(path: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))


def _digits(value: int) -> str:
    """A number as base64 VLQ: five bits a digit, the lowest first, with the sign in the lowest bit of all."""
    rest = (abs(value) << 1) | (value < 0)
    text = ""
    while True:
        digit, rest = rest & 31, rest >> 5
        text += _BASE64[digit | (32 if rest else 0)]
        if not rest:
            return text
