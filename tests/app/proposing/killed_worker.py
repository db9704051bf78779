"""A worker process that is killed in the middle of a proposal: its third window is computed and never stored.

Run as ``python -m tests.app.proposing.killed_worker DATA``. All else is the application's own worker.
"""

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from app.settings import make_settings
from app.worker.handlers import HANDLERS
from app.worker.loop import run_worker
from model.tracking import windows

STORED = 2
propose = windows.propose


def propose_until_killed(*arguments: Any, **named: Any) -> Iterator[windows.WindowResult]:
    """The windows of `model.tracking.windows.propose`, as many as `STORED`; then the process is gone."""
    for number, result in enumerate(propose(*arguments, **named)):
        if number == STORED:
            os.kill(os.getpid(), signal.SIGKILL)
        yield result


if __name__ == "__main__":
    windows.propose = propose_until_killed
    run_worker(make_settings(data=sys.argv[1], device="cpu"), handlers=HANDLERS, aside={}, idle_seconds=60)
