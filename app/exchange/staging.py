"""Writes one video of an import out of sight, in short transactions, and shows it when it is whole."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection

from app.errors import BadInput
from app.exchange.attributes import AdoptedLists
from app.exchange.extras import ANNOTATED_FROM, CONTENT, SOURCE
from app.exchange.import_frames import Pictures
from app.exchange.open_imports import hold
from app.exchange.repeats import Candidate, content_digest
from app.exchange.turns import Turns
from app.library.videos import free_name
from storage import edits, videos
from storage.authors import machine_author
from storage.edits import Applied, Change, Edit
from storage.masks import PreparedBlobs, prepare_blobs, put_prepared
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
        """The name of the video, if no other video has it: its key `name`, else that of the folder of its pictures."""
        named = self.video.extra.get("name")
        if isinstance(named, str) and is_text(named) and named.strip():
            return " ".join(named.split())
        folder = PurePosixPath(self.pictures.names[0]).parent.as_posix()
        return folder if folder != "." else f"video {self.video.id}"

    @property
    def masks(self) -> int:
        """The number of its masks; *absent* does not count."""
        return sum(rle is not None for track in self.tracks for rle in track.segmentations)


@dataclass(frozen=True)
class FileIds:
    """What the categories and attributes of a file are in the project."""

    categories: Mapping[int, str]
    attributes: AdoptedLists


@dataclass(frozen=True)
class _Part:
    """Some rows of a video, ready to be stored in one transaction."""

    blobs: PreparedBlobs
    changes: tuple[Change, ...]

    @property
    def masks(self) -> int:
        return len(self.blobs.hashes)


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
    for part in _parts(item, ids):
        edit = Edit(
            id=str(uuid.uuid4()), kind="import", author=machine_author(import_id), video=video.id, changes=part.changes
        )
        with turns.atomic() as tx:
            hold(tx, import_id)
            put_prepared(tx, part.blobs)
            if not isinstance(edits.apply_edit(tx, edit), Applied):
                raise BadInput(f"The tracks of {video.name} could not be stored.")
        done += part.masks
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


def _parts(item: Ready, ids: FileIds) -> Iterator[_Part]:
    """The rows of a video in parts of `ROWS_AT_ONCE`; a track's own row comes before its masks."""
    waiting: list[Change] = []
    for track in item.tracks:
        for change in _track_changes(track, item.pictures, ids):
            waiting.append(change)
            if len(waiting) == ROWS_AT_ONCE:
                yield _part(waiting)
                waiting = []
    if waiting:
        yield _part(waiting)


def _part(changes: Sequence[Change]) -> _Part:
    """Check and measure the masks of some changes, which takes longer than to store them."""
    blobs = prepare_blobs([change.after["rle"] for change in changes if change.after and "rle" in change.after])
    hashes = iter(blobs.hashes)
    return _Part(blobs, tuple(_by_hash(change, hashes) for change in changes))


def _by_hash(change: Change, hashes: Iterator[str]) -> Change:
    if not change.after or "rle" not in change.after:
        return change
    after = {name: value for name, value in change.after.items() if name != "rle"}
    return Change(change.track, change.frame, change.before_version, {**after, "mask": next(hashes)})


def _track_changes(track: VisTrack, pictures: Pictures, ids: FileIds) -> Iterator[Change]:
    track_id = str(uuid.uuid4())
    found = ids.attributes.read(track)
    own = {
        "category": ids.categories[track.category_id],
        "iscrowd": bool(track.iscrowd),
        "source_id": str(track.id),
        "extra": {SOURCE: found.extra} if found.extra else None,
        **found.own,
    }
    yield Change(track_id, None, 0, own)
    for entry, rle in enumerate(track.segmentations):
        if entry in track.unknown:
            continue
        row: dict[str, Any] = {"source": "imported", "review": "unreviewed"}
        if rle is None:
            row |= {"state": "absent", "mask": None}
        else:
            row |= {"state": "present", "rle": dict(rle), **found.rows[entry]}
        yield Change(track_id, pictures.frame(entry), 0, row)
