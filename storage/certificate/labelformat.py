"""labelformat of Lightly, ``labelformat/formats/youtubevis.py``: converts to other formats, and does not train."""

from collections.abc import Iterator

from storage.certificate import reading
from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawFile


def rules(file: RawFile) -> Iterator[Finding]:
    """The file as the input of a conversion."""
    yield from reading.lists(file, "videos", "categories", "annotations")
    yield from reading.keys(file.videos, "id", "file_names", "width", "height", "length")
    yield from reading.keys(file.categories, "id", "name")
    yield from reading.keys(file.tracks, "video_id", "category_id", "segmentations", "bboxes")
    yield from reading.per_frame(file, "segmentations", "bboxes")
    yield from reading.references(file)
    yield from reading.lost_tracks(file)
    yield from _runs(file)
    yield from _lengths(file)
    yield from reading.first_name(file)
    yield from _folders(file)


def _runs(file: RawFile) -> Iterator[Finding]:
    """Run-length codes are taken as lists of runs."""
    for one in reading.uncompressed_only(file):
        yield Finding(Level.FAILS, one.where, "is a compressed mask, whose text is taken for a list of runs")


def _lengths(file: RawFile) -> Iterator[Finding]:
    """Masks and boxes are read for ``range(length)``."""
    for track in file.tracks:
        video = file.video_of(track)
        length, masks = video.get("length") if video else None, track.get("segmentations")
        if video is None or not isinstance(length, int) or not isinstance(masks, list):
            continue
        if file.frames(video) <= len(masks) < length:
            text = "has fewer entries than the `length` of the video (IndexError)"
            yield Finding(Level.FAILS, f"{track.where}.segmentations", text)


def _folders(file: RawFile) -> Iterator[Finding]:
    """A video is the folder of its first picture."""
    for video in file.videos:
        if any("/" not in name for name in file.names(video)[:1]):
            yield Finding(Level.WRONG, f"{video.where}.file_names", "names no folder, by which a video is called")
