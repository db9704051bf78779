"""COCO with one annotation per mask and frame, and CocoVID, which lists the videos too: reading."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.formats import json_files
from storage.formats.attributes import LISTS
from storage.formats.content import DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, refuse
from storage.formats.json_files import Json, can_be_stored, entries, whole
from storage.formats.names import by_video
from storage.frames.image_folder import natural_order
from storage.regular_files import may_be_read
from storage.youtube_vis import FRAMES_FOLDER, Check, VisNote, VisVideo, no_check, parse_mask

TRACK_KEYS = ("track_id", "instance_id", "tracking_id")
_FOLDERS = ("", "images", "images/default", "data", FRAMES_FOLDER)
_ORDERS = ("frame_id", "frame_index", "mot_frame_id")
NO_TRACKS = "masks without a track id"
BOXES = "boxes without a mask"
TWICE = "several masks of a track in one frame"
RUNS_ARE_CROWD = "crowds in run lengths"
_TOP = {"info", "licenses", "images", "videos", "categories", "annotations"}
# Keys of `attributes` in files of CVAT that are no attributes of the thing.
_NO_ATTRIBUTES = {*TRACK_KEYS, "keyframe", "rotation", "outside"}


@dataclass(frozen=True)
class _Place:
    """The video of an image, and the frame that it is."""

    video: VisVideo
    frame: int


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The content of a COCO or CocoVID file. Raises FormatError, `storage.youtube_vis.YouTubeVisError`, OSError."""
    top = json_files.load(path, check)
    where = str(path)
    if not isinstance(top, dict):
        refuse(where, "this is not COCO, which is an object with `images`")
    return _CocoReader(where, top, broken).read(check)


