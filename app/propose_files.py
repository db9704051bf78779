"""Use case: a model finds the tracks of video files, outside any project, and they are written as YouTube-VIS results.

Frames are read as the model needs them, so that memory does not grow with the length of a video. A video that cannot
be read does not stop the others; it is told among the failed ones.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import AppError, BadInput
from app.models import FoundModel
from storage import frames
from storage.errors import StorageError
from storage.frames import FrameIndex
from storage.image_folder import natural_order
from storage.youtube_vis import (
    VisCategory,
    VisResult,
    YouTubeVisError,
    match_category,
    parse_dataset,
    write_results,
)

VIDEO_SUFFIXES = frozenset(
    (
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".gif", ".flv", ".ts", ".mts", ".m2ts"),
        *(".mpg", ".mpeg", ".wmv", ".3gp", ".ogv"),
    )
)
Report = Callable[[float, str], None]


@dataclass(frozen=True)
class FileVideo:
    """One video to look at, under its id in the results.

    ``names`` lists its pictures relative to ``path`` as an annotation file has them; None: ``path`` is a video file or
    a folder of pictures. ``size`` is the (width, height) that the annotation file promises, or None.
    """

    id: int
    path: Path
    names: tuple[str, ...] | None = None
    size: tuple[int, int] | None = None

    @property
    def shown(self) -> str:
        """What to call it in a message."""
        return str(self.path) if self.names is None else f"video {self.id}"


@dataclass(frozen=True)
class Manner:
    """How to propose. ``rule`` 'published' or 'review', ``precision`` 'float32' or 'fast'; None takes the
    configuration's number (``window`` and ``overlap`` in frames)."""

    rule: str
    precision: str
    device: str
    window: int | None = None
    overlap: int | None = None
    max_tracks: int | None = None


@dataclass(frozen=True)
class Failure:
    """A video that could not be looked at, and why, in one sentence."""

    video: FileVideo
    reason: str


@dataclass
class Outcome:
    """What came out. ``manner`` has every number that was in force; ``dropped`` counts tracks by the classes for which
    there is no category."""

    manner: Manner
    categories: tuple[VisCategory, ...]
    looked_at: list[tuple[FileVideo, FrameIndex]] = field(default_factory=list)
    results: list[VisResult] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    failed: list[Failure] = field(default_factory=list)


@dataclass
class _Track:
    """One track as its windows come in; ``votes`` sums score times frames per label."""

    masks: list[dict[str, Any] | None]
    votes: Counter[int] = field(default_factory=Counter)
    weighted: float = 0.0
    frames: int = 0


def videos_of(paths: Sequence[Path]) -> tuple[FileVideo, ...]:
    """Video files and folders as videos with ids from 1, in the order given.

    A folder that holds pictures is one video; any other one stands for the videos and the folders of pictures in it.
    Raises `BadInput`.
    """
    found = [one for path in paths for one in _expanded(path)]
    return tuple(FileVideo(number, path) for number, path in enumerate(found, start=1))


def videos_of_annotations(file: Path, folder: Path) -> tuple[tuple[FileVideo, ...], tuple[VisCategory, ...]]:
    """The videos and categories of a YouTube-VIS file, in its order; its annotations are not looked at.

    Raises `BadInput`, `storage.youtube_vis.YouTubeVisError`.
    """
    content = _without_truth(file)
    if not folder.is_dir():
        raise BadInput(f"There is no folder {folder}; give the folder that holds the frames of {file.name}.")
    dataset = parse_dataset(content, where=str(file))
    if not dataset.videos:
        raise BadInput(f"{file} names no video, so there is nothing to propose for.")
    listed = tuple(
        FileVideo(video.id, folder, video.file_names, (video.width, video.height)) for video in dataset.videos
    )
    return listed, dataset.categories


def own_categories(model: FoundModel) -> tuple[VisCategory, ...]:
    """The model's classes as categories with ids from 1."""
    return tuple(VisCategory(number, name) for number, name in enumerate(model.categories, start=1))


