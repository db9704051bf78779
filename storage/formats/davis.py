"""Masks as PNG pictures with a palette (DAVIS, YouTube-VOS), and as one PNG for each thing (DAVIS 2016, SA-V valid).

Annotations/[480p/]<video>/<frame>.png            the value of a pixel is the number of its thing
Annotations/[480p/]<video>/<thing>/<frame>.png    any value but 0 is the thing
meta.json                                         of YouTube-VOS: the category of each thing
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from storage.formats import json_files
from storage.formats.content import UNNAMED, DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, refuse
from storage.formats.losses import Losses
from storage.formats.names import PlainVideo, plain_videos
from storage.formats.painting import paint
from storage.formats.picture_folders import MaskFolders, folders_below, pictures_beside, pngs
from storage.formats.png_files import has_palette, holds_numbers, read_numbers, write_mask, write_palette
from storage.frames.image_folder import natural_order
from storage.rle import decode, encode
from storage.youtube_vis import Check, VisDataset, VisTrack, VisVideo, no_check

FOLDERS = ("Annotations", "Annotations_6fps", "Annotations_unsupervised", "annotations")
_LEVELS = ("480p", "1080p", "Full-Resolution")
META = "meta.json"
VOID = 255
MOST_THINGS = VOID - 1
_FEW_VALUES = 64  # of a picture of one channel that is likely a mask
_VOID_NOTE = "pixels without a thing"


def find_masks(root: Path) -> MaskFolders | None:
    """The folders of a data set of PNG masks with a folder for each video; None if there are none."""
    named = [root / name for name in FOLDERS if (root / name).is_dir()]
    for start in named or [root]:
        for masks in (*(start / level for level in _LEVELS if (start / level).is_dir()), start):
            videos = tuple(place.name for place in folders_below(masks) if pngs(place) or _things(place))
            # A folder of pictures in colours or in many greys is a video, unless its name says what it is.
            if videos and (named or _looks_like_masks(_first_png(masks / videos[0]))):
                return MaskFolders(masks, videos, pictures_beside(masks, root))
    if pngs(root) and _looks_like_masks(root / pngs(root)[0]):
        return MaskFolders(root, ("",), pictures_beside(root, root))
    return None


def is_per_thing(found: MaskFolders) -> bool:
    """Whether each thing has a PNG of its own."""
    return not pngs(found.masks / found.videos[0])


def _things(place: Path) -> list[Path]:
    return [one for one in folders_below(place) if pngs(one)]


def _first_png(place: Path) -> Path:
    folder = place if pngs(place) else _things(place)[0]
    return folder / pngs(folder)[0]


def _looks_like_masks(path: Path) -> bool:
    return holds_numbers(path) and (has_palette(path) or len(np.unique(read_numbers(path))) <= _FEW_VALUES)


def read(root: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The masks of a folder. Frames without a PNG are unknown. Raises FormatError, OSError."""
    found = find_masks(root)
    if found is None:
        refuse(str(root), "has no folder of PNG masks")
    meta = _categories(root, found.masks)
    draft = DatasetDraft(str(root), broken)
    for number, video in enumerate(found.videos, start=1):
        with broken.part(number):
            _MaskVideo(draft, found, video, number, meta.get(video, {})).read(check)
    return draft.content(pictures=found.pictures)


def _categories(root: Path, masks: Path) -> dict[str, dict[str, str]]:
    """Video -> number of a thing as text -> category, from a meta.json of YouTube-VOS."""
    for place in (root / META, root.parent / META, masks.parent / META):
        if place.is_file():
            top: Any = json_files.load(place)
            videos = top.get("videos") if isinstance(top, dict) else None
            return {
                name: {
                    str(thing): entry["category"]
                    for thing, entry in (one.get("objects") or {}).items()
                    if isinstance(entry, dict) and isinstance(entry.get("category"), str)
                }
                for name, one in (videos.items() if isinstance(videos, dict) else ())
                if isinstance(one, dict) and isinstance(one.get("objects") or {}, dict)
            }
    return {}


