"""COCO with one annotation per mask and frame, and CocoVID: writing."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from storage import rle
from storage.atomic import write_text
from storage.formats.attributes import AttributeValue, frame_values, track_values
from storage.formats.losses import Losses
from storage.formats.outlines import is_simple, one_ring
from storage.youtube_vis import VisDataset, VisVideo

Json = dict[str, object]


def write(out: Path, dataset: VisDataset, losses: Losses, *, videos: bool = False, polygons: bool = False) -> None:
    """Write a file, whole or not at all.

    videos: as CocoVID, with videos, frame numbers and instance ids. polygons: one polygon for each mask instead of run
    lengths, for programs that read nothing else.
    """
    write_text(out, _text(dataset, losses, videos, polygons))


def _text(dataset: VisDataset, losses: Losses, videos: bool, polygons: bool) -> Iterator[str]:
    first: dict[int, int] = {}
    count = 0
    for video in dataset.videos:
        first[video.id] = count + 1
        count += video.length
    yield f'{{"info":{_json(dataset.info)},"licenses":{_json(list(dataset.licenses))}'
    if videos:
        yield ',"videos":'
        yield from _list(_video(video) for video in dataset.videos)
    yield ',"categories":'
    categories = sorted(dataset.categories, key=lambda one: one.id)
    yield from _list(
        {"id": one.id, "name": one.name, "supercategory": one.supercategory or "object"} for one in categories
    )
    yield ',"images":'
    yield from _list(entry for video in dataset.videos for entry in _images(video, first[video.id], videos))
    yield ',"annotations":'
    for track in dataset.tracks if polygons else ():
        losses.count("holes", sum(mask is not None and not is_simple(mask) for mask in track.segmentations))
    yield from _list(_annotations(dataset, first, losses, videos, polygons))
    for key, value in sorted(dataset.extra.items()):
        yield f",{_json(key)}:{_json(value)}"
    yield "}"


def _video(video: VisVideo) -> Json:
    folder = video.file_names[0].rpartition("/")[0] if video.file_names else ""
    return {"id": video.id, "name": folder or f"video_{video.id}", "width": video.width, "height": video.height}


def _images(video: VisVideo, first: int, videos: bool) -> Iterator[Json]:
    for frame in range(video.length):
        name = video.file_names[frame] if video.file_names else f"video_{video.id}/{frame:05d}.jpg"
        entry: Json = {"id": first + frame, "file_name": name, "width": video.width, "height": video.height}
        yield {**entry, "video_id": video.id, "frame_id": frame} if videos else entry


def _annotations(
    dataset: VisDataset, first: dict[int, int], losses: Losses, videos: bool, polygons: bool
) -> Iterator[Json]:
    number = 0
    for track in dataset.tracks:
        losses.count("unknown", len(track.unknown))
        losses.count("empty_tracks", int(not any(track.segmentations)))
        own, lines = track_values(track), frame_values(track)
        for frame, mask in enumerate(track.segmentations):
            if mask is None:
                continue
            number += 1
            entry: Json = {
                "id": number,
                "image_id": first[track.video_id] + frame,
                "category_id": track.category_id,
                "segmentation": [[value for point in one_ring(mask) for value in point]] if polygons else mask,
                "area": rle.area(mask),
                "bbox": rle.bbox(mask),
                "iscrowd": int(bool(track.iscrowd) or _at(lines, "crowd", frame) is True),
                "track_id": track.id,
            }
            if videos:
                entry |= {"instance_id": track.id, "video_id": track.video_id}
            attributes = _attributes(own, lines, frame)
            yield {**entry, "attributes": attributes} if attributes else entry


def _attributes(
    own: dict[str, AttributeValue], lines: dict[str, list[AttributeValue | None]], frame: int
) -> dict[str, AttributeValue]:
    here = {name: line[frame] for name, line in lines.items() if name != "crowd"}
    return {**own, **{name: value for name, value in here.items() if value}}


def _at(lines: dict[str, list[AttributeValue | None]], name: str, frame: int) -> AttributeValue | None:
    return lines[name][frame] if name in lines else None


def _list(items: Iterable[Json]) -> Iterator[str]:
    yield "["
    for k, entry in enumerate(items):
        yield ("," if k else "") + _json(entry)
    yield "]"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