def propose_files(
    model: FoundModel,
    videos: Sequence[FileVideo],
    *,
    categories: Sequence[VisCategory],
    manner: Manner,
    report: Report,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Look at every video and gather its tracks; classes go to ``categories`` by name.

    Raises `BadInput` for settings that cannot be; a bad video only shows in the outcome.
    """
    config = model.checkpoint.config
    manner = _settled(manner, config)
    by_name = {category.name: category.id for category in categories}
    matches = [match_category(name, by_name) for name in model.categories]
    ids = [None if match is None else by_name[match] for match in matches]
    outcome = Outcome(manner, tuple(categories))
    network = model.checkpoint.build(manner.device, manner.precision)
    for position, video in enumerate(videos):
        share = _part(report, position, len(videos), video.shown)
        try:
            index = _index(video, share)
            tracks = _tracks(network, index, config, manner, share=share, cancelled=cancelled)
        except (AppError, StorageError, OSError) as error:
            outcome.failed.append(Failure(video, " ".join(str(error).split())))
            continue
        outcome.looked_at.append((video, index))
        _keep(outcome, video, tracks, list(zip(model.categories, ids, strict=True)))
    return outcome


def write_outcome(out: Path, outcome: Outcome, model: FoundModel) -> Path:
    """Write the results to ``out``, and what they belong to beside it as ``OUT.meta.json``; returns that path."""
    meta = out.with_name(f"{out.name}.meta.json")
    content = {
        "videos": [_video_entry(video, index) for video, index in outcome.looked_at],
        "categories": [{"id": category.id, "name": category.name} for category in outcome.categories],
        "model": {
            "name": model.name,
            "sha256": model.sha256,
            "config": model.checkpoint.config.name,
            "categories": list(model.categories),
        },
        "settings": asdict(outcome.manner),
        "dropped": dict(outcome.dropped),
        "failed": [{"id": failure.video.id, "reason": failure.reason} for failure in outcome.failed],
    }
    write_results(out, outcome.results)
    partial = meta.with_name(f".{meta.name}.partial")
    try:
        partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        partial.replace(meta)
    except BaseException:
        # Results without what they belong to would be half of a whole.
        out.unlink(missing_ok=True)
        raise
    finally:
        partial.unlink(missing_ok=True)
    return meta


def _settled(manner: Manner, config: Any) -> Manner:
    """``manner`` with the configuration's numbers where it has none. Raises `BadInput`."""
    window = manner.window or config.window
    # Smaller windows share less: with half of each window shared, every frame is looked at twice.
    overlap = min(config.overlap, window // 2) if manner.overlap is None else manner.overlap
    if overlap >= window:
        raise BadInput(f"Windows of {window} frames cannot share {overlap}; take a smaller --overlap.")
    return replace(manner, window=window, overlap=overlap, max_tracks=manner.max_tracks or config.max_tracks)


def _expanded(path: Path) -> list[Path]:
    if not path.exists():
        raise BadInput(f"There is no file or folder {path}; check its name.")
    if not path.is_dir() or frames.picture_names(path):
        return [path]
    inside = sorted((one for one in path.iterdir() if not one.name.startswith(".")), key=_by_name)
    found = [one for one in inside if _is_video(one)]
    if not found:
        raise BadInput(f"The folder {path} holds neither pictures nor videos; give one that does.")
    return found


def _by_name(path: Path) -> tuple[tuple[int, int, str], ...]:
    return natural_order(path.name)


def _is_video(path: Path) -> bool:
    return bool(frames.picture_names(path)) if path.is_dir() else path.suffix.lower() in VIDEO_SUFFIXES


def _without_truth(file: Path) -> dict[str, Any]:
    """The content of a YouTube-VIS file without its annotations, so that they cannot matter."""
    try:
        content = json.loads(file.read_bytes())
    except OSError as error:
        raise BadInput(f"{file} cannot be read ({error.strerror or error}).") from error
    except (ValueError, RecursionError) as error:
        raise YouTubeVisError(f"{file} is no JSON ({error})") from error
    if not isinstance(content, dict):
        return content  # the parser says what is wrong with it
    return {key: value for key, value in content.items() if key != "annotations"}


def _part(report: Report, position: int, count: int, name: str) -> Callable[[float], None]:
    """Progress of one video as progress of all."""

    def share(done: float) -> None:
        report((position + done) / count, f"{name} ({position + 1} of {count})")

    return share


def _index(video: FileVideo, share: Callable[[float], None]) -> FrameIndex:
    """The frames of a video, all counted. Raises `storage.frames.VideoError`, `BadInput` for another size."""
    if video.names is None:
        # Counting is cheap beside looking: the first twentieth of the bar.
        return frames.index(video.path, progress=lambda done, announced: share(0.05 * done / max(announced, done, 1)))
    if not video.names:
        raise BadInput(f"Video {video.id} has no file_names, so its frames cannot be found.")
    index = frames.index_files(video.path, video.names)
    if video.size is not None and (index.width, index.height) != video.size:
        raise BadInput(
            f"The frames of video {video.id} are {index.width} x {index.height}, but the file says "
            f"{video.size[0]} x {video.size[1]}."
        )
    return index


def _pictures(index: FrameIndex) -> Iterator[np.ndarray]:
    with frames.open_reader(index) as reader:
        for _, pixels in reader.read_range(0, index.count):
            yield pixels


def _tracks(
    network: Any,
    index: FrameIndex,
    config: Any,
    manner: Manner,
    *,
    share: Callable[[float], None],
    cancelled: Callable[[], bool],
) -> list[_Track]:
    from model import windows

    tracks: dict[int, _Track] = {}
    found = windows.propose(
        network,
        _pictures(index),
        count=index.count,
        config=config,
        rule=manner.rule,
        precision=manner.precision,
        max_tracks=manner.max_tracks,
        window=manner.window,
        overlap=manner.overlap,
        on_window=lambda done, total: share(0.05 + 0.95 * done / max(total, 1)),
        cancelled=cancelled,
    )
    for window in found:
        for proposal in window.tracks:
            track = tracks.setdefault(proposal.track, _Track([None] * index.count))
            span = len(proposal.segmentations)
            track.masks[window.start : window.start + span] = [_as_text(mask) for mask in proposal.segmentations]
            track.votes[proposal.label] += proposal.score * span  # type: ignore[assignment]  # Counter of floats
            track.weighted += proposal.score * span
            track.frames += span
    return list(tracks.values())


def _as_text(mask: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An RLE as JSON takes it: counts as text."""
    if mask is None:
        return None
    counts = mask["counts"]
    text = counts.decode("ascii") if isinstance(counts, bytes) else counts
    return {"size": [int(side) for side in mask["size"]], "counts": text}


def _keep(
    outcome: Outcome, video: FileVideo, tracks: Sequence[_Track], classes: Sequence[tuple[str, int | None]]
) -> None:
    """Add a video's tracks to the outcome; ``classes``: name and category id of each label."""
    published = outcome.manner.rule == "published"
    for track in tracks:
        # The published rule knows no absence: whatever it picks counts, and its score is a mean over all frames.
        if not published and not any(track.masks):
            continue
        name, category = classes[track.votes.most_common(1)[0][0]]
        if category is None:
            outcome.dropped[name] += 1
            continue
        score = track.weighted / (len(track.masks) if published else track.frames)
        outcome.results.append(VisResult(video.id, category, tuple(track.masks), score))


def _video_entry(video: FileVideo, index: FrameIndex) -> dict[str, Any]:
    return {
        "id": video.id,
        "path": os.fspath(video.path),
        "width": index.width,
        "height": index.height,
        "length": index.count,
        "file_names": list(video.names or ()),
    }
