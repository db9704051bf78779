"""Waiting for a condition until a deadline: as short as possible on a quiet machine, patient on a busy one."""

import time
from collections.abc import Callable
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
