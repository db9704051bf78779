"""The lock that makes a worker the only one of its machine and device.

It imports nothing heavy: a process that is to be a worker takes the lock before it loads anything else, so that on a
slow machine processes that come too late end at once instead of all loading the model's packages.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from app.settings import Settings

# To test whether the lock is held, a process takes it for an instant. Others that need it then retry this many seconds.
LOCK_SECONDS = 0.1


def lock_path(settings: Settings) -> Path:
    """The file that the worker of this machine and device keeps locked until it ends."""
    device = (settings.device or "auto").replace(":", "")
    return settings.logs / f"worker-{socket.gethostname()}-{device}.lock"


def pid_path(settings: Settings) -> Path:
    """The file with the process id of the worker; not the locked file, which no other process can read on Windows."""
    return lock_path(settings).with_suffix(".pid")


def take(settings: Settings) -> FileLock | None:
    """Make this process the only worker of this machine and device; None if there is one already.

    The system releases the lock however the process ends, so a dead worker never looks alive.
    """
    lock_path(settings).parent.mkdir(parents=True, exist_ok=True)
    lock = _lock(settings)
    try:
        lock.acquire()
    except Timeout:
        return None
    try:
        pid_path(settings).write_text(str(os.getpid()))
    except BaseException:
        lock.release()
        raise
    return lock


@contextmanager
def worker_lock(settings: Settings, *, taken: FileLock | None = None) -> Iterator[bool]:
    """As `take`, for a block; yields false if there is a worker already. ``taken``: what `take` returned before."""
    lock = taken or take(settings)
    if lock is None:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def worker_pid(settings: Settings) -> int | None:
    """Process id of the live worker of this machine and device (0 while it is starting), or ``None`` without one."""
    if not lock_path(settings).exists():
        return None
    try:
        with _lock(settings):
            return None
    except Timeout:
        path = pid_path(settings)
        text = path.read_text().strip() if path.exists() else ""
        return int(text) if text.isdigit() else 0


def has_taken(settings: Settings, pid: int) -> bool:
    """Whether the process ``pid`` is or was the worker that took the lock last."""
    path = pid_path(settings)
    return path.exists() and path.read_text().strip() == str(pid)


def _lock(settings: Settings) -> FileLock:
    # Only a lock of the system is released when its process dies; an error is better than another kind.
    return FileLock(lock_path(settings), timeout=LOCK_SECONDS, poll_interval=0.01, fallback_to_soft=False)
