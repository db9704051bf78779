"""Recognises the format of a file or folder by its content, never by its name alone."""

import re
from dataclasses import dataclass
from pathlib import Path

from storage.formats import cvat, davis, frame_masks, json_files, label_studio_tasks, labelme, mots, sav, yolo
from storage.formats.archives import is_archive
from storage.formats.errors import FormatError, refuse
from storage.formats.picture_folders import folders_below
from storage.formats.registry import FRAME_MASKS, RESULTS, Format, format_named
from storage.formats.xml_files import root_of
from storage.regular_files import is_regular, may_be_read
from storage.youtube_vis.foreign_files import XML, binary_kind, text_kind

_START = 1 << 20
_HEAD = 1 << 10  # bytes that tell files of other kinds
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:]')
_OF_RESULTS = ('"video_id"', '"segmentations"')
_DECISIVE = {"shapes", "masklet", "masklet_id", "images"}
# Where a data set keeps its file; the first that is there is taken.
_FILES = (
    "instances.json",
    "annotations.xml",
    "annotations/instances_default.json",
    "annotations.json",
    "annotations/instances.json",
    "train.json",
)


@dataclass(frozen=True)
class Recognised:
    """A file or folder, and its format. ``path`` may be a file inside the folder that was given."""

    path: Path
    format: Format


def recognise(path: Path) -> Recognised:
    """The format of a file or folder that is no archive. Raises FormatError, OSError."""
    if path.is_dir():
        return _folder(path)
    if not is_regular(path):
        refuse(str(path), "this is no file or folder but a pipe, socket or device")
    found = _file(path)
    if found is None and path.suffix.lower() == ".json":
        # Its reader names pages, pointers and other files that were saved under such a name.
        return _as(path, "youtube-vis")
    if found is None:
        foreign = _foreign(path)
        if foreign is not None:
            refuse(str(path), foreign)
        refuse(str(path), f"this is no format that can be read; there are {_known()}")
    return found


def _foreign(path: Path) -> str | None:
    """What a file is that no reader takes, with advice; None if that is not known, and for XML: CVAT's is read."""
    with path.open("rb") as file:
        start = file.read(_HEAD)
    text = start.decode(errors="replace").lstrip("\ufeff \r\n\t")
    kind = binary_kind(start) or text_kind(text)
    return None if kind == XML else kind


def _known() -> str:
    return (
        "YouTube-VIS, COCO, CocoVID, CVAT XML, PNG masks of DAVIS or YouTube-VOS, MOTS, YOLO segmentation, labelme, "
        "Label Studio, SA-V, and masks of SAM 2 or SAM 3 frame by frame; archives (zip, gzip) and folders of them"
    )


def _as(path: Path, name: str) -> Recognised:
    return Recognised(path, format_named(name))


def _file(path: Path) -> Recognised | None:
    with path.open("rb") as file:
        start = file.read(_START)
    if start.startswith(b"\x89PNG"):
        return _folder(path.parent)
    if start[:1] == b"<" or start[:4].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") or b"<\0" in start[:4]:
        if _root(path) != "annotations":
            return None
        return _as(path, "cvat-video" if cvat.is_video(path) else "cvat-images")
    if mots.is_text(path):
        return _as(path, "mots-txt")
    if path.suffix.lower() in (".yaml", ".yml") and yolo.find_root(path) is not None:
        return _as(path, "yolo")
    return _json(path, start)


def _root(path: Path) -> str | None:
    """As `root_of`; None also for a web page, whose document type is not the first thing to say about it."""
    try:
        return root_of(path)
    except FormatError:
        if _foreign(path) is None:
            raise
        return None


