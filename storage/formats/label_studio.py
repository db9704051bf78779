"""Label Studio's JSON: tasks with one picture each, whose regions are brushes or polygons. Reading only.

Its export has no ids that join the regions of different pictures, so each region is a track of one frame.
"""

from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, unquote, urlparse

import numpy as np

from storage import rle
from storage.formats import json_files
from storage.formats.content import DatasetDraft, FormatContent
from storage.formats.errors import Broken, FormatError, refuse
from storage.formats.json_files import Json, entries, whole
from storage.formats.names import by_video
from storage.frames.image_folder import natural_order
from storage.rle import MAX_PIXELS, Rle, RleError
from storage.youtube_vis import Check, VisVideo, no_check

BRUSH, POLYGON = "brushlabels", "polygonlabels"
NO_PIXEL = "regions without a pixel"
NO_MASKS, NO_IDS, EMPTY = "regions that are no masks", "masks without a track id", "tasks without a region"
_LABELS = "labels"  # the ending of the types of regions with a label
_CHANNELS, _ALPHA = 4, 3  # a brush is a picture of red, green, blue and alpha


@dataclass(frozen=True)
class _LabelledPicture:
    """One picture with its regions, and the last folder of its address; ``place`` names it in errors."""

    name: str
    folder: str
    regions: list[tuple[str, Json]]
    place: str


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The regions of an export. Raises FormatError, OSError."""
    top = json_files.load(path, check)
    if not isinstance(top, list) or not all(isinstance(task, dict) for task in top):
        refuse(str(path), "this is not Label Studio, which is a list of tasks")
    draft = DatasetDraft(str(path), broken)
    tasks = [_task(task, f"{path}: [{k}]") for k, task in enumerate(top)]
    if tasks and not any(task.regions for task in tasks):
        refuse(str(path), "no task has a brush or a polygon; regions of videos are boxes, which are no masks")
    labelled = _told_apart([task for task in tasks if task.regions])
    if len(labelled) < len(tasks):
        text = f"has tasks without a region ({len(tasks) - len(labelled)}), whose size is unknown; they are left out."
        draft.note(EMPTY, "", text)
    for positions in by_video([task.name for task in labelled]).values():
        ordered = sorted((labelled[k] for k in positions), key=lambda task: natural_order(task.name))
        _video(draft, ordered, check)
    if draft.tracks:
        draft.note(NO_IDS, "", f"has regions without a track id ({len(draft.tracks)}); each is a track of one frame.")
    return draft.content(pictures=path.parent)


def _task(task: Json, where: str) -> _LabelledPicture:
    data = task.get("data")
    values = [value for value in data.values() if isinstance(value, str)] if isinstance(data, dict) else []
    given = task.get("file_upload") or next((value for value in values if PurePosixPath(value).suffix), None)
    picture = _path_of(json_files.file_name(given, f"{where}.data"))
    if not picture.name:
        refuse(f"{where}.data", "names no picture")
    done = [one for one in entries(task, "annotations", where) if one.get("was_cancelled") is not True]
    regions = [
        (f"{where}.annotations[{k}].result[{j}]", region)
        for k, one in enumerate(done[-1:])
        for j, region in enumerate(entries(one, "result", f"{where}.annotations[{k}]"))
        if isinstance(region.get("value"), dict) and str(region.get("type")).endswith(_LABELS)
    ]
    return _LabelledPicture(picture.name, picture.parent.name, regions, where)


def _path_of(address: str) -> PurePosixPath:
    """The path of a picture on a disk, in a bucket, or in a query as that of local storage (`?d=folder/name.jpg`)."""
    parts = urlparse(address)
    inside = parse_qs(parts.query).get("d", [])
    return PurePosixPath((inside[0] if inside else unquote(parts.path)).replace("\\", "/"))


def _told_apart(pictures: list[_LabelledPicture]) -> list[_LabelledPicture]:
    """The pictures, with their folders in their names if several ones have the same name without."""
    if len({one.name for one in pictures}) == len(pictures):
        return pictures
    return [replace(one, name=f"{one.folder}/{one.name}") if one.folder else one for one in pictures]


def _video(draft: DatasetDraft, tasks: list[_LabelledPicture], check: Check) -> None:
    width, height = _size(*tasks[0].regions[0])
    video = draft.video(width, height, [task.name for task in tasks])
    with draft.broken.part(video.id):
        for frame, task in enumerate(tasks):
            for where, region in task.regions:
                check()
                if _size(where, region) != (width, height):
                    refuse(where, f"is in a picture of another size than the first of its video, {width} x {height}")
                _region(draft, video, frame, where, region)


def _size(where: str, region: Json) -> tuple[int, int]:
    width = whole(region.get("original_width"), f"{where}.original_width", least=1)
    return width, whole(region.get("original_height"), f"{where}.original_height", least=1)


def _region(draft: DatasetDraft, video: VisVideo, frame: int, where: str, region: Json) -> None:
    kind, value = str(region["type"]), region["value"]
    labels = value.get(kind)
    if not isinstance(labels, list) or not labels:
        return  # a region without a label is no thing yet
    track = draft.track(video.id, draft.category(json_files.text(labels[0], f"{where}.value.{kind}[0]")))
    if kind not in (BRUSH, POLYGON):
        track.unknown.add(frame)
        draft.note(NO_MASKS, where.removeprefix(f"{draft.where}: "), f"is of the type {kind}, which is no mask.")
        return
    mask = _brush(value, video, where) if kind == BRUSH else _polygon(value, video, where)
    if not rle.area(mask):
        track.unknown.add(frame)
        text = "covers not one pixel; what is there is unknown, not absent."
        draft.note(NO_PIXEL, where.removeprefix(f"{draft.where}: "), text)
    track.add(frame, mask)


def _polygon(value: Json, video: VisVideo, where: str) -> Rle:
    """A polygon whose points are in percent of the picture."""
    points = value.get("points")
    flat: list[float] = []
    for k, point in enumerate(points if isinstance(points, list) else ()):
        numbers = isinstance(point, list) and len(point) == 2 and all(isinstance(one, int | float) for one in point)
        if not numbers:
            refuse(f"{where}.value.points[{k}]", "must be [x, y] in percent")
        flat += [point[0] / 100 * video.width, point[1] / 100 * video.height]
    try:
        return rle.from_polygons([flat], video.height, video.width)
    except (RleError, OverflowError) as error:
        raise FormatError(f"{where}.value.points: {error}") from error


def _brush(value: Json, video: VisVideo, where: str) -> Rle:
    """A brush in the run lengths of Label Studio: the alpha of a picture."""
    given = value.get("rle")
    if not isinstance(given, list) or not all(isinstance(one, int) and 0 <= one < 256 for one in given):
        refuse(f"{where}.value.rle", "must be a list of bytes")
    count = video.width * video.height * _CHANNELS
    if count > MAX_PIXELS:
        refuse(where, f"is a brush in a picture of more than {MAX_PIXELS // _CHANNELS} pixels")
    pixels = unpacked(bytes(given), count, f"{where}.value.rle")
    return rle.encode(pixels.reshape(video.height, video.width, _CHANNELS)[:, :, _ALPHA] > 0)


def unpacked(data: bytes, count: int, where: str) -> np.ndarray:
    """The bytes, uint8 of length ``count``, that run lengths of rle-pack hold (github.com/thi-ng/umbrella).

    A head says how many values there are (32 bits), how long one is (5 bits) and how long four kinds of lengths are (4
    bits each). Then each part has a bit, two bits for the kind of its length, its length, and one value that repeats
    (bit 1), or its values (bit 0). Raises FormatError.
    """
    bits = _Bits(np.unpackbits(np.frombuffer(data, np.uint8)), where)
    if bits.number(32) != count:
        refuse(where, f"must hold {count} values, red, green, blue and alpha of each pixel")
    size = bits.number(5) + 1
    kinds = [bits.number(4) + 1 for _ in range(4)]
    found = np.zeros(count, np.uint8)
    at = 0
    while at < count:
        repeats = bits.number(1)
        end = at + 1 + bits.number(kinds[bits.number(2)])
        if end > count:
            refuse(where, f"has more than {count} values")
        found[at:end] = bits.number(size) & 0xFF if repeats else bits.numbers(size, end - at)
        at = end
    return found


class _Bits:
    """Reads numbers of some bits, highest first."""

    def __init__(self, bits: np.ndarray, where: str) -> None:
        self._bits, self._where, self._at = bits, where, 0

    def numbers(self, size: int, count: int) -> np.ndarray:
        """The next ``count`` numbers of ``size`` bits."""
        end = self._at + size * count
        if end > len(self._bits):
            refuse(self._where, "ends before its last value")
        part = self._bits[self._at : end].reshape(count, size).astype(np.int64)
        self._at = end
        return part @ (1 << np.arange(size - 1, -1, -1, dtype=np.int64))

    def number(self, size: int) -> int:
        """The next number of ``size`` bits."""
        return int(self.numbers(size, 1)[0])
