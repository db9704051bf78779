"""Names of processes in the database: the process that does a job or an import, and whether it is still running.

A name is ``host:pid:start``. ``start`` is the time of the process's start in clock ticks since the machine started, so
that a later process with the same number is not mistaken for it. Names of earlier versions, and of systems that give
no such time, are ``host:pid``.
"""

import os
import socket
from pathlib import Path
from typing import Literal

State = Literal["alive", "gone", "unknown"]
_PROCESSES = Path("/proc")
# Fields of /proc/PID/stat after the name of the program, which stands in brackets and may hold blanks (man proc).
_STATE, _START = 0, 19
_ENDED = frozenset({"Z", "X"})  # a zombie's work is over; only its parent has not asked yet


def own_name() -> str:
    """The name of this process."""
    name = f"{socket.gethostname()}:{os.getpid()}"
    facts = _facts(os.getpid())
    return f"{name}:{facts[1]}" if facts else name


def state(name: str | None) -> State:
    """Whether the named process is running; "unknown" for a process of another host, and for what is no name."""
    host, pid, start = (*(name or "").split(":", 2), "", "")[:3]
    if host != socket.gethostname() or not (pid.isascii() and pid.isdigit()):
        return "unknown"
    if not _exists(int(pid)):
        return "gone"
    facts = _facts(int(pid))
    if facts is None:
        return "alive"
    now, began = facts
    return "gone" if now in _ENDED or (start and start != began) else "alive"


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def _facts(pid: int) -> tuple[str, str] | None:
    """State and start of a process, or None where the system has no such file."""
    try:
        text = (_PROCESSES / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return fields[_STATE], fields[_START]
