"""mmtracking and mmdet: ``tools/dataset_converters/youtubevis2coco.py`` makes CocoVID, which the loaders read."""

from collections.abc import Iterator

from storage.certificate import reading
from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawFile


def rules(file: RawFile) -> Iterator[Finding]:
    """The file as one split of the converter; it wants train, valid and test files, and reads tracks of the first."""
    yield from reading.lists(file, "videos", "categories")
    yield from reading.keys(file.videos, "id", "width", "height", "file_names")
    yield from reading.first_name(file)
    if file.trained_on:
        yield from _tracks(file)


def _tracks(file: RawFile) -> Iterator[Finding]:
    yield from reading.lists(file, "annotations")
    yield from reading.keys(file.tracks, "id", "video_id", "category_id", "bboxes", "segmentations", "areas", "iscrowd")
    yield from reading.per_frame(file, "bboxes", "segmentations", "areas")
    yield from _whole_ids(file)
    yield from _unused(file)
    yield from reading.lost_tracks(file)
    yield from reading.crowds(file)
    yield from reading.nothing_to_learn(file)
    yield from _small(file)


def _whole_ids(file: RawFile) -> Iterator[Finding]:
    """``int(...)`` is taken of ids and categories."""
    for track in file.tracks:
        for name in ("id", "category_id"):
            value = track.get(name)
            if name in track.values and not _is_number(value):
                yield Finding(Level.FAILS, f"{track.where}.{name}", f"`{name}` is no number (int() refuses it)")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and value.strip().isdigit())


def _unused(file: RawFile) -> Iterator[Finding]:
    """At its end the converter prints ``obj_num_classes[i]`` for i from 1 to K, a dictionary of the used categories."""
    used = {track.get("category_id") for track in file.tracks if not isinstance(track.get("category_id"), list | dict)}
    missing = [k for k in range(1, len(file.categories) + 1) if k not in used]
    for k in missing if file.tracks else ():
        entry = next((one for one in file.categories if one.get("id") == k), None)
        where = entry.where if entry else "categories"
        text = "has no track" if entry else f"no category has the id {k}"
        why = "the converter stops after this file (KeyError), and the next splits are never written"
        yield Finding(Level.FAILS, where, f"{text}: {why}")


def _small(file: RawFile) -> Iterator[Finding]:
    """Boxes of less than one pixel, and masks without area, are dropped by the loader."""
    for track in file.tracks:
        boxes = track.get("bboxes")
        for frame, box in enumerate(boxes if isinstance(boxes, list) else ()):
            if isinstance(box, list) and len(box) == 4 and any(isinstance(n, int | float) and n < 1 for n in box[2:]):
                yield Finding(Level.NOTE, f"{track.where}.bboxes[{frame}]", "is below one pixel, and is dropped")
