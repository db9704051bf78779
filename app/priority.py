"""Background work gives way to the page: who waits in front of the screen comes first.

Only where the system knows of it (Linux, in part other POSIX systems); elsewhere everything keeps its priority.
"""

import contextlib
import os
import sys
import threading
from pathlib import Path

# How nice background work is, of 0 to 19; jobs give way less than what nobody may ever look at.
JOBS = 5
BESIDE = 10


def modest_thread() -> None:
    """The calling thread gives way to every other thread of this machine, where one thread can."""
    if sys.platform == "linux":
        _be_nice(threading.get_native_id(), BESIDE)


def modest_process(pid: int) -> None:
    """A process that leads a session of its own, and those that it will start, give way to others of this machine.

    Linux weighs sessions against each other before it looks at single processes, so both are lowered.
    """
    if sys.platform == "win32":
        return
    _be_nice(pid, JOBS)
    # Kernels without such groups have no such file, nor have other systems.
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(JOBS))


def _be_nice(target: int, niceness: int) -> None:
    # A machine that does not allow it does the work all the same.
    with contextlib.suppress(OSError):
        if os.getpriority(os.PRIO_PROCESS, target) < niceness:
            os.setpriority(os.PRIO_PROCESS, target, niceness)
