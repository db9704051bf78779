"""MOTS: masks of tracked things as PNG pictures of 16 bits, or as text with one mask a line.

instances/<video>/<frame>.png     1000 * class + number of the thing; 0: nothing, 10000: ignored
instances_txt/<video>.txt         frame, id, class, height, width, run-length mask of COCO
instances/labels.txt              name of class 1, 2, 3, ... one a line, as CVAT and Datumaro have it; or beside it
seqmap.txt                        video, "empty", first and last frame, as KITTI has it
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from storage import rle
from storage.formats.content import MOST_FRAMES, DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, FormatError, refuse
from storage.formats.losses import Losses
from storage.formats.names import plain_videos
from storage.formats.painting import paint
from storage.formats.picture_folders import MaskFolders, folders_below, pictures_beside, pngs
from storage.formats.png_files import read_numbers, write_16_bits
from storage.frames import picture_names
from storage.regular_files import may_be_read
from storage.rle import Rle, encode
from storage.youtube_vis import Check, VisCategory, VisDataset, VisVideo, no_check

PNG_FOLDER, TXT_FOLDER = "instances", "instances_txt"
LABELS, SEQMAP = "labels.txt", "seqmap.txt"
OF_CLASS, MOST_CLASSES = 1000, 65
IGNORED_CLASS, IGNORED_NAME = 10, "ignored"
OFFICIAL = {1: "car", 2: "pedestrian"}
"""The classes of KITTI MOTS and MOTSChallenge, whose files do not name them."""
IGNORED, EMPTY = "regions to ignore", "videos without a mask"


def find_pngs(root: Path) -> MaskFolders | None:
    """The folders of a data set of MOTS PNG; None if there are none."""
    for masks in (root / PNG_FOLDER, root) if (root / PNG_FOLDER).is_dir() or root.name == PNG_FOLDER else ():
        videos = tuple(place.name for place in folders_below(masks) if pngs(place))
        if videos or pngs(masks):
            return MaskFolders(masks, videos or ("",), pictures_beside(masks, root))
    return None


def find_texts(path: Path) -> tuple[Path, ...]:
    """The text files of MOTS: the file itself, those of a folder, or the gt.txt of each video; empty for none."""
    if path.is_file():
        return (path,) if is_text(path) else ()
    for place in (path / TXT_FOLDER, path):
        found = tuple(sorted(file for file in place.glob("*.txt") if file.name not in (LABELS, SEQMAP)))
        if found and is_text(found[0]):
            return found
    return tuple(sorted(file for file in path.glob("*/gt/gt.txt") if is_text(file)))


def is_text(path: Path) -> bool:
    """Whether the first line of a file has the six fields of MOTS."""
    if not may_be_read(path):
        return False
    with path.open("rb") as file:
        parts = file.readline(1 << 20).split()
    return len(parts) == 6 and all(part.isdigit() for part in parts[:5])


def read_png(root: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The masks of a folder of PNG. Raises FormatError, OSError."""
    found = find_pngs(root)
    if found is None:
        refuse(str(root), f"has no folder {PNG_FOLDER} with PNG masks")
    draft = DatasetDraft(str(root), broken)
    names = _labels(found.masks) or _labels(root)
    for number, video in enumerate(found.videos, start=1):
        with broken.part(number):
            _read_pngs(draft, found, video, number, names, check)
    return draft.content(pictures=found.pictures)


def _read_pngs(
    draft: DatasetDraft, found: MaskFolders, name: str, number: int, names: Mapping[int, str], check: Check
) -> None:
    place = found.masks / name
    files = pngs(place)
    frames = found.frames(name, [Path(file).stem for file in files])
    position = {Path(frame).stem: k for k, frame in enumerate(frames)}
    height, width = read_numbers(place / files[0]).shape
    draft.video(width, height, frames, number=number)
    tracks = _Tracks(draft, number, names)
    for file in files:
        check()
        values = read_numbers(place / file)
        if values.shape != (height, width):
            text = f"is {values.shape[1]} x {values.shape[0]} pixels, not {width} x {height} as the first of its video"
            refuse(str(place / file), text)
        for value in np.unique(values).tolist():
            kind = value // OF_CLASS
            if value and kind == 0:
                refuse(str(place / file), f"has the value {value}, which is below {OF_CLASS} and so has no class")
            if value:
                tracks.add(position[Path(file).stem], value, kind, encode(values == value), file)
    tracks.unknown(set(range(len(frames))) - {position[Path(file).stem] for file in files})


