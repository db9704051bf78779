"""Masks of one video frame by frame, in the JSON files that scripts around SAM 2 and SAM 3 write. Reading only.

[{"frame_index": 0, "results": [{"object_id": 1, "mask": RLE, "score": 0.9}]}]           as the server of SAM 2's demo
[{"frame_index": 0, "out_obj_ids": [1], "out_probs": [0.9], "out_binary_masks": [RLE]}]  as the video predictor of SAM 3
{"0": {"1": RLE}}                                    the dictionary of SAM 2's example notebook, frame -> object -> mask

The frames may be a list, one JSON object a line, or an object by number; they may also stand under a key ``frames``. A
frame that is not in the file is unknown; an object that is not in a frame of the file is absent there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.formats import json_files
from storage.formats.content import MOST_FRAMES, UNNAMED, DatasetDraft, FormatContent, TrackDraft
from storage.formats.errors import Broken, FormatError, refuse
from storage.formats.json_files import Json, whole
from storage.words import counted
from storage.youtube_vis import Check, no_check, parse_mask

FRAME_SCORES = "frame_scores"
"""The key of a track with its scores by frame, None where there is none."""
BY_NUMBER = "frames_by_number"
"""The key of a video whose entries are frames counted from 0, so that it may be longer than the file."""
LABEL = ("label", "category", "class_name", "noun_phrase", "prompt")
_FRAME = ("frame_index", "frame_idx", "frame")
_OBJECT = ("object_id", "obj_id", "id", "track_id")
_SCORE = ("score", "prob", "confidence")
_COLUMNS = ("out_obj_ids", "out_binary_masks")  # of SAM 3
_ROWS = ("results", "objects", "masks", "annotations")


@dataclass(frozen=True)
class _Found:
    """One mask: its object, where it stands in the file, and what the file says beside it."""

    thing: int
    mask: Any
    place: str
    score: Any = None
    label: Any = None


def looks_like_frames(text: str, keys: set[str]) -> bool:
    """Whether a JSON text with these keys in its outer object holds masks frame by frame."""
    if keys and all(key.isascii() and key.isdigit() for key in keys):
        return '"counts"' in text
    if text.startswith("["):
        return '"counts"' in text and any(f'"{key}"' in text for key in _FRAME) and '"video_id"' not in text
    return '"counts"' in text and ("frames" in keys or bool(keys & set(_FRAME)))


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The masks of the one video; its name is that of the file. Raises FormatError, OSError."""
    frames = dict(_frames(path, check))
    if not frames:
        refuse(str(path), "has no frame")
    draft = DatasetDraft(str(path), broken)
    found = {frame: list(_masks(value, place)) for frame, (value, place) in frames.items()}
    height, width = _size(found, str(path))
    count = max(found) + 1
    video = draft.video(width, height, [f"{path.stem}/{k:05d}.jpg" for k in range(count)], extra={BY_NUMBER: True})
    tracks: dict[int, TrackDraft] = {}
    scores: dict[int, dict[int, float]] = {}
    for frame, masks in sorted(found.items()):
        check()
        for one in masks:
            track = tracks.get(one.thing)
            if track is None:
                category = draft.category(one.label if isinstance(one.label, str) and one.label.strip() else UNNAMED)
                track = tracks[one.thing] = draft.track(video.id, category, one.thing)
            mask, reason = parse_mask(one.mask, (height, width), one.place)
            if reason:
                refuse(one.place, reason)
            if mask is not None:
                track.add(frame, mask)
            if one.score is not None:
                scores.setdefault(one.thing, {})[frame] = _score(one.score, one.place)
    silent = set(range(count)) - set(found)
    for thing, track in tracks.items():
        track.unknown |= silent
        if thing in scores:
            track.extra[FRAME_SCORES] = [scores[thing].get(frame) for frame in range(count)]
    return draft.content(pictures=path.parent)


