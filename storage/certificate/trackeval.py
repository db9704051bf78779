"""TrackEval, ``trackeval/datasets/youtube_vis.py``."""

from collections import defaultdict
from collections.abc import Iterator

from storage.certificate import reading
from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawFile


def rules(file: RawFile) -> Iterator[Finding]:
    """The file as ground truth; tracker results are another file."""
    yield from reading.lists(file, "videos", "categories", "annotations")
    yield from reading.keys(file.videos, "id", "file_names")
    yield from reading.keys(file.categories, "id", "name")
    yield from reading.keys(
        file.tracks, "id", "video_id", "category_id", "segmentations", "areas", "iscrowd", "height", "width"
    )
    yield from reading.per_track(file, "segmentations", "areas")
    yield from reading.uncompressed_only(file)
    yield from reading.few_points(file)
    yield from reading.first_name(file)
    yield from _sequences(file)
    yield from _id_zero(file)
    yield from _unused(file)


def _sequences(file: RawFile) -> Iterator[Finding]:
    """A sequence has the name of the first part of the first picture's path, without a check that it is unique."""
    first = defaultdict(list)
    for video in file.videos:
        for name in file.names(video)[:1]:
            first[name.split("/")[0]].append(video)
    for name, videos in first.items():
        for video in videos[1:]:
            text = f"begins with {name!r} as another video does: both are scored as one sequence, without an error"
            yield Finding(Level.WRONG, f"{video.where}.file_names", text)


def _id_zero(file: RawFile) -> Iterator[Finding]:
    """Matched tracks are counted where their id is above 0 (``gt_m > 0``)."""
    for track in file.tracks:
        if track.get("id") == 0 and not isinstance(track.get("id"), bool):
            yield Finding(Level.WRONG, f"{track.where}.id", "is 0, and that track is never counted as found")


def _unused(file: RawFile) -> Iterator[Finding]:
    """``combine_classes_class_averaged`` goes over all classes of the file, whether they have tracks or not."""
    used = {repr(track.get("category_id")) for track in file.tracks}
    for category in file.categories if used else ():
        if repr(category.get("id")) not in used:
            yield Finding(
                Level.NOTE, category.where, "has no track and counts as 0 in the average of HOTA over classes"
            )
