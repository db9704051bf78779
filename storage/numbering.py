"""Counts of writes, whose numbers readers use to find what is new."""

from sqlalchemy import Connection, select, update

from storage import schema
from storage.database import insert_missing


def next_number(tx: Connection, key: str) -> int:
    """The next number, from 1, of the count that is stored under a key of the settings.

    Numbers become visible in their order: on a server with several writers at a time, the next one waits until this
    transaction ends. Else a reader could see number 8 before 7 and never ask for 7.
    """
    table = schema.settings
    insert_missing(tx, table, [{"key": key, "value": 0}])
    last = tx.execute(select(table.c.value).where(table.c.key == key).with_for_update()).scalar_one()
    tx.execute(update(table).where(table.c.key == key).values(value=int(last) + 1))
    return int(last) + 1
