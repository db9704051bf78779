"""Deleting a video permanently: counting the work that would be lost, and deleting its rows in every table."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DDL, Connection, case, delete, func, or_, select, tuple_, update

from storage import schema, summary_tables
from storage.masks import chunks
from storage.videos import Video, get_video

_OF_A_VIDEO = (
    schema.tracks,
    schema.complete_ranges,
    schema.edits,
    schema.runs,
    schema.likely_errors,
    summary_tables.summarised_videos,
    summary_tables.identity_candidates,
    summary_tables.draft_removals,
)


@dataclass(frozen=True)
class Work:
    """The work on a video that would be lost with it.

    ``tracks``: tracks that are not deleted. ``masks``: all their rows, *absent* ones included. ``corrections``: rows
    that a person drew or corrected. ``verdicts``: rows that a person accepted or rejected without changing them.
    """

    video_id: str
    tracks: int = 0
    masks: int = 0
    corrections: int = 0
    verdicts: int = 0


def work_on(tx: Connection, video_ids: Iterable[str]) -> dict[str, Work]:
    """Video id -> the work on it; a video without tracks has zeros."""
    found: dict[str, Work] = {}
    for part in chunks(video_ids):
        counted = _counted(tx, part)
        found |= {video_id: Work(video_id=video_id, **counted.get(video_id, {})) for video_id in part}
    return found


def delete_video(tx: Connection, video_id: str) -> Video:
    """Delete a video's rows in every table but jobs, and the mask blobs that nothing else refers to.

    Jobs stay as history, without the video. The numbers of its edits are never used again. The file of the video is not
    touched. Raises NotFound.
    """
    video = get_video(tx, video_id)
    named = set(_blobs_of(tx, video_id))
    tracks = select(schema.tracks.c.id).where(schema.tracks.c.video_id == video_id)
    runs = select(schema.runs.c.id).where(schema.runs.c.video_id == video_id)
    edits = select(schema.edits.c.number).where(schema.edits.c.video_id == video_id)
    tx.execute(delete(schema.drafts).where(schema.drafts.c.video_id == video_id))
    tx.execute(delete(schema.drafts).where(schema.drafts.c.run_id.in_(runs)))
    tx.execute(delete(schema.run_progress).where(schema.run_progress.c.run_id.in_(runs)))
    # A comment refers to its track, so it goes before.
    tx.execute(delete(schema.comments).where(schema.comments.c.video_id == video_id))
    for table in (schema.masks, summary_tables.track_summaries, summary_tables.track_likenesses):
        tx.execute(delete(table).where(table.c.track_id.in_(tracks)))
    tx.execute(delete(schema.edit_rows).where(schema.edit_rows.c.number.in_(edits)))
    # The findings of a run refer to it, so they go before.
    for table in (summary_tables.run_findings, summary_tables.video_looks, *_OF_A_VIDEO):
        tx.execute(delete(table).where(table.c.video_id == video_id))
    tx.execute(update(schema.jobs).where(schema.jobs.c.video_id == video_id).values(video_id=None))
    tx.execute(delete(schema.videos).where(schema.videos.c.id == video_id))
    _delete_blobs(tx, named, like=video)
    return video


def delete_staged(atomic: Callable[[], AbstractContextManager[Connection]], video_id: str) -> None:
    """Delete a video that an import did not finish writing, with its rows and log, in many short transactions.

    Its mask blobs stay: the import that goes on finds them again. A video that was published meanwhile stays.
    ``atomic`` begins a write transaction. Raises NotFound.
    """
    table = schema.edits
    newest = select(table.c.number).where(table.c.video_id == video_id).order_by(table.c.number.desc()).limit(1)
    while True:
        with atomic() as tx:
            if not get_video(tx, video_id).staged:
                return
            number = tx.execute(newest).scalar()
            if number is None:
                tx.execute(delete(schema.tracks).where(schema.tracks.c.video_id == video_id))
                tx.execute(delete(schema.videos).where(schema.videos.c.id == video_id))
                return
            rows, masks = schema.edit_rows, schema.masks
            written = select(rows.c.owner, rows.c.frame).where(rows.c.number == number, rows.c.frame >= 0)
            tx.execute(delete(masks).where(tuple_(masks.c.track_id, masks.c.frame).in_(written)))
            tx.execute(delete(rows).where(rows.c.number == number))
            tx.execute(delete(table).where(table.c.number == number))


def paths(tx: Connection) -> tuple[str, ...]:
    """The source path of every video, removed ones included."""
    return tuple(tx.execute(select(schema.videos.c.path)).scalars())


def videos_of_content(tx: Connection, content_hash: str) -> int:
    """Number of videos with this content hash, removed ones included."""
    query = select(func.count()).select_from(schema.videos).where(schema.videos.c.content_hash == content_hash)
    return int(tx.execute(query).scalar_one())


def _counted(tx: Connection, video_ids: list[str]) -> dict[str, dict[str, int]]:
    tracks, masks = schema.tracks, schema.masks
    corrected = or_(masks.c.review == "corrected", masks.c.source == "drawn")
    judged = masks.c.review.in_(("accepted", "rejected"))
    query = (
        select(
            tracks.c.video_id,
            func.count(tracks.c.id.distinct()).label("tracks"),
            func.count(masks.c.track_id).label("masks"),
            func.sum(case((corrected, 1), else_=0)).label("corrections"),
            func.sum(case((corrected, 0), (judged, 1), else_=0)).label("verdicts"),
        )
        .outerjoin(masks, masks.c.track_id == tracks.c.id)
        .where(tracks.c.video_id.in_(video_ids), tracks.c.deleted.is_(False))
        .group_by(tracks.c.video_id)
    )
    rows = [dict(row._mapping) for row in tx.execute(query)]
    return {row.pop("video_id"): row for row in rows}


def _blobs_of(tx: Connection, video_id: str) -> Iterator[str]:
    masks, tracks, drafts, edits = schema.masks, schema.tracks, schema.drafts, schema.edits
    current = select(masks.c.blob_hash).join(tracks, masks.c.track_id == tracks.c.id)
    yield from _present(tx.execute(current.where(tracks.c.video_id == video_id)).scalars())
    yield from _present(tx.execute(select(drafts.c.blob_hash).where(drafts.c.video_id == video_id)).scalars())
    for changes in tx.execute(select(edits.c.changes).where(edits.c.video_id == video_id)).scalars():
        yield from _named(changes)


def _delete_blobs(tx: Connection, named: set[str], *, like: Video) -> None:
    """Delete the blobs of ``named`` without another reference; only videos of the same frame size can share blobs."""
    if not named:
        return
    masks, drafts, edits, videos = schema.masks, schema.drafts, schema.edits, schema.videos
    same_size = (videos.c.width == like.width, videos.c.height == like.height)
    others = select(edits.c.changes).join(videos, edits.c.video_id == videos.c.id).where(*same_size)
    for changes in tx.execute(others.execution_options(yield_per=100)).scalars():
        named.difference_update(_named(changes))
    for part in chunks(set(named)):
        for column in (masks.c.blob_hash, drafts.c.blob_hash):
            named.difference_update(tx.execute(select(column).where(column.in_(part))).scalars())
    with _indexed_blobs(tx):
        for part in chunks(named):
            tx.execute(delete(schema.blobs).where(schema.blobs.c.hash.in_(part)))


@contextmanager
def _indexed_blobs(tx: Connection) -> Iterator[None]:
    """Temporary indexes on the columns that refer to blobs.

    For each deleted blob the database checks its foreign keys. Without an index each check scans all masks; a permanent
    index would slow down every write of a mask.
    """
    tables = (schema.masks, schema.drafts)
    for table in tables:
        tx.execute(DDL(f"CREATE INDEX named_blobs_of_{table.name} ON {table.name} (blob_hash)"))
    yield
    for table in tables:
        tx.execute(DDL(f"DROP INDEX named_blobs_of_{table.name}"))


def _named(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Hashes of the masks in the before and after values of an entry's changes."""
    for change in changes:
        for side in ("before", "after"):
            mask = (change.get(side) or {}).get("mask")
            if mask is not None:
                yield mask


def _present(hashes: Iterable[str | None]) -> Iterator[str]:
    return (found for found in hashes if found is not None)
