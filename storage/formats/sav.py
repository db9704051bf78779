"""SA-V: one JSON file for each video, with the masks of all things frame by frame, beside <video>.mp4.

Its videos have 24 frames a second, of which every fourth is annotated. Things have no category.
"""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from storage import rle
from storage.atomic import write_text
from storage.formats import json_files
from storage.formats.content import UNNAMED, DatasetDraft, FormatContent
from storage.formats.errors import Broken, refuse
from storage.formats.json_files import Json, whole
from storage.formats.losses import Losses
from storage.formats.names import NAME, PlainVideo, plain, plain_videos
from storage.youtube_vis import Check, VisDataset, VisTrack, VisVideo, no_check, parse_mask

MANUAL, AUTO = "_manual.json", "_auto.json"
STRIDE, RATE = 4, 24
TWO_FILES = "two files of a video"


def find_files(path: Path) -> tuple[Path, ...]:
    """The files of a folder, or the file itself; of two files of one video both."""
    if path.is_file():
        return (path,)
    return tuple(sorted([*path.glob(f"*{MANUAL}"), *path.glob(f"*{AUTO}")]))


def read(path: Path, broken: Broken, check: Check = no_check) -> FormatContent:
    """The masklets of a file or folder; of a video with both files, the manual one. Raises FormatError, OSError."""
    files = find_files(path)
    if not files:
        refuse(str(path), f"has no file *{MANUAL} or *{AUTO}")
    draft = DatasetDraft(str(path), broken)
    manual = {file.name.removesuffix(MANUAL) for file in files if file.name.endswith(MANUAL)}
    number = 0
    for file in files:
        if file.name.endswith(AUTO) and file.name.removesuffix(AUTO) in manual:
            draft.note(TWO_FILES, file.name, "is left out, because the manual masks of the same video are taken.")
            continue
        number += 1
        check()
        top = json_files.load(file, check)
        with broken.part(number):
            _read_video(draft, file, top, number)
    return draft.content(pictures=path if path.is_dir() else path.parent)


def _read_video(draft: DatasetDraft, file: Path, top: Any, number: int) -> None:
    where = str(file)
    if not isinstance(top, dict) or not isinstance(top.get("masklet"), list):
        refuse(where, "this is not SA-V: it has no list `masklet`")
    height = whole(top.get("video_height"), f"{where}: video_height", least=1)
    width = whole(top.get("video_width"), f"{where}: video_width", least=1)
    frames = top["masklet"]
    for k, masks in enumerate(frames):
        if not isinstance(masks, list):
            refuse(f"{where}: masklet[{k}]", "must be a list with the masks of one frame")
    own = file.stem.removesuffix("_manual").removesuffix("_auto")
    name = plain(json_files.text(top["video_id"], f"{where}: video_id")) if top.get("video_id") else own
    stride = _stride(top, len(frames), where)
    names = [f"{name}/{frame * stride:05d}.jpg" for frame in range(len(frames))]
    video = draft.video(width, height, names, number=number, extra={NAME: name})
    ids = top.get("masklet_id")
    count = max((len(masks) for masks in frames), default=0)
    if isinstance(ids, list) and len(ids) != count:
        refuse(f"{where}: masklet_id", f"has {len(ids)} ids, but there are {count} masklets")
    category = draft.category(UNNAMED)
    for thing in range(count):
        number_of = whole(ids[thing], f"{where}: masklet_id[{thing}]") if isinstance(ids, list) else thing
        track = draft.track(video.id, category, number_of)
        for frame, masks in enumerate(frames):
            place = f"{where}: masklet[{frame}][{thing}]"
            if thing >= len(masks):
                track.unknown.add(frame)
                continue
            mask, reason = parse_mask(masks[thing], (height, width), place)
            if mask is not None:
                track.add(frame, mask)
            elif reason:
                refuse(place, reason)


def _stride(top: Json, annotated: int, where: str) -> int:
    """Every how many frames of the video are annotated."""
    if top.get("video_frame_count") is None or not annotated:
        return STRIDE
    count = whole(top["video_frame_count"], f"{where}: video_frame_count", least=1)
    if count < annotated:
        refuse(f"{where}: video_frame_count", f"is {count}, but `masklet` has {annotated} frames")
    return STRIDE if -(-count // STRIDE) == annotated else -(-count // annotated)


def write(out: Path, dataset: VisDataset, losses: Losses) -> None:
    """Write one file for each video into an empty folder."""
    named = plain_videos(dataset, losses)
    for video in dataset.videos:
        tracks = [track for track in dataset.tracks if track.video_id == video.id]
        for track in tracks:
            losses.attributes_of(track)
            losses.count("unknown", len(track.unknown))
        own = named[video.id]
        write_text(out / f"{own.name}{MANUAL}", _text(video, own, tracks))
    if len(dataset.categories) > 1 or any(one.name != UNNAMED for one in dataset.categories):
        losses.count("class_names", len(dataset.tracks))


def _text(video: VisVideo, own: PlainVideo, tracks: list[VisTrack]) -> Iterator[str]:
    count = video.length * _step(own)
    areas = [[rle.area(mask) for mask in track.segmentations if mask] for track in tracks]
    sizes = [sum(found) / len(found) if found else 0.0 for found in areas]
    head: Json = {
        "video_id": own.name,
        "video_duration": count / RATE,
        "video_frame_count": count,
        "video_height": video.height,
        "video_width": video.width,
        "video_resolution": video.height * video.width,
        "masklet_id": [track.id for track in tracks],
        "masklet_size_rel": [size / (video.height * video.width) for size in sizes],
        "masklet_size_abs": sizes,
        "masklet_size_bucket": ["small" if s < 32**2 else "medium" if s < 96**2 else "large" for s in sizes],
        "masklet_visibility_changes": [_changes(track) for track in tracks],
        "masklet_first_appeared_frame": [_first(track) for track in tracks],
        "masklet_frame_count": [video.length] * len(tracks),
        "masklet_type": ["manual"] * len(tracks),
        "masklet_num": len(tracks),
    }
    yield json.dumps(head)[:-1] + ', "masklet": ['
    nothing = rle.empty(video.height, video.width)
    for frame in range(video.length):
        yield ("," if frame else "") + json.dumps([track.segmentations[frame] or nothing for track in tracks])
    yield "]}"


def _step(own: PlainVideo) -> int:
    """The step of the numbers in the names of the frames, 1 if they have none."""
    numbers = [int(stem) if stem.isascii() and stem.isdigit() else -1 for stem in own.stems]
    steps = {later - earlier for earlier, later in pairwise(numbers)}
    return steps.pop() if len(steps) == 1 and min(steps) > 0 and min(numbers) >= 0 else 1


def _first(track: VisTrack) -> int:
    return next((frame for frame, mask in enumerate(track.segmentations) if mask), 0)


def _changes(track: VisTrack) -> int:
    shown = [mask is not None for mask in track.segmentations[_first(track) :]]
    return sum(one != other for one, other in pairwise(shown))