class _CocoReader:
    def __init__(self, where: str, top: Json, broken: Broken) -> None:
        self._where, self._top = where, top
        self._draft = DatasetDraft(where, broken)
        listed = top.get(LISTS)
        self._per_track = {
            one.get("name")
            for one in (listed if isinstance(listed, list) else ())
            if isinstance(one, dict) and one.get("per") == "track"
        }
        self._tracks: dict[tuple[int, Any, int], TrackDraft] = {}
        # Of each track: for each mask, whether it is marked as crowd, and whether it stands in run lengths.
        self._crowd: dict[int, list[tuple[bool, bool]]] = defaultdict(list)
        self._without = 0

    def read(self, check: Check) -> FormatContent:
        for k, entry in enumerate(entries(self._top, "categories", self._where)):
            where = f"{self._where}: categories[{k}]"
            parent = entry.get("supercategory", "object")
            number = whole(entry.get("id"), f"{where}.id")
            name = json_files.text(entry.get("name"), f"{where}.name")
            self._draft.category(name, number, parent if isinstance(parent, str) else None)
        self._categories = {category.id for category in self._draft.categories}
        places = self._places()
        for k, entry in enumerate(entries(self._top, "annotations", self._where)):
            check()
            self._annotation(entry, places, f"{self._where}: annotations[{k}]")
        if self._without:
            text = f"has masks without `track_id` and `instance_id` ({self._without}); each is a track of one frame."
            self._draft.note(NO_TRACKS, "annotations", text)
        self._settle_crowd()
        more = {key: value for key, value in self._top.items() if key not in _TOP}
        info = self._top.get("info")
        return self._draft.content(
            pictures=self._pictures(),
            info=info if isinstance(info, dict) and can_be_stored(info) else None,
            extra={key: value for key, value in more.items() if can_be_stored({key: value})},
        )

    def _pictures(self) -> Path | None:
        """Where the first picture is: beside the file, or in a folder of an archive of CVAT, Label Studio or others."""
        video = next(iter(self._draft.videos.values()), None)
        name = video.file_names[0].replace("\\", "/") if video else ""
        if not name or name.startswith("/") or ".." in name.split("/"):
            return None
        folder = Path(self._where).parent
        # Of "instances_train.json" the pictures may be in "images/train" or "train".
        subset = Path(self._where).stem.partition("_")[2]
        inside = (*_FOLDERS, f"images/{subset}", subset) if subset else _FOLDERS
        places = [base / inner for base in (folder, folder.parent) for inner in inside]
        return next((place for place in places if may_be_read(place / name)), None)

    def _places(self) -> dict[int, _Place]:
        images = entries(self._top, "images", self._where)
        if not images:
            text = "is empty, so there is no frame; Label Studio leaves brushes out of COCO, its JSON has them"
            refuse(f"{self._where}: images", text)
        sizes: dict[int, tuple[int, int]] = {}
        ids: list[int] = []
        for k, image in enumerate(images):
            where = f"{self._where}: images[{k}]"
            number = whole(image.get("id"), f"{where}.id")
            if number in sizes:
                refuse(f"{where}.id", f"{number} is used twice; ids must differ")
            sizes[number] = (
                whole(image.get("width"), f"{where}.width", least=1),
                whole(image.get("height"), f"{where}.height", least=1),
            )
            json_files.file_name(image.get("file_name"), f"{where}.file_name")
            ids.append(number)
        found: dict[int, _Place] = {}
        for video_id, positions in self._groups(images, [sizes[number] for number in ids]):
            width, height = sizes[ids[positions[0]]]
            other = next((k for k in positions if sizes[ids[k]] != (width, height)), None)
            if other is not None:
                text = f"has another size than the first picture of its video, {width} x {height}"
                refuse(f"{self._where}: images[{other}]", text)
            names = [images[k]["file_name"] for k in positions]
            video = self._draft.video(width, height, names, number=video_id)
            found |= {ids[k]: _Place(video, frame) for frame, k in enumerate(positions)}
        return found

    def _groups(self, images: list[Json], sizes: list[tuple[int, int]]) -> list[tuple[int | None, list[int]]]:
        """(id or None, positions of the images in order) of each video."""
        videos = entries(self._top, "videos", self._where)
        if not videos or not any("video_id" in image for image in images):
            return _by_name(images, sizes)
        known = {
            whole(video.get("id"), f"{self._where}: videos[{k}].id"): list[tuple[int, int]]()
            for k, video in enumerate(videos)
        }
        for k, image in enumerate(images):
            where = f"{self._where}: images[{k}]"
            number = whole(image.get("video_id"), f"{where}.video_id")
            if number not in known:
                refuse(f"{where}.video_id", f"{number} is not the id of a video of this file")
            order = next((image[key] for key in _ORDERS if image.get(key) is not None), None)
            known[number].append((k if order is None else whole(order, f"{where}.frame_id"), k))
        return [(number, [k for _, k in sorted(group)]) for number, group in known.items() if group]

    def _annotation(self, entry: Json, places: Mapping[int, _Place], where: str) -> None:
        image = entry.get("image_id")
        number = whole(image, f"{where}.image_id")
        place = places.get(number)
        if place is None:
            refuse(f"{where}.image_id", f"{number} is not the id of an image of this file")
        with self._draft.broken.part(place.video.id):
            category = whole(entry.get("category_id"), f"{where}.category_id")
            if category not in self._categories:
                refuse(f"{where}.category_id", f"{category} is not the id of a category of this file")
            size = (place.video.height, place.video.width)
            # Some tools write an empty object where they have no mask.
            mask, reason = parse_mask(entry.get("segmentation") or None, size, f"{where}.segmentation")
            track = self._track(entry, place, category, where)
            if mask is None:
                if reason or entry.get("bbox"):
                    track.unknown.add(place.frame)
                    text = reason or "is missing beside a box, which is no mask; what is there is unknown, not absent."
                    self._draft.notes.append(VisNote(BOXES, f"{where}.segmentation", text))
                return
            if place.frame in track.masks:
                text = "is a second mask of its track in this frame; both are joined."
                self._draft.note(TWICE, where.removeprefix(f"{self._where}: "), text)
            track.add(place.frame, mask)
            given = entry.get("iscrowd") or 0
            crowd = given is True or whole(given, f"{where}.iscrowd") > 0
            self._crowd[id(track)].append((crowd, isinstance(entry.get("segmentation"), dict)))
            if crowd:
                track.mark(place.frame, "crowd", value=True)
            self._attributes(entry, track, place.frame)

    def _track(self, entry: Json, place: _Place, category: int, where: str) -> TrackDraft:
        attributes = entry.get("attributes")
        more = attributes if isinstance(attributes, dict) else {}
        given = next(
            (source[key] for key in TRACK_KEYS for source in (entry, more) if source.get(key) is not None), None
        )
        if given is None:
            self._without += 1
            return self._draft.track(place.video.id, category)
        number = whole(given, f"{where}.track_id")
        key = (place.video.id, number, category)
        if key not in self._tracks:
            self._tracks[key] = self._draft.track(place.video.id, category, number)
        return self._tracks[key]

    def _attributes(self, entry: Json, track: TrackDraft, frame: int) -> None:
        found = entry.get("attributes")
        for name, value in found.items() if isinstance(found, dict) else ():
            if name in _NO_ATTRIBUTES or value is None or value is False or not can_be_stored([name, value]):
                continue
            plain = value if isinstance(value, str) or value is True else str(value)
            if name in self._per_track:
                track.attributes[name] = plain
            else:
                track.mark(frame, name, plain)

    def _settle_crowd(self) -> None:
        """A track is crowd if all its masks are; otherwise single masks have the mark.

        COCO has crowds in run lengths and all else as polygons. Datumaro, and with it CVAT, marks every mask of a brush
        as crowd; it is known by tracks that are crowd just where their masks are run lengths.
        """
        of_runs = all(crowd == runs for own in self._crowd.values() for crowd, runs in own)
        if of_runs and any(len(set(own)) > 1 for own in self._crowd.values()):
            text = "marks just the masks in run lengths as crowd, as Datumaro and CVAT do; they are ordinary objects."
            self._draft.note(RUNS_ARE_CROWD, "annotations", text)
            self._crowd.clear()
            for track in self._draft.tracks:
                track.frame_attributes.pop("crowd", None)
        elif of_runs and len({mark for own in self._crowd.values() for mark in own}) > 1:
            text = "marks just the masks in run lengths as crowd. COCO means crowds; Datumaro and CVAT mark every mask"
            self._draft.note(RUNS_ARE_CROWD, "annotations", f"{text} of a brush, for which there is --crowd objects.")
        for track in self._draft.tracks:
            marks = self._crowd[id(track)]
            if marks and all(crowd for crowd, _ in marks):
                track.iscrowd = 1
                track.frame_attributes.pop("crowd", None)


def _by_name(images: list[Json], sizes: list[tuple[int, int]]) -> list[tuple[int | None, list[int]]]:
    groups: list[tuple[int | None, list[int]]] = []
    for positions in by_video([image["file_name"] for image in images]).values():
        ordered = sorted(positions, key=lambda k: natural_order(images[k]["file_name"]))
        if len({sizes[k] for k in positions}) > 1:
            # Pictures of different sizes are no video.
            groups += [(None, [k]) for k in ordered]
        else:
            groups.append((None, ordered))
    return groups
