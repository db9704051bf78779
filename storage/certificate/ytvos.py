"""The official tools: ``ytvos.py`` and ``ytvoseval.py`` of youtubevos/cocoapi."""

from collections.abc import Iterator

from storage.certificate import reading
from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawFile


def rules(file: RawFile) -> Iterator[Finding]:
    """``YTVOS`` reads the file, and ``YTVOSeval`` takes it as truth with ``iouType="segm"``."""
    yield from reading.index(file)
    yield from reading.keys(file.videos, "height", "width")
    yield from reading.keys(file.tracks, "segmentations", "areas", "iscrowd")
    yield from reading.per_track(file, "segmentations", "areas")
    yield from reading.few_points(file)
    yield from _no_video(file)
    yield from _id_zero(file)


def _no_video(file: RawFile) -> Iterator[Finding]:
    """``annToRLE`` looks up the video of every track for its size."""
    for track in file.tracks:
        if "video_id" in track.values and file.video_of(track) is None:
            yield Finding(Level.FAILS, f"{track.where}.video_id", "names a video that the file lacks (KeyError)")


def _id_zero(file: RawFile) -> Iterator[Finding]:
    """``YTVOSeval.accumulate`` takes the id of the matched track as a truth value."""
    for track in file.tracks:
        if track.get("id") == 0 and not isinstance(track.get("id"), bool):
            text = "is 0, which is taken for no track: whatever finds it counts as wrong"
            yield Finding(Level.WRONG, f"{track.where}.id", text)
