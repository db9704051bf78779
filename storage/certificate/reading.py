"""Rules that several loaders share: the keys and lists that they read without asking whether they are there."""

from collections import Counter
from collections.abc import Iterator, Sequence

from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawEntry, RawFile

INDEXED = ("id", "video_id", "category_id")
"""Keys of every track that the index of ``ytvos.py`` reads (``YTVOS.createIndex``)."""


def lists(file: RawFile, *names: str) -> Iterator[Finding]:
    """The lists at the top of the file that a loader goes through."""
    for name in names:
        if name not in file.top:
            yield Finding(Level.FAILS, name, "is missing, which ends the reading")
        elif not isinstance(file.top[name], list):
            yield Finding(Level.FAILS, name, "is no list, which ends the reading")


def keys(entries: Sequence[RawEntry], *names: str) -> Iterator[Finding]:
    """Keys that a loader reads of every one of these entries."""
    for entry in entries:
        for name in names:
            if name not in entry.values:
                yield Finding(Level.FAILS, f"{entry.where}.{name}", f"`{name}` is missing (KeyError)")


def index(file: RawFile) -> Iterator[Finding]:
    """What ``YTVOS.createIndex`` of youtubevos/cocoapi reads; TeViT, detectron2 and VisTR begin with it too."""
    yield from lists(file, "videos", "categories", "annotations")
    yield from keys(file.videos, "id")
    yield from keys(file.categories, "id")
    yield from keys(file.tracks, *INDEXED)
    yield from twice(file)


def twice(file: RawFile) -> Iterator[Finding]:
    """Ids that are used twice: an index by id keeps only the last entry."""
    for entries in (file.videos, file.categories, file.tracks):
        count = Counter(repr(entry.get("id")) for entry in entries)
        seen: set[str] = set()
        for entry in entries:
            key = repr(entry.get("id"))
            if count[key] > 1 and key in seen:
                yield Finding(Level.WRONG, f"{entry.where}.id", "is used twice, so the earlier entry is lost")
            seen.add(key)


def references(file: RawFile) -> Iterator[Finding]:
    """Tracks whose category is not in the file."""
    for track in file.tracks:
        if "category_id" in track.values and not file.has_category(track):
            text = "names a category that the file lacks (KeyError)"
            yield Finding(Level.FAILS, f"{track.where}.category_id", text)


def lost_tracks(file: RawFile) -> Iterator[Finding]:
    """Tracks of a video that is not in the file: no loader that goes through the videos ever reads them."""
    for track in file.tracks:
        if file.video_of(track) is None:
            yield Finding(Level.WRONG, f"{track.where}.video_id", "names a video that the file lacks: never read")


def per_track(file: RawFile, *names: str) -> Iterator[Finding]:
    """Lists of a track that a loader goes through to their end."""
    for track in file.tracks:
        for name in names:
            # Another rule reports a missing key.
            if name in track.values and not isinstance(track.get(name), list):
                yield Finding(Level.FAILS, f"{track.where}.{name}", f"`{name}` is no list (TypeError)")


def per_frame(file: RawFile, *names: str, empty: bool = False) -> Iterator[Finding]:
    """Lists of a track that a loader reads for every frame of the video; ``empty``: unless they are empty or null."""
    for track in file.tracks:
        video = file.video_of(track)
        for name in names if video is not None else ():
            listed, frames = track.get(name), file.frames(video) if video else 0
            if name not in track.values or (empty and not listed):
                continue  # Another rule reports a missing key.
            if not isinstance(listed, list):
                yield Finding(Level.FAILS, f"{track.where}.{name}", f"`{name}` is no list (TypeError)")
            elif len(listed) < frames:
                text = f"`{name}` has fewer entries than the video has frames (IndexError)"
                yield Finding(Level.FAILS, f"{track.where}.{name}", text)


def first_name(file: RawFile) -> Iterator[Finding]:
    """Videos of which a loader reads the first picture name."""
    for video in file.videos:
        if "file_names" in video.values and not file.names(video):
            yield Finding(Level.FAILS, f"{video.where}.file_names", "has no picture name (IndexError)")


def areas_of_boxes(file: RawFile) -> Iterator[Finding]:
    """Areas that a loader compares with 0 wherever there is a box."""
    for track in file.tracks:
        boxes = track.get("bboxes")
        for frame, box in enumerate(boxes if isinstance(boxes, list) else ()):
            if box is not None and "areas" in track.values and track.of_frame("areas", frame) is None:
                text = "is null beside a box (TypeError: None <= 0)"
                yield Finding(Level.FAILS, f"{track.where}.areas[{frame}]", text)


def uncompressed_only(file: RawFile) -> Iterator[Finding]:
    """Masks as text, for loaders that give every mask to ``frPyObjects`` of pycocotools."""
    for track, frame in file.texts:
        text = "is a compressed mask; the loader takes lists of runs and polygons only"
        yield Finding(Level.FAILS, f"{track.where}.segmentations[{frame}]", text)


def few_points(file: RawFile) -> Iterator[Finding]:
    """Masks that begin with a polygon of one or two points: pycocotools knows a mask by its first polygon."""
    for track, frame, mask in file.polygons:
        size = len(mask[0]) if mask and isinstance(mask[0], list) else 0
        if not mask or size > 4:
            continue
        text = "begins with a polygon of fewer than two points (input type is not supported)"
        if size == 4:
            text = "begins with a polygon of two points, which pycocotools takes for a box (TypeError)"
        yield Finding(Level.FAILS, f"{track.where}.segmentations[{frame}]", text)


def crowds(file: RawFile) -> Iterator[Finding]:
    """A file in which every track is a crowd, so that a trainer learns nothing."""
    if file.tracks and all(track.get("iscrowd") for track in file.tracks):
        text = "every track is a crowd, which training ignores (labelformat writes `iscrowd: true` for all)"
        yield Finding(Level.STOPS, "annotations", text)


def nothing_to_learn(file: RawFile) -> Iterator[Finding]:
    """A file without a track."""
    if not file.tracks:
        yield Finding(Level.STOPS, "annotations", "there is no track to learn from")
