"""YOLO segmentation: one text file for each picture, with one polygon a line.

    data.yaml                               names of the classes
    images/[train/]<video>/<frame>.jpg
    labels/[train/]<video>/<frame>.txt      class x1 y1 x2 y2 ... [track id]; x and y from 0 to 1

A picture without a text has nothing in it.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from storage.formats.content import DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, FormatError, refuse
from storage.formats.losses import Losses
from storage.formats.names import NAME, by_video, plain_videos
from storage.formats.outlines import from_ring, one_ring, rings
from storage.formats.png_files import picture_size
from storage.frames.image_folder import PICTURE_SUFFIXES, natural_order
from storage.rle import RleError, area
from storage.youtube_vis import Check, VisDataset, VisTrack, VisVideo, no_check

IMAGES, LABELS, SPLIT, YAML = "images", "labels", "train", "data.yaml"
SPLITS = ("train", "val", "valid", "test")
NO_IDS, BOXES, NO_PIXEL = "masks without a track id", "boxes without a mask", "polygons without a pixel"
_LONGEST_YAML = 4 << 20
_FURTHEST = 1.5  # of a coordinate; tools write values a little outside the picture


def find_root(path: Path) -> Path | None:
    """The folder with `labels` to which a folder or a data.yaml belongs; None if there is none."""
    place = path if path.is_dir() else path.parent
    for root in (place, place.parent) if place.name == LABELS else (place,):
        if any((root / LABELS).rglob("*.txt")):
            return root
    return None


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
    images = root / IMAGES if (root / IMAGES).is_dir() or frames is None else frames
    listed = sorted((one for one in _pictures(images)), key=lambda one: natural_order(one.as_posix()))
    labels = {one.relative_to(root / LABELS).with_suffix("") for one in (root / LABELS).rglob("*.txt")}
    strange = sorted(labels - {one.with_suffix("") for one in listed})
    if strange:
        text = f"has no picture in '{images}', and the size of its polygons is that of the picture"
        refuse(f"{root / LABELS / strange[0]}.txt", text)
    reader = _YoloReader(draft, root, images, names)
    for video_id, positions in enumerate(by_video([one.as_posix() for one in listed]).values(), start=1):
        with broken.part(video_id):
            reader.video(video_id, [listed[k] for k in positions], check)
    if reader.without:
        text = f"has polygons without a track id ({reader.without}); each is a track of one frame."
        draft.note(NO_IDS, LABELS, text)
    return draft.content(pictures=images)


def _pictures(images: Path) -> Iterator[Path]:
    for one in images.rglob("*"):
        if one.suffix.lower() in PICTURE_SUFFIXES and not one.name.startswith("."):
            yield one.relative_to(images)


def _class_names(path: Path, root: Path) -> dict[int, str]:
    """Class -> name from a YAML file with `names`, or from a classes.txt; empty without one."""
    files = [path] if path.is_file() else sorted([*root.glob("*.yaml"), *root.glob("*.yml")])
    for file in files:
        if file.suffix.lower() in (".yaml", ".yml") and file.stat().st_size <= _LONGEST_YAML:
            names = _yaml_names(file)
            if names:
                return names
    if (root / "classes.txt").is_file():
        lines = (root / "classes.txt").read_text(encoding="utf-8", errors="replace").splitlines()
        return {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    return {}


def _yaml_names(file: Path) -> dict[int, str]:
    try:
        top = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError(f"{file}: this is no YAML text ({str(error).splitlines()[0]})") from error
    names = top.get("names") if isinstance(top, dict) else None
    listed = dict(enumerate(names)) if isinstance(names, list) else names
    if not isinstance(listed, dict):
        return {}
    for number, name in listed.items():
        if not isinstance(number, int) or not 0 <= number < 1 << 31 or not isinstance(name, str | int | float):
            refuse(f"{file}: names", "must be a list of names, or names by number")
    return {number: str(name) for number, name in listed.items()}


@dataclass
class _YoloReader:
    draft: DatasetDraft
    root: Path
    images: Path
    names: Mapping[int, str]
    without: int = 0

    def video(self, video_id: int, files: list[Path], check: Check) -> None:
        """Add a video with its pictures and polygons."""
        width, height = picture_size(self.images / files[0])
        split, *folder = files[0].parent.parts or ("",)
        extra: dict[str, object] | None = {NAME: "/".join(folder)} if split in SPLITS and folder else None
        video = self.draft.video(width, height, [one.as_posix() for one in files], number=video_id, extra=extra)
        tracks: dict[tuple[int, int], TrackDraft] = {}
        for frame, file in enumerate(files):
            check()
            text = (self.root / LABELS / file).with_suffix(".txt")
            if text.is_file():
                self._text(text, video, frame, tracks)

    def _text(self, file: Path, video: VisVideo, frame: int, tracks: dict[tuple[int, int], TrackDraft]) -> None:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self._line(line.split(), f"{file}: line {number}", video, frame, tracks)

    def _line(
        self, parts: list[str], where: str, video: VisVideo, frame: int, tracks: dict[tuple[int, int], TrackDraft]
    ) -> None:
        if not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 9:
            refuse(where, "must begin with the number of a class")
        kind = int(parts[0])
        category = kind + 1
        if kind not in self.names and category not in {one.id for one in self.draft.categories}:
            self.draft.category(f"class {kind}", category)
        try:
            values = [float(part) for part in parts[1:]]
        except ValueError:
            refuse(where, "must be numbers: class x1 y1 x2 y2 ...")
        thing = None
        if len(values) % 2 and len(values) > 4:
            *values, last = values
            if not last.is_integer() or not 0 <= last < 1 << 53:
                refuse(where, "has an odd number of coordinates, and its last one is no track id")
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


def write(out: Path, dataset: VisDataset, losses: Losses, *, track_ids: bool) -> None:
    """Write text files and data.yaml into an empty folder.

    track_ids: the id of the track ends each line, as YOLO's tracking writes it; its training does not read such files.
    """
    plain = plain_videos(dataset, losses)
    classes = {one.id: k for k, one in enumerate(sorted(dataset.categories, key=lambda one: one.id))}
    names = [f"  {classes[one.id]}: {json.dumps(one.name)}\n" for one in dataset.categories]
    head = f"path: .\ntrain: {IMAGES}/{SPLIT}\nval: {IMAGES}/{SPLIT}\nnames:\n"
    (out / YAML).write_text(head + "".join(sorted(names)) if names else head.replace("names:", "names: {}"), "utf-8")
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
