"""Waiting for a condition until a deadline: as short as possible on a quiet machine, patient on a busy one."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 120.0
"""Far more than anything here takes; a test that reaches it has failed."""


def wait_for(what: Callable[[], T], *, seconds: float = PATIENCE_SECONDS, every: float = 0.01) -> T:
    """The first true value of ``what``, asked ``every`` so many seconds; fails after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, f"it did not happen within {seconds:g} s"
        time.sleep(every)
    return found


@contextmanager
def at_most(seconds: int, error: type[BaseException] = AssertionError) -> Iterator[None]:
    """Raises ``error`` in a block that blocks, for example on a pipe; for the main thread."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise error(f"it takes more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
