"""The promise of undo and redo as a model of plain dicts, for tests of random sequences of edits."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Key = tuple[int, int | None]
"""A track by its place in the test's list, and a frame; None: the track's own row."""


@dataclass
class Entry:
    """An edit or undo as the model remembers it: what each row was before, and what it left."""

    author: str
    before: dict[Key, Any]
    after: dict[Key, Any]
    undoes: "Entry | None" = None
    undone: bool = False


@dataclass
class Model:
    """Rows as (content, the entry the content is from); undo swaps both, which is what the storage promises.

    ``deleted`` gives for the content of a track's own row that of the deleted track: what undoing its making leaves.
    """

    rows: dict[Key, tuple[Any, Entry | None]] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    deleted: Callable[[Any], Any] = lambda content: content

    def content(self, key: Key) -> tuple[Any, Entry | None]:
        return self.rows.get(key, (None, None))

    def edit(self, author: str, changes: Mapping[Key, Any]) -> None:
        entry = Entry(author, {key: self.content(key) for key in changes}, {})
        entry.after = {key: (value, entry) for key, value in changes.items()}
        self.rows.update(entry.after)
        self.log.append(entry)

    def undo_target(self, author: str) -> Entry | None:
        own = [entry for entry in self.log if entry.author == author and entry.undoes is None and not entry.undone]
        return own[-1] if own else None

    def redo_target(self, author: str) -> Entry | None:
        for entry in reversed(self.log):
            if entry.author == author and entry.undoes is None:
                return None
            if entry.author == author and entry.undoes and entry.undoes.undoes is None and not entry.undone:
                return entry
        return None

    def free(self, target: Entry) -> bool:
        """Whether no later edit has changed the rows of an entry, nor drawn on a track that it has made."""
        made = {key[0] for key, (value, _) in target.before.items() if key[1] is None and value is None}
        drawn = {key for key, (value, _) in self.rows.items() if key[0] in made and value is not None}
        return drawn <= set(target.after) and all(
            self.content(key)[1] is origin and self.content(key)[0] == value
            for key, (value, origin) in target.after.items()
        )

    def take_back(self, author: str, target: Entry) -> None:
        entry = Entry(author, copy.copy(target.after), copy.copy(target.before), undoes=target)
        for key, (value, origin) in target.before.items():
            if key[1] is None and value is None:
                entry.after[key] = (self.deleted(target.after[key][0]), origin)
        target.undone = True
        if target.undoes is not None:
            target.undoes.undone = False
        self.rows.update(entry.after)
        self.log.append(entry)
