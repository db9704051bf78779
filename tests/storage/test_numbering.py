"""Counts go up by one, each for itself, and on a server each waits for the one before."""

from typing import Any

from sqlalchemy.dialects import postgresql

from storage.database import Database
from storage.numbering import next_number
from storage.projects import get_setting, set_setting


def test_each_count_goes_on_where_it_was(database: Database) -> None:
    with database.atomic() as tx:
        set_setting(tx, "old", 7)
        assert [next_number(tx, "old"), next_number(tx, "new"), next_number(tx, "old")] == [8, 1, 9]
    with database.read() as tx:
        assert (get_setting(tx, "old"), get_setting(tx, "new")) == (9, 1)


def test_on_a_server_a_number_is_taken_under_a_lock() -> None:
    said: list[str] = []

    class Answer:
        def scalar_one(self) -> int:
            return 4

    class Server:
        dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]

        def execute(self, statement: Any, rows: object = None) -> Answer:
            said.append(str(statement.compile(dialect=self.dialect)))
            return Answer()

    assert next_number(Server(), "count") == 5  # type: ignore[arg-type]
    insert, read, write = said
    assert "ON CONFLICT DO NOTHING" in insert and read.endswith("FOR UPDATE") and write.startswith("UPDATE settings")
