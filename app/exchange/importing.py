"""Imports a YouTube-VIS file and its folder of frames into a project, whole or not at all.

Ids, names, positions of null, and keys that are not part of the format are kept for a later export. Imported masks have
the source *imported* and are unreviewed, since nobody has judged them yet. Null is *absent*.
"""

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput, Cancelled
from app.exchange.extras import ANNOTATED_FROM, CONTENT, SOURCE
from app.exchange.import_categories import adopt_categories
from app.exchange.import_frames import Pictures, find_pictures
from app.exchange.repeats import (
    Candidate,
    Repeat,
    content_digest,
    find_repeats,
    refuse_repeats,
    settle_repeats,
)
from app.library.videos import free_name
from app.progress import Report, quiet
from app.settings import Settings
from storage import edits, frames, projects, videos
from storage.authors import machine_author
from storage.database import Database
from storage.edits import Applied, Change, Edit
from storage.regular_files import is_regular
from storage.videos import Video
from storage.youtube_vis import PictureFinder, VisDataset, VisNote, VisTrack, VisVideo, note_lines, read_dataset


@dataclass(frozen=True)
class Imported:
    """The result of an import. ``skipped`` has one sentence with the reason for each video that was left out.

    ``notes`` are sentences about changes against the file: the first of each kind, with its place, and the number of
    further ones.
    """

    videos: tuple[str, ...]
    tracks: int
    masks: int
    new_categories: tuple[str, ...]
    skipped: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The result that a job stores."""
        return asdict(self)


@dataclass(frozen=True)
class _Ready:
    """One video of the file with its pictures and tracks."""

    video: VisVideo
    pictures: Pictures
    tracks: tuple[VisTrack, ...]

    @property
    def candidate(self) -> Candidate:
        """The facts by which an earlier import of the video is found."""
        return Candidate(self.video, self.pictures.index, self.pictures.names, self.tracks)


def import_dataset(
    database: Database,
    settings: Settings,
    *,
    project_id: str,
    file: Path,
    frames_folder: Path,
    stride: int | None = None,
    repeat: Repeat = "ask",
    report: Report = quiet,
    cancelled: Callable[[], bool] = lambda: False,
) -> Imported:
    """Read a YouTube-VIS file into a project; its pictures stay where they are, in ``frames_folder``.

    With ``stride`` the file annotates one frame in so many of videos at their full rate, which are folders or video
    files (see `app.exchange.import_frames`); the frames between are unknown, not *absent*, and an export at that stride
    gives the same file. A video whose pictures are missing, broken or of another size is left out, and ``skipped`` has
    the reason. ``repeat`` is the treatment of videos that an earlier import has added already.

    Raises `app.exchange.repeats.ImportedAlready` if there are such videos and ``repeat`` is "ask", `BadInput` if file
    or folder do not exist or no video can be used, `storage.youtube_vis.YouTubeVisError` if the file is not valid,
    `Cancelled` before anything is stored.
    """
    dataset, digest = _read(file)
    if stride is not None and stride < 1:
        raise BadInput(f"Every {stride}th frame cannot be annotated; give 1 or more.")
    if not frames_folder.is_dir() and not (stride is not None and frames_folder.is_file()):
        raise BadInput(f"There is no folder {frames_folder}; give the folder that holds the frames of {file.name}.")
    finder = PictureFinder(frames_folder)
    ready: list[_Ready] = []
    skipped: list[str] = []
    for position, video in enumerate(dataset.videos):
        if cancelled():
            raise Cancelled
        report(0.8 * position / len(dataset.videos), f"Looking at the frames of video {position + 1}")
        try:
            found = find_pictures(video, finder, stride=stride)
        except (BadInput, frames.VideoError) as error:
            skipped.append(f"Video {video.id} was left out: {error}")
            continue
        ready.append(_Ready(video, found, tuple(track for track in dataset.tracks if track.video_id == video.id)))
    if not ready:
        raise BadInput(skipped[0] if skipped else f"{file} holds no video.")
    report(0.8, "Storing")
    with database.atomic() as tx:
        return _store(tx, project_id, _File(file, digest, dataset), ready, skipped, repeat)


@dataclass(frozen=True)
class _File:
    path: Path
    digest: str
    dataset: VisDataset


def _read(file: Path) -> tuple[VisDataset, str]:
    try:
        if not is_regular(file):
            raise BadInput(f"The file {file} is no file but a folder, pipe, socket or device; give the JSON file.")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise BadInput(f"The file {file} cannot be read ({error.strerror}).") from error
    return read_dataset(file), digest


def _store(
    tx: Connection,
    project_id: str,
    source: _File,
    found: Sequence[_Ready],
    skipped: Sequence[str],
    repeat: Repeat,
) -> Imported:
    dataset = source.dataset
    projects.get_project(tx, project_id)
    repeats = {} if repeat == "again" else find_repeats(tx, project_id, [item.candidate for item in found])
    if repeat == "ask":
        refuse_repeats(source.path.name, repeats, count=len(found))
    left_out, notes = settle_repeats(tx, repeats, repeat)
    ready = [item for item in found if item.video.id not in left_out]
    if not ready:
        return Imported((), 0, 0, (), tuple(skipped), note_lines(notes))
    import_id = videos.add_import(
        tx,
        project_id=project_id,
        path=str(source.path),
        content_hash=source.digest,
        info=dataset.info,
        extra={"licenses": list(dataset.licenses), SOURCE: dataset.extra},
    )
    categories = adopt_categories(tx, project_id, dataset.categories)
    names = []
    for item in ready:
        video = _add_video(tx, project_id, import_id, item)
        names.append(video.name)
        _add_tracks(tx, video, import_id, item, categories.ids)
    kept = [track for item in ready for track in item.tracks]
    return Imported(
        videos=tuple(names),
        tracks=len(kept),
        masks=sum(rle is not None for track in kept for rle in track.segmentations),
        new_categories=categories.new,
        skipped=tuple(skipped),
        notes=note_lines([*notes, *categories.notes, *_notes_of_pictures(ready), *dataset.notes]),
    )


def _notes_of_pictures(ready: Sequence[_Ready]) -> list[VisNote]:
    return [note for item in ready for note in item.pictures.notes]


def _add_video(tx: Connection, project_id: str, import_id: str, item: _Ready) -> Video:
    video, index = item.video, item.pictures.index
    extra: dict[str, Any] = {SOURCE: video.extra} if video.extra else {}
    extra[CONTENT] = content_digest(item.candidate)
    if item.pictures.first:
        extra[ANNOTATED_FROM] = item.pictures.first
    folder = PurePosixPath(item.pictures.names[0]).parent.as_posix()
    taken = {other.name for other in videos.list_videos(tx, project_id)}
    return videos.add_video(
        tx,
        project_id=project_id,
        import_id=import_id,
        name=free_name(folder if folder != "." else f"video {video.id}", taken),
        index_json=index.to_dict(),
        kind=index.kind,
        path=str(index.path),
        copied=False,
        count=index.count,
        width=index.width,
        height=index.height,
        confirmed=True,
        content_hash=index.content_hash,
        file_names=list(item.pictures.names),
        stride=item.pictures.stride,
        source_id=str(video.id),
        extra=extra,
    )


def _add_tracks(tx: Connection, video: Video, import_id: str, item: _Ready, category_ids: dict[int, str]) -> None:
    changes = [change for track in item.tracks for change in _track_changes(track, item.pictures, category_ids)]
    if not changes:
        return
    edit = Edit(
        id=str(uuid.uuid4()), kind="import", author=machine_author(import_id), video=video.id, changes=tuple(changes)
    )
    done = edits.apply_edit(tx, edit)
    if not isinstance(done, Applied):
        raise BadInput(f"The tracks of {video.name} could not be stored.")


def _track_changes(track: VisTrack, pictures: Pictures, category_ids: dict[int, str]) -> list[Change]:
    track_id = str(uuid.uuid4())
    own = {
        "category": category_ids[track.category_id],
        "iscrowd": bool(track.iscrowd),
        "source_id": str(track.id),
        "extra": {SOURCE: track.extra} if track.extra else None,
    }
    changes = [Change(track_id, None, 0, own)]
    for entry, rle in enumerate(track.segmentations):
        if entry in track.unknown:
            continue
        row: dict[str, Any] = {"source": "imported", "review": "unreviewed"}
        if rle is None:
            row |= {"state": "absent", "mask": None}
        else:
            row |= {"state": "present", "rle": dict(rle)}
        changes.append(Change(track_id, pictures.frame(entry), 0, row))
    return changes
