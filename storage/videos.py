"""Videos of a project: their source files and frame counts."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from storage import schema
from storage.errors import BadName, NotFound, NotText
from storage.prepared import PreparedStatement
from storage.text import is_text


@dataclass(frozen=True, kw_only=True)
class EditedVideo:
    """What edits of a video are checked against.

    It has ``count`` frames of ``width`` x ``height`` pixels, numbered from 0; frames below ``confirmed`` have their
    final number and can carry masks.
    """

    id: str
    project_id: str
    name: str
    count: int
    width: int
    height: int
    confirmed: int


@dataclass(frozen=True, kw_only=True)
class Video(EditedVideo):
    """One video.

    ``index`` is the JSON form of the frame index. ``path`` is the video file or image folder; ``copied`` is true if
    that is a copy inside the data folder. ``cuts`` are the first frames of scenes, found by the latest proposal run
    (None: there was none). Times are unix seconds. A ``staged`` video is one that an import is still writing; no list
    has it.
    """

    import_id: str | None
    kind: Literal["video", "images"]
    path: str
    copied: bool
    index: Mapping[str, Any]
    content_hash: str | None
    file_names: Sequence[str] | None
    stride: int
    source_id: str | None
    extra: Mapping[str, Any] | None
    created: float
    removed: float | None
    cuts: Sequence[int] | None = None
    staged: bool = False


def add_video(
    tx: Connection,
    *,
    project_id: str,
    name: str,
    index_json: Mapping[str, Any],
    kind: str,
    path: str,
    copied: bool,
    count: int,
    width: int,
    height: int,
    confirmed: bool | int,
    content_hash: str | None = None,
    file_names: Sequence[str] | None = None,
    stride: int = 1,
    source_id: str | None = None,
    extra: Mapping[str, Any] | None = None,
    import_id: str | None = None,
    staged: bool = False,
) -> Video:
    """Add a video to a project.

    Args:
        staged: no list shows the video, and no name is taken by it, until `publish_video`.
        confirmed: number of frames, from frame 0 on, that have their final number; True: all, False: none.

    Raises:
        BadName: the name is empty.
        NotText: the path, or the name of a picture, is not UTF-8.
    """
    if not name.strip():
        raise BadName("video")
    _require_text(path, *(index_json.get("names") or ()))
    video_id = str(uuid.uuid4())
    values = {
        "id": video_id,
        "project_id": project_id,
        "import_id": import_id,
        "name": name.strip(),
        "kind": kind,
        "path": path,
        "copied": copied,
        "index": index_json,
        "count": count,
        "width": width,
        "height": height,
        "confirmed": _frames(confirmed, count),
        "content_hash": content_hash,
        "file_names": None if file_names is None else list(file_names),
        "stride": stride,
        "source_id": source_id,
        "extra": extra,
        "created": time.time(),
        "staged": staged,
        # What shows the videos of a project leaves removed ones out, so that a staged one is nowhere.
        "removed": time.time() if staged else None,
    }
    tx.execute(insert(schema.videos).values(**values))
    return get_video(tx, video_id)


def list_videos(tx: Connection, project_id: str, *, removed: bool = False) -> tuple[Video, ...]:
    """The project's videos, oldest first; removed ones only with ``removed``."""
    table = schema.videos
    query = select(table).where(table.c.project_id == project_id, table.c.staged.is_(False))
    if not removed:
        query = query.where(table.c.removed.is_(None))
    return tuple(_video(row) for row in tx.execute(query.order_by(table.c.created, table.c.id)))


def staged_videos(tx: Connection, import_id: str) -> tuple[str, ...]:
    """The ids of the videos that an import has begun to write and not published."""
    table = schema.videos
    return tuple(tx.execute(select(table.c.id).where(table.c.import_id == import_id, table.c.staged)).scalars())


def publish_video(tx: Connection, video_id: str, *, name: str) -> Video:
    """Show a staged video in its project's list, under this name. Raises NotFound, BadName."""
    return rename_video(tx, _change(tx, video_id, staged=False, removed=None).id, name)


def has_path(tx: Connection, path: str) -> bool:
    """Whether a video, removed or not, has this source."""
    table = schema.videos
    return tx.execute(select(table.c.id).where(table.c.path == path).limit(1)).first() is not None


_HAS_ID = schema.videos.c.id == bindparam("video")
_BY_ID = select(schema.videos).where(_HAS_ID)
_FACTS = PreparedStatement(
    select(*(schema.videos.c[one.name] for one in fields(EditedVideo))).where(_HAS_ID).with_for_update()
)


def get_video(tx: Connection, video_id: str) -> Video:
    """The video with this id, removed or not. Raises NotFound."""
    row = tx.execute(_BY_ID, {"video": video_id}).first()
    if row is None:
        raise NotFound("video", video_id)
    return _video(row)


def lock_video(tx: Connection, video_id: str) -> EditedVideo:
    """Facts of a video that is locked for editing until the end of the transaction. Raises NotFound.

    In SQLite the transaction is the lock. The frame index of a long video takes longer to read than an edit to write,
    so it is left out.
    """
    row = _FACTS.first(tx, {"video": video_id})
    if row is None:
        raise NotFound("video", video_id)
    return EditedVideo(**row)