@dataclass(frozen=True)
class _MaskVideo:
    """One video while its pictures are read."""

    draft: DatasetDraft
    found: MaskFolders
    name: str
    number: int
    categories: dict[str, str]

    def read(self, check: Check) -> None:
        place = self.found.masks / self.name
        own = pngs(place)
        things = [] if own else _things(place)
        files: list[tuple[str | None, Path]] = [(None, place / name) for name in own]
        files += [(thing.name, thing / name) for thing in things for name in pngs(thing)]
        stems = sorted({path.stem for _, path in files}, key=natural_order)
        frames = self.found.frames(self.name, stems)
        position = {Path(name).stem: frame for frame, name in enumerate(frames)}
        first = read_numbers(files[0][1])
        self.draft.video(first.shape[1], first.shape[0], frames, number=self.number)
        binary = bool(own) and self._is_binary(files)
        tracks: dict[str, TrackDraft] = {}
        seen: dict[str, set[int]] = {thing.name: set() for thing in things}
        for thing, path in files:
            check()
            values = read_numbers(path)
            if values.shape != first.shape:
                refuse(str(path), f"is {_size(values)} pixels, not {_size(first)} as the first mask of its video")
            frame = position[path.stem]
            for key, pixels in self._masks(values, thing, binary, path):
                self._track(tracks, key).add(frame, encode(pixels))
            seen.setdefault(thing or "", set()).add(frame)
        for key in seen:
            if key:
                self._track(tracks, key)
        for key, track in tracks.items():
            track.unknown |= set(range(len(frames))) - seen[key if things else ""]

    def _is_binary(self, files: list[tuple[str | None, Path]]) -> bool:
        """Whether the pictures have no palette and no value but 0 and 255: the masks of one thing."""
        if has_palette(files[0][1]):
            return False
        return all(set(np.unique(read_numbers(path)).tolist()) <= {0, VOID} for _, path in files)

    def _masks(
        self, values: np.ndarray, thing: str | None, binary: bool, path: Path
    ) -> Iterator[tuple[str, np.ndarray]]:
        if thing is not None:
            yield thing, values > 0
            return
        if binary:
            yield "1", values > 0
            return
        for value in np.unique(values).tolist():
            if value == VOID:
                self.draft.note(_VOID_NOTE, path.name, f"has pixels of the value {VOID}, which belong to no thing.")
            elif value:
                yield str(value), values == value

    def _track(self, tracks: dict[str, TrackDraft], key: str) -> TrackDraft:
        if key not in tracks:
            category = self.draft.category(self.categories.get(key, UNNAMED))
            number = int(key) if key.isascii() and key.isdigit() and len(key) < 10 else None
            tracks[key] = self.draft.track(self.number, category, number)
        return tracks[key]


def _size(values: np.ndarray) -> str:
    return f"{values.shape[1]} x {values.shape[0]}"


def write(out: Path, dataset: VisDataset, losses: Losses, *, per_thing: bool) -> None:
    """Write the masks into an empty folder, with a meta.json of YouTube-VOS for the categories. Raises FormatError."""
    plain = plain_videos(dataset, losses)
    categories = {category.id: category.name for category in dataset.categories}
    meta: dict[str, object] = {}
    for video in dataset.videos:
        tracks = [track for track in dataset.tracks if track.video_id == video.id]
        own = plain[video.id]
        if not per_thing and len(tracks) > MOST_THINGS:
            text = f"{len(tracks)} things, but a PNG with a palette holds {MOST_THINGS}; write one PNG for each thing"
            refuse(own.name, text)
        for track in tracks:
            losses.attributes_of(track)
        numbered = {str(number): track for number, track in enumerate(tracks, start=1)}
        meta[own.name] = {"objects": {key: _object(track, own, categories) for key, track in numbered.items()}}
        folder = out / FOLDERS[0] / own.name
        for frame, stem in enumerate(own.stems):
            if per_thing:
                _write_things(folder, f"{stem}.png", frame, video, numbered)
            else:
                _write_frame(folder / f"{stem}.png", frame, video, tracks, losses)
    (out / META).write_text(json.dumps({"videos": meta}, indent=1), encoding="utf-8")


def _object(track: VisTrack, own: PlainVideo, categories: dict[int, str]) -> dict[str, object]:
    shown = [stem for stem, mask in zip(own.stems, track.segmentations, strict=True) if mask is not None]
    return {"category": categories[track.category_id], "frames": shown}


def _write_frame(path: Path, frame: int, video: VisVideo, tracks: list[VisTrack], losses: Losses) -> None:
    here = [
        (number, mask)
        for number, track in enumerate(tracks, start=1)
        if (mask := track.segmentations[frame]) is not None
    ]
    values, lost = paint(here, video.height, video.width)
    losses.count("overlap", lost)
    losses.count("unknown", sum(frame in track.unknown for track in tracks))
    write_palette(path, values)


def _write_things(folder: Path, name: str, frame: int, video: VisVideo, tracks: dict[str, VisTrack]) -> None:
    """One picture for each thing; there is none where the thing is unknown, and an empty one where it is absent."""
    for key, track in tracks.items():
        if frame not in track.unknown:
            mask = track.segmentations[frame]
            write_mask(folder / key / name, decode(mask) if mask else np.zeros((video.height, video.width), bool))
