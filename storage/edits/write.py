"""Writing a planned edit: its entry in the log, its rows, and the withdrawn complete ranges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from storage import schema
from storage.edits import log as edit_log
from storage.edits import row_store
from storage.edits.complete import Planned, withdrawals
from storage.edits.log import LoggedEdit
from storage.edits.row_values import DECLARED_NOW, RANGE_ROW, RowKey, Value, wire_row
from storage.videos import EditedVideo


@dataclass(frozen=True)
class Applied:
    """An edit that is in the log.

    ``rows`` are its rows after the edit, in the form for clients. ``repeated``: it had been applied before, nothing was
    changed now. For an undo or redo, ``undoes`` is the id of the entry that it reverses, and ``of_kind`` the kind of
    the edit that was undone or redone.
    """

    number: int
    id: str
    kind: str
    rows: list[dict[str, Any]]
    repeated: bool = False
    undoes: str | None = None
    of_kind: str | None = None

    @property
    def first_frame(self) -> int | None:
        """The first frame on which the edit changed a mask; None if it changed no mask."""
        return min((row["frame"] for row in self.rows if row["frame"] is not None), default=None)


@dataclass(frozen=True)
class Conflict:
    """An edit that was refused as a whole; nothing was changed.

    ``rows`` are the current rows whose version is not the one that the author saw. ``by`` is the later edit that
    prevents an undo.
    """

    id: str
    rows: list[dict[str, Any]]
    by: LoggedEdit | None = None


_HIGHEST = select(func.max(schema.tracks.c.number)).where(schema.tracks.c.video_id == bindparam("video"))


def next_number(tx: Connection, video_id: str) -> int:
    """The number for the next new track of a video: from 1, never used again."""
    return (tx.execute(_HIGHEST, {"video": video_id}).scalar() or 0) + 1


def write_edit(
    tx: Connection,
    *,
    edit_id: str,
    kind: str,
    author: str,
    video: EditedVideo,
    planned: Mapping[RowKey, Planned],
    base: str | None = None,
    undoes: str | None = None,
    waited: float = 0.0,
) -> Applied:
    """Log an edit, which was made ``waited`` seconds ago, and write its rows with withdrawals of complete ranges."""
    planned = {**planned, **withdrawals(tx, video.id, author=author, planned=planned)}
    # A range that is declared now holds the number of the entry, which the database chooses.
    ready = not any(key.frame == RANGE_ROW for key in planned)
    number = edit_log.append(
        tx,
        edit_id=edit_id,
        kind=kind,
        author=author,
        video_id=video.id,
        project_id=video.project_id,
        undoes=undoes,
        base=base,
        waited=waited,
        changes=_changes(planned, {key: plan.after for key, plan in planned.items()}) if ready else (),
    )
    after = {key: _numbered(key, plan.after, number) for key, plan in planned.items()}
    row_store.write_rows(
        tx,
        video.id,
        version=number,
        before={key: plan.before.value for key, plan in planned.items()},
        after={key: value for key, value in after.items() if value is not None},
    )
    if not ready:
        edit_log.record(tx, number, _changes(planned, after))
    edit_log.index(tx, number, {key: plan.origin for key, plan in planned.items()})
    rows = [wire_row(key, version=number, value=value) for key, value in after.items()]
    return Applied(number=number, id=edit_id, kind=kind, rows=rows, undoes=undoes)


def _changes(planned: Mapping[RowKey, Planned], after: Mapping[RowKey, Value | None]) -> list[dict[str, Any]]:
    """The changes of an entry of the log, with the values ``after`` it."""
    return [
        edit_log.dumped(
            key,
            before_version=plan.before.version,
            before=plan.before.value,
            after=after[key],
            origin=plan.origin,
        )
        for key, plan in planned.items()
    ]


def applied_again(earlier: LoggedEdit) -> Applied:
    """The result for a repeated edit: the rows of its first result."""
    return Applied(
        number=earlier.number,
        id=earlier.id,
        kind=earlier.kind,
        rows=earlier.rows,
        repeated=True,
        undoes=earlier.undoes,
    )


def _numbered(key: RowKey, value: Value | None, number: int) -> Value | None:
    if key.frame == RANGE_ROW and value is not None and value["declared"] == DECLARED_NOW:
        return {**value, "declared": number}
    return value
