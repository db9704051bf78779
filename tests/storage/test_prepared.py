"""Statements that SQLite gets without SQLAlchemy: they give and store what SQLAlchemy would."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from storage.columns import flag, json
from storage.database import Database, DatabaseError
from storage.prepared import PreparedStatement

things = Table(
    "prepared_things",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", Text),
    Column("size", Float),
    Column("facts", JSON, nullable=False),
    json("extra"),
    flag("marked"),
    sqlite_autoincrement=True,
)
NAMES = ("name", "size", "facts", "extra", "marked")
ADD = PreparedStatement(insert(things), names=NAMES)
ALL = PreparedStatement(select(things).order_by(things.c.number))
SOME = PreparedStatement(
    select(things.c.number, things.c.marked)
    .where(things.c.name.in_(bindparam("names", expanding=True)), things.c.size < bindparam("below"))
    .order_by(things.c.number)
)
CHANGE = PreparedStatement(update(things).where(things.c.number == bindparam("of")), names=("facts", "marked"))
REMOVE = PreparedStatement(delete(things).where(things.c.number == bindparam("of")))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
rows = st.fixed_dictionaries(
    {
        "name": st.none() | st.sampled_from("abc"),
        "size": st.none() | st.floats(-1e6, 1e6),
        "facts": json_values,
        "extra": json_values,
        "marked": st.booleans(),
    }
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with Database.open(f"sqlite:///{tmp_path_factory.mktemp('prepared') / 'a.sqlite3'}") as database:
        with database.atomic() as tx:
            things.create(tx)
        yield database


@pytest.fixture
def tx(database: Database) -> Iterator[Connection]:
    with database.atomic() as tx:
        tx.execute(delete(things))
        yield tx


@given(st.lists(rows, min_size=1, max_size=4))
def test_rows_are_stored_and_read_as_by_sqlalchemy(database: Database, made: list[dict[str, Any]]) -> None:
    with database.atomic() as tx:
        tx.execute(delete(things))
        numbers = [ADD.insert(tx, made[0])]
        ADD.run(tx, made[1:])
        found = ALL.rows(tx, {})
        assert found == [tuple(row) for row in tx.execute(select(things).order_by(things.c.number))]
        assert found[0][0] == numbers[0] and [dict(zip(NAMES, row[1:], strict=True)) for row in found] == made
        tx.execute(delete(things))
        tx.execute(insert(things), made)
        assert [row[1:] for row in ALL.rows(tx, {})] == [row[1:] for row in found]


@given(st.lists(st.sampled_from("abcdefghijkl"), min_size=1, max_size=12, unique=True), st.floats(0, 12))
def test_lists_of_any_length_are_parameters(database: Database, names: list[str], below: float) -> None:
    with database.atomic() as tx:
        tx.execute(delete(things))
        made = [
            {"name": name, "size": at, "facts": 0, "extra": None, "marked": at % 2 == 0}
            for at, name in enumerate("abcdefghijkl")
        ]
        ADD.run(tx, made)
        expected = [at % 2 == 0 for at, name in enumerate("abcdefghijkl") if name in names and at < below]
        assert [marked for _, marked in SOME.rows(tx, {"names": names, "below": below})] == expected


def test_values_that_a_statement_has_itself_need_not_be_given(tx: Connection) -> None:
    row = {"name": None, "size": 1.0, "facts": 1, "extra": None, "marked": True}
    ADD.run(tx, [row, {**row, "marked": False}])
    named = func.coalesce(things.c.name, "nobody")
    query = PreparedStatement(select(named, things.c.marked).where(things.c.marked.is_(True), things.c.size == 1.0))
    assert query.rows(tx, {}) == [("nobody", True)]


def test_rows_are_changed_and_removed(tx: Connection) -> None:
    row = {"name": "a", "size": 1.0, "facts": [1], "extra": None, "marked": False}
    first, second, third = (ADD.insert(tx, row) for _ in range(3))
    CHANGE.run(tx, [{"of": first, "facts": {"k": 1}, "marked": True}, {"of": third, "facts": None, "marked": False}])
    REMOVE.run(tx, {"of": second})
    REMOVE.run(tx, [])
    found = [(row[0], row[3], row[5]) for row in ALL.rows(tx, {})]
    assert found == [(first, {"k": 1}, True), (third, None, False)]
    assert ALL.first(tx, {}) == {**row, "number": first, "facts": {"k": 1}, "marked": True}
    REMOVE.run(tx, [{"of": first}, {"of": third}])
    assert ALL.first(tx, {}) is None


def test_the_dialects_of_other_databases_get_statements_through_sqlalchemy(
    tx: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"name": "a", "size": 1.0, "facts": [1], "extra": {"k": None}, "marked": True}
    monkeypatch.setattr(tx.dialect, "name", "another")
    number = ADD.insert(tx, row)
    ADD.run(tx, [row])
    ADD.run(tx, [])
    CHANGE.run(tx, {"of": number, "facts": 2, "marked": False})
    assert [found[1:] for found in ALL.rows(tx, {})] == [
        ("a", 1.0, 2, {"k": None}, False),
        ("a", 1.0, [1], {"k": None}, True),
    ]
    assert SOME.rows(tx, {"names": ["a"], "below": 2.0}) == [(number, False), (number + 1, True)]


def test_an_error_of_sqlite_is_one_of_the_database(database: Database) -> None:
    with pytest.raises(DatabaseError, match="NOT NULL") as caught, database.atomic() as tx:
        tx.connection.dbapi_connection.execute("INSERT INTO prepared_things (name) VALUES ('a')")  # type: ignore[union-attr]
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
    with database.read() as tx:
        assert all(row[1] != "lost" for row in ALL.rows(tx, {}))


def test_reading_alone_writes_nothing(database: Database) -> None:
    row = {"name": "a", "size": 1.0, "facts": [1], "extra": None, "marked": True}
    with pytest.raises(DatabaseError), database.read() as tx:
        ADD.insert(tx, row)
