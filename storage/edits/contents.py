"""What a mask row says, apart from its marks: which edit first said it, and whether it says the same as once before.

Key, attributes and *needs a look* are marks: setting one writes the row anew, but says nothing else of its pixels.
"""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection

from storage.edits import log as edit_log
from storage.edits.log import LoggedChange, LoggedEdit, RowEntry
from storage.edits.row_values import RowKey, Value, is_human


class MaskContent(NamedTuple):
    """What a row says without its marks. ``mask``: the hash, None for absent. ``human``: a person drew or judged it."""

    mask: str | None
    human: bool
    rejected: bool


class Contents:
    """The contents of some mask rows: those of today, and those that an edit gave them."""

    def __init__(self, tx: Connection, keys: Iterable[RowKey]) -> None:
        self._tx = tx
        self._entries = edit_log.row_entries(tx, keys)
        self._edits: dict[int | str, _Written | None] = {}  # by number, and by id

    def first_edit(self, key: RowKey) -> LoggedEdit | None:
        """The edit that first wrote what the row says now; None where there is no row."""
        entries = self._entries.get(key, [])
        number = _now(entries)
        if not number:
            return None
        while earlier := origin_before(entries, number):
            change = self._by(number).changes[key]
            if _content(change.before) != _content(change.after):
                break
            number = earlier
        return self._by(number).edit

    def is_as(self, key: RowKey, edit_id: str) -> bool:
        """Whether the row is there and says what this edit made it say."""
        number = _now(self._entries.get(key, []))
        if not number:
            return False
        now = self._by(number)
        if now.edit.id == edit_id:
            return True
        once = self._named(edit_id)
        said = None if once is None or key not in once.changes else once.changes[key].after
        return _content(said) == _content(now.changes[key].after)

    def _by(self, number: int) -> "_Written":
        found = self._named(number)
        if found is None:
            raise LookupError(f"The log has no edit {number}, though it wrote a row.")
        return found

    def _named(self, name: int | str) -> "_Written | None":
        """The edit with a number or an id; it is read once for all of its rows."""
        if name not in self._edits:
            if isinstance(name, int):
                edit = edit_log.edit_by_number(self._tx, name)
            else:
                edit = edit_log.find_edit(self._tx, name)
            changes = {} if edit is None else {change.key: change for change in edit.changes}
            self._edits[name] = None if edit is None else _Written(edit, changes)
        return self._edits[name]


class _Written(NamedTuple):
    edit: LoggedEdit
    changes: dict[RowKey, LoggedChange]


def _now(entries: list[RowEntry]) -> int:
    """The edit that wrote what a row says now; 0: there is no row, for it was never written or that was undone."""
    return entries[-1].origin if entries else 0


def origin_before(entries: list[RowEntry], number: int) -> int:
    """The edit that first wrote what a row said before the edit ``number``; 0: there was no row."""
    return next((entry.origin for entry in reversed(entries) if entry.number < number), 0)


def _content(value: Value | None) -> MaskContent | None:
    return None if value is None else MaskContent(value["mask"], is_human(value), value["review"] == "rejected")
