"""Statements that are compiled once and then run by SQLite itself: those of a stroke, for which a person waits.

SQLAlchemy takes several times as long to pass a small statement on as SQLite takes to run it. Other databases get the
statements through SQLAlchemy.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Boolean, Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

_DIALECT = sqlite.dialect()
_LONGEST = 8  # values of a list; statements with longer lists are not kept, and gain little

Process = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    """SQL with a question mark for each of ``names``, and how their values become SQLite's.

    ``lists``: parameter -> the names of its values. ``constants``: values that the statement itself has.
    """

    sql: str
    names: tuple[str, ...]
    processes: Mapping[int, Process]  # by the place of the parameter
    lists: Mapping[str, Sequence[str]]
    constants: Mapping[str, Any]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        if self.lists or self.constants:
            given = {**self.constants, **given}
            for name, parts in self.lists.items():
                given.update(zip(parts, given[name], strict=True))
        found = [given[name] for name in self.names]
        for place, process in self.processes.items():
            found[place] = process(found[place])
        return found


def sqlite_connection(tx: Connection) -> sqlite3.Connection:
    """The connection of a transaction in SQLite without SQLAlchemy, which takes longer for small statements."""
    connection = tx.connection.dbapi_connection
    assert isinstance(connection, sqlite3.Connection)
    return connection


class PreparedStatement:
    """One statement.

    Its parameters are named values; those that are bound with ``expanding`` are lists that are not empty.
    """

    def __init__(self, statement: Select[Any] | Insert | Update | Delete, *, names: Sequence[str] = ()) -> None:
        """``names``: the columns that an insert or an update sets."""
        self._statement = statement
        self._names = list(names) or None
        self._kept: dict[tuple[int, ...], _Compiled] = {}

    def rows(self, tx: Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of a select, in its order of columns."""
        compiled = self._compiled(tx, values)
        if compiled is None:
            return [tuple(row) for row in tx.execute(self._statement, values)]
        found = sqlite_connection(tx).execute(compiled.sql, compiled.values(values)).fetchall()
        return self._converted(found) if found and self._results else found

    def first(self, tx: Connection, values: Mapping[str, Any]) -> dict[str, Any] | None:
        """The first row of a select by the names of its columns, None if there is none."""
        rows = self.rows(tx, values)
        return dict(zip(self.columns, rows[0], strict=True)) if rows else None

    def run(self, tx: Connection, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        """Insert, update or delete, once or with each of several sets of values."""
        every = [values] if isinstance(values, Mapping) else values
        compiled = self._compiled(tx, every[0]) if every else None
        if compiled is None:
            if every:
                tx.execute(self._statement, values)
            return
        sqlite_connection(tx).executemany(compiled.sql, [compiled.values(one) for one in every])

    def insert(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """Insert a row whose primary key the database chooses; returns that key."""
        compiled = self._compiled(tx, values)
        if compiled is None:
            made = tx.execute(self._statement, values).inserted_primary_key
            assert made is not None
            return int(made[0])
        return int(sqlite_connection(tx).execute(compiled.sql, compiled.values(values)).lastrowid or 0)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of a select."""
        return tuple(str(column.key) for column in cast(Select[Any], self._statement).selected_columns)

    @cached_property
    def _results(self) -> dict[int, Process]:
        """How SQLite's values become Python's, by the place of the column in a select; other values stay."""
        types = [column.type for column in cast(Select[Any], self._statement).selected_columns]
        processes = [_implemented(one).result_processor(_DIALECT, None) for one in types]
        return {place: process for place, process in enumerate(processes) if process is not None}

    def _converted(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Column by column: most of them hold nothing, or the same few values."""
        columns: list[Any] = list(zip(*rows, strict=True))
        for place, process in self._results.items():
            if columns[place].count(None) < len(rows):
                columns[place] = map(process, columns[place])
        return list(zip(*columns, strict=True))

    @cached_property
    def _compiler(self) -> SQLCompiler:
        return cast(SQLCompiler, self._statement.compile(dialect=_DIALECT, column_keys=self._names))

    @cached_property
    def _lists(self) -> tuple[str, ...]:
        return tuple(name for name, bind in self._compiler.binds.items() if bind.expanding)

    def _compiled(self, tx: Connection, values: Mapping[str, Any]) -> _Compiled | None:
        """The SQL for lists of these lengths; None: SQLAlchemy runs the statement."""
        lengths = tuple(len(values[name]) for name in self._lists)
        if tx.dialect.name != "sqlite" or max(lengths, default=1) > _LONGEST:
            return None
        if lengths not in self._kept:
            self._kept[lengths] = self._compile(dict(zip(self._lists, lengths, strict=True)))
        return self._kept[lengths]

    def _compile(self, lengths: Mapping[str, int]) -> _Compiled:
        binds = self._compiler.binds
        filled = {name: [None] * lengths[name] if name in lengths else None for name in binds}
        state = self._compiler.construct_expanded_state(filled)
        lists = {name: list(parts) for name, parts in state.parameter_expansion.items()}
        of_list = {part: name for name, parts in lists.items() for part in parts}
        names = tuple(state.positiontup or ())
        processes = {}
        for place, name in enumerate(names):
            kind = binds[of_list.get(name, name)].type
            process = _implemented(kind).bind_processor(_DIALECT)
            if process is not None and not isinstance(kind, Boolean):  # SQLite takes true and false as they are
                processes[place] = process
        constants = {name: bind.value for name, bind in binds.items() if not bind.required and name not in lists}
        return _Compiled(state.statement, names, processes, lists, constants)


def _implemented(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.dialect_impl(_DIALECT)
