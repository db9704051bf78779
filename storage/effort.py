"""What people's edits took, from the log: seconds since the edit before, and the masks that stand as their work."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select, tuple_

from storage import schema
from storage.authors import MACHINE_PREFIX
from storage.runs import SOURCE


@dataclass(frozen=True)
class PersonEdit:
    """One edit of a person. ``seconds`` since the author's edit before it, in any project; None for the first one.

    ``frames``: mask rows that this edit was the last to change, and that stand now as a person's work. ``created``:
    unix seconds.
    """

    number: int
    video_id: str
    kind: str
    author: str
    created: float
    seconds: float | None
    frames: int


@dataclass(frozen=True)
class ProposedBy:
    """The proposals of a video since ``created`` (unix seconds) come from ``name``, a checkpoint or another source."""

    video_id: str
    created: float
    name: str


def person_edits(tx: Connection, project_id: str) -> tuple[PersonEdit, ...]:
    """The edits of people in a project, oldest first.

    Rows stand as a person's work if they are accepted, corrected or drawn, also as *absent*, on tracks that are neither
    rejected nor deleted.
    """
    frames = _standing(tx, project_id)
    return tuple(
        PersonEdit(row.number, row.video_id, row.kind, row.author, row.created, row.seconds, frames[row.number])
        for row in tx.execute(_timed(project_id))
    )


def _timed(project_id: str) -> Select[Any]:
    """The edits of people in a project with the seconds since the author's edit before.

    It is looked up for each by an index: other projects may have millions of edits.
    """
    edits, before = schema.edits.c, schema.edits.alias("before").c
    previous = (
        select(before.created)
        .where(before.author == edits.author)
        .where(tuple_(before.created, before.number) < tuple_(edits.created, edits.number))
        .order_by(before.created.desc(), before.number.desc())
        .limit(1)
        .scalar_subquery()
        .correlate(schema.edits)
    )
    return (
        select(
            edits.number,
            edits.video_id,
            edits.kind,
            edits.author,
            edits.created,
            (edits.created - previous).label("seconds"),
        )
        .where(edits.project_id == project_id, edits.author.not_like(f"{MACHINE_PREFIX}%"))
        .order_by(edits.created, edits.number)
    )


def _standing(tx: Connection, project_id: str) -> Counter[int]:
    """Number of an edit -> the rows that stand as a person's work and that it changed last, of all people's edits."""
    masks, tracks, videos = schema.masks.c, schema.tracks.c, schema.videos.c
    rows, edits = schema.edit_rows.c, schema.edits.c
    last = (
        select(func.max(rows.number).label("number"))
        .select_from(schema.masks)
        .join(schema.tracks, tracks.id == masks.track_id)
        .join(schema.videos, videos.id == tracks.video_id)
        .join(schema.edit_rows, and_(rows.owner == masks.track_id, rows.frame == masks.frame))
        .join(schema.edits, edits.number == rows.number)
        .where(
            videos.project_id == project_id,
            videos.removed.is_(None),
            tracks.deleted.is_(False),
            tracks.rejected.is_(False),
            or_(masks.review.in_(("accepted", "corrected")), and_(masks.source == "drawn", masks.review != "rejected")),
            edits.author.not_like(f"{MACHINE_PREFIX}%"),
        )
        .group_by(masks.track_id, masks.frame)
        .subquery()
    )
    counted = select(last.c.number, func.count()).group_by(last.c.number)
    return Counter({number: count for number, count in tx.execute(counted)})


def proposers(tx: Connection, project_id: str) -> tuple[ProposedBy, ...]:
    """What proposed in the videos of a project, oldest first: the checkpoint, or the source that a file names."""
    runs, checkpoints = schema.runs.c, schema.checkpoints.c
    query = (
        select(runs.video_id, runs.created, runs.settings, checkpoints.name)
        .outerjoin(schema.checkpoints, checkpoints.id == runs.checkpoint_id)
        .where(runs.project_id == project_id, runs.kind == "proposal", runs.video_id.is_not(None))
        .order_by(runs.created, runs.id)
    )
    found = []
    for video_id, created, settings, checkpoint in tx.execute(query):
        name = checkpoint or dict(settings or {}).get(SOURCE)
        if name:
            found.append(ProposedBy(video_id, created, str(name)))
    return tuple(found)
