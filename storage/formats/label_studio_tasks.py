"""Tasks of Label Studio: its exports JSON and JSON_MIN, and the files of its storages, one for each task."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from storage.formats import json_files
from storage.formats.errors import refuse
from storage.formats.json_files import Json, entries
from storage.formats.label_studio_regions import Region, regions_of
from storage.formats.names import by_video
from storage.frames.image_folder import natural_order
from storage.regular_files import may_be_read
from storage.youtube_vis import Check

_START = 1 << 20
_MARK = re.compile(r"^[0-9a-f]{8}-(?=.)")
_WORDS = ("brushlabels", "bitmasklabels", "polygonlabels", "rectanglelabels", "ellipselabels", "videorectangle")
_OF_STORAGE = ('"result"', '"data"')
_OF_TASKS = ('"annotations"', *_OF_STORAGE)


@dataclass(frozen=True)
class LabelledTask:
    """One task: its pictures, the last folder of their address, and its regions; ``place`` names it in errors.

    done: whether a person has finished it. names: one, or several of a task with a list of pictures, which is a video.
    """

    names: tuple[str, ...]
    folder: str
    regions: tuple[Region, ...]
    done: bool
    place: str


def looks_like_tasks(text: str) -> bool:
    """Whether the beginning of a JSON file is that of an export, or of the file of one task in a storage."""
    if text.startswith("["):
        return all(word in text for word in _OF_TASKS) or _has_labels(text)
    return text.startswith("{") and all(word in text for word in _OF_STORAGE) and _has_labels(text)


def _has_labels(text: str) -> bool:
    return any(f'"{word}"' in text for word in _WORDS)


def find_files(path: Path) -> tuple[Path, ...]:
    """The files of a folder to which a storage wrote its tasks, or the file itself; empty for none."""
    if path.is_file():
        return (path,)
    named = [one for one in path.iterdir() if one.suffix.lower() == ".json" or one.name.isdecimal()]
    files = sorted((one for one in named if may_be_read(one)), key=lambda one: natural_order(one.name))
    return tuple(files) if len(files) > 1 and all(_is_of_storage(one) for one in files[:3]) else ()


def _is_of_storage(path: Path) -> bool:
    with path.open("rb") as file:
        text = file.read(_START).decode("utf-8", errors="replace").lstrip("\ufeff \r\n\t")
    return text.startswith("{") and looks_like_tasks(text)


def read_tasks(path: Path, check: Check) -> list[LabelledTask]:
    """The tasks of an export or of the files of a storage. Raises FormatError, OSError."""
    found = []
    for file in find_files(path):
        top = json_files.load(file, check)
        where = str(file)
        if isinstance(top, dict):
            top, many = [top], False
        else:
            many = True
        if not isinstance(top, list) or not all(isinstance(task, dict) for task in top):
            refuse(where, "this is not Label Studio, which is a list of tasks")
        found += [_task(task, f"{where}: [{k}]" if many else where) for k, task in enumerate(top)]
    return _told_apart(found)


def _task(task: Json, where: str) -> LabelledTask:
    if "result" in task and isinstance(task.get("task"), dict):
        # In a storage each file is an annotation, with its task inside.
        task = {**task["task"], "annotations": [task]}
    if "data" not in task:
        task = _of_short_form(task)
    names = _names(task, where)
    if not all(name.name for name in names):
        refuse(f"{where}.data", "names no picture")
    key = "annotations" if "annotations" in task else "completions"
    done = [(k, one) for k, one in enumerate(entries(task, key, where)) if one.get("was_cancelled") is not True]
    regions: list[Region] = []
    for k, one in done[-1:]:
        place = f"{where}.{key}[{k}]"
        regions += regions_of(entries(one, "result", place), f"{place}.result")
    return LabelledTask(tuple(name.name for name in names), names[0].parent.name, tuple(regions), bool(done), where)


def _of_short_form(entry: Json) -> Json:
    """A task of JSON_MIN in the form of JSON: there the shapes stand under the name of their tag."""
    results = [
        {"type": kind, "value": value, **{key: value.get(key) for key in ("original_width", "original_height")}}
        for values in entry.values()
        if isinstance(values, list)
        for value in values
        if isinstance(value, dict) and (kind := next((word for word in _WORDS if word in value), None))
    ]
    data = {key: value for key, value in entry.items() if isinstance(value, str) and not key.endswith("_at")}
    return {"data": data, "annotations": [{"result": results}]}


def _names(task: Json, where: str) -> list[PurePosixPath]:
    """The addresses of the pictures of a task."""
    data = task.get("data")
    values = list(data.values()) if isinstance(data, dict) else []
    listed = next((one for one in values if _is_list_of_pictures(one)), None)
    if listed is not None and not task.get("file_upload"):
        return [_path_of(json_files.file_name(one, f"{where}.data")) for one in listed]
    single = (value for value in values if isinstance(value, str) and PurePosixPath(value).suffix)
    given = task.get("file_upload") or next(single, None)
    return [_path_of(json_files.file_name(given, f"{where}.data"))]


def _is_list_of_pictures(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(one, str) for one in value)


def _path_of(address: str) -> PurePosixPath:
    """The path of a picture on a disk, in a bucket, or in a query as that of local storage (`?d=folder/name.jpg`)."""
    parts = urlparse(address)
    inside = parse_qs(parts.query).get("d", [])
    return PurePosixPath((inside[0] if inside else unquote(parts.path)).replace("\\", "/"))


def _told_apart(tasks: list[LabelledTask]) -> list[LabelledTask]:
    """The tasks, with folders in the names of their pictures if several ones have the same name without."""
    names = [name for task in tasks for name in task.names]
    if len(set(names)) == len(names):
        return tasks
    return [
        replace(one, names=tuple(f"{one.folder}/{name}" for name in one.names)) if one.folder else one for one in tasks
    ]


def groups_of(tasks: list[LabelledTask]) -> Iterator[list[LabelledTask]]:
    """Tasks with a list of pictures alone, the others by the video that their names seem to belong to, in order."""
    yield from ([task] for task in tasks if len(task.names) > 1)
    single = [task for task in tasks if len(task.names) == 1]
    for positions in by_video([unmarked(task.names[0]) for task in single]).values():
        yield sorted((single[k] for k in positions), key=lambda task: natural_order(unmarked(task.names[0])))


def unmarked(name: str) -> str:
    """The name of a picture without the mark that Label Studio puts before each upload, another one for each file."""
    folder, slash, last = name.rpartition("/")
    return f"{folder}{slash}{_MARK.sub('', last)}"
