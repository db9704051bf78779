"""A worker process that is killed in the middle of a proposal: its second group of windows is computed, never stored.

Run as ``python -m tests.app.proposing.killed_worker DATA``. All else is the application's own worker.
"""

import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

from app.proposing import into_project
from app.settings import make_settings
from app.worker.handlers import HANDLERS
from app.worker.loop import run_worker
from model.tracking.whole_video import WindowResult

STORED = 1
propose = into_project.proposed_windows


def propose_until_killed(*arguments: Any, **named: Any) -> Iterator[WindowResult]:
    """The windows of `app.proposing.steadying.proposed_windows`, as many as `STORED`; then the process is gone."""
    for number, result in enumerate(propose(*arguments, **named)):
        if number == STORED:
            os.kill(os.getpid(), signal.SIGKILL)
        yield result


if __name__ == "__main__":
    into_project.proposed_windows = propose_until_killed  # type: ignore[assignment]
    run_worker(make_settings(data=sys.argv[1], device="cpu"), handlers=HANDLERS, aside={}, idle_seconds=60)
