"""What SQLite alone needs for the rows of the store: the same rows through `sqlite3`, without checks and objects.

Values are ready when they come: masks are measured and hashed, changes are JSON-ready.
"""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BLOB = (
    "INSERT INTO blobs (hash, counts, height, width, area, x, y, w, h) VALUES (?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT DO NOTHING"
)
_EDIT = "INSERT INTO edits (id, project_id, video_id, kind, author, created, changes) VALUES (?,?,?,?,?,?,?)"
_TRACK = "INSERT INTO tracks (id, video_id, number, score, version) VALUES (?,?,?,?,?)"
_MASK = "INSERT INTO masks (track_id, frame, state, blob_hash, source, review, version) VALUES (?,?,?,?,?,?,?)"
_REDRAWN = (
    "UPDATE masks SET state = 'present', blob_hash = ?, source = 'drawn', review = 'corrected', version = ? "
    "WHERE track_id = ? AND frame = ?"
)
_INDEX = "INSERT INTO edit_rows (owner, frame, number, origin) VALUES (?,?,?,?)"
_RANGE = (
    "SELECT m.*, b.area FROM masks m JOIN tracks t ON m.track_id = t.id LEFT JOIN blobs b ON b.hash = m.blob_hash "
    "WHERE t.video_id = ? AND NOT t.deleted AND m.frame >= ? AND m.frame < ? ORDER BY t.number, m.frame"
)
_DRAWN = (
    "SELECT b.hash, b.height, b.width, b.counts FROM masks m JOIN tracks t ON m.track_id = t.id "
    "JOIN blobs b ON b.hash = m.blob_hash WHERE t.video_id = ? AND NOT t.deleted AND m.frame >= ? AND m.frame < ?"
)


@dataclass(frozen=True)
class ReadyEdit:
    """An edit whose values are ready; masks are (track, frame, hash)."""

    id: str
    project: str
    video: str
    blobs: Sequence[tuple[object, ...]]
    tracks: Sequence[str]
    masks: Sequence[tuple[str, int, str]]
    changes: Sequence[Mapping[str, Any]]


class SqliteAlone:
    """A connection to the file of a store, as durable as that of the store for a person's edits."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("foreign_keys = ON", "synchronous = FULL", "busy_timeout = 30000"):
            self._connection.execute(f"PRAGMA {pragma}")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def propose(self, edit: ReadyEdit) -> None:
        """New tracks with their masks, as one edit."""
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        self._look_up(edit)
        number = self._log(edit, "propose", "run:benchmark")
        rows = [(track, edit.video, at, 0.5, number) for at, track in enumerate(edit.tracks, start=1)]
        run.executemany(_TRACK, rows)
        masks = [(*place, "present", name, "proposed", "unreviewed", number) for *place, name in edit.masks]
        run.executemany(_MASK, masks)
        self._index([(track, -1) for track in edit.tracks], number)
        self._index([(track, frame) for track, frame, _ in edit.masks], number)
        run.execute("COMMIT")

    def stroke(self, edit: ReadyEdit) -> None:
        """One mask drawn anew: its rows are read, and the new ones written."""
        run = self._connection
        ((track, frame, name),) = edit.masks
        run.execute("BEGIN IMMEDIATE")
        self._look_up(edit)
        run.execute("SELECT * FROM masks WHERE track_id = ? AND frame = ?", (track, frame)).fetchall()
        run.execute("SELECT * FROM tracks WHERE id = ?", (track,)).fetchall()
        number = self._log(edit, "brush", "you")
        run.execute(_REDRAWN, (name, number, track, frame))
        self._index([(track, frame)], number)
        run.execute("COMMIT")

    def rows(self, video: str, start: int, stop: int) -> list[tuple[Any, ...]]:
        """The mask rows of frames start..stop-1, with the areas of their masks."""
        return self._read(_RANGE, video, start, stop)

    def masks(self, video: str, start: int, stop: int) -> dict[str, tuple[int, int, str]]:
        """The masks of frames start..stop-1 by their hashes."""
        found = self._read(_DRAWN, video, start, stop)
        return {name: (height, width, counts.decode("ascii")) for name, height, width, counts in found}

    def rebuilt(self, video: str) -> dict[tuple[str, int], tuple[int, Any]]:
        """All rows of a video that follow from its log."""
        state: dict[tuple[str, int], tuple[int, Any]] = {}
        log = self._read("SELECT number, changes FROM edits WHERE video_id = ? ORDER BY number", video)
        for number, changes in log:
            for change in json.loads(changes):
                key = (change["owner"], change["frame"])
                if change["after"] is None:
                    state.pop(key, None)
                else:
                    state[key] = (number, change["after"])
        return state

    def _read(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        self._connection.execute("BEGIN")
        found = self._connection.execute(sql, values).fetchall()
        self._connection.execute("COMMIT")
        return found

    def _look_up(self, edit: ReadyEdit) -> None:
        run = self._connection
        run.execute("SELECT * FROM edits WHERE id = ?", (edit.id,)).fetchall()
        run.execute("SELECT width, height, confirmed FROM videos WHERE id = ?", (edit.video,)).fetchall()
        run.execute("SELECT * FROM complete_ranges WHERE video_id = ?", (edit.video,)).fetchall()

    def _log(self, edit: ReadyEdit, kind: str, author: str) -> int:
        self._connection.executemany(_BLOB, edit.blobs)
        changes = json.dumps(edit.changes)
        values = (edit.id, edit.project, edit.video, kind, author, time.time(), changes)
        return int(self._connection.execute(_EDIT, values).lastrowid or 0)

    def _index(self, keys: Sequence[tuple[str, int]], number: int) -> None:
        self._connection.executemany(_INDEX, [(*key, number, number) for key in keys])
