"""Use case: relabel, accept, reject or flag many tracks of a project at once, as one edit of a person per video."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import BadInput
from storage import projects, track_bulk, track_summaries
from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit
from storage.track_bulk import BulkCounts, BulkRow, BulkVerb

MOST_TRACKS = 100_000
LOOK = "Edges may be wrong, as in a corrected mask"


@dataclass(frozen=True)
class BulkEdit:
    """An edit that was applied: its id, its video, and the numbers of changed tracks and rows of masks."""

    id: str
    video_id: str
    tracks: int
    masks: int


def preview(database: Database, project_id: str, track_ids: Sequence[str], wanted: BulkVerb) -> BulkCounts:
    """What the verb would do. Raises `BadInput`; the summaries must be up to date."""
    with database.read() as tx:
        known = {category.id for category in projects.list_categories(tx, project_id)}
        if wanted.verb == "relabel" and wanted.category is not None and wanted.category not in known:
            raise BadInput("The chosen category is not offered in this project any more; choose another one.")
        return track_bulk.counts(tx, project_id, track_ids, wanted)


def change_video(
    database: Database, video_id: str, track_ids: Sequence[str], wanted: BulkVerb, *, author: str
) -> BulkEdit | None:
    """Apply the verb to these tracks of one video, as one edit; None if nothing changes.

    The rows are read in the transaction that writes them, so that no conflict is possible.
    """
    with database.atomic() as tx:
        track_summaries.refresh(tx, video_id)
        found = list(track_bulk.rows(tx, video_id, track_ids, wanted))
        if not found:
            return None
        changes = tuple(Change(row.track_id, row.frame, row.version, _after(row, wanted, author)) for row in found)
        edit = Edit(str(uuid.uuid4()), wanted.verb, author, video_id, changes)
        done = apply_edit(tx, edit)
        if not isinstance(done, Applied):
            raise RuntimeError("rows that were read in this transaction have other versions")
    masks = sum(row.frame is not None for row in found)
    return BulkEdit(edit.id, video_id, len({row.track_id for row in found}), masks)


def _after(row: BulkRow, wanted: BulkVerb, author: str) -> dict[str, object]:
    if wanted.verb == "look":
        return {"look": {"reason": LOOK, "author": author}}
    if row.frame is not None:
        return {"review": row.review}
    if wanted.verb == "relabel":
        return {"category": wanted.category}
    return {"rejected": wanted.verb == "reject"}
