"""The likely errors of a video's tracks, as the latest search found them; see ``app.reviewing``.

They are suggestions of a machine beside the rows, not part of the edit log: a search replaces those of the one before.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from storage import schema

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
