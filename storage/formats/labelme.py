"""labelme: one JSON file for each picture, beside the picture; `group_id` is the track of a shape."""

import base64
import binascii
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

from storage import rle
from storage.atomic import write_text
from storage.formats import json_files
from storage.formats.attributes import FLAGS, frame_values, track_values
from storage.formats.content import DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, FormatError, refuse
from storage.formats.json_files import Json, whole
from storage.formats.losses import Losses
from storage.formats.names import PlainVideo, plain_videos
from storage.formats.outlines import rings
from storage.formats.picture_folders import folders_below
from storage.formats.png_files import picture_size
from storage.frames import picture_names
from storage.frames.image_folder import natural_order
from storage.regular_files import may_be_read
from storage.rle import MAX_PIXELS, Rle, RleError
from storage.youtube_vis import Check, VisDataset, VisTrack, VisVideo, no_check

VERSION = "5.5.0"
NO_MASKS, NO_IDS = "shapes that are no masks", "masks without a group"
NO_PIXEL = "shapes without a pixel"


def find_folders(path: Path) -> tuple[Path, ...]:
    """The folders with files of labelme: the folder itself, or those in it; empty for none."""
    if path.is_file():
        return (path.parent,) if is_labelme(path) else ()
    if _has_files(path):
        return (path,)
    return tuple(folder for folder in folders_below(path) if _has_files(folder))


def _has_files(folder: Path) -> bool:
    return any(is_labelme(file) for file in _jsons(folder)[:1])