class _Tracks:
    """The tracks of one video by their number in the file."""

    def __init__(self, draft: DatasetDraft, video: int, names: Mapping[int, str]) -> None:
        self._draft, self._video, self._names = draft, video, names
        self._tracks: dict[int, TrackDraft] = {}

    def add(self, frame: int, number: int, kind: int, mask: Rle, place: str) -> None:
        """Add a mask; those of the class "ignored" get a note instead."""
        if kind == IGNORED_CLASS and kind not in self._names:
            self._draft.note(IGNORED, place, "has a region that is to be ignored; it is left out.")
            return
        if number not in self._tracks:
            category = self._draft.category(self._names.get(kind) or OFFICIAL.get(kind) or f"class {kind}")
            self._tracks[number] = self._draft.track(self._video, category, number)
        self._tracks[number].add(frame, mask)

    def unknown(self, frames: set[int]) -> None:
        """Frames about which the file has nothing."""
        for track in self._tracks.values():
            track.unknown |= frames


def _labels(place: Path) -> dict[int, str]:
    """Class -> name from the labels.txt in or above a place; empty without one."""
    for folder in (place, place.parent):
        if (folder / LABELS).is_file():
            lines = (folder / LABELS).read_text(encoding="utf-8", errors="replace").splitlines()
            names = {number: line.strip() for number, line in enumerate(lines, start=1) if line.strip()}
            if names.get(IGNORED_CLASS, "").casefold() == IGNORED_NAME:
                del names[IGNORED_CLASS]
            return names
    return {}


