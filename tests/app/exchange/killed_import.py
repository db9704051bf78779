"""An import in a process that is killed within its n-th transaction, or a slow one; for tests.

Run as ``python -m tests.app.exchange.killed_import DATA PROJECT FILE FRAMES N``; N 0: it is not killed.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from app.exchange import staging
from app.exchange.importing import import_dataset
from app.exchange.turns import Turns
from app.settings import make_settings
from storage.database import Database

ROWS = 4
atomic = Turns.atomic


def killed_in(last: int) -> None:
    """From now on the process is gone before its ``last`` transaction is committed."""
    count = [0]

    @contextmanager
    def counted(self: Turns) -> Iterator[Connection]:
        with atomic(self) as tx:
            yield tx
            count[0] += 1
            if count[0] == last:
                os.kill(os.getpid(), signal.SIGKILL)

    setattr(Turns, "atomic", counted)  # noqa: B010


if __name__ == "__main__":
    data, project, file, frames, last = sys.argv[1:]
    staging.ROWS_AT_ONCE = ROWS
    if int(last):
        killed_in(int(last))
    settings = make_settings(data=data, device="cpu", environment={})
    with Database.open(settings.database_url) as database:
        import_dataset(database, settings, project_id=project, file=Path(file), frames_folder=Path(frames))
