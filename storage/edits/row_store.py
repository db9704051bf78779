"""Reading and writing rows of tracks, masks and complete ranges, thousands at a time in a few statements."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import JSON, ColumnElement, Connection, Table, bindparam, delete, insert, select, update

from storage import schema
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey, Value
from storage.masks import chunks
from storage.prepared import PreparedStatement


class StoredRow(NamedTuple):
    """A stored row: the number of the edit that wrote it (0: there is no row), and its complete value or None."""

    version: int
    value: Value | None


NO_ROW = StoredRow(version=0, value=None)

_TRACK_NAMES = (
    *("category", "name", "number", "deleted", "rejected", "occluded", "iscrowd", "truncated", "attributes"),
    *("score", "run", "source_id", "extra"),
)
_RENAMED = {"category": "category_id", "run": "run_id"}
_TRACK_ROWS = select(
    *(schema.tracks.c[name] for name in ("id", "version")),
    *(schema.tracks.c[_RENAMED.get(name, name)] for name in _TRACK_NAMES),
)
_TRACKS = PreparedStatement(
    _TRACK_ROWS.add_columns(schema.tracks.c.video_id).where(schema.tracks.c.id.in_(bindparam("ids", expanding=True)))
)
_TRACKS_OF_VIDEO = PreparedStatement(_TRACK_ROWS.where(schema.tracks.c.video_id == bindparam("video")))

_RANGE_NAMES = ("start", "stop", "categories", "declared")
_RANGES = PreparedStatement(
    select(*(schema.complete_ranges.c[name] for name in ("id", "version", *_RANGE_NAMES))).where(
        schema.complete_ranges.c.video_id == bindparam("video")
    )
)

_MASKS = select(
    *(
        schema.masks.c[name]
        for name in (
            *("track_id", "frame", "version", "state", "blob_hash", "source", "review", "key", "score", "run_id"),
            *("parent_edit", "other_parent_edit", "look_reason", "look_author"),
            *("occluded", "iscrowd", "truncated", "attributes", "extra"),
        )
    )
)
_MASKS_BETWEEN = PreparedStatement(
    _MASKS.where(
        schema.masks.c.track_id.in_(bindparam("ids", expanding=True)),
        schema.masks.c.frame.between(bindparam("first"), bindparam("last")),
    )
)
_MASKS_OF_VIDEO = PreparedStatement(
    _MASKS.join(schema.tracks, schema.masks.c.track_id == schema.tracks.c.id).where(
        schema.tracks.c.video_id == bindparam("video")
    )
)


def load_rows(tx: Connection, video_id: str, keys: Iterable[RowKey]) -> dict[RowKey, StoredRow]:
    """Key -> row, ``NO_ROW`` where it does not exist. The tracks may belong to any video."""
    return load_rows_and_strangers(tx, video_id, keys)[0]


def load_rows_and_strangers(
    tx: Connection, video_id: str, keys: Iterable[RowKey]
) -> tuple[dict[RowKey, StoredRow], set[str]]:
    """As `load_rows`, and the tracks of other videos among those whose own rows are loaded."""
    wanted = dict.fromkeys(keys, NO_ROW)
    frames = [key.frame for key in wanted if key.frame >= 0]
    found: dict[RowKey, StoredRow] = {}
    if frames:
        owners = (key.owner for key in wanted if key.frame >= 0)
        found.update(_load_masks(tx, owners, min(frames), max(frames)))
    strangers: set[str] = set()
    for part in chunks(key.owner for key in wanted if key.frame == TRACK_ROW):
        rows = _TRACKS.rows(tx, {"ids": part})
        found |= _stored_tracks(row[:-1] for row in rows)
        strangers.update(row[0] for row in rows if row[-1] != video_id)
    if any(key.frame == RANGE_ROW for key in wanted):
        found.update(load_ranges(tx, video_id))
    return {key: found.get(key, NO_ROW) for key in wanted}, strangers


def load_tracks(tx: Connection, track_ids: Iterable[str]) -> dict[RowKey, StoredRow]:
    """The own rows of these tracks; missing tracks are left out."""
    found: dict[RowKey, StoredRow] = {}
    for part in chunks(track_ids):
        found |= _stored_tracks(row[:-1] for row in _TRACKS.rows(tx, {"ids": part}))
    return found


def load_ranges(tx: Connection, video_id: str) -> dict[RowKey, StoredRow]:
    """All complete ranges of a video."""
    return {
        RowKey(owner, RANGE_ROW): StoredRow(version, dict(zip(_RANGE_NAMES, values, strict=True)))
        for owner, version, *values in _RANGES.rows(tx, {"video": video_id})
    }


def load_video(tx: Connection, video_id: str) -> dict[RowKey, StoredRow]:
    """All rows of a video, deleted tracks included."""
    rows = load_ranges(tx, video_id) | _stored_tracks(_TRACKS_OF_VIDEO.rows(tx, {"video": video_id}))
    return rows | _stored_masks(_MASKS_OF_VIDEO.rows(tx, {"video": video_id}))


def write_rows(
    tx: Connection, video_id: str, *, version: int, before: Mapping[RowKey, Value | None], after: Mapping[RowKey, Value]
) -> None:
    """Change rows from ``before`` to ``after`` (keys missing in ``after`` are deleted), with the new ``version``."""
    keys: dict[int, list[RowKey]] = {TRACK_ROW: [], 0: [], RANGE_ROW: []}
    for key in before:
        keys[min(key.frame, 0)].append(key)
    for form, table in ((TRACK_ROW, schema.tracks), (0, schema.masks), (RANGE_ROW, schema.complete_ranges)):
        new: list[Value] = []
        old: dict[tuple[str, ...], list[Value]] = {}
        gone: list[Value] = []
        for key in keys[form]:
            was = before[key]
            if key in after:
                row = _columns(key, after[key], version, video_id)
                if was is None:
                    new.append(row)
                else:
                    changed = _changed(table, row, _columns(key, was, version, video_id))
                    old.setdefault(changed, []).append(_match(key) | {name: row[name] for name in changed})
            elif was is not None:
                gone.append(_match(key))
        _write_table(tx, table, new=new, old=old, gone=gone)


def _write_table(
    tx: Connection, table: Table, *, new: list[Value], old: Mapping[tuple[str, ...], list[Value]], gone: list[Value]
) -> None:
    """``old``: rows to change, by the names of the columns that change in them."""
    statements = _STATEMENTS[table.name]
    if gone:
        statements.delete.run(tx, gone)
    if new:
        statements.insert.run(tx, new)
    for names, rows in old.items():
        _update(table, names).run(tx, rows)


def _changed(table: Table, row: Value, before: Value) -> tuple[str, ...]:
    """The names of the columns to write: a stroke changes a few of twenty, and each costs SQLite time.

    The version always, and JSON that holds something: 1 and 1.0 are equal in Python, but not in JSON.
    """
    written = _ALWAYS[table.name]
    return tuple(
        name for name, value in row.items() if value != before[name] or (value is not None and name in written)
    )


@cache
def _update(table: Table, names: tuple[str, ...]) -> PreparedStatement:
    return PreparedStatement(update(table).where(*_is_match(table)), names=names)


def _is_match(table: Table) -> list[ColumnElement[bool]]:
    """Whether a row has the key that the parameters of `_match` say."""
    return [column == bindparam(f"match_{column.name}") for column in table.primary_key]


class _Statements(NamedTuple):
    """Statements that write rows of one table; a row to remove is named by its key with ``match_`` before it."""

    insert: PreparedStatement
    delete: PreparedStatement

    @staticmethod
    def of(table: Table) -> "_Statements":
        names = [column.name for column in table.columns]
        return _Statements(
            PreparedStatement(insert(table), names=names),
            PreparedStatement(delete(table).where(*_is_match(table))),
        )


_TABLES = (schema.tracks, schema.masks, schema.complete_ranges)
_STATEMENTS = {table.name: _Statements.of(table) for table in _TABLES}
# Columns that are written though they seem to be as before.
_ALWAYS = {
    table.name: {"version", *(column.name for column in table.columns if isinstance(column.type, JSON))}
    for table in _TABLES
}


def _match(key: RowKey) -> Value:
    if key.frame < 0:
        return {"match_id": key.owner}
    return {"match_track_id": key.owner, "match_frame": key.frame}


def _columns(key: RowKey, value: Value, version: int, video_id: str) -> Value:
    if key.frame == RANGE_ROW:
        return {"id": key.owner, "video_id": video_id, "version": version, **value}
    columns = {"version": version, **value}
    columns["run_id"] = columns.pop("run")
    if key.frame == TRACK_ROW:
        columns["category_id"] = columns.pop("category")
        return {"id": key.owner, "video_id": video_id, **columns}
    look = columns.pop("look") or {"reason": None, "author": None}
    columns["blob_hash"] = columns.pop("mask")
    columns["parent_edit"], columns["other_parent_edit"] = columns.pop("parent"), columns.pop("other_parent")
    columns["look_reason"], columns["look_author"] = look["reason"], look["author"]
    return {"track_id": key.owner, "frame": key.frame, **columns}


def _stored_tracks(rows: Iterable[tuple[Any, ...]]) -> dict[RowKey, StoredRow]:
    """The rows of a query with the columns of `_TRACK_ROWS`."""
    return {
        RowKey(owner, TRACK_ROW): StoredRow(version, dict(zip(_TRACK_NAMES, values, strict=True)))
        for owner, version, *values in rows
    }


def _stored_masks(rows: Iterable[tuple[Any, ...]]) -> dict[RowKey, StoredRow]:
    """The rows of a query with the columns of `_MASKS`."""
    found: dict[RowKey, StoredRow] = {}
    # Unpacked by position, for speed: a run has tens of thousands of rows, and writers wait.
    for owner, frame, version, state, blob, source, review, key, score, run, parent, *rest in rows:
        other_parent, look, by, occluded, iscrowd, truncated, attributes, extra = rest
        value = {
            "state": state,
            "mask": blob,
            "source": source,
            "review": review,
            "key": key,
            "score": score,
            "run": run,
            "parent": parent,
            "other_parent": other_parent,
            "look": None if look is None else {"reason": look, "author": by},
            "occluded": occluded,
            "iscrowd": iscrowd,
            "truncated": truncated,
            "attributes": attributes,
            "extra": extra,
        }
        found[RowKey(owner, frame)] = StoredRow(version, value)
    return found


def _load_masks(tx: Connection, owners: Iterable[str], first: int, last: int) -> dict[RowKey, StoredRow]:
    found: dict[RowKey, StoredRow] = {}
    for part in chunks(owners):
        found |= _stored_masks(_MASKS_BETWEEN.rows(tx, {"ids": part, "first": first, "last": last}))
    return found
