"""Comments of people on a video: each pinned to a frame, and to a track or a point of the picture if it is about that.

They are no edits: undo does not touch them. A deleted one stays in the table, so that it can be restored, until its
video is deleted. Every write gets the next number of one count for all videos, by which readers find what is new.
"""

import time
import uuid
from dataclasses import dataclass

from sqlalchemy import Connection, Row, insert, select, update

from storage import schema
from storage.errors import NotFound, StorageError
from storage.numbering import next_number
from storage.plain_values import is_plain_text
from storage.projects import get_setting
from storage.videos import get_video

LONGEST_COMMENT = 10_000  # letters
_LAST_CHANGE = "last_comment_change"

Point = tuple[float, float]


@dataclass(frozen=True)
class Comment:
    """One comment. ``point``: x, y in pixels of the frame. ``change``: the number of its last write."""

    id: str
    video_id: str
    frame: int
    track_id: str | None
    point: Point | None
    text: str
    author: str
    created: float
    resolved: bool
    resolved_by: str | None
    deleted: bool
    change: int


def add_comment(
    tx: Connection,
    video_id: str,
    *,
    author: str,
    text: str,
    frame: int,
    track_id: str | None = None,
    point: Point | None = None,
) -> Comment:
    """Add an open comment. Raises NotFound (video or track), StorageError (frame, point or text cannot be)."""
    video = get_video(tx, video_id)
    if not 0 <= frame < video.count:
        raise StorageError(f"Video {video.name!r} has frames 0 to {video.count - 1}, so none can be said of {frame}.")
    if point is not None and not (0 <= point[0] <= video.width and 0 <= point[1] <= video.height):
        raise StorageError(f"The point lies outside the picture of {video.width} x {video.height} pixels.")
    if track_id is not None:
        _check_track(tx, video_id, track_id)
    x, y = point or (None, None)
    comment_id = str(uuid.uuid4())
    values = {"id": comment_id, "video_id": video_id, "track_id": track_id, "frame": frame, "x": x, "y": y}
    values |= {"text": _clean(text), "author": author, "created": time.time(), "change": next_number(tx, _LAST_CHANGE)}
    tx.execute(insert(schema.comments).values(values))
    return get_comment(tx, comment_id)


def change_comment(
    tx: Connection,
    comment_id: str,
    *,
    author: str,
    text: str | None = None,
    resolved: bool | None = None,
    deleted: bool | None = None,
) -> Comment:
    """Change the text, resolve or open again, delete or restore; None leaves each as it is.

    author: who does it; it is stored as ``resolved_by``. Raises NotFound, StorageError.
    """
    get_comment(tx, comment_id)
    values: dict[str, object] = {}
    if text is not None:
        values["text"] = _clean(text)
    if resolved is not None:
        values |= {"resolved": resolved, "resolved_by": author if resolved else None}
    if deleted is not None:
        values["deleted"] = deleted
    if values:
        values["change"] = next_number(tx, _LAST_CHANGE)
        tx.execute(update(schema.comments).where(schema.comments.c.id == comment_id).values(values))
    return get_comment(tx, comment_id)


def get_comment(tx: Connection, comment_id: str) -> Comment:
    """The comment with this id, also a deleted one. Raises NotFound."""
    row = tx.execute(select(schema.comments).where(schema.comments.c.id == comment_id)).first()
    if row is None:
        raise NotFound("comment", comment_id)
    return _comment(row)


def list_comments(tx: Connection, video_id: str) -> tuple[Comment, ...]:
    """The comments of a video that are not deleted, by frame and then by age."""
    table = schema.comments
    query = select(table).where(table.c.video_id == video_id, table.c.deleted.is_(False))
    return tuple(_comment(row) for row in tx.execute(query.order_by(table.c.frame, table.c.created, table.c.id)))


def comments_since(tx: Connection, change: int, *, limit: int) -> tuple[tuple[Comment, str], ...]:
    """Comments of all videos written after a change, also deleted ones, with the project's id; oldest write first."""
    table, videos = schema.comments, schema.videos
    query = select(table, videos.c.project_id).join(videos, table.c.video_id == videos.c.id)
    query = query.where(table.c.change > change).order_by(table.c.change).limit(limit)
    return tuple((_comment(row), row.project_id) for row in tx.execute(query))


def last_change(tx: Connection) -> int:
    """The number of the last write, 0 before the first."""
    return int(get_setting(tx, _LAST_CHANGE) or 0)


def _check_track(tx: Connection, video_id: str, track_id: str) -> None:
    tracks = schema.tracks
    if tx.execute(select(tracks.c.id).where(tracks.c.id == track_id, tracks.c.video_id == video_id)).first() is None:
        raise NotFound("track", track_id)


def _clean(text: str) -> str:
    text = text.strip()
    if not text:
        raise StorageError("A comment needs a text; type at least one letter.")
    if len(text) > LONGEST_COMMENT:
        raise StorageError(f"A comment has at most {LONGEST_COMMENT:,} letters, not {len(text):,}; shorten it.")
    if not is_plain_text(text):
        raise StorageError("The comment holds a character that cannot be stored; type it again.")
    return text


def _comment(row: Row[tuple[object, ...]]) -> Comment:
    return Comment(
        id=row.id,
        video_id=row.video_id,
        frame=row.frame,
        track_id=row.track_id,
        point=None if row.x is None else (row.x, row.y),
        text=row.text,
        author=row.author,
        created=row.created,
        resolved=row.resolved,
        resolved_by=row.resolved_by,
        deleted=row.deleted,
        change=row.change,
    )
