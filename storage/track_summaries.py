"""One row per track with what the page of tracks filters and sorts by, computed from the track's mask rows.

The rows are a cache: the edit log says which tracks changed since they were computed, and `refresh` computes only
those again. Nothing else may depend on them.
"""

from typing import Any

from sqlalchemy import Connection, Select, Subquery, case, delete, func, insert, select

from storage import schema, summary_tables

_COLUMNS = tuple(column.name for column in summary_tables.track_summaries.columns)


def stale_videos(tx: Connection, project_id: str) -> tuple[str, ...]:
    """Ids of the project's videos, without removed ones, that have edits which their summaries do not include."""
    videos, edits, marks = schema.videos, schema.edits, summary_tables.summarised_videos
    newest = select(func.max(edits.c.number)).where(edits.c.video_id == videos.c.id).scalar_subquery()
    query = (
        select(videos.c.id)
        .outerjoin(marks, marks.c.video_id == videos.c.id)
        .where(videos.c.project_id == project_id, videos.c.removed.is_(None), newest > func.coalesce(marks.c.edit, 0))
    )
    return tuple(tx.execute(query).scalars())


def refresh(tx: Connection, video_id: str) -> None:
    """Bring the summaries of one video's tracks up to date; needs a write transaction."""
    edits, marks, summaries = schema.edits, summary_tables.summarised_videos, summary_tables.track_summaries
    of_video = edits.c.video_id == video_id
    seen = tx.execute(select(marks.c.edit).where(marks.c.video_id == video_id)).scalar() or 0
    last = tx.execute(select(func.max(edits.c.number)).where(of_video)).scalar() or 0
    if last == seen:
        return
    changed = select(schema.tracks.c.id).where(schema.tracks.c.video_id == video_id)
    if seen:
        rows = schema.edit_rows
        since = select(rows.c.owner).join(edits, edits.c.number == rows.c.number)
        changed = changed.where(schema.tracks.c.id.in_(since.where(of_video, edits.c.number > seen)))
    tx.execute(delete(summaries).where(summaries.c.track_id.in_(changed)))
    tx.execute(insert(summaries).from_select(_COLUMNS, _summaries_of(changed)))
    tx.execute(delete(marks).where(marks.c.video_id == video_id))
    tx.execute(insert(marks).values(video_id=video_id, edit=last))


def _ranked_rows(track_ids: Select[tuple[str]]) -> Subquery:
    """All rows of the tracks; ``place`` is 1 for the one to show: a mask that is not rejected, of these the largest."""
    tracks, masks, blobs = schema.tracks, schema.masks, schema.blobs
    worse = case((masks.c.state != "present", 2), (masks.c.review == "rejected", 1), else_=0)
    newest = case((masks.c.version > tracks.c.version, masks.c.version), else_=tracks.c.version)
    return (
        select(
            tracks.c.id.label("track_id"),
            newest.label("newest"),
            *(masks.c[name] for name in ("frame", "state", "blob_hash", "source", "review", "score", "look_reason")),
            blobs.c.area,
            func.row_number()
            .over(partition_by=tracks.c.id, order_by=(worse, blobs.c.area.desc(), masks.c.frame))
            .label("place"),
        )
        .outerjoin(masks, masks.c.track_id == tracks.c.id)
        .outerjoin(blobs, blobs.c.hash == masks.c.blob_hash)
        .where(tracks.c.id.in_(track_ids))
        .subquery()
    )


def _summaries_of(track_ids: Select[tuple[str]]) -> Select[Any]:
    """A query with the columns of ``track_summaries``, one row per track; a track without rows has zeros."""
    rows = _ranked_rows(track_ids).c
    shown = rows.state == "present"
    best = shown & (rows.place == 1)
    human = (rows.review != "unreviewed") | (rows.source == "drawn")
    values = {
        "track_id": rows.track_id,
        "masks": func.count(case((shown, 1))),
        "first": func.min(case((shown, rows.frame))),
        "last": func.max(case((shown, rows.frame))),
        "frame": func.max(case((best, rows.frame))),
        "blob_hash": func.max(case((best, rows.blob_hash))),
        "area": func.coalesce(func.max(case((best, rows.area))), 0),
        **{name: func.count(case((shown & (rows.review == name), 1))) for name in schema.REVIEWS},
        **{name: func.count(case((shown & (rows.source == name), 1))) for name in schema.SOURCES},
        "look": func.count(rows.look_reason),
        "human": func.count(case((human, 1))),
        "score": func.avg(case((shown, rows.score))),
        "version": func.max(rows.newest),
    }
    return select(*(values[name].label(name) for name in _COLUMNS)).group_by(rows.track_id)
