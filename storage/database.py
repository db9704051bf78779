"""The database: opening, upgrading, transactions, and its errors as clear sentences.

The default is SQLite in WAL mode: readers never wait for a writer, and writers take turns (``BEGIN IMMEDIATE``). A
durable transaction is on the disk when it ends (``synchronous=FULL``); the others survive a crash of the program but
perhaps not a power cut, and take a twentieth of the time. All code that is specific to SQLite is in this file, in
`storage.database_copy` and in `storage.prepared`; other databases are chosen by URL.
"""

import re
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from storage import migrations
from storage.errors import StorageError
from storage.prepared import sqlite_connection

BUSY_MILLISECONDS = 30_000
_RETRY_SECONDS = 0.02
_OPTIONS = "storage_transaction"
# The package of a driver, where its name differs from the module.
_DRIVERS = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary"}


class DatabaseError(StorageError):
    """The database cannot be opened, read or written."""


class DiskFull(DatabaseError):
    """The disk of the database is full; the transaction was rolled back."""


class ReadOnly(DatabaseError):
    """The database file or its folder cannot be written."""


class DatabaseBusy(DatabaseError):
    """Another process held the write lock for longer than ``BUSY_MILLISECONDS``, or the handle's own patience."""


class DatabaseDamaged(DatabaseError):
    """The file is not a database, or its pages are damaged."""


class NewerDatabase(DatabaseError):
    """The database was written by a later version of this program."""


@dataclass(frozen=True)
class _Transaction:
    """How a transaction begins: ``patience`` is for the write lock, in milliseconds, None for the default."""

    writes: bool
    durable: bool = False
    patience: int | None = None

    @property
    def milliseconds(self) -> int:
        return BUSY_MILLISECONDS if self.patience is None else self.patience


@dataclass(frozen=True)
class _Engines:
    """The connections for write transactions and those for reading.

    They are apart where that is possible: SQLite compiles all statements of a connection anew once it has changed
    whether the connection may write, and a page reads between two strokes.
    """

    writing: Engine
    reading: Engine


class Database:
    """An open database whose tables are up to date. Thread-safe; each process opens its own."""

    def __init__(self, engines: _Engines, place: str) -> None:
        self._engines = engines
        self._place = place
        self._writing: _Transaction | None = _Transaction(writes=True)

    @staticmethod
    def open(url: str) -> "Database":
        """Open the database at a SQLAlchemy URL, create it if it is missing, and upgrade its tables.

        Args:
            url: such as ``sqlite:////data/annotations.sqlite3`` (missing folders are created) or
                ``postgresql+psycopg://...``.

        Raises:
            DatabaseError: the URL is wrong, or the file cannot be used; see its subclasses.
        """
        try:
            parsed = make_url(url)
            place = parsed.database or parsed.render_as_string(hide_password=True)
            if parsed.get_backend_name() == "sqlite" and _is_path(parsed.database):
                Path(place).expanduser().parent.mkdir(parents=True, exist_ok=True)
            engines = _engines(url)
        except ImportError as error:
            raise DatabaseError(
                f"The database {_without_password(url)} needs the package {error.name}, which is not installed; "
                f"install it with: {sys.executable} -m pip install {_DRIVERS.get(error.name or '', error.name)}."
            ) from error
        except (ArgumentError, NoSuchModuleError, ValueError) as error:
            raise DatabaseError(f"The database URL {_without_password(url)} cannot be used: {error}.") from error
        except OSError as error:
            raise ReadOnly(f"The folder for the database {url!r} cannot be made: {error.strerror or error}.") from error
        database = Database(engines, place)
        try:
            database._upgrade()
        except Exception:
            database.close()
            raise
        return database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def place(self) -> str:
        """The database file, or the URL of a server without its password; for messages to people."""
        return self._place

    def read_only(self) -> "Database":
        """The same database, but `atomic` is a mistake of the program (`RuntimeError`). Closing one closes both."""
        return self._with(None)

    def durable(self, *, patience_seconds: float) -> "Database":
        """The same database, for changes reported as saved: a transaction ends when its writes are on the disk.

        ``patience_seconds`` is the longest wait for the write lock; then `DatabaseBusy`. Closing one closes both.
        """
        return self._with(_Transaction(writes=True, durable=True, patience=max(1, round(1000 * patience_seconds))))

    @contextmanager
    def atomic(self) -> Iterator[Connection]:
        """One write transaction: all changes of the block are kept, or none. Keep it short: writers take turns."""
        if self._writing is None:
            raise RuntimeError("This part of the program may only read; what writes must wait for its turn.")
        with self._transaction(self._writing) as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot for reading, which never waits for a writer. Writing through it is an error."""
        with self._transaction(_Transaction(writes=False)) as tx:
            yield tx

    def check(self) -> list[str]:
        """One sentence per problem: damaged pages, and references to missing rows. Empty if there is none."""
        if self._engines.reading.dialect.name != "sqlite":
            return []
        problems: list[str] = []
        with self.read() as tx:
            pages = tx.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            problems += [f"The file is damaged: {line}." for line in pages if line != "ok"]
            for table, row, parent, _ in tx.exec_driver_sql("PRAGMA foreign_key_check").all():
                problems.append(f"Row {row} of {table} refers to a row of {parent} that does not exist.")
        return problems

    def close(self) -> None:
        """Close all connections; do not use the object afterwards."""
        for engine in (self._engines.writing, self._engines.reading):
            engine.dispose()

    def _with(self, writing: _Transaction | None) -> "Database":
        other = Database(self._engines, self._place)
        other._writing = writing
        return other

    @contextmanager
    def _transaction(self, kind: _Transaction) -> Iterator[Connection]:
        engine = self._engines.writing if kind.writes else self._engines.reading
        try:
            with engine.connect().execution_options(**{_OPTIONS: kind}) as connection, connection.begin():
                yield connection
        except DBAPIError as error:
            raise _clear_error(str(error.orig), self._place, kind.milliseconds // 1000) from error
        except sqlite3.Error as error:  # of a statement that did not go through SQLAlchemy
            raise _clear_error(str(error), self._place, kind.milliseconds // 1000) from error

    def _upgrade(self) -> None:
        try:
            with self.read() as tx:
                state = migrations.state(tx)
            if state == "old":
                # `upgrade` checks again under the write lock: another process may have upgraded meanwhile.
                with self.atomic() as tx:
                    migrations.upgrade(tx)
        except migrations.UnknownRevision as error:
            raise NewerDatabase(
                f"The database {self._place} was written by a later version of this program "
                f"(its tables are at {error.revision!r}); update the program or choose another data folder."
            ) from error


def insert_missing(tx: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose key does not exist yet; existing rows stay unchanged."""
    if rows:
        dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
        tx.execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def insert_many(
    tx: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[object, ...]], *, missing: bool = False
) -> None:
    """Insert thousands of rows, tuples of the columns ``names``, which hold no JSON.

    missing: rows whose key exists already stay unchanged. SQLAlchemy takes longer for such rows than SQLite does, so
    SQLite gets them without it.
    """
    if tx.dialect.name == "sqlite" and rows:
        sqlite_connection(tx).executemany(_insertion(table, tuple(names), missing), rows).close()
    elif missing:
        insert_missing(tx, table, [dict(zip(names, row, strict=True)) for row in rows])
    elif rows:
        tx.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])


