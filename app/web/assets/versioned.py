"""All modules and style sheets as they were at one moment, in memory, under a version that is a hash of them."""

import gzip
import hashlib
import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.web.assets import joining

log = logging.getLogger(__name__)
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".map": "application/json"}
# How many versions stay in memory, for pages that were opened before a file changed.
KEPT = 4
_VERSION_DIGITS = 16
_SHEET = re.compile(r'^@import "([^"\n]+)";$', re.MULTILINE)


@dataclass(frozen=True)
class Asset:
    """A file as it is sent; ``packed`` is its content compressed with gzip."""

    content: bytes
    media_type: str

    @cached_property
    def packed(self) -> bytes:
        """The content compressed with gzip, made at the first request for it."""
        return gzip.compress(self.content, 6, mtime=0)


@dataclass(frozen=True)
class AssetVersion:
    """The text of every module and style sheet by its path below ``assets``, and the hash of all of them.

    A module that no other imports is sent joined with everything that it imports, with its source map beside it; a
    style sheet is sent with the sheets that it imports in place of its imports.
    """

    texts: dict[str, str]
    version: str
    _made: dict[str, Asset | None] = field(default_factory=dict, compare=False)

    def find(self, path: str) -> Asset | None:
        """What is sent for a path below ``assets``; None where there is nothing."""
        if path not in self._made:
            # Only existing paths are kept, so that requests for others cost no memory.
            text = self._text(path)
            if text is None:
                return None
            self._made[path] = Asset(text.encode(), MEDIA_TYPES[Path(path).suffix])
        return self._made[path]

    def address(self, path: str) -> str:
        """The address of a path below ``assets`` in this version."""
        return f"/ui-{self.version}/{path}"

    @cached_property
    def _modules(self) -> dict[str, str]:
        return {path: text for path, text in self.texts.items() if path.endswith(".js")}

    @cached_property
    def _roots(self) -> set[str]:
        return joining.roots(self._modules)

    def _text(self, path: str) -> str | None:
        root = path.removesuffix(".map")
        if root in self._roots:
            try:
                joined = joining.join(root, self._modules)
            except joining.CannotJoin as error:
                log.warning("The modules are sent one by one: %s", error)
                return self.texts.get(path)
            if path != root:
                return joining.source_map(joined, root, self._modules)
            return f"{joined.text}//# sourceMappingURL={Path(root).name}.map\n"
        if path.endswith(".css") and path in self.texts:
            return self._with_imports(path)
        return self.texts.get(path)

    def _with_imports(self, path: str) -> str:
        folder = Path(path).parent
        texts = self.texts

        def content(match: re.Match[str]) -> str:
            other = Path(os.path.normpath(folder / match[1])).as_posix()
            if other not in texts:
                log.warning("%s imports %s, which is not there.", path, other)
                return match[0]
            return f"/* {other} */\n{texts[other]}"

        return _SHEET.sub(content, texts[path])


class Assets:
    """The modules and style sheets below a folder, in their newest version and in some older ones."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, tuple[int, int]] = {}
        self._kept: dict[str, AssetVersion] = {}
        self._newest: AssetVersion | None = None
        self._lock = threading.Lock()

    def current(self) -> AssetVersion:
        """The files as they are now; they are read again only if a time, a size or a name changed."""
        with self._lock:
            seen = {name: (found.st_mtime_ns, found.st_size) for name, found in self._files()}
            if self._newest is None or seen != self._seen:
                self._newest = self._read(seen)
                self._seen = seen
                self._kept.pop(self._newest.version, None)
                self._kept[self._newest.version] = self._newest
                while len(self._kept) > KEPT:
                    del self._kept[next(iter(self._kept))]
            return self._newest

    def version(self, name: str) -> AssetVersion | None:
        """The files of this version, if it is kept."""
        return self._kept.get(name)

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        waiting = [self.folder]
        while waiting:
            for entry in os.scandir(waiting.pop()):
                if entry.is_dir():
                    waiting.append(Path(entry.path))
                elif entry.name.endswith((".js", ".css")):
                    yield Path(entry.path).relative_to(self.folder).as_posix(), entry.stat()

    def _read(self, names: dict[str, tuple[int, int]]) -> AssetVersion:
        texts = {name: (self.folder / name).read_text(encoding="utf-8") for name in sorted(names)}
        whole = hashlib.sha256()
        for name, text in texts.items():
            for part in (name, text):
                content = part.encode()
                whole.update(f"{len(content)}:".encode() + content)
        return AssetVersion(texts, whole.hexdigest()[:_VERSION_DIGITS])
