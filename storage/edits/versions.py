"""Earlier versions of one track: the edits that changed it, and the track as it was after one of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from storage import schema
from storage.authors import is_persons_work
from storage.edits import log as edit_log
from storage.edits.log import HistoryEntry
from storage.edits.row_values import TRACK_ROW, RowKey, Value, unpack
from storage.errors import NotFound
from storage.masks import chunks

_LOOKED_AT = 500  # edits of one row


@dataclass(frozen=True)
class VersionLine:
    """One edit that changed a track, and the mask of a frame that shows what it did.

    ``frame``: the first frame of the track on which the edit wrote a mask, else on which it took one away, else that it
    changed at all; None if it changed none. ``mask``: the hash of the mask there. ``gone``: the edit took it away.
    """

    edit: HistoryEntry
    frame: int | None
    mask: str | None
    gone: bool


@dataclass(frozen=True)
class TrackVersion:
    """A track after an edit: its own row, and its masks by frame. ``number`` is that of the edit."""

    number: int
    own: Value
    rows: dict[int, Value]


def track_versions(
    tx: Connection, *, video: str, track: str, before: int | None = None, limit: int = 100
) -> tuple[VersionLine, ...]:
    """The newest versions of a track, newest first, at most ``limit``; one line for consecutive edits of one run.

    ``before``: the number of the last line of the page before; only older ones.
    """
    lines = edit_log.history(tx, video=video, track=track, before=before, limit=limit)
    changes = _changes(tx, video, track, {line.number for line in lines})
    return tuple(_line(line, changes.get(line.number, {})) for line in lines)


def track_version(tx: Connection, *, video: str, track: str, number: int) -> TrackVersion:
    """A track as it was after the edit with this number, or after the last one before it.

    Raises:
        NotFound: the video has no such track, or had none then.
    """
    rows = schema.edit_rows
    newest = select(rows.c.frame, func.max(rows.c.number)).where(rows.c.owner == track, rows.c.number <= number)
    last = {frame: written for frame, written in tx.execute(newest.group_by(rows.c.frame))}
    changes = _changes(tx, video, track, set(last.values()))
    written = {frame: changes.get(number, {}).get(frame) for frame, number in last.items()}
    then = {frame: None if change is None else change.after for frame, change in written.items()}
    own = then.pop(TRACK_ROW, None)
    if own is None:
        raise NotFound("track", track)
    kept = {frame: value for frame, value in sorted(then.items()) if value is not None}
    return TrackVersion(number=number, own=own, rows=kept)


def machine_row(tx: Connection, *, video: str, track: str, frame: int) -> Value | None:
    """The row of a track on a frame as a machine wrote it last, before a person changed or judged it; None: never."""
    rows = schema.edit_rows
    written = select(rows.c.number).where(rows.c.owner == track, rows.c.frame == frame)
    numbers = list(tx.execute(written.order_by(rows.c.number.desc()).limit(_LOOKED_AT)).scalars())
    changes = _changes(tx, video, track, numbers)
    for number in numbers:
        change = changes.get(number, {}).get(frame)
        value = None if change is None else change.after
        if value is not None and not is_persons_work(source=value["source"], review=value["review"]):
            return value
    return None


@dataclass(frozen=True)
class _BeforeAfter:
    before: Value | None
    after: Value | None


def _changes(tx: Connection, video: str, track: str, numbers: Collection[int]) -> dict[int, dict[int, _BeforeAfter]]:
    """Number of an edit of this video -> what it changed in the track, by frame (-1: the track's own row)."""
    edits = schema.edits
    found: dict[int, dict[int, _BeforeAfter]] = {}
    for part in chunks(numbers):
        query = select(edits.c.number, edits.c.changes).where(edits.c.number.in_(part), edits.c.video_id == video)
        for number, changes in tx.execute(query):
            mine = (entry for entry in changes if entry["owner"] == track)
            found[number] = {entry["frame"]: _unpacked(RowKey(track, entry["frame"]), entry) for entry in mine}
    return found


def _unpacked(key: RowKey, entry: Mapping[str, Any]) -> _BeforeAfter:
    return _BeforeAfter(before=unpack(key, entry["before"]), after=unpack(key, entry["after"]))


def _line(edit: HistoryEntry, changes: Mapping[int, _BeforeAfter]) -> VersionLine:
    rows = [(frame, change) for frame, change in sorted(changes.items()) if frame >= 0]
    for gone in (False, True):
        for frame, change in rows:
            value = change.before if gone else change.after
            if value is not None and value["mask"] is not None:
                return VersionLine(edit=edit, frame=frame, mask=value["mask"], gone=gone)
    return VersionLine(edit=edit, frame=rows[0][0] if rows else None, mask=None, gone=False)