@cache
def _insertion(table: Table, names: tuple[str, ...], missing: bool) -> str:
    listed = ", ".join(f'"{table.c[name].name}"' for name in names)
    conflict = " ON CONFLICT DO NOTHING" if missing else ""
    return f'INSERT INTO "{table.name}" ({listed}) VALUES ({", ".join("?" * len(names))}){conflict}'


def _without_password(url: str) -> str:
    """The URL for messages and logs, with the password masked; malformed URLs too."""
    return re.sub(r"(?<=://)([^:/@]*):.*@", r"\1:***@", url)


def _is_path(database: str | None) -> bool:
    """Whether the database part of a SQLite URL is a file path, not ``:memory:`` or a ``file:`` URI."""
    return database not in (None, "", ":memory:") and not str(database).startswith("file:")


def _engines(url: str) -> _Engines:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(url, pool_pre_ping=True)
        return _Engines(engine, engine)
    writing = _sqlite_engine(url)
    # A database that is no file may belong to one connection alone.
    return _Engines(writing, _sqlite_engine(url) if _is_path(parsed.database) else writing)


def _sqlite_engine(url: str) -> Engine:
    pool = {} if make_url(url).database in (None, "", ":memory:") else {"pool_size": 8, "max_overflow": -1}
    engine = create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000}, **pool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        # Turns off the implicit transactions of the driver, which begin too late; `_begin` starts them instead.
        connection.isolation_level = None
        _use_wal(connection)
        connection.execute("PRAGMA foreign_keys = ON").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get(_OPTIONS, _Transaction(writes=True))
        _set(connection, "query_only", "OFF" if kind.writes else "ON")
        _set(connection, "busy_timeout", str(kind.milliseconds))
        if kind.writes:
            _set(connection, "synchronous", "FULL" if kind.durable else "NORMAL")
        sqlite_connection(connection).execute("BEGIN IMMEDIATE" if kind.writes else "BEGIN").close()

    return engine


def _use_wal(connection: sqlite3.Connection) -> None:
    """Put the file into WAL mode, which it keeps; of several processes at once, one does it and the others wait."""
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    # Read first, because setting the mode needs a lock.
    while connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            # Two that read the file and both ask to write it would wait for each other, so SQLite refuses one of them
            # at once, whatever its timeout.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_RETRY_SECONDS)


def _set(connection: Connection, pragma: str, value: str) -> None:
    """Set a pragma that lasts as long as the connection, if it is another value than it has."""
    if connection.info.get(pragma) != value:
        sqlite_connection(connection).execute(f"PRAGMA {pragma} = {value}").close()
        connection.info[pragma] = value


def _clear_error(reason: str, place: str, seconds: int) -> DatabaseError:
    low = reason.lower()
    if "disk is full" in low or "no space left" in low:
        return DiskFull(
            f"The disk that holds {place} is full; nothing of this change was kept. Make room and repeat it."
        )
    if "readonly" in low or "read-only" in low:
        return ReadOnly(f"The database {place} cannot be written; check the rights of the file and of its folder.")
    if "unable to open" in low:
        return ReadOnly(f"The database {place} cannot be opened; check that its folder exists and can be written.")
    if "locked" in low or "busy" in low:
        return DatabaseBusy(f"Another process has been writing to {place} for over {seconds} s; try again.")
    if "malformed" in low or "not a database" in low:
        return DatabaseDamaged(
            f"The file {place} is damaged or no database ({reason}); restore it from a copy: launch.py restore FILE."
        )
    return DatabaseError(f"The database {place} refused: {reason}.")
