"""The files of Gradio's own pages, from memory: a page asks for some sixty of them."""

import re
from pathlib import Path

from app.web.assets.versioned import MEDIA_TYPES, Asset

_NAME = re.compile(r"[\w-][\w.-]*")


class Bundle:
    """The scripts and style sheets of Gradio, whose names have a hash of their content.

    ``folder`` has no folders in it. A file is read at the first request for it and kept until the program ends, so
    another version of Gradio counts from the next start on.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
