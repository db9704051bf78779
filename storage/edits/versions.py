"""Earlier versions of one track: the edits that changed it, and the track as it was after one of them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage import schema
from storage.edits import log as edit_log
from storage.edits.log import HistoryEntry
from storage.edits.row_values import TRACK_ROW, RowKey, Value, unpack
from storage.errors import NotFound
from storage.masks import chunks


@dataclass(frozen=True)
class VersionLine:
    """One edit that changed a track, and a mask of the track that it wrote.

    ``frame``: the first frame of the track that it changed, rather one with a mask; None if it changed none. ``mask``:
    the hash of the mask there, None where there is none.
    """

    edit: HistoryEntry
    frame: int | None
    mask: str | None


@dataclass(frozen=True)
class TrackVersion:
    """A track after an edit: its own row, and its masks by frame. ``number`` is that of the edit."""

    number: int
    own: Value
    rows: dict[int, Value]


def track_versions(tx: Connection, *, video: str, track: str, limit: int = 100) -> tuple[VersionLine, ...]:
    """The newest versions of a track, newest first, at most ``limit``; one line for consecutive edits of one run."""
    lines = edit_log.history(tx, video=video, track=track, limit=limit)
    values = _values(tx, video, track, {line.number for line in lines})
    return tuple(_line(line, values.get(line.number, {})) for line in lines)


def track_version(tx: Connection, *, video: str, track: str, number: int) -> TrackVersion:
    """A track as it was after the edit with this number, or after the last one before it.

    Raises:
        NotFound: the video has no such track, or had none then.
    """
    rows = schema.edit_rows
    newest = select(rows.c.frame, func.max(rows.c.number)).where(rows.c.owner == track, rows.c.number <= number)
    last = {frame: written for frame, written in tx.execute(newest.group_by(rows.c.frame))}
    values = _values(tx, video, track, set(last.values()))
    then = {frame: values.get(written, {}).get(frame) for frame, written in last.items()}
    own = then.pop(TRACK_ROW, None)
    if own is None:
        raise NotFound("track", track)
    kept = {frame: value for frame, value in sorted(then.items()) if value is not None}
    return TrackVersion(number=number, own=own, rows=kept)


def _values(tx: Connection, video: str, track: str, numbers: Collection[int]) -> dict[int, dict[int, Value | None]]:
    """Number of an edit of this video -> what it wrote into the track, by frame (-1: the track's own row)."""
    edits = schema.edits
    found: dict[int, dict[int, Value | None]] = {}
    for part in chunks(numbers):
        query = select(edits.c.number, edits.c.changes).where(edits.c.number.in_(part), edits.c.video_id == video)
        for number, changes in tx.execute(query):
            mine = (entry for entry in changes if entry["owner"] == track)
            found[number] = {entry["frame"]: unpack(RowKey(track, entry["frame"]), entry["after"]) for entry in mine}
    return found


def _line(edit: HistoryEntry, values: dict[int, Value | None]) -> VersionLine:
    masks = {frame: value for frame, value in sorted(values.items()) if frame >= 0}
    shown = (
        (frame, value["mask"]) for frame, value in masks.items() if value is not None and value["mask"] is not None
    )
    frame, mask = next(shown, (next(iter(masks), None), None))
    return VersionLine(edit=edit, frame=frame, mask=mask)
