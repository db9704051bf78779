"""How tracks look, as vectors that ``app.pictures.likeness`` computes: one per track, of its best mask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, insert, select

from storage import schema, summary_tables
from storage.masks import chunks

_tracks, _videos = schema.tracks.c, schema.videos.c
_summary, _stored = summary_tables.track_summaries.c, summary_tables.track_likenesses.c


@dataclass(frozen=True)
class Unseen:
    """A track whose vector is not stored: its best mask ``blob_hash`` on ``frame`` of a video."""

    track_id: str
    video_id: str
    frame: int
    blob_hash: str


def unseen(
    tx: Connection, project_id: str, *, method: str, limit: int, video_id: str | None = None
) -> tuple[int, tuple[Unseen, ...]]:
    """How many tracks of a project have no vector of their mask by this method, and the first of them.

    With ``video_id`` only the tracks of that video. They come by video and frame, so that frames next to each other are
    read together.
    """
    current = and_(_stored.track_id == _tracks.id, _stored.blob_hash == _summary.blob_hash, _stored.method == method)
    joined = (
        schema.tracks.join(summary_tables.track_summaries, _summary.track_id == _tracks.id)
        .join(schema.videos, _videos.id == _tracks.video_id)
        .outerjoin(summary_tables.track_likenesses, current)
    )
    within = (
        _videos.project_id == project_id,
        _videos.removed.is_(None),
        _tracks.deleted.is_(False),
        _summary.blob_hash.is_not(None),
        _stored.track_id.is_(None),
        *(() if video_id is None else (_tracks.video_id == video_id,)),
    )
    number = tx.execute(select(func.count()).select_from(joined).where(*within)).scalar_one()
    columns = (_tracks.id, _tracks.video_id, _summary.frame, _summary.blob_hash)
    query = select(*columns).select_from(joined).where(*within).order_by(_tracks.video_id, _summary.frame, _tracks.id)
    return number, tuple(Unseen(*row) for row in tx.execute(query.limit(limit)))


def put(tx: Connection, vectors: Mapping[Unseen, bytes], *, method: str) -> None:
    """Store vectors in place of earlier ones of these tracks; an empty one says that the track cannot be compared."""
    table = summary_tables.track_likenesses
    rows = [
        {"track_id": one.track_id, "blob_hash": one.blob_hash, "method": method, "vector": vector}
        for one, vector in vectors.items()
    ]
    if not rows:
        return
    for part in chunks(row["track_id"] for row in rows):
        tx.execute(delete(table).where(table.c.track_id.in_(part)))
    known = set(tx.execute(select(_tracks.id).where(_tracks.id.in_([row["track_id"] for row in rows]))).scalars())
    # A track may have been deleted for good while its picture was read.
    rows = [row for row in rows if row["track_id"] in known]
    if rows:
        tx.execute(insert(table), rows)


def vectors(tx: Connection, track_ids: Iterable[str], *, method: str) -> dict[str, bytes]:
    """Track id -> vector by this method; tracks that have none, or cannot be compared, are left out."""
    found: dict[str, bytes] = {}
    for part in chunks(track_ids):
        query = select(_stored.track_id, _stored.vector).where(_stored.track_id.in_(part), _stored.method == method)
        found.update((track_id, vector) for track_id, vector in tx.execute(query) if vector)
    return found
