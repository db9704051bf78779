"""Edits: the only way to change tracks, masks and complete ranges.

An edit is applied as a whole, in the caller's transaction, if all its rows still have the version that its author saw.
Otherwise nothing is changed and the caller gets the rows that differ. Undo, redo, the log, and edits that only add rows
to a staged video have modules of their own; this package exports them too.
"""

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from storage import schema
from storage.edits import log as edit_log
from storage.edits import row_store
from storage.edits.adding import Addition, NewMask, NewTrack, add_rows, prepare_addition
from storage.edits.checks import MachineOnHumanRow, check_frames, check_machine, check_references
from storage.edits.complete import CompleteRange, Planned, as_declared_before, list_complete
from storage.edits.log import HistoryEntry, LoggedEdit, edits_since, find_edit, history, last_number
from storage.edits.row_store import StoredRow
from storage.edits.row_values import (
    RANGE_ROW,
    TRACK_ROW,
    EditError,
    RowKey,
    Value,
    mask_value,
    range_value,
    track_value,
    wire_row,
)
from storage.edits.undoing import NothingToUndo, redo, undo
from storage.edits.write import Applied, Conflict, applied_again, next_number, write_edit
from storage.masks import prepare_blobs, put_prepared
from storage.videos import EditedVideo, lock_video

__all__ = [
    "AS_BASE_LEFT_IT",
    "Addition",
    "Applied",
    "Change",
    "CompleteRange",
    "Conflict",
    "Edit",
    "EditError",
    "HistoryEntry",
    "LoggedEdit",
    "MachineOnHumanRow",
    "NewMask",
    "NewTrack",
    "NothingToUndo",
    "add_rows",
    "apply_edit",
    "edits_since",
    "find_edit",
    "history",
    "last_number",
    "list_complete",
    "prepare_addition",
    "redo",
    "undo",
]

AS_BASE_LEFT_IT = -1
"""As ``before_version``: the row's last edit must be the base of this edit, or an edit that the base builds on."""

MAX_FRAMES = 1 << 31
"""Bound of frame numbers: far above any video, and within the integers of any database."""


@dataclass(frozen=True)
class Change:
    """One row of an edit: a mask (track and frame), a track's own row (frame None) or a complete range (``range_id``).

    ``before_version`` is the row's version that the author saw: 0 for no row, ``AS_BASE_LEFT_IT`` within a queue.
    ``after`` is the new value; None deletes the row (a track is only marked as deleted). For a mask row see
    ``storage.edits.row_values.mask_value``; instead of ``mask`` (a hash) it may have ``rle``, which is stored first.
    """

    track: str | None
    frame: int | None
    before_version: int
    after: Mapping[str, Any] | None
    range_id: str | None = None

    @cached_property
    def key(self) -> RowKey:
        """The key of the row. Raises EditError if it is none of the three kinds."""
        if isinstance(self.range_id, str) and self.track is None and self.frame is None:
            return RowKey(self.range_id, RANGE_ROW)
        on_frame = isinstance(self.frame, int) and 0 <= self.frame < MAX_FRAMES
        if not isinstance(self.track, str) or self.range_id is not None or not (self.frame is None or on_frame):
            raise EditError(
                "A change is of a track and a frame from 0, of a track alone, or of a range alone; got "
                f"track {reprlib.repr(self.track)}, frame {reprlib.repr(self.frame)}, "
                f"range {reprlib.repr(self.range_id)}."
            )
        return RowKey(self.track, TRACK_ROW if self.frame is None else self.frame)

    @property
    def place(self) -> str:
        """The row's name in messages."""
        if self.range_id is not None:
            return f"The complete range {self.range_id}"
        return f"Track {self.track}" if self.frame is None else f"Track {self.track} on frame {self.frame}"


@dataclass(frozen=True)
class Edit:
    """Changes of one video that are applied as one step. The ``author`` of a job or import starts with "run:".

    ``waited``: the seconds between the gesture and the arrival of its edit, as for a page without a connection.
    """

    id: str
    kind: str
    author: str
    video: str
    changes: Sequence[Change] = field(default_factory=tuple)
    undoes: str | None = None
    base: str | None = None
    waited: float = 0.0