def _jsons(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.json"), key=lambda file: natural_order(file.name))


def is_labelme(path: Path) -> bool:
    """Whether a JSON file is one of labelme, by its beginning and end."""
    if path.suffix.lower() != ".json" or not may_be_read(path):
        return False
    with path.open("rb") as file:
        start = file.read(1 << 16)
        file.seek(max(path.stat().st_size - (1 << 12), 0))
        both = start + file.read()
        # The picture itself may stand in the file, between the path and the size of the picture.
        return b'"shapes"' in start and (b'"imagePath"' in both or b'"imageHeight"' in both)


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The shapes of all files of a folder; each folder is a video. Raises FormatError, OSError."""
    folders = find_folders(path)
    if not folders:
        refuse(str(path), "has no JSON file of labelme")
    draft = DatasetDraft(str(path), broken)
    for number, folder in enumerate(folders, start=1):
        with broken.part(number):
            _Folder(draft, folder, number).read(check)
    return draft.content(pictures=folders[0].parent)


@dataclass
class _Folder:
    """One video while its files are read."""

    draft: DatasetDraft
    folder: Path
    number: int
    tracks: dict[tuple[str, int], TrackDraft] = field(default_factory=dict)
    without: int = 0

    def read(self, check: Check) -> None:
        """Read all files; pictures without a file are unknown, a file without shapes says that nothing is there."""
        files = {}
        for file in _jsons(self.folder):
            check()
            if not is_labelme(file):
                continue
            top = json_files.load(file, check)
            if not isinstance(top, dict):
                refuse(str(file), "must be an object with `shapes`")
            given = json_files.file_name(top.get("imagePath"), f"{file}: imagePath")
            name = PurePosixPath(given.replace("\\", "/")).name
            if name in files:
                refuse(f"{file}: imagePath", f"is {name}, as in {files[name][0].name}")
            files[name] = (file, top)
        pictures = self._pictures(files)
        names = sorted({*picture_names(pictures), *files}, key=natural_order)
        width, height = self._size(pictures, *next(iter(files.values())))
        prefix = pictures.relative_to(self.folder.parent).as_posix()
        video = self.draft.video(width, height, [f"{prefix}/{name}" for name in names], number=self.number)
        for frame, name in enumerate(names):
            if name in files:
                file, top = files[name]
                if self._size(pictures, file, top) != (width, height):
                    refuse(str(file), f"has another size than the first picture of its folder, {width} x {height}")
                self._shapes(file, top, video, frame)
        silent = {frame for frame, name in enumerate(names) if name not in files}
        for track in self.draft.tracks:
            if track.video == self.number:
                track.unknown |= silent
        if self.without:
            text = f"has masks without a `group_id` ({self.without}); each is a track of one frame."
            self.draft.note(NO_IDS, self.folder.name, text)

    def _pictures(self, files: Mapping[str, tuple[Path, Json]]) -> Path:
        """The folder of the pictures: that of the files, or one beside it to which their paths lead."""
        name, (_, top) = next(iter(files.items()))
        given = PurePosixPath(str(top["imagePath"]).replace("\\", "/"))
        place, above = (self.folder / given).parent.resolve(), self.folder.parent.resolve()
        if (self.folder / name).is_file() or not place.is_relative_to(above) or not (place / name).is_file():
            return self.folder
        return self.folder.parent / place.relative_to(above)

    def _size(self, pictures: Path, file: Path, top: Json) -> tuple[int, int]:
        if top.get("imageWidth") is None or top.get("imageHeight") is None:
            return picture_size(pictures / PurePosixPath(str(top["imagePath"]).replace("\\", "/")).name)
        return (
            whole(top["imageWidth"], f"{file}: imageWidth", least=1),
            whole(top["imageHeight"], f"{file}: imageHeight", least=1),
        )

    def _shapes(self, file: Path, top: Json, video: VisVideo, frame: int) -> None:
        for k, shape in enumerate(json_files.entries(top, "shapes", str(file))):
            where = f"{file}: shapes[{k}]"
            label = json_files.text(shape.get("label"), f"{where}.label")
            track = self._track(shape, label, where)
            kind = shape.get("shape_type") or "polygon"
            if kind not in ("polygon", "mask"):
                track.unknown.add(frame)
                short = f"{file.name}: shapes[{k}]"
                self.draft.note(NO_MASKS, short, f"is a {kind}, which is no mask; what is there is unknown.")
                continue
            mask = _mask(shape, video, where) if kind == "mask" else _polygon(shape, video, where)
            if not rle.area(mask):
                track.unknown.add(frame)
                text = "covers not one pixel; what is there is unknown, not absent."
                self.draft.note(NO_PIXEL, f"{file.name}: shapes[{k}]", text)
            track.add(frame, mask)
            flags = shape.get("flags")
            for name, value in flags.items() if isinstance(flags, dict) else ():
                if value is True and name in FLAGS:
                    track.mark(frame, name, value=True)

    def _track(self, shape: Json, label: str, where: str) -> TrackDraft:
        category = self.draft.category(label)
        if shape.get("group_id") is None:
            self.without += 1
            return self.draft.track(self.number, category)
        group = whole(shape["group_id"], f"{where}.group_id")
        if (label, group) not in self.tracks:
            self.tracks[label, group] = self.draft.track(self.number, category, group)
        return self.tracks[label, group]


def _points(shape: Json, where: str) -> list[tuple[float, float]]:
    points = shape.get("points")
    if not isinstance(points, list):
        refuse(f"{where}.points", "must be a list of points")
    for k, point in enumerate(points):
        numbers = isinstance(point, list) and len(point) == 2
        if not numbers or not all(isinstance(one, int | float) and abs(one) <= rle.MAX_COORDINATE for one in point):
            refuse(f"{where}.points[{k}]", "must be [x, y] in pixels")
    return [(float(x), float(y)) for x, y in points]


def _polygon(shape: Json, video: VisVideo, where: str) -> Rle:
    flat = [value for point in _points(shape, where) for value in point]
    try:
        return rle.from_polygons([flat], video.height, video.width)
    except RleError as error:
        raise FormatError(f"{where}.points: {error}") from error


def _mask(shape: Json, video: VisVideo, where: str) -> Rle:
    """The mask of a shape that has a picture of its box, whose first and last pixel are its two points."""
    points = _points(shape, where)
    if len(points) != 2:
        refuse(f"{where}.points", "of a mask must be the first and the last pixel of its box")
    pixels = _decoded(shape.get("mask"), f"{where}.mask")
    left, top = (round(value) for value in points[0])
    height, width = pixels.shape
    if left < 0 or top < 0 or left + width > video.width or top + height > video.height:
        refuse(f"{where}.mask", f"of {width} x {height} pixels at {left}, {top} does not lie in the picture")
    whole_mask = np.zeros((video.height, video.width), bool)
    whole_mask[top : top + height, left : left + width] = pixels
    return rle.encode(whole_mask)


def _decoded(text: Any, where: str) -> np.ndarray:
    if not isinstance(text, str):
        refuse(where, "must be a PNG picture in base64")
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=("PNG",)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                refuse(where, f"has more than {MAX_PIXELS} pixels")
            return np.asarray(picture.convert("L")) > 0
    except (binascii.Error, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, FormatError):
            raise
        refuse(where, "must be a PNG picture in base64")


def write(out: Path, dataset: VisDataset, losses: Losses) -> None:
    """Write a folder for each video, with a file for each frame, into an empty folder.

    A mask that one line without holes surrounds leaves as a polygon along its pixels, any other as a picture.
    """
    plain = plain_videos(dataset, losses)
    names = {category.id: category.name for category in dataset.categories}
    for video in dataset.videos:
        tracks = [track for track in dataset.tracks if track.video_id == video.id]
        for track in tracks:
            _count(track, losses)
        own = plain[video.id]
        for frame in range(video.length):
            if tracks and all(frame in track.unknown for track in tracks):
                continue
            shapes = [shape for track in tracks for shape in _shapes_of(track, frame, names)]
            text = json.dumps(_file(video, own, frame, shapes), indent=1)
            place = out / own.name / f"{own.stems[frame]}.json"
            place.parent.mkdir(parents=True, exist_ok=True)
            write_text(place, text)


def _file(video: VisVideo, own: PlainVideo, frame: int, shapes: list[Json]) -> Json:
    size = {"imageHeight": video.height, "imageWidth": video.width}
    return {
        "version": VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": own.files[frame],
        "imageData": None,
        **size,
    }


def _shapes_of(track: VisTrack, frame: int, names: dict[int, str]) -> Iterator[Json]:
    mask = track.segmentations[frame]
    if mask is None:
        return
    flags = {name: True for name, value in track_values(track).items() if value is True}
    flags |= {name: True for name, line in frame_values(track).items() if line[frame] is True}
    shape: Json = {"label": names[track.category_id], "group_id": track.id, "description": "", "flags": flags}
    found = rings(mask)
    if len(found) == 1:
        points = [[float(x), float(y)] for x, y in found[0]]
        yield {**shape, "points": points, "shape_type": "polygon", "mask": None}
        return
    x, y, width, height = rle.bbox(mask)
    box = rle.decode(mask)[y : y + height, x : x + width]
    buffer = io.BytesIO()
    Image.fromarray(box).save(buffer, format="PNG")
    corners = [[float(x), float(y)], [float(x + width - 1), float(y + height - 1)]]
    text = base64.b64encode(buffer.getvalue()).decode("ascii")
    yield {**shape, "points": corners, "shape_type": "mask", "mask": text}


def _count(track: VisTrack, losses: Losses) -> None:
    """Flags leave; values in words and the mark as crowd have no place."""
    values = [*track_values(track).values(), *(value for line in frame_values(track).values() for value in line)]
    losses.count("attributes", sum(isinstance(value, str) for value in values))
    losses.count("crowd", int(bool(track.iscrowd)))
    losses.count("unknown", len(track.unknown))
    losses.count("empty_tracks", int(not any(track.segmentations)))
