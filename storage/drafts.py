"""Drafts: rows that a machine suggests and that are not applied yet. Applying turns them into edits.

Every write and every removal gets the next number of one count for all videos, by which readers find what is new and
what is gone.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Delete, Row, Select, bindparam, delete, insert, select

from storage import schema
from storage.numbering import next_number
from storage.projects import get_setting
from storage.summary_tables import draft_removals

_LAST_CHANGE = "last_draft_change"
KEPT_REMOVALS = 1000
"""Removals are known until so many writes and removals follow; a reader asks several times a second."""

S = TypeVar("S", Select[Any], Delete)


@dataclass(frozen=True)
class Draft:
    """A suggested row: ``confidence`` is 0..1, ``doubt`` is the reason why a person should check it first.

    ``change`` is the number of the write that stored it, 0 before that.
    """

    id: str
    run_id: str
    video_id: str
    track_id: str
    frame: int
    state: Literal["present", "absent"]
    blob_hash: str | None
    confidence: float | None = None
    doubt: str | None = None
    change: int = field(default=0, compare=False)

    @staticmethod
    def new(
        *,
        run_id: str,
        video_id: str,
        track_id: str,
        frame: int,
        blob_hash: str | None,
        confidence: float | None = None,
        doubt: str | None = None,
    ) -> "Draft":
        """A draft with a new id; present if it has a mask, else absent."""
        return Draft(
            id=str(uuid.uuid4()),
            run_id=run_id,
            video_id=video_id,
            track_id=track_id,
            frame=frame,
            state="absent" if blob_hash is None else "present",
            blob_hash=blob_hash,
            confidence=confidence,
            doubt=doubt,
        )


@dataclass(frozen=True)
class Removal:
    """Drafts of a video that went: of this run and track, None for any, on frames start..stop-1, None for no bound.

    ``change`` is the number of the removal.
    """

    change: int
    video_id: str
    run_id: str | None
    track_id: str | None
    start: int | None
    stop: int | None


def put_drafts(tx: Connection, drafts: Iterable[Draft]) -> None:
    """Store drafts; each replaces an earlier one of the same run, track and frame."""
    rows = [*{(draft.run_id, draft.track_id, draft.frame): dict(draft.__dict__) for draft in drafts}.values()]
    if rows:
        change = next_number(tx, _LAST_CHANGE)
        for row in rows:
            row["change"] = change
        table = schema.drafts
        same = [table.c[name] == bindparam(f"old_{name}") for name in ("run_id", "track_id", "frame")]
        old = [{f"old_{name}": row[name] for name in ("run_id", "track_id", "frame")} for row in rows]
        tx.execute(delete(table).where(*same), old)
        tx.execute(insert(table), rows)


def list_drafts(
    tx: Connection,
    video_id: str,
    *,
    run_id: str | None = None,
    track_id: str | None = None,
    start: int | None = None,
    stop: int | None = None,
) -> tuple[Draft, ...]:
    """The drafts of a video on frames start..stop-1, ordered by frame; optionally of one run or track only."""
    table = schema.drafts
    query = _narrow(select(table), video_id, run_id=run_id, track_id=track_id, start=start, stop=stop)
    return tuple(_draft(row) for row in tx.execute(query.order_by(table.c.frame, table.c.track_id)))


def page_of_drafts(
    tx: Connection, video_id: str, *, kind: str, start: int, limit: int
) -> tuple[tuple[Draft, ...], int | None]:
    """The drafts of runs of a kind from a frame on, by frame, and the frame with which the next page begins, or None.

    The last frame is complete, so that more than ``limit`` may be returned.
    """
    table, runs = schema.drafts, schema.runs
    wanted = (table.c.video_id == video_id, table.c.frame >= start, runs.c.kind == kind)
    query = select(table).join(runs, table.c.run_id == runs.c.id).where(*wanted)
    frames = select(table.c.frame).join(runs, table.c.run_id == runs.c.id).where(*wanted).order_by(table.c.frame)
    last = tx.execute(frames.offset(limit - 1).limit(1)).scalar()
    if last is not None:
        query = query.where(table.c.frame <= last)
        more = tx.execute(frames.where(table.c.frame > last).limit(1)).scalar()
    found = tuple(_draft(row) for row in tx.execute(query.order_by(table.c.frame, table.c.track_id, table.c.run_id)))
    return found, None if last is None else more


def drafts_since(tx: Connection, change: int, *, limit: int) -> tuple[tuple[Draft, str], ...]:
    """Drafts of all videos written after a change, each with its project's id, oldest write first.

    The last write is complete, so that more than ``limit`` may be returned.
    """
    table, videos = schema.drafts, schema.videos
    newer = select(table.c.change).where(table.c.change > change).order_by(table.c.change)
    last = tx.execute(newer.offset(limit - 1).limit(1)).scalar()
    query = select(table, videos.c.project_id).join(videos, table.c.video_id == videos.c.id)
    query = query.where(table.c.change > change).order_by(table.c.change, table.c.frame, table.c.track_id)
    if last is not None:
        query = query.where(table.c.change <= last)
    return tuple((_draft(row), row.project_id) for row in tx.execute(query))


def last_change(tx: Connection) -> int:
    """The number of the last write, 0 before the first."""
    return int(get_setting(tx, _LAST_CHANGE) or 0)


def discard_drafts(
    tx: Connection,
    video_id: str,
    *,
    run_id: str | None = None,
    track_id: str | None = None,
    start: int | None = None,
    stop: int | None = None,
) -> int:
    """Delete the drafts that ``list_drafts`` would return with these arguments; returns their number."""
    query = _narrow(delete(schema.drafts), video_id, run_id=run_id, track_id=track_id, start=start, stop=stop)
    gone = tx.execute(query).rowcount
    if gone:
        table, change = draft_removals, next_number(tx, _LAST_CHANGE)
        facts = {"run_id": run_id, "track_id": track_id, "start": start, "stop": stop}
        tx.execute(insert(table).values(change=change, video_id=video_id, **facts))
        tx.execute(delete(table).where(table.c.change <= change - KEPT_REMOVALS))
    return gone


def removals_since(tx: Connection, change: int) -> tuple[tuple[Removal, str], ...]:
    """Removals in all videos after a change, each with its project's id, oldest first; see `KEPT_REMOVALS`."""
    table, videos = draft_removals, schema.videos
    query = select(table, videos.c.project_id).join(videos, table.c.video_id == videos.c.id)
    query = query.where(table.c.change > change).order_by(table.c.change)
    names = ("change", "video_id", "run_id", "track_id", "start", "stop")
    return tuple((Removal(**{name: getattr(row, name) for name in names}), row.project_id) for row in tx.execute(query))


def _narrow(
    query: S, video_id: str, *, run_id: str | None, track_id: str | None, start: int | None, stop: int | None
) -> S:
    table = schema.drafts
    query = query.where(table.c.video_id == video_id)
    if run_id is not None:
        query = query.where(table.c.run_id == run_id)
    if track_id is not None:
        query = query.where(table.c.track_id == track_id)
    if start is not None:
        query = query.where(table.c.frame >= start)
    return query if stop is None else query.where(table.c.frame < stop)


def _draft(row: Row[Any]) -> Draft:
    return Draft(**{column.name: row._mapping[column.name] for column in schema.drafts.columns})