def read_txt(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The masks of text files, one for each video. Raises FormatError, OSError."""
    files = find_texts(path)
    if not files:
        refuse(str(path), "has no text file of MOTS: six fields a line, frame, id, class, height, width and mask")
    root = path.parent if path.is_file() else path
    draft = DatasetDraft(str(path), broken)
    names, lengths = _labels(files[0].parent) or _labels(root), _lengths(root)
    pictures = pictures_beside(files[0].parent, root)
    for number, file in enumerate(files, start=1):
        challenge = file.name == "gt.txt"
        name = file.parent.parent.name if challenge else file.stem
        with broken.part(number):
            own = file.parent.parent / "img1" if challenge else (pictures / name if pictures else None)
            _read_text(draft, file, name, number, names, own, lengths.get(name), check)
    return draft.content(pictures=root if files[0].name == "gt.txt" else pictures)


def _lengths(root: Path) -> dict[str, int]:
    """Video -> number of frames from a seqmap.txt; empty without one."""
    for place in (root / SEQMAP, root.parent / SEQMAP):
        if place.is_file():
            lines = [
                line.rsplit(maxsplit=3) for line in place.read_text(encoding="utf-8", errors="replace").splitlines()
            ]
            return {line[0]: int(line[3]) + 1 for line in lines if len(line) == 4 and line[3].isdigit()}
    return {}


def _read_text(
    draft: DatasetDraft,
    file: Path,
    name: str,
    number: int,
    names: Mapping[int, str],
    pictures: Path | None,
    length: int | None,
    check: Check,
) -> None:
    lines = list(_lines(file, check))
    if not lines:
        draft.note(EMPTY, file.name, "has no mask, so the size of its pictures is unknown; the video is left out.")
        return
    if len({tuple(mask["size"]) for _, _, _, mask, _ in lines}) > 1:
        refuse(str(file), "has masks of several sizes")
    height, width = lines[0][3]["size"]
    first = 0 if any(frame == 0 for frame, *_ in lines) or length is not None else 1
    last = max(frame for frame, *_ in lines)
    listed = picture_names(pictures) if pictures is not None and pictures.is_dir() else ()
    if listed and pictures is not None:
        prefix = f"{name}/img1" if pictures.name == "img1" else name
        frames = [f"{prefix}/{one}" for one in listed]
        position = _positions(listed, first, counted=length is not None)
    else:
        count = length if length is not None else last - first + 1
        if count > MOST_FRAMES:
            refuse(str(file), f"has {count} frames, more than {MOST_FRAMES}")
        frames = [f"{name}/{first + k:06d}.jpg" for k in range(count)]
        position = {first + k: k for k in range(count)}
    draft.video(width, height, frames, number=number)
    tracks = _Tracks(draft, number, names)
    for frame, thing, kind, mask, where in lines:
        if frame not in position:
            refuse(where, f"is about frame {frame}, which the video does not have")
        tracks.add(position[frame], thing, kind, mask, where.removeprefix(f"{file}: "))


def _positions(names: Sequence[str], first: int, *, counted: bool) -> dict[int, int]:
    """Frame number -> place among the pictures.

    Pictures with consecutive numbers are numbered by these, as in MOTSChallenge; others, and those of a video that the
    seqmap counts (from 0), by their order.
    """
    numbers = [int(stem) for name in names if (stem := Path(name).stem).isascii() and stem.isdigit()]
    if not counted and numbers and numbers == list(range(numbers[0], numbers[0] + len(names))):
        return {number: k for k, number in enumerate(numbers)}
    return {first + k: k for k in range(len(names))}


def _lines(file: Path, check: Check) -> Iterator[tuple[int, int, int, Rle, str]]:
    """(frame, id, class, mask, place) of each line."""
    with file.open(encoding="utf-8", errors="replace") as text:
        for number, line in enumerate(text, start=1):
            check()
            parts, where = line.split(), f"{file}: line {number}"
            if not parts:
                continue
            if len(parts) != 6 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts[:5]):
                refuse(where, "must be frame, id, class, height, width and a run-length mask")
            frame, thing, kind, height, width = (int(part) for part in parts[:5])
            try:
                mask = rle.canonical({"size": [height, width], "counts": parts[5]})
            except rle.RleError as error:
                raise FormatError(f"{where}: {error}") from error
            yield frame, thing, kind, mask, where


def class_numbers(categories: tuple[VisCategory, ...]) -> dict[int, int]:
    """Category id -> class: the official numbers if all names are official, else 1, 2, 3, ... Raises FormatError."""
    official = {name: number for number, name in OFFICIAL.items()}
    if all(category.name.casefold() in official for category in categories):
        return {category.id: official[category.name.casefold()] for category in categories}
    if len(categories) > MOST_CLASSES - 2:
        refuse("categories", f"{len(categories)} are too many: MOTS numbers classes up to {MOST_CLASSES - 1}")
    ordered = sorted(category.id for category in categories)
    # 10 is the class of regions to ignore.
    return {number: k + (k >= IGNORED_CLASS) for k, number in enumerate(ordered, start=1)}


def write(out: Path, dataset: VisDataset, losses: Losses, *, png: bool) -> None:
    """Write PNG or text files into an empty folder. Raises FormatError."""
    plain, classes = plain_videos(dataset, losses), class_numbers(dataset.categories)
    _write_labels(out / PNG_FOLDER if png else out, dataset.categories, classes)
    seqmap = []
    for video in dataset.videos:
        own = plain[video.id]
        tracks = [track for track in dataset.tracks if track.video_id == video.id]
        if len(tracks) >= OF_CLASS:
            refuse(own.name, f"has {len(tracks)} things, but MOTS holds {OF_CLASS - 1} in a video")
        for track in tracks:
            losses.attributes_of(track)
            losses.count("unknown", len(track.unknown))
        numbers = [classes[track.category_id] * OF_CLASS + k for k, track in enumerate(tracks, start=1)]
        seqmap.append(f"{own.name} empty {0:06d} {video.length - 1:06d}\n")
        text = []
        for frame, stem in enumerate(own.stems):
            here = [
                (number, mask)
                for number, track in zip(numbers, tracks, strict=True)
                if (mask := track.segmentations[frame]) is not None
            ]
            values, lost = paint(here, video.height, video.width)
            losses.count("overlap", lost)
            if png:
                write_16_bits(out / PNG_FOLDER / own.name / f"{stem}.png", values)
            else:
                text += _text_lines(values, frame, video)
        if not png:
            place = out / TXT_FOLDER / f"{own.name}.txt"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text("".join(text), encoding="ascii")
    (out / SEQMAP).write_text("".join(seqmap), encoding="utf-8")


def _text_lines(values: np.ndarray, frame: int, video: VisVideo) -> Iterator[str]:
    for number in np.unique(values).tolist():
        if number:
            counts = encode(values == number)["counts"]
            yield f"{frame} {number} {number // OF_CLASS} {video.height} {video.width} {counts}\n"


def _write_labels(out: Path, categories: tuple[VisCategory, ...], classes: dict[int, int]) -> None:
    names = {classes[category.id]: category.name for category in categories}
    # Datumaro counts the lines that are not empty, so that each class up to the last one needs a name.
    given = {**OFFICIAL, IGNORED_CLASS: IGNORED_NAME, **names}
    lines = [given.get(number, f"class {number}") for number in range(1, max(names, default=0) + 1)]
    out.mkdir(parents=True, exist_ok=True)
    (out / LABELS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
