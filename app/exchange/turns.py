"""Many write transactions in a row that leave the others their turns."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from storage.database import Database


class Turns:
    """Write transactions of a long piece of work; between two of them the write lock is free as long as it was held.

    SQLite does not queue writers: each one that waits looks again after up to 0.1 s. A process that takes the lock
    again at once keeps all others out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held = 0.0  # seconds of the last transaction
        self._ended = time.monotonic()

    @contextmanager
    def atomic(self) -> Iterator[Connection]:
        """As `Database.atomic`, after a pause where the work since the last transaction was too short to be one."""
        pause = self._held - (time.monotonic() - self._ended)
        if pause > 0:
            time.sleep(pause)
        with self._database.atomic() as tx:
            began = time.monotonic()
            yield tx
        self._ended = time.monotonic()
        self._held = self._ended - began
