"""CVAT's XML 1.1: "CVAT for video" with tracks, and "CVAT for images"; alone, or with `images/` as in its archives."""

from pathlib import Path

from storage.formats.content import DatasetDraft, FormatContent
from storage.formats.cvat_images import ImageReader
from storage.formats.cvat_video import VideoReader
from storage.formats.errors import Broken, refuse
from storage.formats.picture_folders import folders_below
from storage.formats.xml_files import elements, root_of
from storage.youtube_vis import Check, no_check

FILE = "annotations.xml"


def find_files(path: Path) -> tuple[Path, ...]:
    """The XML files of CVAT in a folder, or in the folders in it; or the file itself."""
    if path.is_file():
        return (path,)
    found = sorted(file for file in path.glob("*.xml") if root_of(file) == "annotations")
    inside = [folder / FILE for folder in folders_below(path) if (folder / FILE).is_file()]
    return tuple(found or (file for file in inside if root_of(file) == "annotations"))


def is_video(path: Path) -> bool:
    """Whether a file has tracks, or nothing and is of a task with a video; else it has images.

    A task with a video leaves as "CVAT for images" too.
    """
    of_video = False
    for element in elements(path):
        if element.tag == "meta":
            of_video = (element.findtext(".//mode") or "").strip() == "interpolation"
        elif element.tag in ("track", "image"):
            return element.tag == "track"
    return of_video


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The masks and polygons of one file or several ones. Raises FormatError, OSError."""
    files = find_files(path)
    if not files:
        refuse(str(path), "has no XML file of CVAT")
    root = path if path.is_dir() else path.parent
    draft = DatasetDraft(path.name if path.is_file() else str(path), broken)
    for file in files:
        where = file.name if len(files) == 1 else file.relative_to(root).as_posix()
        reader = VideoReader if is_video(file) else ImageReader
        reader(draft, file, where, root).read(check)
    return draft.content(pictures=root)
