"""Reading YouTube-VIS datasets and results, checked once here; every error names the place in the file."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from storage import rle as runs
from storage.errors import StorageError
from storage.rle import Rle, RleError
from storage.youtube_vis.dataset import Json, VisCategory, VisDataset, VisResult, VisTrack, VisVideo, version_of

_TOP_KEYS = {"info", "licenses", "videos", "categories", "annotations"}
_VIDEO_KEYS = {"id", "width", "height", "length", "file_names"}
_CATEGORY_KEYS = {"id", "name", "supercategory"}
_TRACK_KEYS = {
    *("id", "video_id", "category_id", "segmentations", "areas", "bboxes", "iscrowd", "width", "height", "length"),
}
_RESULT_KEYS = {"video_id", "category_id", "segmentations", "score"}

Entry = TypeVar("Entry", VisVideo, VisCategory, VisTrack)


class YouTubeVisError(StorageError, ValueError):
    """A file is not (sound) YouTube-VIS; the message names the file, the place in it and what is wrong there."""


def read_dataset(path: Path) -> VisDataset:
    """The dataset of a file; raises YouTubeVisError, or OSError if the file cannot be read."""
    return parse_dataset(Path(path).read_bytes(), where=str(path))


def parse_dataset(text_or_obj: str | bytes | Json, *, where: str) -> VisDataset:
    """The dataset of a JSON text or of what it holds; raises YouTubeVisError whose message starts with `where`.

    Missing `annotations` (or null) means that there are none; missing areas, bboxes, iscrowd and length are made up
    for. Masks may be compressed or uncompressed RLE, polygons or null; a mask without a pixel becomes None.
    """
    top = _loaded(text_or_obj, where)
    _recognise(top, where)
    licenses = top.get("licenses")
    videos = tuple(_video(entry, f"{where}: videos[{k}]") for k, entry in _entries(top, "videos", where))
    categories = tuple(_category(entry, f"{where}: categories[{k}]") for k, entry in _entries(top, "categories", where))
    by_id = _by_id(videos, f"{where}: videos")
    category_ids = _by_id(categories, f"{where}: categories").keys()
    tracks = tuple(
        _track(entry, by_id, category_ids, where=f"{where}: annotations[{k}]")
        for k, entry in _entries(top, "annotations", where)
    )
    _by_id(tracks, f"{where}: annotations")
    return VisDataset(
        info=top.get("info") if isinstance(top.get("info"), dict) else {},
        licenses=tuple(licenses) if isinstance(licenses, list) else (),
        videos=videos,
        categories=categories,
        tracks=tracks,
        extra=_extra(top, _TOP_KEYS),
        version=version_of(categories),
    )


def parse_results(
    text_or_obj: str | bytes | list[Json], *, where: str, dataset: VisDataset | None = None
) -> tuple[VisResult, ...]:
    """The results of a JSON text or of the list that it holds; raises YouTubeVisError.

    dataset: the file that the results belong to; with it, video and category ids, lengths and sizes are checked too.
    """
    top = _loaded(text_or_obj, where)
    if not isinstance(top, list):
        _fail(where, "results are a list of tracks with `score`, but this file holds something else")
    videos = {video.id: video for video in dataset.videos} if dataset else None
    categories = {category.id for category in dataset.categories} if dataset else None
    return tuple(_result(entry, videos, categories, where=f"{where}: [{k}]") for k, entry in enumerate(top))


def _loaded(text_or_obj: Any, where: str) -> Any:
    if not isinstance(text_or_obj, str | bytes):
        return text_or_obj
    try:
        # utf-8-sig: editors on some systems put a byte order mark in front.
        text = text_or_obj.decode("utf-8-sig") if isinstance(text_or_obj, bytes) else text_or_obj
        return json.loads(text, parse_constant=lambda word: _fail(where, f"{word} is not a number that JSON knows"))
    except UnicodeDecodeError as error:
        raise YouTubeVisError(f"{where}: this is not JSON text ({error.reason} at byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise YouTubeVisError(
            f"{where}: this is not whole JSON ({error.msg} at line {error.lineno}, column {error.colno})"
        ) from error
    except RecursionError as error:
        raise YouTubeVisError(f"{where}: this JSON is nested too deeply to be YouTube-VIS") from error


def _recognise(top: Any, where: str) -> None:
    """Refuse, by its name, what is not a YouTube-VIS dataset."""
    if isinstance(top, list):
        _fail(where, "this is a list, as a results file is; a YouTube-VIS dataset is an object with `videos`")
    if not isinstance(top, dict):
        _fail(where, "this is not a YouTube-VIS dataset, which is an object with `videos` and `categories`")
    if "images" in top:
        kind = "CocoVID" if "videos" in top else "COCO for single images"
        _fail(where, f"this is {kind} (it lists `images`), not YouTube-VIS; convert it first")
    if "masklet" in top:
        _fail(where, "this is an SA-V file (it has `masklet`), not YouTube-VIS; convert it first")
    if "videos" not in top:
        _fail(where, "this is not YouTube-VIS: it has no `videos`")
    if "categories" not in top and top.get("annotations"):
        _fail(where, "`categories` is missing, so nothing says what the annotated things are")


def _entries(top: Json, key: str, where: str) -> Iterable[tuple[int, Json]]:
    entries = top.get(key)
    if entries is None:
        return ()
    if not isinstance(entries, list):
        _fail(f"{where}: {key}", "must be a list")
    for k, entry in enumerate(entries):
        if not isinstance(entry, dict):
            _fail(f"{where}: {key}[{k}]", "must be an object")
    return enumerate(entries)


def _by_id(entries: Sequence[Entry], where: str) -> dict[int, Entry]:
    found: dict[int, Entry] = {}
    for k, entry in enumerate(entries):
        if entry.id in found:
            _fail(f"{where}[{k}].id", f"{entry.id} is used twice; ids must differ")
        found[entry.id] = entry
    return found


def _video(entry: Json, where: str) -> VisVideo:
    names = entry.get("file_names")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        _fail(f"{where}.file_names", "must be a list of file names")
    if names is None and entry.get("length") is None:
        _fail(where, "has neither `file_names` nor `length`, so its frames cannot be counted")
    length = len(names or ()) if entry.get("length") is None else _whole(entry, "length", where)
    if names and len(names) != length:
        _fail(f"{where}.length", f"is {length}, but file_names lists {len(names)} frames")
    return VisVideo(
        id=_whole(entry, "id", where),
        width=_whole(entry, "width", where, least=1),
        height=_whole(entry, "height", where, least=1),
        length=length,
        file_names=tuple(names or ()),
        extra=_extra(entry, _VIDEO_KEYS),
    )


def _category(entry: Json, where: str) -> VisCategory:
    # Some loaders read `supercategory` without asking whether it is there, so a missing one is made up, as the
    # official files write it.
    name, parent = entry.get("name"), entry.get("supercategory", "object")
    if not isinstance(name, str) or not name.strip():
        _fail(f"{where}.name", "must be a name")
    if parent is not None and not isinstance(parent, str):
        _fail(f"{where}.supercategory", "must be a name or missing")
    return VisCategory(_whole(entry, "id", where), name, parent, _extra(entry, _CATEGORY_KEYS))


def _track(entry: Json, videos: dict[int, VisVideo], category_ids: Iterable[int], *, where: str) -> VisTrack:
    if "image_id" in entry and "segmentations" not in entry:
        _fail(where, "belongs to a single image (`image_id`); YouTube-VIS has one entry per track")
    video = _video_of(entry, videos, where)
    segmentations = _segmentations(entry, video, where)
    for key in ("areas", "bboxes"):
        values = entry.get(key)
        if values is not None and (not isinstance(values, list) or len(values) != video.length):
            _fail(f"{where}.{key}", f"must be a list of {video.length} entries, one for each frame of the video")
    return VisTrack(
        id=_whole(entry, "id", where),
        video_id=video.id,
        category_id=_category_of(entry, category_ids, where),
        segmentations=segmentations,
        iscrowd=_whole(entry, "iscrowd", where) if entry.get("iscrowd") is not None else 0,
        extra=_extra(entry, _TRACK_KEYS),
    )


def _result(entry: Any, videos: dict[int, VisVideo] | None, categories: set[int] | None, *, where: str) -> VisResult:
    if not isinstance(entry, dict):
        _fail(where, "must be an object with video_id, category_id, segmentations and score")
    score = entry.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float):
        _fail(f"{where}.score", "must be a number")
    video = None if videos is None else _video_of(entry, videos, where)
    return VisResult(
        video_id=_whole(entry, "video_id", where),
        category_id=_whole(entry, "category_id", where)
        if categories is None
        else _category_of(entry, categories, where),
        segmentations=_segmentations(entry, video, where),
        score=float(score),
        extra=_extra(entry, _RESULT_KEYS),
    )


def _video_of(entry: Json, videos: dict[int, VisVideo], where: str) -> VisVideo:
    number = _whole(entry, "video_id", where)
    if number not in videos:
        _fail(f"{where}.video_id", f"{number} is not the id of a video of this dataset")
    return videos[number]


def _category_of(entry: Json, category_ids: Iterable[int], where: str) -> int:
    number = _whole(entry, "category_id", where)
    if number not in category_ids:
        _fail(f"{where}.category_id", f"{number} is not the id of a category of this dataset")
    return number


def _segmentations(entry: Json, video: VisVideo | None, where: str) -> tuple[Rle | None, ...]:
    """Compressed RLE or None for each frame; `video` gives their number and size, None leaves both open."""
    values = entry.get("segmentations")
    if not isinstance(values, list):
        _fail(f"{where}.segmentations", "must be a list with one mask or null for each frame")
    if video and len(values) != video.length:
        _fail(f"{where}.segmentations", f"has {len(values)} entries, but video {video.id} has {video.length} frames")
    size = (video.height, video.width) if video else None
    masks = tuple(_mask(value, size, f"{where}.segmentations[{k}]") for k, value in enumerate(values))
    if len({tuple(mask["size"]) for mask in masks if mask}) > 1:
        _fail(f"{where}.segmentations", "holds masks of different sizes")
    return masks


def _mask(value: Any, size: tuple[int, int] | None, where: str) -> Rle | None:
    try:
        if value is None or value == []:
            return None
        if isinstance(value, dict):
            mask = _run_lengths(value, size, where)
        elif isinstance(value, list):
            mask = _polygons(value, size, where)
        else:
            _fail(where, "must be a run-length encoding, a list of polygons, or null")
    except RleError as error:
        raise YouTubeVisError(f"{where}: {error}") from error
    return mask if runs.area(mask) else None


def _run_lengths(value: Json, size: tuple[int, int] | None, where: str) -> Rle:
    given, counts = value.get("size"), value.get("counts")
    if not isinstance(given, list) or len(given) != 2 or not all(_is_whole(n) and n > 0 for n in given):
        _fail(f"{where}.size", "must be [height, width] in pixels")
    height, width = int(given[0]), int(given[1])
    if size and (height, width) != size:
        _fail(f"{where}.size", f"is [{height}, {width}], but the video has [height, width] = {list(size)}")
    if isinstance(counts, list):
        return runs.canonical(runs.compress(counts, height, width))
    if not isinstance(counts, str):
        _fail(f"{where}.counts", "must be a run-length string or a list of whole numbers")
    return runs.canonical({"size": [height, width], "counts": counts})


def _polygons(value: list[Any], size: tuple[int, int] | None, where: str) -> Rle:
    if size is None:
        _fail(where, "is a polygon, which has no size of its own; results need run-length encodings")
    for k, polygon in enumerate(value):
        if not isinstance(polygon, list) or not all(
            isinstance(n, int | float) and not isinstance(n, bool) for n in polygon
        ):
            _fail(f"{where}[{k}]", "must be a polygon [x0, y0, x1, y1, ...]")
    return runs.from_polygons(value, *size)


def _extra(entry: Json, known: set[str]) -> Json:
    return {key: value for key, value in entry.items() if key not in known}


def _is_whole(value: Any) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))


def _whole(entry: Json, key: str, where: str, *, least: int = 0) -> int:
    if key not in entry:
        _fail(where, f"has no `{key}`")
    if not _is_whole(entry[key]) or entry[key] < least:
        _fail(f"{where}.{key}", f"must be a whole number of {least} or more")
    return int(entry[key])


def _fail(where: str, what: str) -> NoReturn:
    raise YouTubeVisError(f"{where}: {what}")
