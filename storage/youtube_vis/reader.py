"""Reading and checking YouTube-VIS datasets and results; every error names the place in the file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from storage.plain_data import no_cycle_search
from storage.regular_files import is_regular
from storage.rle import MAX_PIXELS
from storage.text import is_text
from storage.words import counted
from storage.youtube_vis.broken import BrokenEntries, Explained
from storage.youtube_vis.dataset import (
    Json,
    VisCategory,
    VisDataset,
    VisResult,
    VisTrack,
    VisVideo,
    version_of,
)
from storage.youtube_vis.errors import YouTubeVisError, fail
from storage.youtube_vis.foreign_files import dataset_kind
from storage.youtube_vis.json_text import Check, JsonText, encoding_notes, load_json, no_check
from storage.youtube_vis.notes import VisNote
from storage.youtube_vis.segmentations import is_whole, parse_masks, short
from storage.youtube_vis.stated import parse_stated
from storage.youtube_vis.tidy import tidy_dataset, tidy_results, unusable

_TOP_KEYS = {"info", "licenses", "videos", "categories", "annotations"}
_VIDEO_KEYS = {"id", "width", "height", "length", "file_names"}
_CATEGORY_KEYS = {"id", "name", "supercategory"}
_TRACK_KEYS = {
    *("id", "video_id", "category_id", "segmentations", "areas", "bboxes", "iscrowd", "width", "height", "length"),
}
_RESULT_KEYS = {"video_id", "category_id", "segmentations", "score"}
_LARGEST_ID = (1 << 63) - 1
# Limits of file systems for one part of a path, and for a whole path, in bytes.
_LONGEST_PART, _LONGEST_PATH = 255, 4096

Entry = TypeVar("Entry", VisVideo, VisCategory, VisTrack)


@dataclass(frozen=True)
class VisContent:
    """The JSON content of a file with plain numbers (see `storage.youtube_vis.tidy`), without further checks.

    ``as_written`` is the content as other loaders get it, but for NaN that is null here.
    """

    content: Any
    notes: tuple[VisNote, ...]
    as_written: Any = None


@no_cycle_search()
def read_content(
    path: Path, *, annotations: bool = True, keep_good: bool = False, check: Check = no_check
) -> VisContent:
    """The JSON content of a dataset or results file, for evaluators.

    annotations: False drops the tracks of a dataset, so that they cannot influence anything.
    keep_good: NaN in entries of a dataset stays, for a reader that leaves such entries out.
    check: called before each entry of the file; an error that it raises stops the reading.
    Raises YouTubeVisError, or OSError if the file cannot be read.
    """
    where = str(path)
    if not is_regular(path):
        fail(where, "this is no file but a folder, pipe, socket or device; give the JSON file")
    loaded = load_json(Path(path).read_bytes(), where, check)
    if not annotations and isinstance(loaded.content, dict):
        content = {key: value for key, value in loaded.content.items() if key != "annotations"}
        loaded = JsonText(content, loaded.odd_numbers, loaded.encoding)
    if isinstance(loaded.content, list):
        content, notes = tidy_results(loaded, where)
    else:
        content, notes = tidy_dataset(loaded, where, keep_good=keep_good)
    return VisContent(content, (*encoding_notes(loaded, where), *notes), loaded.content)


@no_cycle_search()
def read_dataset(
    path: Path, *, annotations: bool = True, keep_good: bool = False, check: Check = no_check
) -> VisDataset:
    """The dataset of a file, with or without its tracks; raises YouTubeVisError, or OSError if it cannot be read.

    keep_good: a broken entry raises nothing; its whole video is left out, and `left_out` has a sentence for it.
    check: called before each entry of the file; an error that it raises stops the reading.
    """
    read = read_content(path, annotations=annotations, keep_good=keep_good, check=check)
    broken = BrokenEntries() if keep_good else None
    return _dataset(read.content, str(path), read.notes, check, broken)


def parse_dataset(text_or_obj: str | bytes | Json, *, where: str, keep_good: bool = False) -> VisDataset:
    """The dataset of a JSON text or of its content; raises YouTubeVisError whose message starts with `where`.

    keep_good: as for `read_dataset`.

    Missing `annotations` (or null) means that there are none; missing areas, bboxes, iscrowd and length are filled in.
    Masks may be compressed or uncompressed RLE, polygons or null; an empty RLE becomes None. Accepted deviations from
    the format are in `notes`.
    """
    loaded = _loaded(text_or_obj, where)
    content, notes = tidy_dataset(loaded, where, keep_good=keep_good)
    broken = BrokenEntries() if keep_good else None
    return _dataset(content, where, (*encoding_notes(loaded, where), *notes), broken=broken)


@dataclass(frozen=True)
class VisResults:
    """The tracks of a results file, and the deviations from the format that were accepted."""

    tracks: tuple[VisResult, ...]
    notes: tuple[VisNote, ...] = ()


def read_results(path: Path, *, check: Check = no_check) -> VisResults:
    """The results of a file, whose videos are not known here; raises YouTubeVisError, or OSError.

    check: called before each entry of the file; an error that it raises stops the reading.
    """
    read = read_content(path, check=check)
    return VisResults(parse_results(read.content, where=str(path)), read.notes)


def parse_results(
    text_or_obj: str | bytes | list[Json], *, where: str, dataset: VisDataset | None = None
) -> tuple[VisResult, ...]:
    """The results of a JSON text or of its content; raises YouTubeVisError.

    dataset: the dataset of the results; if given, video and category ids, lengths and sizes are checked too.
    """
    top, _ = tidy_results(_loaded(text_or_obj, where), where)
    if not isinstance(top, list):
        fail(where, "results are a list of tracks with `score`, but this file holds something else")
    videos = {video.id: video for video in dataset.videos} if dataset else None
    categories = {category.id for category in dataset.categories} if dataset else None
    return tuple(_result(entry, videos, categories, where=f"{where}: [{k}]") for k, entry in enumerate(top))


def _loaded(text_or_obj: Any, where: str) -> JsonText:
    return load_json(text_or_obj, where) if isinstance(text_or_obj, str | bytes) else JsonText(text_or_obj)


def _dataset(
    top: Any, where: str, notes: Sequence[VisNote], check: Check = no_check, broken: BrokenEntries | None = None
) -> VisDataset:
    _recognise(top, where)
    licenses = top.get("licenses")
    unusable(f"{where}: ", [(key, value) for key, value in top.items() if key not in _ENTRIES])
    found = list(notes)
    videos = _parsed(_entries(top, "videos", where), _video, broken)
    categories = _parsed(_entries(top, "categories", where), _category, broken)
    by_id, category_ids = {video.id: video for video in videos}, {category.id for category in categories}

    def track(entry: Json, place: str) -> VisTrack:
        if broken is not None and broken.explains(entry.get("video_id")):
            raise Explained
        return _track(entry, by_id, category_ids, found, where=place)

    tracks = _parsed(_checked(_entries(top, "annotations", where), check), track, broken)
    dataset = VisDataset(
        info=top.get("info") if isinstance(top.get("info"), dict) else {},
        licenses=tuple(licenses) if isinstance(licenses, list) else (),
        videos=videos,
        categories=categories,
        tracks=tracks,
        extra=_extra(top, _TOP_KEYS),
        version=version_of(categories),
        notes=tuple(found),
    )
    return dataset if broken is None else broken.without(dataset)


def _parsed(
    entries: Iterable[tuple[str, Any]], parse: Callable[[Json, str], Entry], broken: BrokenEntries | None
) -> tuple[Entry, ...]:
    """The parsed entries of a list, whose ids must differ; broken ones are left out if they are collected."""
    found: dict[int, Entry] = {}
    for place, entry in entries:
        try:
            if not isinstance(entry, dict):
                fail(place, "must be an object")
            one = parse(entry, place)
            if one.id in found:
                fail(f"{place}.id", f"{one.id} is used twice; ids must differ")
        except Explained:
            continue
        except YouTubeVisError as error:
            if broken is None:
                raise
            broken.add(error, place, entry)
            continue
        found[one.id] = one
    return tuple(found.values())


_ENTRIES = ("videos", "categories", "annotations")


def _recognise(top: Any, where: str) -> None:
    """Refuse a content of another format, naming that format."""
    kind = dataset_kind(top)
    if kind:
        fail(where, kind)
    if "categories" not in top and top.get("annotations"):
        fail(where, "`categories` is missing, so nothing says what the annotated things are")


def _entries(top: Json, key: str, where: str) -> Iterator[tuple[str, Any]]:
    """(place, entry) of a list of the file, which may be missing."""
    entries = top.get(key)
    if entries is None:
        return
    if not isinstance(entries, list):
        fail(f"{where}: {key}", "must be a list")
    for k, entry in enumerate(entries):
        yield f"{where}: {key}[{k}]", entry


def _checked(entries: Iterable[tuple[str, Any]], check: Check) -> Iterator[tuple[str, Any]]:
    for entry in entries:
        check()
        yield entry


def _video(entry: Json, where: str) -> VisVideo:
    names = entry.get("file_names")
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        fail(f"{where}.file_names", "must be a list of file names")
    for k, name in enumerate(names or ()):
        _check_name(name, f"{where}.file_names[{k}]")
    if names is None and entry.get("length") is None:
        fail(where, "has neither `file_names` nor `length`, so its frames cannot be counted")
    length = len(names or ()) if entry.get("length") is None else _whole(entry, "length", where)
    if names and len(names) != length:
        fail(f"{where}.length", f"is {length}, but file_names lists {counted(len(names), 'frame')}")
    width, height = _whole(entry, "width", where, least=1), _whole(entry, "height", where, least=1)
    if width * height > MAX_PIXELS:
        fail(where, f"is {width} x {height} pixels, above {MAX_PIXELS} in all")
    return VisVideo(
        id=_whole(entry, "id", where),
        width=width,
        height=height,
        length=length,
        file_names=tuple(names or ()),
        extra=_extra(entry, _VIDEO_KEYS, where),
    )


def _check_name(name: str, where: str) -> None:
    """Refuse a file name of a picture that no file system allows."""
    if not is_text(name):
        fail(where, "holds half a surrogate pair, which no text has")
    longest = max(len(part.encode()) for part in name.replace("\\", "/").split("/"))
    if not name.strip() or "\0" in name or longest > _LONGEST_PART or len(name.encode()) > _LONGEST_PATH:
        reason = f"{len(name)} letters" if longest > _LONGEST_PART or len(name) > _LONGEST_PART else repr(name)
        fail(where, f"cannot be the name of a file ({reason})")


def _category(entry: Json, where: str) -> VisCategory:
    # Some loaders require `supercategory`, so a missing one gets the value of the official files.
    name, parent = entry.get("name"), entry.get("supercategory", "object")
    if not isinstance(name, str) or not name.strip():
        fail(f"{where}.name", "must be a name")
    if parent is not None and not isinstance(parent, str):
        fail(f"{where}.supercategory", "must be a name or missing")
    unusable(f"{where}.", [("name", name), ("supercategory", parent)])
    return VisCategory(_whole(entry, "id", where), name, parent, _extra(entry, _CATEGORY_KEYS, where))


def _track(
    entry: Json, videos: dict[int, VisVideo], category_ids: Iterable[int], notes: list[VisNote], *, where: str
) -> VisTrack:
    if "image_id" in entry and "segmentations" not in entry:
        fail(where, "belongs to a single image (`image_id`); YouTube-VIS has one entry per track")
    video = _video_of(entry, videos, where)
    masks = parse_masks(entry, video, where)
    stated, odd = parse_stated(entry, video, masks, where)
    number = _whole(entry, "id", where)
    notes += [replace(note, track=number) for note in (*masks.notes, *odd)]
    return VisTrack(
        id=number,
        video_id=video.id,
        category_id=_category_of(entry, category_ids, where),
        segmentations=masks.segmentations,
        iscrowd=_whole(entry, "iscrowd", where) if entry.get("iscrowd") is not None else 0,
        extra=_extra(entry, _TRACK_KEYS, where),
        unknown=masks.unknown,
        stated=stated,
    )


def _result(entry: Any, videos: dict[int, VisVideo] | None, categories: set[int] | None, *, where: str) -> VisResult:
    if not isinstance(entry, dict):
        fail(where, "must be an object with video_id, category_id, segmentations and score")
    score = entry.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float):
        fail(f"{where}.score", "must be a number")
    if not abs(score) < _LARGEST_ID:
        fail(f"{where}.score", "must be a number from 0 to 1")
    video = None if videos is None else _video_of(entry, videos, where)
    masks = parse_masks(entry, video, where)
    if masks.unknown:
        fail(f"{where}.segmentations[{min(masks.unknown)}]", "is no mask but a polygon that covers not one pixel")
    return VisResult(
        video_id=_whole(entry, "video_id", where),
        category_id=_whole(entry, "category_id", where)
        if categories is None
        else _category_of(entry, categories, where),
        segmentations=masks.segmentations,
        score=float(score),
        extra=_extra(entry, _RESULT_KEYS, where),
    )


def _video_of(entry: Json, videos: dict[int, VisVideo], where: str) -> VisVideo:
    number = _whole(entry, "video_id", where)
    if number not in videos:
        fail(f"{where}.video_id", f"{number} is not the id of a video of this dataset")
    return videos[number]


def _category_of(entry: Json, category_ids: Iterable[int], where: str) -> int:
    number = _whole(entry, "category_id", where)
    if number not in category_ids:
        fail(f"{where}.category_id", f"{number} is not the id of a category of this dataset")
    return number


def _extra(entry: Json, known: set[str], where: str | None = None) -> Json:
    """The keys that the format does not define; with `where`, checks that their values can be stored."""
    extra = {key: value for key, value in entry.items() if key not in known}
    if where is not None:
        unusable(f"{where}.", extra.items())
    return extra


def _whole(entry: Json, key: str, where: str, *, least: int = 0) -> int:
    if key not in entry:
        fail(where, f"has no `{key}`")
    value = entry[key]
    if not is_whole(value) or value < least:
        fail(f"{where}.{key}", f"must be a whole number of {least} or more")
    if value > _LARGEST_ID:
        fail(f"{where}.{key}", f"is {short(int(value))}, which is too large")
    return int(value)
