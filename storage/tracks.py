"""Reading tracks and mask rows by frame range; ``storage.edits`` writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from storage import schema
from storage.authors import is_persons_work
from storage.masks import chunks, stored_rle
from storage.prepared import PreparedStatement
from storage.rle import Rle


@dataclass(frozen=True)
class Track:
    """One thing through a video. ``number`` is what people see; ``version`` is the number of the row's last edit."""

    id: str
    video_id: str
    number: int
    category_id: str | None
    name: str | None
    deleted: bool
    rejected: bool
    occluded: bool
    iscrowd: bool
    truncated: bool
    attributes: Mapping[str, str] | None
    score: float | None
    run_id: str | None
    source_id: str | None
    extra: Mapping[str, Any] | None
    version: int


class MaskRow(NamedTuple):
    """One track on one frame. ``hash`` is the key of its mask blob (None if absent), ``area`` is in pixels."""

    track_id: str
    frame: int
    state: Literal["present", "absent"]
    hash: str | None
    area: int
    source: Literal["proposed", "propagated", "interpolated", "drawn", "imported"]
    review: Literal["unreviewed", "accepted", "corrected", "rejected"]
    key: bool
    score: float | None
    run_id: str | None
    parent_edit: str | None
    other_parent_edit: str | None
    occluded: bool
    iscrowd: bool
    truncated: bool
    attributes: Mapping[str, str] | None
    look_reason: str | None
    look_author: str | None
    extra: Mapping[str, Any] | None
    version: int

    @property
    def human(self) -> bool:
        """Whether a person drew or judged the row; machines must not change it then."""
        return is_persons_work(source=self.source, review=self.review)


def list_tracks(tx: Connection, video_id: str, *, deleted: bool = False) -> tuple[Track, ...]:
    """The tracks of a video, ordered by number; deleted ones only with ``deleted``."""
    table = schema.tracks
    query = select(table).where(table.c.video_id == video_id).order_by(table.c.number)
    if not deleted:
        query = query.where(table.c.deleted.is_(False))
    return tuple(Track(**row._mapping) for row in tx.execute(query))


def rows(
    tx: Connection,
    video_id: str,
    *,
    start: int | None = None,
    stop: int | None = None,
    track_ids: Sequence[str] | None = None,
) -> tuple[MaskRow, ...]:
    """The mask rows on frames start..stop-1 (None: no bound), ordered by track number and frame.

    Rows of deleted tracks are left out, except for tracks listed in ``track_ids``.
    """
    frames = {"first": 0 if start is None else start, "stop": _NO_FRAME if stop is None else stop}
    values = {"video": video_id, **frames}
    if track_ids is None:
        return tuple(map(MaskRow._make, _ROWS.rows(tx, values)))
    parts = (_ROWS_OF_TRACKS.rows(tx, {**values, "ids": part}) for part in chunks(track_ids))
    return tuple(MaskRow._make(row) for part in parts for row in part)


def masks(tx: Connection, video_id: str, *, start: int, stop: int) -> dict[str, Rle]:
    """Hash -> mask, for all tracks that are not deleted, on frames start..stop-1."""
    found = _MASKS.rows(tx, {"video": video_id, "first": start, "stop": stop})
    return {name: stored_rle(height, width, counts) for name, height, width, counts in found}


_NO_FRAME = 1 << 31  # above the number of any frame
_IN_FRAMES = (
    schema.tracks.c.video_id == bindparam("video"),
    schema.masks.c.frame >= bindparam("first"),
    schema.masks.c.frame < bindparam("stop"),
)
_NAMED = {"hash": schema.masks.c.blob_hash, "area": func.coalesce(schema.blobs.c.area, 0)}
_ROW_QUERY = (
    select(*(_NAMED[name] if name in _NAMED else schema.masks.c[name] for name in MaskRow._fields))
    .join(schema.tracks, schema.masks.c.track_id == schema.tracks.c.id)
    .outerjoin(schema.blobs, schema.masks.c.blob_hash == schema.blobs.c.hash)
    .where(*_IN_FRAMES)
    .order_by(schema.tracks.c.number, schema.masks.c.frame)
)
"""Columns in the order of `MaskRow`, so that rows need no names."""
_ROWS = PreparedStatement(_ROW_QUERY.where(schema.tracks.c.deleted.is_(False)))
_ROWS_OF_TRACKS = PreparedStatement(_ROW_QUERY.where(schema.masks.c.track_id.in_(bindparam("ids", expanding=True))))
_MASKS = PreparedStatement(
    select(*(schema.blobs.c[name] for name in ("hash", "height", "width", "counts")))
    .join(schema.masks, schema.masks.c.blob_hash == schema.blobs.c.hash)
    .join(schema.tracks, schema.masks.c.track_id == schema.tracks.c.id)
    .where(*_IN_FRAMES, schema.tracks.c.deleted.is_(False))
)
