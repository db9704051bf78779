"""The files of Gradio's own page, from memory: every page asks for some sixty of them, and all for the same ones."""

import re
from pathlib import Path

from app.web.assets.versioned import MEDIA_TYPES, Asset

_NAME = re.compile(r"[\w-][\w.-]*")
# The document of Gradio names the first files; these name the others by addresses relative to their own.
_OWN_ADDRESS = b'"./assets/'


class Bundle:
    """The scripts and style sheets of one version of Gradio, at one address for all pages.

    ``folder`` has no folders in it. A file is read at the first request for it and kept; the files do not change while
    the program runs.
    """

    def __init__(self, folder: Path, version: str) -> None:
        self.folder = folder
        self.version = version
        self._read: dict[str, Asset] = {}

    def find(self, name: str) -> Asset | None:
        """A script or a style sheet; None for everything else."""
        if name not in self._read:
            path = self.folder / name
            kind = MEDIA_TYPES.get(path.suffix)
            if kind is None or not _NAME.fullmatch(name) or not path.is_file():
                return None
            self._read[name] = Asset(path.read_bytes(), kind)
        return self._read[name]

    def addressed(self, html: bytes) -> bytes:
        """The document of a page with the addresses of this bundle in place of those below the page."""
        return html.replace(_OWN_ADDRESS, f'"/gradio-{self.version}/'.encode())
