"""The VisTR family: ``datasets/ytvos.py`` of VisTR, IFC and SeqFormer."""

from collections.abc import Iterator

from storage.certificate import reading
from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawFile


def rules(file: RawFile) -> Iterator[Finding]:
    """The file as training annotations."""
    yield from reading.index(file)
    yield from reading.keys(file.videos, "file_names", "height", "width")
    yield from reading.keys(file.tracks, "bboxes", "areas", "segmentations")
    yield from reading.per_frame(file, "bboxes", "areas", "segmentations")
    yield from reading.uncompressed_only(file)
    yield from reading.few_points(file)
    yield from reading.lost_tracks(file)
    yield from reading.nothing_to_learn(file)
    yield from _without_tracks(file)


def _without_tracks(file: RawFile) -> Iterator[Finding]:
    """Every video is drawn, and its first track is looked at; crowds are left out before."""
    for video in file.videos if file.tracks else ():
        if all(track.get("iscrowd") for track in file.tracks_of(video)):
            yield Finding(Level.STOPS, video.where, "has no track that is not a crowd (IndexError when it is drawn)")
