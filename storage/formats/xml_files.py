"""XML files read part by part: a file of any size needs the memory of its largest part."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from storage.formats.errors import FormatError, refuse
from storage.regular_files import may_be_read
from storage.youtube_vis import Check, no_check

_PART = 1 << 16
_DEEPEST = 50


class _Parts:
    """Collects the elements directly below the root."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._depth = 0
        self._builder: TreeBuilder | None = None
        self.root: str | None = None
        self.ready: list[Element] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes, *, last: bool) -> None:
        """Parse the next bytes. Raises FormatError, `xml.parsers.expat.ExpatError`."""
        try:
            self.parser.Parse(data, last)
        except FormatError:
            raise
        except (LookupError, ValueError):  # of Python, for the encoding that the file declares
            refuse(self._where, "declares an encoding that is not read; save it as UTF-8")

    def _doctype(self, *_: object) -> None:
        refuse(self._where, "declares a document type, through which a file can grow without bound; remove <!DOCTYPE>")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            refuse(self._where, f"has elements nested more than {_DEEPEST} deep")
        if self._depth == 1:
            self.root = tag
            return
        if self._depth == 2:
            self._builder = TreeBuilder()
        if self._builder is not None:
            self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._builder is None:
            return
        self._builder.end(tag)
        if self._depth == 1:
            self.ready.append(self._builder.close())
            self._builder = None

    def _data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)


def root_of(path: Path) -> str | None:
    """The name of the root element of an XML file; None if it is no XML. Raises FormatError, OSError."""
    if not may_be_read(path):
        return None
    parts = _Parts(str(path))
    # The file may be XML up to an error; without a root it is none.
    with path.open("rb") as file, suppress(expat.ExpatError):
        parts.feed(file.read(_PART), last=False)
    return parts.root


def elements(path: Path, check: Check = no_check) -> Iterator[Element]:
    """The elements directly below the root of an XML file, in order. Raises FormatError, OSError."""
    parts = _Parts(str(path))
    with path.open("rb") as file:
        while True:
            check()
            data = file.read(_PART)
            try:
                parts.feed(data, last=not data)
            except expat.ExpatError as error:
                place = f"line {error.lineno}, column {error.offset}"
                refuse(str(path), f"this is not whole XML ({expat.errors.messages[error.code]} at {place})")
            yield from parts.ready
            parts.ready.clear()
            if not data:
                return
