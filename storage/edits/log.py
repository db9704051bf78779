"""The log of edits: append-only, and sufficient to rebuild every row."""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Integer, RowMapping, Select, bindparam, case, func, insert, select, update

from storage import schema
from storage.authors import MACHINE_PREFIX, is_machine
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey, Value, pack, unpack, wire_row
from storage.masks import chunks
from storage.prepared import PreparedStatement

_PART = re.compile(r"~\d+$")  # ends the id of a part of an edit that was too long for one request


@dataclass(frozen=True)
class LoggedChange:
    """One row of an edit: values before and after (None: no row). ``origin``: the edit that first wrote ``after``."""

    key: RowKey
    before_version: int
    before: Value | None
    after: Value | None
    origin: int


@dataclass(frozen=True)
class LoggedEdit:
    """An entry of the log. ``created``: when it was made, in unix seconds; ``undone``: it is undone at present."""

    number: int
    id: str
    project_id: str
    video_id: str
    kind: str
    author: str
    undoes: str | None
    base: str | None
    created: float
    undone: bool
    changes: tuple[LoggedChange, ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows after this edit, in the form for clients."""
        return [wire_row(change.key, version=self.number, value=change.after) for change in self.changes]


@dataclass(frozen=True)
class HistoryEntry:
    """One line of a video's history: the number of changed rows, their tracks, and the first and last frame.

    Several edits of one machine's run are one line; see `history`.
    """

    number: int
    id: str
    kind: str
    author: str
    created: float
    undoes: str | None
    undone: bool
    frames: tuple[int, int] | None
    tracks: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class RowEntry:
    """An edit that changed a row, and the edit that first wrote the content (after an undo, an older one)."""

    number: int
    origin: int


_APPEND = PreparedStatement(
    insert(schema.edits),
    names=("id", "kind", "author", "video_id", "project_id", "undoes", "base_edit", "created", "changes"),
)
_RECORD = PreparedStatement(
    update(schema.edits).where(schema.edits.c.number == bindparam("of_number")), names=("changes",)
)
_INDEX_ROWS = PreparedStatement(insert(schema.edit_rows), names=("owner", "frame", "number", "origin"))
_CHANGES_SINCE = PreparedStatement(
    select(schema.edits.c.number, schema.edits.c.changes)
    .where(schema.edits.c.video_id == bindparam("video"), schema.edits.c.number > bindparam("after"))
    .order_by(schema.edits.c.number)
    .limit(bindparam("most", type_=Integer))
)
_BY_ID = PreparedStatement(select(schema.edits).where(schema.edits.c.id == bindparam("edit_id")))


def append(
    tx: Connection,
    *,
    edit_id: str,
    kind: str,
    author: str,
    video_id: str,
    project_id: str,
    undoes: str | None,
    base: str | None,
    waited: float = 0.0,
    changes: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Add an entry; returns its number. ``record`` adds changes that may contain the number.

    waited: it was made so many seconds ago.
    changes: those that do not, from `new_row` or `dumped`; the caller indexes them by row, for example with `index`.
    """
    values: dict[str, Any] = {
        "id": edit_id,
        "kind": kind,
        "author": author,
        "video_id": video_id,
        "project_id": project_id,
    }
    values |= {"undoes": undoes, "base_edit": base}
    return _APPEND.insert(tx, values | {"created": time.time() - waited, "changes": list(changes)})


def new_row(key: RowKey, value: Value) -> dict[str, Any]:
    """The change of an entry that adds a row."""
    return {"owner": key.owner, "frame": key.frame, "before_version": 0, "before": None, "after": pack(key, value)}


def dumped(
    key: RowKey, *, before_version: int, before: Value | None, after: Value | None, origin: int | None
) -> dict[str, Any]:
    """A change of an entry as the log holds it; ``origin``: the edit that first wrote ``after``, None: the entry."""
    entry: dict[str, Any] = {"owner": key.owner, "frame": key.frame, "before_version": before_version}
    entry |= {"before": pack(key, before), "after": pack(key, after)}
    if origin is not None:
        entry["origin"] = origin
    return entry


def record(tx: Connection, number: int, changes: Iterable[Mapping[str, Any]]) -> None:
    """Write the changes of an entry from ``append``, which are from `dumped`."""
    _RECORD.run(tx, {"of_number": number, "changes": list(changes)})


def index(tx: Connection, number: int, origins: Mapping[RowKey, int | None]) -> None:
    """Index the changes of an entry by row; ``origins``: the edit that first wrote what the row has now, None: this."""
    rows = [
        {"owner": key.owner, "frame": key.frame, "number": number, "origin": number if origin is None else origin}
        for key, origin in origins.items()
    ]
    _INDEX_ROWS.run(tx, rows)


def find_edit(tx: Connection, edit_id: str) -> LoggedEdit | None:
    """The entry with this id, or None."""
    row = _BY_ID.first(tx, {"edit_id": edit_id})
    return None if row is None else _logged(row)


def edit_by_number(tx: Connection, number: int) -> LoggedEdit | None:
    """The entry with this number, or None."""
    row = tx.execute(select(schema.edits).where(schema.edits.c.number == number)).mappings().first()
    return None if row is None else _logged(row)


def edits_of_persons(tx: Connection, numbers: Iterable[int], *, undone: bool) -> tuple[LoggedEdit, ...]:
    """The entries with these numbers that people wrote and that are no undo, oldest first.

    ``undone``: those that are undone at present, or the others.
    """
    edits = schema.edits
    by_person = edits.c.author.not_like(f"{MACHINE_PREFIX}%"), edits.c.undoes.is_(None), edits.c.undone.is_(undone)
    query = select(edits).where(*by_person).order_by(edits.c.number)
    return tuple(
        _logged(row)
        for part in chunks(sorted(numbers))
        for row in tx.execute(query.where(edits.c.number.in_(part))).mappings()
    )


def run_ids(tx: Connection, edit: LoggedEdit, *, undone: bool) -> tuple[str, ...]:
    """Ids of the edits that are undone together with this one, oldest first: all edits of the same machine's run.

    A person's edit, or an undo, stands alone, unless it is a part of one that was too long for one request: the ids of
    such parts end with "~1", "~2" and so on. ``undone``: select those that are undone at present, or the others.
    """
    if not _belongs_to_a_run(edit):
        return (edit.id,)
    return tuple(tx.execute(_run_query(edit, undone=undone).with_only_columns(schema.edits.c.id)).scalars())


def run_edits(tx: Connection, edit: LoggedEdit, *, undone: bool) -> tuple[LoggedEdit, ...]:
    """The edits of `run_ids`, with their changes."""
    if not _belongs_to_a_run(edit):
        return (edit,)
    return tuple(_logged(row) for row in tx.execute(_run_query(edit, undone=undone)).mappings())


def _belongs_to_a_run(edit: LoggedEdit) -> bool:
    return edit.undoes is None and (is_machine(edit.author) or _PART.search(edit.id) is not None)


def _run_query(edit: LoggedEdit, *, undone: bool) -> Select[Any]:
    table = schema.edits
    same = (table.c.video_id == edit.video_id, table.c.author == edit.author, table.c.kind == edit.kind)
    query = select(table).where(*same, table.c.undoes.is_(None), table.c.undone.is_(undone))
    if not is_machine(edit.author):
        query = query.where(table.c.id.startswith(_PART.sub("~", edit.id), autoescape=True))
    return query.order_by(table.c.number)


def last_number(tx: Connection, *, video: str | None = None) -> int:
    """The number of the newest edit, of one video or of all; 0 if there is none."""
    query = select(func.max(schema.edits.c.number))
    if video is not None:
        query = query.where(schema.edits.c.video_id == video)
    return tx.execute(query).scalar() or 0


def edits_since(
    tx: Connection, number: int, *, video: str | None = None, project: str | None = None, limit: int = 500
) -> tuple[LoggedEdit, ...]:
    """Edits after ``number``, oldest first, at most ``limit``; of one video, one project, or all."""
    table = schema.edits
    query = select(table).where(table.c.number > number).order_by(table.c.number).limit(limit)
    if video is not None:
        query = query.where(table.c.video_id == video)
    if project is not None:
        query = query.where(table.c.project_id == project)
    return tuple(_logged(row) for row in tx.execute(query).mappings())


def changes_since(
    tx: Connection, number: int, *, video: str, limit: int
) -> Iterator[tuple[int, list[tuple[RowKey, Value | None]]]]:
    """Number and rows after it (None: no row) of the video's edits after ``number``, oldest first, at most ``limit``.

    It is what `edits_since` gives, without all that a rebuilding of rows does not need.
    """
    for found, changes in _CHANGES_SINCE.rows(tx, {"after": number, "video": video, "most": limit}):
        keys = [RowKey(one["owner"], one["frame"]) for one in changes]
        yield found, [(key, unpack(key, one["after"])) for key, one in zip(keys, changes, strict=True)]


def history(
    tx: Connection, *, video: str, track: str | None = None, before: int | None = None, limit: int = 100
) -> tuple[HistoryEntry, ...]:
    """The newest lines of a video's history, newest first, at most ``limit``.

    Consecutive edits of one machine's run, or parts of one edit, are one line, with the number and id of the newest of
    them, because they are undone together.

    Args:
        track: only edits that changed this track or one of its masks.
        before: number of the last line of the page before; only lines older than all edits of that line.
    """
    lines: list[HistoryEntry] = []
    last = None if before is None else _line_at(tx, video=video, track=track, number=before)
    while page := _history_page(tx, video=video, track=track, before=before, limit=max(limit, 1)):
        for entry in page:
            if lines and _of_one_run(lines[-1], entry):
                lines[-1] = _joined(lines[-1], entry)
            elif not lines and last is not None and _of_one_run(last, entry):
                # This edit belongs to the last line of the page before.
                continue
            elif len(lines) == limit:
                return tuple(lines)
            else:
                lines.append(entry)
        before = page[-1].number
    return tuple(lines)


def _line_at(tx: Connection, *, video: str, track: str | None, number: int) -> HistoryEntry | None:
    page = _history_page(tx, video=video, track=track, before=number + 1, limit=1)
    return page[0] if page and page[0].number == number else None


def _history_page(
    tx: Connection, *, video: str, track: str | None, before: int | None, limit: int
) -> list[HistoryEntry]:
    edits, rows = schema.edits, schema.edit_rows
    columns = [edits.c[name] for name in ("number", "id", "kind", "author", "created", "undoes", "undone")]
    query = select(*columns).where(edits.c.video_id == video).order_by(edits.c.number.desc()).limit(limit)
    if track is not None:
        query = query.where(edits.c.number.in_(select(rows.c.number).where(rows.c.owner == track)))
    if before is not None:
        query = query.where(edits.c.number < before)
    heads = tx.execute(query).mappings().all()
    extents = _extents(tx, [head["number"] for head in heads])
    return [HistoryEntry(**head, **extents.get(head["number"], _NOTHING)) for head in heads]


def _of_one_run(newer: HistoryEntry, older: HistoryEntry) -> bool:
    parts = _PART.search(newer.id) is not None and _PART.sub("", newer.id) == _PART.sub("", older.id)
    if not (parts or is_machine(newer.author)) or newer.undoes is not None or older.undoes is not None:
        return False
    return (newer.author, newer.kind, newer.undone) == (older.author, older.kind, older.undone)


def _joined(newer: HistoryEntry, older: HistoryEntry) -> HistoryEntry:
    spans = [span for span in (newer.frames, older.frames) if span is not None]
    frames = (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None
    tracks = tuple(dict.fromkeys((*older.tracks, *newer.tracks)))
    return replace(newer, frames=frames, tracks=tracks, count=newer.count + older.count)


def row_entries(tx: Connection, keys: Iterable[RowKey]) -> dict[RowKey, list[RowEntry]]:
    """Row -> the edits that changed it, oldest first; rows without any edit are left out."""
    wanted = set(keys)
    if not wanted:
        return {}
    table = schema.edit_rows
    first, last = min(key.frame for key in wanted), max(key.frame for key in wanted)
    entries = select(table.c.owner, table.c.frame, table.c.number, table.c.origin)
    found: dict[RowKey, list[RowEntry]] = {}
    for part in chunks(key.owner for key in wanted):
        query = entries.where(table.c.owner.in_(part), table.c.frame.between(first, last))
        for owner, frame, number, origin in tx.execute(query.order_by(table.c.number)).all():
            key = RowKey(owner, frame)
            if key in wanted:
                found.setdefault(key, []).append(RowEntry(number, origin))
    return found


@dataclass(frozen=True)
class Origin:
    """The edit that first wrote the content that a row has now."""

    number: int
    id: str


def origins(tx: Connection, keys: Iterable[RowKey]) -> dict[RowKey, Origin]:
    """Row -> the edit that first wrote its present content; rows without any edit are left out."""
    table = schema.edits
    numbers = {key: entries[-1].origin for key, entries in row_entries(tx, keys).items()}
    ids: dict[int, str] = {}
    for part in chunks(numbers.values()):
        ids |= {
            number: name
            for number, name in tx.execute(select(table.c.number, table.c.id).where(table.c.number.in_(part)))
        }
    return {key: Origin(number, ids[number]) for key, number in numbers.items() if number in ids}


def first_numbers(tx: Connection, track_ids: Iterable[str]) -> dict[str, int]:
    """Track id -> number of the edit that made it."""
    table = schema.edit_rows
    query = select(table.c.owner, func.min(table.c.number)).where(table.c.frame == TRACK_ROW).group_by(table.c.owner)
    return {
        owner: number
        for part in chunks(track_ids)
        for owner, number in tx.execute(query.where(table.c.owner.in_(part)))
    }


def set_undone(tx: Connection, edit_ids: Iterable[str], *, undone: bool) -> None:
    """Mark edits as undone at present, or not."""
    table = schema.edits
    for part in chunks(edit_ids):
        tx.execute(update(table).where(table.c.id.in_(part)).values(undone=undone))


_NOTHING: dict[str, Any] = {"frames": None, "tracks": (), "count": 0}


def _extents(tx: Connection, numbers: list[int]) -> dict[int, dict[str, Any]]:
    rows = schema.edit_rows
    frame = case((rows.c.frame >= 0, rows.c.frame))
    summed = select(rows.c.number, func.count(), func.min(frame), func.max(frame)).group_by(rows.c.number)
    owners = select(rows.c.number, rows.c.owner).where(rows.c.frame != RANGE_ROW).distinct().order_by(rows.c.owner)
    found: dict[int, dict[str, Any]] = {}
    for part in chunks(numbers):
        for number, count, first, last in tx.execute(summed.where(rows.c.number.in_(part))):
            frames = None if first is None else (first, last)
            found[number] = {"frames": frames, "tracks": (), "count": count}
        for number, owner in tx.execute(owners.where(rows.c.number.in_(part))):
            found[number]["tracks"] += (owner,)
    return found


def _load(entry: Mapping[str, Any], number: int) -> LoggedChange:
    key = RowKey(entry["owner"], entry["frame"])
    return LoggedChange(
        key=key,
        before_version=entry["before_version"],
        before=unpack(key, entry["before"]),
        after=unpack(key, entry["after"]),
        origin=entry.get("origin", number),
    )


def _logged(row: Mapping[str, Any] | RowMapping) -> LoggedEdit:
    values: dict[str, Any] = {**row}
    values["base"] = values.pop("base_edit")
    values["changes"] = tuple(_load(entry, values["number"]) for entry in values["changes"])
    return LoggedEdit(**values)
