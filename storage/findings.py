"""What a search found in the proposals of a run, and how the frames of a video look: facts for ranking videos.

Both are computed by ``app.reviewing.findings``; nothing but the ranking depends on them.
"""

import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, insert, or_, select

from storage import schema, summary_tables
from storage.database import insert_missing
from storage.runs import Run

_runs, _videos = schema.runs.c, schema.videos.c


@dataclass(frozen=True)
class RunFindings:
    """Of one finished proposal run: see ``app.reviewing.ranking.Findings``. ``created``: unix seconds of the run."""

    run_id: str
    video_id: str
    checkpoint_id: str | None
    created: float
    masks: int
    near: int
    errors: float


@dataclass(frozen=True)
class RankedVideo:
    """A video that is not removed: whether a person judged or drew anything in it, and its latest finished run.

    ``has_tracks``: tracks that are not deleted. ``searched``: the run was searched, or without a run the video.
    """

    id: str
    name: str
    reviewed: bool
    has_tracks: bool
    searched: bool
    run: str | None
    checkpoint_id: str | None


def put(tx: Connection, run: Run, *, masks: int, near: int, errors: float) -> None:
    """Store the findings of a run; those of its first search stay, since a person may have changed rows later."""
    values = {"run_id": run.id, "video_id": run.video_id, "masks": masks, "near": near, "errors": errors}
    insert_missing(tx, summary_tables.run_findings, [{**values, "created": time.time()}])


def of_project(tx: Connection, project_id: str) -> tuple[RunFindings, ...]:
    """The findings of all finished runs of a project, the newest run first."""
    table = summary_tables.run_findings.c
    columns = (table.run_id, table.video_id, _runs.checkpoint_id, _runs.created, table.masks, table.near, table.errors)
    query = (
        select(*columns)
        .join(schema.runs, _runs.id == table.run_id)
        .where(_runs.project_id == project_id, _runs.state == "done")
        .order_by(_runs.created.desc(), _runs.id)
    )
    return tuple(RunFindings(*row) for row in tx.execute(query))


def put_look(tx: Connection, video_id: str, *, method: str, vector: bytes) -> None:
    """Store how the frames of a video look (float32), in place of what was stored before; empty: it cannot be read."""
    table = summary_tables.video_looks
    tx.execute(delete(table).where(table.c.video_id == video_id))
    tx.execute(insert(table).values(video_id=video_id, method=method, vector=vector))


def looks(tx: Connection, project_id: str, *, method: str) -> dict[str, bytes]:
    """Video id -> how its frames look by this method; videos without are left out."""
    table = summary_tables.video_looks.c
    query = (
        select(table.video_id, table.vector)
        .join(schema.videos, _videos.id == table.video_id)
        .where(_videos.project_id == project_id, table.method == method)
    )
    return {video_id: bytes(vector) for video_id, vector in tx.execute(query) if vector}


def track_looks(tx: Connection, project_id: str, *, method: str) -> tuple[tuple[str, bool, bytes], ...]:
    """(video id, whether a person kept rows of it, vector) of the project's tracks that can be compared."""
    tracks, summary = schema.tracks.c, summary_tables.track_summaries.c
    table = summary_tables.track_likenesses.c
    query = (
        select(tracks.video_id, func.coalesce(summary.human, 0) > 0, table.vector)
        .join(schema.tracks, tracks.id == table.track_id)
        .join(schema.videos, _videos.id == tracks.video_id)
        .outerjoin(summary_tables.track_summaries, summary.track_id == tracks.id)
        .where(
            _videos.project_id == project_id,
            _videos.removed.is_(None),
            tracks.deleted.is_(False),
            tracks.rejected.is_(False),
            table.method == method,
        )
        .order_by(tracks.video_id, tracks.id)
    )
    return tuple((video_id, bool(kept), bytes(vector)) for video_id, kept, vector in tx.execute(query) if vector)


def ranked_videos(tx: Connection, project_id: str) -> tuple[RankedVideo, ...]:
    """The project's videos, oldest first; the summaries of their tracks must be up to date."""
    tracks, summary = schema.tracks.c, summary_tables.track_summaries.c
    judged = exists().where(
        tracks.video_id == _videos.id,
        tracks.deleted.is_(False),
        summary.track_id == tracks.id,
        or_(tracks.rejected, summary.human > 0),
    )
    declared = exists().where(schema.complete_ranges.c.video_id == _videos.id)
    has_tracks = exists().where(tracks.video_id == _videos.id, tracks.deleted.is_(False))
    looked = exists().where(summary_tables.video_looks.c.video_id == _videos.id)
    videos = (
        select(_videos.id, _videos.name, or_(judged, declared), has_tracks, looked)
        .where(_videos.project_id == project_id, _videos.removed.is_(None))
        .order_by(_videos.created, _videos.id)
    )
    runs = (
        select(_runs.video_id, _runs.id, _runs.checkpoint_id)
        .where(_runs.project_id == project_id, _runs.kind == "proposal", _runs.state == "done")
        .order_by(_runs.created, _runs.id)
    )
    latest = {video_id: (run, checkpoint) for video_id, run, checkpoint in tx.execute(runs)}
    table = summary_tables.run_findings.c
    found = select(table.run_id).join(schema.videos, _videos.id == table.video_id)
    searched = set(tx.execute(found.where(_videos.project_id == project_id)).scalars())
    ranked = []
    for video_id, name, reviewed, any_track, look in tx.execute(videos):
        run, checkpoint = latest.get(video_id, (None, None))
        known = bool(look) and (run is None or run in searched)
        ranked.append(RankedVideo(video_id, name, bool(reviewed), bool(any_track), known, run, checkpoint))
    return tuple(ranked)
