"""A person's edits of tracks and masks, undo and redo, and the history, with answers as the page reads them."""

from collections.abc import Iterable
from typing import Any

from app.errors import BadInput
from app.web import wire
from storage import edits
from storage.authors import is_machine
from storage.database import Database
from storage.edits import Applied, Conflict, Edit, EditError, NothingToUndo
from storage.errors import NotFound
from storage.masks import BadMask

Json = dict[str, Any]


def apply_batch(database: Database, batch: Iterable[Edit]) -> list[Json]:
    """Apply edits in order, each in a transaction of its own; one result per edit.

    The ``status`` of a result is 'applied', 'repeated', 'conflict' (``rows``: the current rows that differ), or
    'refused' (``error``: the reason). A later edit that builds on a refused one is a conflict itself.
    """
    return [_apply(database, edit) for edit in batch]


def require_person(author: str) -> None:
    """Raise `BadInput` for an author name that only jobs may use."""
    if is_machine(author):
        raise BadInput(f"The author {author!r} is the name of a job; edits of a page carry a person's name.")


def take_back(database: Database, *, video: str, author: str, new_id: str, redo: bool, edit: str | None = None) -> Json:
    """Undo (or redo) the author's latest edit of the video with the id ``video``, as a new edit ``new_id``.

    ``edit`` is the id of another edit to undo, by any author, such as one of a proposal run; redo ignores it. In the
    answer, ``frame`` and ``last_frame`` are the first and last frame with changed masks, None if there is none.
    """
    with database.atomic() as tx:
        if redo:
            done = edits.redo(tx, video=video, author=author, new_id=new_id)
        else:
            done = edits.undo(tx, video=video, author=author, new_id=new_id, edit=edit)
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


def history(database: Database, *, video: str, track: str | None, limit: int) -> list[Json]:
    """The newest entries of the video's log, the newest first; with ``track`` only those that changed it."""
    with database.read() as tx:
        return [wire.history_entry(entry) for entry in edits.history(tx, video=video, track=track, limit=limit)]


def _apply(database: Database, edit: Edit) -> Json:
    try:
        with database.atomic() as tx:
            done = edits.apply_edit(tx, edit)
    except (EditError, BadMask, NotFound) as error:
        return {"id": edit.id, "status": "refused", "rows": [], "error": str(error)}
    if isinstance(done, Applied):
        status = "repeated" if done.repeated else "applied"
        return {"id": edit.id, "status": status, "number": done.number, "rows": done.rows}
    return {"id": edit.id, "status": "conflict", "rows": done.rows, "error": "These rows were changed meanwhile."}


def _later_edit(conflict: Conflict, redo: bool) -> str:
    what = "Redo" if redo else "Undo"
    if conflict.by is None:
        return f"{what} is not possible: a later edit changed the same rows."
    by = conflict.by
    return f"{what} is not possible: the later edit {by.number} ({by.kind}, by {by.author}) changed the same rows."
