"""TeViT itself: ``mmdet/datasets/youtubevis.py``, ``tools/test_vis.py``; CMaskTrack R-CNN reads files the same way."""

from collections.abc import Iterator

from storage.certificate import reading
from storage.certificate.findings import Finding, Level
from storage.certificate.raw_file import RawFile

CLIP = 5  # frames of a training clip


def rules(file: RawFile) -> Iterator[Finding]:
    """The file as training annotations."""
    yield from reading.index(file)
    yield from reading.keys(file.videos, "file_names", "width", "height")
    yield from reading.keys(file.tracks, "bboxes", "areas", "segmentations")
    yield from reading.per_frame(file, "bboxes", "areas", "segmentations")
    yield from reading.areas_of_boxes(file)
    yield from reading.references(file)
    yield from reading.lost_tracks(file)
    yield from _labels(file)
    yield from _track_ids(file)
    yield from reading.crowds(file)
    yield from reading.nothing_to_learn(file)
    yield from _clips(file)


def _labels(file: RawFile) -> Iterator[Finding]:
    """``cat2label`` numbers categories by their order in the file, and results are written as label + 1."""
    ids = file.category_ids
    if ids and list(ids) != list(range(1, len(ids) + 1)):
        text = "ids are not 1, 2, 3 ... in order: results have label + 1 as `category_id`, which is another category"
        yield Finding(Level.WRONG, "categories", text)


def _track_ids(file: RawFile) -> Iterator[Finding]:
    """The target of a track is ``ann['id'] - 1``."""
    for track in file.tracks:
        number = track.get("id")
        if "id" in track.values and (not isinstance(number, int) or isinstance(number, bool)):
            yield Finding(Level.FAILS, f"{track.where}.id", "is no whole number (TypeError: id - 1)")
        elif number is not None and number < 1:
            yield Finding(Level.WRONG, f"{track.where}.id", "is below 1; the loader counts tracks from 1")


def _clips(file: RawFile) -> Iterator[Finding]:
    """A clip is drawn from frames of one video with a box; the loader tries another sample where they are too few."""
    boxed = [(video, file.boxed_frames(video)) for video in file.videos]
    trained = any(frames >= CLIP for _, frames in boxed)
    for video, frames in boxed:
        if frames == 1:
            yield Finding(Level.STOPS, video.where, "one frame alone has a box (AssertionError when it is drawn)")
        elif trained and frames < CLIP:
            yield Finding(Level.NOTE, video.where, f"fewer than {CLIP} frames have a box: it is never trained on")
    if file.tracks and not trained:
        text = f"no video has {CLIP} frames with a box, so the loader looks for a clip for ever"
        yield Finding(Level.STOPS, "videos", text)