def apply_edit(tx: Connection, edit: Edit) -> Applied | Conflict:
    """Apply an edit as a whole, or not at all; needs a write transaction. Repeating an applied id changes nothing.

    Returns:
        Applied, with the changed rows (including complete ranges that the edit withdrew); or Conflict, with the rows
        whose version is not the one that the author saw.

    Raises:
        EditError: it refers to something that does not exist, or a value is invalid. Nothing is changed.
        MachineOnHumanRow: the author is a machine, and a row was made or judged by a person. Nothing is changed.
        BadMask: a mask cannot be decoded.
        NotFound: the video does not exist.
    """
    earlier = edit_log.find_edit(tx, edit.id)
    if earlier is not None:
        if earlier.video_id != edit.video:
            raise EditError(f"The id {edit.id} is taken by an edit of another video; make a new one for every edit.")
        return applied_again(earlier)
    if edit.undoes is not None:
        raise EditError("An edit that undoes another is made by undo() and redo(), not sent.")
    video = lock_video(tx, edit.video)
    keys = [change.key for change in edit.changes]
    if len(set(keys)) != len(keys):
        raise EditError("An edit may change each row only once.")
    check_frames(video, keys)
    own = (RowKey(key.owner, TRACK_ROW) for key in keys if key.frame >= 0)
    rows, strangers = row_store.load_rows_and_strangers(tx, video.id, {*keys, *own})
    stale = _stale(tx, edit, rows) or _on_deleted_tracks(edit, rows)
    if stale:
        return Conflict(
            id=edit.id, rows=[wire_row(key, version=rows[key].version, value=rows[key].value) for key in stale]
        )
    drawn = [change for change in edit.changes if isinstance(change.after, Mapping) and "rle" in change.after]
    blobs = prepare_blobs([change.after["rle"] for change in drawn if change.after is not None])
    put_prepared(tx, blobs)
    planned = _plan(tx, edit, video, rows, {one.key: name for one, name in zip(drawn, blobs.hashes, strict=True)})
    check_references(tx, video, planned, rows, strangers, blobs)
    check_machine(tx, edit.author, kind=edit.kind, planned=planned)
    return write_edit(
        tx,
        edit_id=edit.id,
        kind=edit.kind,
        author=edit.author,
        video=video,
        planned=planned,
        base=edit.base,
        waited=edit.waited,
    )


def _stale(tx: Connection, edit: Edit, rows: Mapping[RowKey, StoredRow]) -> list[RowKey]:
    seen = [change for change in edit.changes if change.before_version != AS_BASE_LEFT_IT]
    stale = [change.key for change in seen if rows[change.key].version != change.before_version]
    on_base = [change.key for change in edit.changes if change.before_version == AS_BASE_LEFT_IT]
    return stale + (_moved_since_base(tx, edit, on_base) if on_base else [])


def _moved_since_base(tx: Connection, edit: Edit, keys: list[RowKey]) -> list[RowKey]:
    """Rows whose last edit is neither the base of this edit nor one that the base builds on."""
    if edit.base is None:
        raise EditError(f"Edit {edit.id} says that a row is as its base left it, but names no base.")
    edits = schema.edits
    entries = edit_log.row_entries(tx, keys)
    waiting = {key: entries[key][-1].number if key in entries else 0 for key in keys}
    base: str | None = edit.base
    newest = edit_log.last_number(tx) + 1
    while base is not None and waiting:
        row = tx.execute(select(edits.c.number, edits.c.base_edit).where(edits.c.id == base)).first()
        # A base is older than the edit that builds on it. Clients choose the ids, so a chain could form a cycle.
        if row is None or row.number >= newest:
            break
        newest = row.number
        # 0: a row without any edit is unchanged since every base.
        waiting = {key: number for key, number in waiting.items() if number not in (0, row.number)}
        base = row.base_edit
    return list(waiting)


def _on_deleted_tracks(edit: Edit, rows: Mapping[RowKey, StoredRow]) -> list[RowKey]:
    """Deleted tracks on which the edit would draw: its author cannot have seen that they are deleted."""
    changed = {change.key for change in edit.changes}
    owners = dict.fromkeys(
        change.key.owner for change in edit.changes if change.key.frame >= 0 and change.after is not None
    )
    own_rows = [RowKey(owner, TRACK_ROW) for owner in owners]
    deleted = [key for key in own_rows if (value := rows[key].value) is not None and value["deleted"]]
    return [key for key in deleted if key not in changed]


def _plan(
    tx: Connection, edit: Edit, video: EditedVideo, rows: Mapping[RowKey, StoredRow], stored: Mapping[RowKey, str]
) -> dict[RowKey, Planned]:
    """The row of each change before and after the edit; ``stored``: hash of each mask that came as run lengths."""
    makes_tracks = any(key.frame == TRACK_ROW and rows[key].value is None for key in (c.key for c in edit.changes))
    number = next_number(tx, video.id) if makes_tracks else 0
    planned: dict[RowKey, Planned] = {}
    for change in edit.changes:
        key = change.key
        current = rows[key].value
        after = change.after
        if key in stored and after is not None:
            after = {name: item for name, item in after.items() if name != "rle"} | {"mask": stored[key]}
        value: Value | None
        if key.frame == TRACK_ROW:
            given = number if current is None else current["number"]
            value = track_value(after, current=current, number=given, place=change.place)
            number += current is None
        elif after is None:
            value = None
        elif key.frame == RANGE_ROW:
            value = range_value(after, count=video.count, place=change.place)
        else:
            value = mask_value(after, current=current, author=edit.author, place=change.place)
        planned[key] = Planned(before=rows[key], after=value)
    return as_declared_before(planned)
