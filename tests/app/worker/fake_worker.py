"""A worker process for tests: the real loop with light job kinds.

Run as ``python -m tests.app.worker.fake_worker DATA IDLE_SECONDS``.
"""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.errors import BadInput, Cancelled
from app.jobs import reporter
from app.settings import make_settings
from app.worker.job import JobContext
from app.worker.loop import run_worker


def count(context: JobContext) -> Mapping[str, Any]:
    """Counts to ``steps`` and notes each step on a curve; stops when cancelled.

    With ``until`` the second step ends only when that file is there, however slow or quick the machine is.
    """
    steps, until = context.job.parameters["steps"], context.job.parameters.get("until")
    for step in range(steps):
        context.report(step / steps, f"step {step}")
        context.report.point("steps", step, step)
        while step == 1 and until and not Path(until).exists():
            if context.report.cancelled():
                raise Cancelled
            time.sleep(0.02)
    return {"counted": steps}


def mistake(context: JobContext) -> None:
    """A mistake of a person: one sentence."""
    raise BadInput("The file is not right; give another.")


def bug(context: JobContext) -> None:
    """A mistake of ours: the job fails with its message and the log has the traceback."""
    raise ZeroDivisionError("division by nothing")


if __name__ == "__main__":
    settings = make_settings(data=sys.argv[1], device="cpu")
    idle = float(sys.argv[2])
    reporter.BEAT_SECONDS = 0.05
    # "propose" is a kind whose jobs go on where they stopped.
    kinds = {"count": count, "mistake": mistake, "bug": bug, "propose": count}
    alone = run_worker(settings, handlers=kinds, aside={}, idle_seconds=idle)
    print("served" if alone else "another worker is alive")
