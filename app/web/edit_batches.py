"""Use case: what a person does to tracks and masks, as edits; undo, redo and the history."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.errors import BadInput
from app.web import wire
from storage import edits
from storage.database import Database
from storage.edits import Applied, Change, Conflict, Edit, EditError, MachineOnHumanRow, NothingToUndo
from storage.errors import NotFound
from storage.masks import BadMask
from storage.videos import Video

Json = dict[str, Any]
MACHINE = "run:"


@dataclass(frozen=True)
class EditRequest:
    """One edit as a page sends it: its changes are dicts with track, frame, before_version, after, range_id."""

    id: str
    kind: str
    base: str | None
    changes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Batch:
    """A queue of edits of one author on one video."""

    video: Video
    author: str
    edits: tuple[EditRequest, ...]


def apply_batch(database: Database, batch: Batch) -> list[Json]:
    """Applies the edits in order, each in a transaction of its own; one result per edit.

    A result has ``status`` 'applied', 'repeated', 'conflict' (``rows`` are the current rows that differ) or 'refused'
    (``error`` is the reason). A later edit that builds on a refused one is in conflict itself.
    """
    require_person(batch.author)
    return [_apply(database, batch, request) for request in batch.edits]


def require_person(author: str) -> None:
    """Raises `BadInput` for a name that only jobs may sign with."""
    if author.startswith(MACHINE):
        raise BadInput(f"The author {author!r} is the name of a job; edits of a page carry a person's name.")


def take_back(
    database: Database, *, video: Video, author: str, new_id: str, redo: bool, edit: str | None = None
) -> Json:
    """Undo (or redo) of the author's latest edit of this video, as a new edit with the id ``new_id``.

    ``edit`` names another entry to undo, whoever made it (a run of proposals, for one); it has no meaning for redo.
    The answer's ``frame`` and ``last_frame`` are the first and last frame whose masks changed, None where none did.
    """
    require_person(author)
    with database.atomic() as tx:
        if redo:
            done = edits.redo(tx, video=video.id, author=author, new_id=new_id)
        else:
            done = edits.undo(tx, video=video.id, author=author, new_id=new_id, edit=edit)
    if isinstance(done, NothingToUndo):
        return {"status": "nothing", "rows": []}
    if isinstance(done, Conflict):
        by = None if done.by is None else wire.edit_event(done.by)
        return {"status": "conflict", "rows": done.rows, "by": by, "error": _later_edit(done, redo)}
    return {
        "status": "applied",
        "edit": done.id,
        "number": done.number,
        "rows": done.rows,
        "kind": done.of_kind,
        "undoes": done.undoes,
        "frame": done.first_frame,
        "last_frame": max((row["frame"] for row in done.rows if row["frame"] is not None), default=None),
    }


def history(database: Database, *, video: Video, track: str | None, limit: int) -> list[Json]:
    """The newest entries of the video's log, newest first; only those that touched ``track`` when it is given."""
    with database.read() as tx:
        return [wire.history_entry(entry) for entry in edits.history(tx, video=video.id, track=track, limit=limit)]


def _apply(database: Database, batch: Batch, request: EditRequest) -> Json:
    try:
        edit = Edit(
            id=request.id,
            kind=request.kind,
            author=batch.author,
            video=batch.video.id,
            changes=tuple(_change(change) for change in request.changes),
            base=request.base,
        )
        _check_sizes(batch.video, edit)
        with database.atomic() as tx:
            done = edits.apply_edit(tx, edit)
    except (EditError, MachineOnHumanRow, BadMask, NotFound) as error:
        return {"id": request.id, "status": "refused", "rows": [], "error": str(error)}
    if isinstance(done, Applied):
        status = "repeated" if done.repeated else "applied"
        return {"id": request.id, "status": status, "number": done.number, "rows": done.rows}
    return {"id": request.id, "status": "conflict", "rows": done.rows, "error": "These rows were changed meanwhile."}


def _change(change: Mapping[str, Any]) -> Change:
    return Change(
        track=change.get("track"),
        frame=change.get("frame"),
        before_version=change.get("before_version", 0),
        after=change.get("after"),
        range_id=change.get("range_id"),
    )


def _check_sizes(video: Video, edit: Edit) -> None:
    """Raises EditError for a mask of another size than the video's, before anything of the edit is stored."""
    for change in edit.changes:
        if change.frame is not None and change.frame >= video.confirmed:
            raise EditError(
                f"{change.place}: only the first {video.confirmed} frames of {video.name} are counted so far, "
                "and masks can be stored only there."
            )
        rle = (change.after or {}).get("rle")
        if rle is None:
            continue
        size = rle.get("size") if isinstance(rle, Mapping) else None
        if size != [video.height, video.width]:
            raise EditError(
                f"{change.place}: the mask is of size {size}, but the video's frames are "
                f"[{video.height}, {video.width}] (height, width)."
            )


def _later_edit(conflict: Conflict, redo: bool) -> str:
    what = "Redo" if redo else "Undo"
    if conflict.by is None:
        return f"{what} is not possible: a later edit changed the same rows."
    by = conflict.by
    return f"{what} is not possible: the later edit {by.number} ({by.kind}, by {by.author}) changed the same rows."