def _frames(path: Path, check: Check) -> Iterator[tuple[int, tuple[Any, str]]]:
    """(frame, (its content, its place)) of a file; a frame may occur once."""
    top = _load(path, check)
    where = str(path)
    if isinstance(top, dict) and "frames" in top:
        top, where = top["frames"], f"{where}: frames"
    if isinstance(top, dict) and any(name in top for name in _FRAME):
        top = [top]  # one frame, as the only line of a file
    if isinstance(top, Mapping):
        named = [(key, value, f"{where}: {key}") for key, value in top.items()]
        entries = [(whole(key, place), value, place) for key, value, place in named]
    elif isinstance(top, list):
        entries = [(_number(value, f"{where}: [{k}]"), value, f"{where}: [{k}]") for k, value in enumerate(top)]
    else:
        refuse(where, "must be a list of frames, or an object with one entry for each frame")
    seen: set[int] = set()
    for frame, value, place in entries:
        if frame in seen:
            refuse(place, f"is frame {frame} a second time")
        if frame >= MOST_FRAMES:
            refuse(place, f"is frame {frame}; there can be {MOST_FRAMES} frames")
        seen.add(frame)
        yield frame, (value, place)


def _load(path: Path, check: Check) -> Any:
    """The content of a JSON file, or of a file with one JSON object a line as a list."""
    try:
        return json_files.load(path, check)
    except FormatError:
        lines = [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
        if len(lines) < 2 or not lines[0].strip().endswith("}"):
            raise
    found = []
    for number, line in enumerate(lines, start=1):
        check()
        try:
            found.append(json.loads(line))
        except ValueError:
            refuse(f"{path}: line {number}", "is no JSON object")
    return found


def _number(value: Any, place: str) -> int:
    key = _key(value, _FRAME, place)
    return whole(value[key], f"{place}.{key}")


def _key(value: Any, names: tuple[str, ...], place: str) -> str:
    if not isinstance(value, dict):
        refuse(place, "must be an object")
    key = next((name for name in names if name in value), None)
    if key is None:
        refuse(place, f"has no `{names[0]}`")
    return key


def _masks(value: Any, place: str) -> Iterator[_Found]:
    """The masks of one frame, in any of the three forms."""
    if not isinstance(value, dict | list):
        refuse(place, "must be an object or a list with the masks of one frame")
    if isinstance(value, dict) and _COLUMNS[0] in value:
        yield from _columns(value, place)
        return
    rows = value
    if isinstance(value, dict):
        key = next((name for name in _ROWS if isinstance(value.get(name), list)), None)
        if key is None:
            yield from _by_object(value, place)
            return
        rows, place = value[key], f"{place}.{key}"
    for k, row in enumerate(rows):
        where = f"{place}[{k}]"
        thing = _key(row, _OBJECT, where)
        mask = _key(row, ("mask", "segmentation", "rle", "rle_mask"), where)
        yield _Found(
            whole(row[thing], f"{where}.{thing}"), row[mask], f"{where}.{mask}", _any(row, _SCORE), _any(row, LABEL)
        )


def _columns(value: Json, place: str) -> Iterator[_Found]:
    """Masks in lists of equal length, as the video predictor of SAM 3 gives them."""
    names, masks = (value.get(key) for key in _COLUMNS)
    scores = value.get("out_probs")
    if not isinstance(names, list) or not isinstance(masks, list) or len(names) != len(masks):
        refuse(place, f"`{_COLUMNS[0]}` and `{_COLUMNS[1]}` must be lists of the same length")
    if scores is not None and (not isinstance(scores, list) or len(scores) != len(names)):
        refuse(f"{place}.out_probs", f"must be a list of {counted(len(names), 'score')}")
    for k, (name, mask) in enumerate(zip(names, masks, strict=True)):
        thing = whole(name, f"{place}.{_COLUMNS[0]}[{k}]")
        yield _Found(thing, mask, f"{place}.{_COLUMNS[1]}[{k}]", None if scores is None else scores[k])


def _by_object(value: Json, place: str) -> Iterator[_Found]:
    for name, mask in value.items():
        if name not in _FRAME:
            yield _Found(whole(name, f"{place}.{name}"), mask, f"{place}.{name}")


def _any(row: Json, names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _score(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        refuse(place, "has a score that is no number from 0 to 1")
    return float(value)


def _size(found: Mapping[int, list[_Found]], where: str) -> tuple[int, int]:
    """(height, width) of the first mask; the others are compared with it when they are parsed."""
    for masks in found.values():
        for one in masks:
            size = one.mask.get("size") if isinstance(one.mask, dict) else None
            if isinstance(size, list) and len(size) == 2:
                return whole(size[0], f"{one.place}.size", least=1), whole(size[1], f"{one.place}.size", least=1)
    refuse(where, "has no mask with a `size`, so the size of its frames is unknown")
