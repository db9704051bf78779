"""The detectron2 family: ``load_ytvis_json`` of MinVIS, Mask2Former-VIS, VITA, GenVIS, DVIS and LV-VIS."""

from collections.abc import Iterator

from storage.certificate import reading
from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawFile


def rules(file: RawFile) -> Iterator[Finding]:
    """The file as training annotations, and the mapper that draws frames of it."""
    yield from reading.index(file)
    yield from reading.keys(file.videos, "file_names", "length", "height", "width")
    yield from _lengths(file)
    yield from _unique(file)
    yield from reading.per_frame(file, "bboxes", "segmentations", empty=True)
    yield from reading.references(file)
    yield from reading.lost_tracks(file)
    yield from _dropped(file)
    yield from reading.crowds(file)
    yield from reading.nothing_to_learn(file)
    yield from _one_frame(file)
    yield from _gaps(file)


def _lengths(file: RawFile) -> Iterator[Finding]:
    """File names are read for ``range(length)``."""
    for video in file.videos:
        length, names = video.get("length"), video.get("file_names")
        if isinstance(length, int) and isinstance(names, list) and length > len(names):
            text = "is above the number of `file_names` (IndexError)"
            yield Finding(Level.FAILS, f"{video.where}.length", text)


def _unique(file: RawFile) -> Iterator[Finding]:
    """``assert len(set(ann_ids)) == len(ann_ids)``."""
    seen: set[str] = set()
    for track in file.tracks:
        key = repr(track.get("id"))
        if key in seen:
            yield Finding(Level.FAILS, f"{track.where}.id", "is used twice (AssertionError)")
        seen.add(key)


def _dropped(file: RawFile) -> Iterator[Finding]:
    """A frame counts only where box and mask are both there; nothing is said of the others."""
    for track in file.tracks:
        missing = [name for name in ("bboxes", "segmentations") if not track.get(name)]
        if missing:
            text = f"`{missing[0]}` is missing or empty: the track is dropped without a word"
            yield Finding(Level.WRONG, f"{track.where}.{missing[0]}", text)
    for track, frame, mask in file.masks():
        if mask and track.get("bboxes") and not track.of_frame("bboxes", frame):
            text = "is null beside a mask: that mask is dropped without a word"
            yield Finding(Level.WRONG, f"{track.where}.bboxes[{frame}]", text)


def _one_frame(file: RawFile) -> Iterator[Finding]:
    """The mapper draws other frames of the video beside the first one."""
    for video in file.videos:
        if file.frames(video) == 1:
            text = "has one frame, and the mapper draws at least two (ValueError)"
            yield Finding(Level.STOPS, video.where, text)


def _gaps(file: RawFile) -> Iterator[Finding]:
    ids = file.category_ids
    if ids and sorted(map(str, ids)) != sorted(str(k) for k in range(1, len(ids) + 1)):
        yield Finding(Level.NOTE, "categories", "ids are not 1 to K, so they are renumbered with a warning")
