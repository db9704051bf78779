"""Long benchmarks that can be ended early and still print what they have."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.benchmarks._tables import progress


@contextmanager
def ending_early(goes_on: Callable[[], str]) -> Iterator[None]:
    """SIGINT and SIGTERM end the block, not the program; ``goes_on`` names the options with which it goes on there."""
    for number in (signal.SIGINT, signal.SIGTERM):
        # Set here: a shell starts a command in the background with SIGINT ignored.
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        progress(f"Ended early; {goes_on()} goes on there.")
