"""The likely errors of a video's tracks, as the latest search found them; see ``app.reviewing``.

They are suggestions of a machine beside the rows, not part of the edit log: a search replaces those of the one before.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import JSON, Connection, and_, column, delete, exists, func, insert, or_, select, true

from storage import schema
from storage.declared_frames import about_category

ABSENCES = ("flicker", "gap")
"""Kinds of errors that are about frames where a track is not."""
ASSUMED = and_(
    schema.masks.c.state == "absent", schema.masks.c.review == "unreviewed", schema.masks.c.source != "drawn"
)
"""SQL condition: mask rows where a model alone saw nothing."""
AGREEMENT = "agreement"
"""In the ``extra`` of a mask row: how far the windows of its proposal agree, 0 to 1; stored where they disagree."""


@dataclass(frozen=True)
class StoredError:
    """One likely error.

    ``tracks``: ids, the one to look at first. ``masks``: the hash of each one's mask on ``frame`` when the search read
    it (None: no mask). ``first`` to ``last`` are the frames, both included. ``strength``: 0 to 1. ``evidence``: figures
    for the sentence that people read.
    """

    kind: str
    tracks: tuple[str, ...]
    masks: tuple[str | None, ...]
    first: int
    last: int
    frame: int
    strength: float
    evidence: Mapping[str, float]


@dataclass(frozen=True)
class Search:
    """The result of a search: ``edit`` is the number of the last edit that it saw, ``created`` unix seconds."""

    edit: int
    created: float
    errors: tuple[StoredError, ...]


def replace(tx: Connection, video_id: str, errors: Sequence[StoredError], *, edit: int) -> None:
    """Store the errors of a video, strongest first, in place of those of an earlier search."""
    table = schema.likely_errors
    forget(tx, video_id)
    found = [asdict(error) for error in errors]
    tx.execute(insert(table).values(video_id=video_id, edit=edit, created=time.time(), errors=found))


def forget(tx: Connection, video_id: str) -> None:
    """Delete what a search stored for a video."""
    tx.execute(delete(schema.likely_errors).where(schema.likely_errors.c.video_id == video_id))


def latest(tx: Connection, video_id: str) -> Search | None:
    """The latest search of a video, or None."""
    table = schema.likely_errors
    row = tx.execute(select(table).where(table.c.video_id == video_id)).one_or_none()
    if row is None:
        return None
    errors = tuple(
        StoredError(**{**one, "tracks": tuple(one["tracks"]), "masks": tuple(one["masks"])}) for one in row.errors
    )
    return Search(row.edit, row.created, errors)


def tracks_with_doubted_absences(tx: Connection, project_id: str) -> set[str]:
    """Ids of tracks that stand and of which the latest searches doubt an absence that is still a question.

    It is one until a person judges that frame or declares it complete for the track's category, or the track gets a
    mask there. The editor asks by the same rule.
    """
    searches, tracks, masks, videos = schema.likely_errors, schema.tracks, schema.masks, schema.videos
    unpacked = func.json_each if tx.dialect.name == "sqlite" else func.json_array_elements
    error = unpacked(searches.c.errors).table_valued(column("value", JSON)).c.value
    frame = error["frame"].as_integer()
    ranges = schema.complete_ranges
    declared = exists().where(
        ranges.c.video_id == searches.c.video_id,
        ranges.c.start <= frame,
        ranges.c.stop > frame,
        about_category(tx),
    )
    found = (
        select(tracks.c.id)
        .select_from(searches)
        .join(error.table, true())
        .join(videos, videos.c.id == searches.c.video_id)
        .join(tracks, tracks.c.id == error[("tracks", 0)].as_string())
        .outerjoin(masks, and_(masks.c.track_id == tracks.c.id, masks.c.frame == frame))
        .where(
            *(videos.c.project_id == project_id, videos.c.removed.is_(None)),
            *(tracks.c.deleted.is_(False), tracks.c.rejected.is_(False)),
            error["kind"].as_string().in_(ABSENCES),
            or_(masks.c.track_id.is_(None), ASSUMED),
            ~declared,
        )
    )
    return set(tx.scalars(found))
