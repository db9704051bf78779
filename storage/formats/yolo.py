"""YOLO segmentation: one text file for each picture, with one polygon a line.

    data.yaml                               names of the classes
    images/[train/]<video>/<frame>.jpg
    labels/[train/]<video>/<frame>.txt      class x1 y1 x2 y2 ... [confidence] [track id]; x and y from 0 to 1

A picture without a text has nothing in it.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import yaml

from storage.formats.content import DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, FormatError, refuse
from storage.formats.losses import Losses
from storage.formats.names import NAME, by_video, plain_videos
from storage.formats.outlines import from_ring, one_ring, rings
from storage.formats.picture_folders import folders_below
from storage.formats.png_files import picture_size
from storage.frames.image_folder import PICTURE_SUFFIXES, natural_order
from storage.regular_files import may_be_read
from storage.rle import RleError, area
from storage.youtube_vis import Check, VisDataset, VisTrack, VisVideo, no_check

IMAGES, LABELS, SPLIT, YAML = "images", "labels", "train", "data.yaml"
SPLITS = ("train", "val", "valid", "test")
SCORES = "confidences of a model"
NO_IDS, BOXES, NO_PIXEL = "masks without a track id", "boxes without a mask", "polygons without a pixel"
_CLASSES = "classes.txt"
_LONGEST_YAML = 4 << 20
_FURTHEST = 1.5  # of a coordinate; tools write values a little outside the picture


def find_root(path: Path) -> Path | None:
    """The folder of the data set to which a folder or a data.yaml belongs; None if there is none.

    It has `labels`, or a data.yaml and texts beside their pictures, where YOLO looks too.
    """
    place = _inside(path) if path.is_dir() else path.parent
    roots = [place.parent] if place.name == LABELS else [place]
    if path.is_file():
        given = _yaml(path).get("path")
        roots += [place / given] if isinstance(given, str) else []
    found = next((root for root in roots if any(_texts(root))), None)
    if found is not None or not (path.is_file() or any(_yaml_names(file) for file in _yamls(place))):
        return found
    return next((root for root in roots if any(_beside(root))), None)


def _inside(folder: Path) -> Path:
    """The folder itself, or the one that an archive or a person has put around the data set."""
    inside = folders_below(folder)
    is_split = any(one.name in (IMAGES, LABELS, *SPLITS) for one in inside)
    if folder.name == LABELS or len(inside) != 1 or is_split or _yamls(folder) or (folder / _CLASSES).is_file():
        return folder
    return _inside(inside[0])


def _yamls(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])


def _beside(root: Path) -> Iterator[Path]:
    """The texts that have a picture of their name beside them."""
    for text in root.rglob("*.txt"):
        if any(text.with_suffix(suffix).is_file() for suffix in PICTURE_SUFFIXES):
            yield text


def _texts(root: Path) -> Iterator[Path]:
    """The text files in `labels`, and in `labels` of its folders, as Roboflow has them."""
    for labels in (root / LABELS, *(split / LABELS for split in folders_below(root))):
        yield from labels.rglob("*.txt")


@dataclass(frozen=True)
class _Picture:
    """A picture ``name`` below the folder of all pictures, and its text, which may be missing."""

    name: str
    text: Path


def _pictures(root: Path, frames: Path | None) -> tuple[Path, list[_Picture]]:
    """The folder of all pictures, and the pictures; without `images` beside `labels` they are those of ``frames``."""
    pairs = [
        (labels.parent / IMAGES, labels)
        for labels in (root / LABELS, *(split / LABELS for split in folders_below(root)))
        if labels.is_dir()
    ]
    if not pairs:
        pairs = [(root, root)]
    place = root if frames is None or any(images.is_dir() for images, _ in pairs) else frames
    found = []
    for images, labels in pairs:
        start = images if place == root else place
        for one in start.rglob("*"):
            if one.suffix.lower() in PICTURE_SUFFIXES and not one.name.startswith("."):
                text = (labels / one.relative_to(start)).with_suffix(".txt")
                found.append(_Picture(one.relative_to(place).as_posix(), text))
    return place, sorted(found, key=lambda one: natural_order(one.name))


def read(path: Path, broken: Broken, check: Check = no_check, *, frames: Path | None = None) -> FormatContent:
    """The polygons of a folder. Their pictures are needed for their sizes: below `images` or ``frames``.

    Raises FormatError, OSError.
    """
    root = find_root(path)
    if root is None:
        refuse(str(path), f"has no folder {LABELS} with text files")
    draft = DatasetDraft(str(root), broken)
    names = _class_names(path, root)
    for number, name in sorted(names.items()):
        draft.category(name, number + 1)
    place, pictures = _pictures(root, frames)
    known = {one.text for one in pictures}
    strange = next((text for text in sorted(_texts(root)) if text not in known and text.stat().st_size), None)
    if strange is not None:
        refuse(str(strange), f"has no picture below '{place}', and the size of its polygons is that of the picture")
    if not pictures:
        refuse(str(root), f"has no picture below '{place}', and YOLO is one text for each picture")
    reader = _YoloReader(draft, root, place, names, scored=_have_scores(one.text for one in pictures))
    for video_id, positions in enumerate(by_video([one.name for one in pictures]).values(), start=1):
        with broken.part(video_id):
            reader.video(video_id, [pictures[k] for k in positions], check)
    if reader.scores:
        draft.note(
            SCORES, LABELS, f"has confidences ({reader.scores}), which a truth does not have; they are left out."
        )
    if reader.without:
        text = f"has polygons without a track id ({reader.without}); each is a track of one frame."
        draft.note(NO_IDS, LABELS, text)
    return draft.content(pictures=place)


def _class_names(path: Path, root: Path) -> dict[int, str]:
    """Class -> name from a YAML file with `names`, or from a classes.txt; empty without one."""
    files = [path] if path.is_file() else _yamls(root)
    for file in files:
        names = _yaml_names(file)
        if names:
            return names
    if (root / _CLASSES).is_file():
        lines = (root / _CLASSES).read_text(encoding="utf-8", errors="replace").splitlines()
        return {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    return {}


def _yaml(file: Path) -> dict[object, object]:
    """The content of a YAML file, empty if it is no mapping or too long to be a data.yaml. Raises FormatError."""
    if file.suffix.lower() not in (".yaml", ".yml") or not may_be_read(file) or file.stat().st_size > _LONGEST_YAML:
        return {}
    try:
        top = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FormatError(f"{file}: this is no YAML text ({str(error).splitlines()[0]})") from error
    return top if isinstance(top, dict) else {}


def _yaml_names(file: Path) -> dict[int, str]:
    names = _yaml(file).get("names")
    listed = dict(enumerate(names)) if isinstance(names, list) else names
    if not isinstance(listed, dict):
        return {}
    found: dict[int, str] = {}
    for key, name in listed.items():
        number = int(key) if isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 10 else key
        if not isinstance(number, int) or not 0 <= number < 1 << 31 or not isinstance(name, str | int | float):
            refuse(f"{file}: names", "must be a list of names, or names by number")
        found[number] = str(name)
    return found


@dataclass
class _YoloReader:
    draft: DatasetDraft
    root: Path
    images: Path
    names: Mapping[int, str]
    scored: bool = False
    without: int = 0
    scores: int = 0

    def video(self, video_id: int, pictures: list[_Picture], check: Check) -> None:
        """Add a video with its pictures and polygons."""
        width, height = picture_size(self.images / pictures[0].name)
        folder = [part for part in PurePosixPath(pictures[0].name).parent.parts if part not in (IMAGES, *SPLITS)]
        extra: dict[str, object] | None = {NAME: "/".join(folder)} if folder else None
        video = self.draft.video(width, height, [one.name for one in pictures], number=video_id, extra=extra)
        tracks: dict[tuple[int, int], TrackDraft] = {}
        for frame, picture in enumerate(pictures):
            check()
            if may_be_read(picture.text):
                self._text(picture.text, video, frame, tracks)

    def _text(self, file: Path, video: VisVideo, frame: int, tracks: dict[tuple[int, int], TrackDraft]) -> None:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self._line(line.split(), f"{file}: line {number}", video, frame, tracks)

    def _line(
        self, parts: list[str], where: str, video: VisVideo, frame: int, tracks: dict[tuple[int, int], TrackDraft]
    ) -> None:
        plain = parts[0].removesuffix(".0")  # as tools write it that keep all values as floats
        if not plain.isascii() or not plain.isdigit() or len(plain) > 9:
            refuse(where, "must begin with the number of a class")
        kind = int(plain)
        category = kind + 1
        if kind not in self.names and category not in {one.id for one in self.draft.categories}:
            self.draft.category(f"class {kind}", category)
        try:
            values = [float(part) for part in parts[1:]]
        except ValueError:
            refuse(where, "must be numbers: class x1 y1 x2 y2 ...")
        thing = None
        if len(values) > 4 and (len(values) % 2 or self.scored):
            *values, last = values
            if self.scored:
                values.pop()
            self.scores += self.scored or _is_score(last)
            if not _is_score(last):
                if not last.is_integer() or not 0 <= last < 1 << 53:
                    refuse(where, "has an odd number of coordinates, and its last one is no track id or confidence")
                thing = int(last)
        track = self._track(tracks, video.id, category, thing)
        short = where.removeprefix(f"{self.draft.where}/")
        if len(values) < 6:
            track.unknown.add(frame)
            self.draft.note(BOXES, short, "is a box, which is no mask; what is there is unknown, not absent.")
            return
        if not all(math.isfinite(value) and abs(value) <= _FURTHEST for value in values):
            refuse(where, "has a coordinate that is not between 0 and 1")
        points = [value * (video.height if k % 2 else video.width) for k, value in enumerate(values)]
        try:
            mask = from_ring(points, video.height, video.width)
        except RleError as error:
            raise FormatError(f"{where}: {error}") from error
        if not area(mask):
            track.unknown.add(frame)
            self.draft.note(NO_PIXEL, short, "covers not one pixel; what is there is unknown, not absent.")
        track.add(frame, mask)

    def _track(
        self, tracks: dict[tuple[int, int], TrackDraft], video: int, category: int, thing: int | None
    ) -> TrackDraft:
        if thing is None:
            self.without += 1
            return self.draft.track(video, category)
        if (thing, category) not in tracks:
            tracks[thing, category] = self.draft.track(video, category, thing)
        return tracks[thing, category]


def _is_score(value: float) -> bool:
    return 0 < value < 1


def _have_scores(texts: Iterable[Path]) -> bool:
    """Whether every line ends with a confidence and a track id, as YOLO's tracking writes them with `save_conf`.

    Only then do all lines have an even number of values whose last one is whole, and not only 0 and 1 as an edge is.
    """
    largest = 0
    for text in texts:
        lines = text.read_text(encoding="utf-8", errors="replace").splitlines() if may_be_read(text) else []
        for parts in (line.split() for line in lines if line.strip()):
            if len(parts) < 9 or not len(parts) % 2 or not parts[-1].isdecimal() or len(parts[-1]) > 15:
                return False
            largest = max(largest, int(parts[-1]))
    return largest > 1


def write(out: Path, dataset: VisDataset, losses: Losses, *, track_ids: bool) -> None:
    """Write text files and data.yaml into an empty folder.

    track_ids: the id of the track ends each line, as YOLO's tracking writes it; its training does not read such files.
    """
    plain = plain_videos(dataset, losses)
    ordered = sorted(dataset.categories, key=lambda one: one.id)
    classes = {one.id: k for k, one in enumerate(ordered)}
    names = "".join(f"\n  {k}: {json.dumps(one.name)}" for k, one in enumerate(ordered)) or " {}"
    # Without `path` the folders are beside the file; Ultralytics takes "path: ." for the folder that it is started in.
    (out / YAML).write_text(f"train: {IMAGES}/{SPLIT}\nval: {IMAGES}/{SPLIT}\nnames:{names}\n", "utf-8")
    for video in dataset.videos:
        tracks = [track for track in dataset.tracks if track.video_id == video.id]
        for track in tracks:
            _count(track, losses, track_ids)
        own = plain[video.id]
        folder = out / LABELS / SPLIT / own.name
        folder.mkdir(parents=True)
        for frame, stem in enumerate(own.stems):
            lines = [
                _line(classes[track.category_id], track, frame, video, track_ids)
                for track in tracks
                if track.segmentations[frame] is not None
            ]
            (folder / f"{stem}.txt").write_text("".join(lines), encoding="ascii")


def _line(kind: int, track: VisTrack, frame: int, video: VisVideo, track_ids: bool) -> str:
    mask = track.segmentations[frame]
    assert mask is not None
    points = [f"{x / video.width:.8g} {y / video.height:.8g}" for x, y in one_ring(mask)]
    return " ".join([str(kind), *points, *([str(track.id)] if track_ids else [])]) + "\n"


def _count(track: VisTrack, losses: Losses, track_ids: bool) -> None:
    masks = [mask for mask in track.segmentations if mask is not None]
    losses.attributes_of(track)
    losses.count("unknown", len(track.unknown))
    losses.count("holes", sum(len(rings(mask)) > 1 for mask in masks))
    losses.count("empty_tracks", int(not masks))
    if not track_ids and len(masks) > 1:
        losses.count("tracks", len(masks))
