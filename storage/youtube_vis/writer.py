"""Writing YouTube-VIS datasets and results in a form that all known loaders read; equal input gives equal bytes.

Ground truth: uncompressed RLE (one evaluator accepts nothing else); all defined fields, and height, width and length of
each track; categories ordered by id (some loaders number classes by list order); an empty list of `annotations` without
tracks (without the key, or with null, some loaders fail). Results: compressed RLE.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from storage import rle
from storage.atomic import write_text
from storage.rle import Rle
from storage.run_text import run_texts
from storage.youtube_vis.dataset import Json, VisCategory, VisDataset, VisResult, VisTrack, VisVideo

Segmentation = Literal["uncompressed", "compressed"]
Form = Callable[[Sequence[Rle]], Sequence[str]]


def write_dataset(path: Path, dataset: VisDataset, *, segmentation: Segmentation = "uncompressed") -> None:
    """Write a dataset to `path`, whole or not at all. Areas and boxes are computed from the masks."""
    _write(Path(path), _dataset_text(dataset, segmentation))


def write_results(path: Path, results: Iterable[VisResult]) -> None:
    """Write results to `path` (one list entry per track, compressed RLE, null for absent), whole or not at all."""
    _write(Path(path), _list_text(result_entry(result) for result in results))


def result_entry(result: VisResult) -> Json:
    """One entry of a results file."""
    return {
        "video_id": result.video_id,
        "category_id": result.category_id,
        "segmentations": list(result.segmentations),
        "score": result.score,
        **_sorted(result.extra),
    }


def _dataset_text(dataset: VisDataset, segmentation: Segmentation) -> Iterator[str]:
    videos = {video.id: video for video in dataset.videos}
    yield f'{{"info":{_text(dataset.info)},"licenses":{_text(list(dataset.licenses))}'
    yield ',"videos":'
    yield from _list_text(_video_entry(video) for video in dataset.videos)
    yield ',"categories":'
    yield from _list_text(_category_entry(category) for category in sorted(dataset.categories, key=lambda c: c.id))
    yield ',"annotations":'
    form = _FORMS[segmentation]
    yield from _list_of(_track_text(track, videos[track.video_id], form) for track in dataset.tracks)
    for key, value in _sorted(dataset.extra).items():
        yield f",{_text(key)}:{_text(value)}"
    yield "}"


def _video_entry(video: VisVideo) -> Json:
    known = {"id": video.id, "width": video.width, "height": video.height, "length": video.length}
    return {**known, "file_names": list(video.file_names), **_sorted(video.extra)}


def _category_entry(category: VisCategory) -> Json:
    known = {"id": category.id, "name": category.name, "supercategory": category.supercategory}
    return {**known, **_sorted(category.extra)}


def dataset_outline(dataset: VisDataset) -> Json:
    """The content that `write_dataset` writes, but with empty run lengths: for checks of everything else."""
    videos = {video.id: video for video in dataset.videos}
    categories = sorted(dataset.categories, key=lambda category: category.id)
    return {
        "videos": [_video_entry(video) for video in dataset.videos],
        "categories": [_category_entry(category) for category in categories],
        "annotations": [_track_outline(track, videos[track.video_id]) for track in dataset.tracks],
    }


def _track_outline(track: VisTrack, video: VisVideo) -> Json:
    present = _present(track)
    masks = _spread(track, [{"size": mask["size"], "counts": []} for mask in present])
    return {**_track_ids(track), "segmentations": masks, **_track_facts(track, video, present)}


def _track_text(track: VisTrack, video: VisVideo, form: Form) -> str:
    """The entry of a track. Its masks, which are nearly all of its text, are written apart from the rest."""
    present = _present(track)
    masks = ",".join(text or "null" for text in _spread(track, form(present)))
    before, after = _text(_track_ids(track)), _text(_track_facts(track, video, present))
    return f'{before[:-1]},"segmentations":[{masks}],{after[1:]}'


def _present(track: VisTrack) -> list[Rle]:
    return [mask for mask in track.segmentations if mask is not None]


def _track_ids(track: VisTrack) -> Json:
    return {"id": track.id, "video_id": track.video_id, "category_id": track.category_id}


def _track_facts(track: VisTrack, video: VisVideo, present: Sequence[Rle]) -> Json:
    """What stands behind the masks in the entry of a track; ``present`` are its masks."""
    areas, boxes = _measured(track, present)
    return {
        "areas": _spread(track, areas),
        "bboxes": _spread(track, boxes),
        "iscrowd": track.iscrowd,
        "height": video.height,
        "width": video.width,
        "length": video.length,
        **_sorted(track.extra),
    }


def _measured(track: VisTrack, present: Sequence[Rle]) -> tuple[Sequence[int], Sequence[Sequence[int]]]:
    """The areas and boxes of the masks of a track."""
    if track.measures is None:
        return rle.areas(present), rle.bboxes(present)
    return [one[0] for one in track.measures], [one[1] for one in track.measures]


def _spread(track: VisTrack, values: Sequence[Any]) -> list[Any]:
    """The values of the masks of a track in the places of the masks; null elsewhere."""
    if len(values) == len(track.segmentations):
        return list(values)
    following = iter(values)
    return [None if mask is None else next(following) for mask in track.segmentations]


def _uncompressed(masks: Sequence[Rle]) -> list[str]:
    return [
        f'{{"size":{_text(mask["size"])},"counts":{counts}}}'
        for mask, counts in zip(masks, run_texts(masks), strict=True)
    ]


def _compressed(masks: Sequence[Rle]) -> list[str]:
    return [_text(mask) for mask in masks]


_FORMS: Mapping[Segmentation, Form] = {"uncompressed": _uncompressed, "compressed": _compressed}


def _sorted(extra: Json) -> Json:
    """Extra keys in a fixed order, because a database may change it."""
    return dict(sorted(extra.items()))


def _list_text(entries: Iterable[Json]) -> Iterator[str]:
    return _list_of(_text(entry) for entry in entries)


def _list_of(texts: Iterable[str]) -> Iterator[str]:
    yield "["
    for k, text in enumerate(texts):
        yield f",{text}" if k else text
    yield "]"


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _write(path: Path, pieces: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, pieces)
