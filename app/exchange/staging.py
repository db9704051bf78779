"""Writes one video of an import out of sight, in short transactions, and shows it when it is whole."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection

from app.exchange.attributes import AdoptedLists
from app.exchange.extras import ANNOTATED_FROM, CONTENT, SOURCE
from app.exchange.import_frames import Pictures
from app.exchange.open_imports import hold
from app.exchange.repeats import Candidate, content_digest
from app.exchange.turns import Turns
from app.library.videos import free_name
from storage import edits, videos
from storage.authors import machine_author
from storage.edits import Addition, NewMask, NewTrack
from storage.formats import by_video
from storage.masks import prepare_blobs
from storage.rle import Rle
from storage.text import is_text
from storage.videos import Video
from storage.youtube_vis import VisTrack, VisVideo

ROWS_AT_ONCE = 400
"""Rows of tracks and masks in one transaction, which holds the write lock some hundredths of a second for them."""

Stored = Callable[[int], None]


@dataclass(frozen=True)
class Ready:
    """One video of a file with its pictures and tracks."""

    video: VisVideo
    pictures: Pictures
    tracks: tuple[VisTrack, ...]

    @property
    def candidate(self) -> Candidate:
        """The facts by which an earlier import of the video is found."""
        return Candidate(self.video, self.pictures.index, self.pictures.names, self.tracks)

    @property
    def name(self) -> str:
        """The name of the video, if no other video has it: its key `name`, else the folder of its pictures.

        Without a folder it is what stands before the number in the names of its pictures: "dog" for "dog_0001.jpg".
        """
        named = self.video.extra.get("name")
        if isinstance(named, str) and is_text(named) and named.strip():
            return " ".join(named.split())
        folder = PurePosixPath(self.pictures.names[0]).parent.as_posix()
        if folder != ".":
            return folder
        videos = [*by_video(self.pictures.names)]
        return videos[0] if len(videos) == 1 and videos != ["."] else f"video {self.video.id}"

    @property
    def masks(self) -> int:
        """The number of its masks; *absent* does not count."""
        return sum(rle is not None for track in self.tracks for rle in track.segmentations)


@dataclass(frozen=True)
class FileIds:
    """What the categories and attributes of a file are in the project."""

    categories: Mapping[int, str]
    attributes: AdoptedLists


Rows = list[NewTrack | tuple[NewMask, Rle | None]]


def stage_video(turns: Turns, *, project_id: str, import_id: str, item: Ready, ids: FileIds, stored: Stored) -> Video:
    """Store a video with all its tracks, hidden until `show_video`.

    ``stored`` is called after each transaction with the number of masks stored so far; an error that it raises ends the
    work, and the hidden rows stay for the caller to remove.
    """
    digest = content_digest(item.candidate)
    with turns.atomic() as tx:
        hold(tx, import_id)
        video = _add_video(tx, project_id, import_id, item, digest)
    done = 0
    stored(done)
    for rows in _parts(item, ids):
        addition = _addition(video, machine_author(import_id), rows)
        with turns.atomic() as tx:
            hold(tx, import_id)
            edits.add_rows(tx, addition)
        done += len(addition.blobs.hashes)
        stored(done)
    return video


def show_video(tx: Connection, video: Video) -> Video:
    """Show a staged video in the library, with a number after its name if another video has it by now."""
    taken = {name for _, name in videos.video_names(tx, video.project_id)}
    return videos.publish_video(tx, video.id, name=free_name(video.name, taken))


def _add_video(tx: Connection, project_id: str, import_id: str, item: Ready, digest: str) -> Video:
    video, index = item.video, item.pictures.index
    extra: dict[str, Any] = {SOURCE: video.extra} if video.extra else {}
    extra[CONTENT] = digest
    if item.pictures.first:
        extra[ANNOTATED_FROM] = item.pictures.first
    return videos.add_video(
        tx,
        project_id=project_id,
        import_id=import_id,
        name=item.name,
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
        staged=True,
    )


def _parts(item: Ready, ids: FileIds) -> Iterator[Rows]:
    """The rows of a video in parts of `ROWS_AT_ONCE`; a track's own row comes before its masks."""
    waiting: Rows = []
    for track in item.tracks:
        for row in _track_rows(track, item.pictures, ids):
            waiting.append(row)
            if len(waiting) == ROWS_AT_ONCE:
                yield waiting
                waiting = []
    if waiting:
        yield waiting


def _addition(video: Video, author: str, rows: Rows) -> Addition:
    """Check and measure the masks of some rows, which takes longer than to store them."""
    masks = [row for row in rows if not isinstance(row, NewTrack)]
    blobs = prepare_blobs([rle for _, rle in masks if rle is not None], canonical=True)
    hashes = iter(blobs.hashes)
    return edits.prepare_addition(
        video,
        author=author,
        kind="import",
        source="imported",
        review="unreviewed",
        tracks=[row for row in rows if isinstance(row, NewTrack)],
        masks=[row if rle is None else NewMask(row.track, row.frame, next(hashes), row.marks) for row, rle in masks],
        blobs=blobs,
    )


def _track_rows(track: VisTrack, pictures: Pictures, ids: FileIds) -> Iterator[NewTrack | tuple[NewMask, Rle | None]]:
    track_id = str(uuid.uuid4())
    found = ids.attributes.read(track)
    own = {
        "category": ids.categories[track.category_id],
        "iscrowd": bool(track.iscrowd),
        "source_id": str(track.id),
        "extra": {SOURCE: found.extra} if found.extra else None,
        **found.own,
    }
    yield NewTrack(track_id, own)
    for entry, rle in enumerate(track.segmentations):
        if entry not in track.unknown:
            marks = {} if rle is None else found.rows[entry]
            yield NewMask(track_id, pictures.frame(entry), None, marks), rle