def video_stamp(tx: Connection, video_id: str) -> tuple[str, int, int, str | None]:
    """(path, count, confirmed, content hash) of a video, without its long index. Raises NotFound, also if it is staged.

    Whenever the index changes, one of these changes too.
    """
    table = schema.videos
    columns = (table.c.path, table.c.count, table.c.confirmed, table.c.content_hash)
    row = tx.execute(select(*columns).where(table.c.id == video_id, table.c.staged.is_(False))).first()
    if row is None:
        raise NotFound("video", video_id)
    path, count, confirmed, content_hash = row
    return (path, count, confirmed, content_hash)


def video_names(tx: Connection, project_id: str) -> tuple[tuple[str, str], ...]:
    """(id, name) of the project's videos that are not removed, oldest first."""
    table = schema.videos
    query = select(table.c.id, table.c.name).where(table.c.project_id == project_id, table.c.removed.is_(None))
    return tuple((row.id, row.name) for row in tx.execute(query.order_by(table.c.created, table.c.id)))


def video_sizes(tx: Connection, project_id: str) -> dict[str, tuple[int, int]]:
    """Video id -> (width, height) in pixels, of the project's videos that are not removed."""
    table = schema.videos
    query = select(table.c.id, table.c.width, table.c.height)
    rows = tx.execute(query.where(table.c.project_id == project_id, table.c.removed.is_(None)))
    return {row.id: (row.width, row.height) for row in rows}


def video_paths(tx: Connection, project_id: str) -> tuple[tuple[str, str], ...]:
    """(id, path) of the project's videos that are not removed, oldest first."""
    table = schema.videos
    query = select(table.c.id, table.c.path).where(table.c.project_id == project_id, table.c.removed.is_(None))
    return tuple((row.id, row.path) for row in tx.execute(query.order_by(table.c.created, table.c.id)))


def count_removed(tx: Connection, project_id: str) -> int:
    """Number of the project's removed videos."""
    table = schema.videos
    query = select(func.count()).where(
        table.c.project_id == project_id, table.c.removed.is_not(None), table.c.staged.is_(False)
    )
    return tx.execute(query).scalar_one()


def rename_video(tx: Connection, video_id: str, name: str) -> Video:
    """Give a video another name. Raises NotFound, BadName."""
    if not name.strip():
        raise BadName("video")
    return _change(tx, video_id, name=name.strip())


def remove_video(tx: Connection, video_id: str) -> Video:
    """Hide a video from its project's list. Its rows, its log and its file stay. Raises NotFound."""
    return _change(tx, video_id, removed=time.time())


def restore_video(tx: Connection, video_id: str) -> Video:
    """Show a removed video in its project's list again. Raises NotFound."""
    return _change(tx, video_id, removed=None)


def move_source(tx: Connection, video_id: str, *, path: str, copied: bool, content_hash: str | None = None) -> Video:
    """Record a new place of the same video; `content_hash` if the bytes differ. Raises NotFound."""
    other = {} if content_hash is None else {"content_hash": content_hash}
    return _change(tx, video_id, path=path, copied=copied, **other)


def store_index(
    tx: Connection, video_id: str, *, index_json: Mapping[str, Any], count: int, confirmed: bool | int = True
) -> Video:
    """Store the frame index, the number of frames and how many of them are confirmed. Raises NotFound.

    Frames with masks were confirmed before, so they have the same numbers in the new index.
    """
    return _change(tx, video_id, index=index_json, count=count, confirmed=_frames(confirmed, count))


def extend_confirmed(tx: Connection, video_id: str, confirmed: int) -> None:
    """Store that frames 0..`confirmed`-1 have their final number; the stored value never decreases."""
    table = schema.videos
    wanted = (table.c.id == video_id, table.c.confirmed < confirmed, table.c.count >= confirmed)
    tx.execute(update(table).where(*wanted).values(confirmed=confirmed))


def set_cuts(tx: Connection, video_id: str, cuts: Sequence[int], *, start: int, stop: int) -> None:
    """Replace the first frames of scenes among frames start..stop-1; those outside stay."""
    table = schema.videos
    known = tx.execute(select(table.c.cuts).where(table.c.id == video_id)).scalar() or ()
    kept = {frame for frame in known if not start <= frame < stop} | {int(frame) for frame in cuts}
    tx.execute(update(table).where(table.c.id == video_id).values(cuts=sorted(kept)))


def _require_text(*names: str) -> None:
    strange = next((name for name in names if not is_text(name)), None)
    if strange is not None:
        raise NotText(strange)


def _frames(confirmed: bool | int, count: int) -> int:
    if isinstance(confirmed, bool):
        return count if confirmed else 0
    return min(confirmed, count)


def _change(tx: Connection, video_id: str, **values: Any) -> Video:
    tx.execute(update(schema.videos).where(schema.videos.c.id == video_id).values(**values))
    return get_video(tx, video_id)


def _video(row: Row[Any]) -> Video:
    return Video(**row._mapping)