def _json(path: Path, start: bytes) -> Recognised | None:
    """The format of a JSON file, by the keys of its object."""
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    text = start.decode(encoding, errors="replace").lstrip("\ufeff \r\n\t")
    if text[:1] not in ("{", "["):
        return None
    if label_studio_tasks.looks_like_tasks(text):
        return _as(path, "label-studio")
    no_track = len(start) < _START and "".join(text.split()) == "[]"  # as models write it that found nothing
    if no_track or (text.startswith("[") and all(word in text for word in _OF_RESULTS)):
        return _as(path, RESULTS.name)
    keys = _top_keys(text)
    if not keys & {*_DECISIVE, "videos"} and frame_masks.looks_like_frames(text, keys):
        return _as(path, FRAME_MASKS.name)
    named = "videos" in keys and '"file_names"' in text
    if len(start) == _START and not keys & _DECISIVE and not named:
        # The key that decides stands behind a long list of masks.
        top = json_files.load(path)
        keys = set(top) if isinstance(top, dict) else set()
    if "shapes" in keys:
        return _as(path, "labelme")
    if "masklet" in keys or "masklet_id" in keys:
        return _as(path, "sa-v")
    if "images" in keys:
        return _as(path, "cocovid" if "videos" in keys else "coco")
    if "videos" in keys and "categories" not in keys and '"objects"' in text:
        found = davis.find_masks(path.parent)
        if found is not None:
            return _as(path.parent, "davis")
    # Everything else is left to the reader of YouTube-VIS, which names foreign files.
    return _as(path, "youtube-vis")


def _top_keys(text: str) -> set[str]:
    """The keys of the object that a JSON text is, as far as the text goes."""
    keys: set[str] = set()
    depth, word = 0, ""
    for token in _TOKENS.findall(text):
        if token in "{[":
            depth += 1
        elif token in "}]":
            depth -= 1
        elif token == ":":
            if depth == 1:
                keys.add(word[1:-1])
        else:
            word = token
    return keys


def _folder(folder: Path) -> Recognised:
    named = next((folder / name for name in _FILES if (folder / name).is_file()), None) or _coco_in(folder)
    if named is not None:
        found = recognise(named)
        if found.format.name != "labelme":
            return found
    by_shape = _by_shape(folder)
    if by_shape is not None:
        return by_shape
    files = sorted(file for file in folder.iterdir() if may_be_read(file) and not file.name.startswith("."))
    fitting = [one for one in files if one.suffix.lower() in (".json", ".xml", ".txt") or is_archive(one)]
    if len(fitting) == 1 and not is_archive(fitting[0]):
        only = _file(fitting[0])
        if only is not None or fitting[0].suffix.lower() != ".txt":
            return only or recognise(fitting[0])
        fitting = []  # a note or a list of names says nothing about the folder
    inside = [one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "__MACOSX"))]
    if not fitting and len(inside) == 1:
        # Archives often hold one folder with everything in it.
        return _folder(inside[0])
    if len(fitting) > 1:
        names = ", ".join(one.name for one in fitting[:5])
        refuse(str(folder), f"holds several files that could be meant ({names}); give one of them")
    refuse(str(folder), f"holds nothing that can be read; there are {_known()}")


def _coco_in(folder: Path) -> Path | None:
    """The file of a COCO data set with `annotations/instances_train.json` or the like; None if there is none.

    Raises FormatError if there are several.
    """
    found = sorted(file for file in (folder / "annotations").glob("instances_*.json") if may_be_read(file))
    if len(found) > 1:
        names = ", ".join(f"annotations/{one.name}" for one in found[:5])
        refuse(str(folder), f"holds several files that could be meant ({names}); give one of them")
    return found[0] if found else None


def _by_shape(folder: Path) -> Recognised | None:
    if cvat.find_files(folder):
        first = cvat.find_files(folder)[0]
        return _as(folder, "cvat-video" if cvat.is_video(first) else "cvat-images")
    if sav.find_files(folder):
        return _as(folder, "sa-v")
    if yolo.find_root(folder) is not None:
        return _as(folder, "yolo")
    if mots.find_pngs(folder) is not None:
        return _as(folder, "mots-png")
    subsets = [one for one in folders_below(folder) if one.name != mots.PNG_FOLDER and mots.find_pngs(one) is not None]
    if len(subsets) == 1:
        # Archives of CVAT hold a folder with the name of the subset.
        return _as(subsets[0], "mots-png")
    if mots.find_texts(folder):
        return _as(folder, "mots-txt")
    if label_studio_tasks.find_files(folder):
        return _as(folder, "label-studio")
    if labelme.find_folders(folder):
        return _as(folder, "labelme")
    masks = davis.find_masks(folder)
    if masks is not None:
        return _as(folder, "masks" if davis.is_per_thing(masks) else "davis")
    return None
