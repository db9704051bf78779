"""The log of a retraining: what it did and when, for the person who looks on or asks later."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from app.errors import Cancelled
from app.jobs.reporter import JobReporter

EVERY_SECONDS = 30.0  # between two lines of one activity, such as a training


class LoggedReporter(JobReporter):
    """A reporter that also writes its messages to the job's log: each new activity, and now and then how far it is."""

    def __init__(self, *given: Any, now: Callable[[], float] = time.monotonic, **named: Any) -> None:
        """As `JobReporter`; ``now`` gives seconds."""
        super().__init__(*given, **named)
        self._now = now
        self._activity, self._logged = "", 0.0

    def __call__(self, progress: float, message: str = "", *, eta_seconds: float | None = None) -> None:
        """As `JobReporter`, with a line of the log; what stands before a colon is the activity."""
        super().__call__(progress, message, eta_seconds=eta_seconds)
        activity = message.partition(":")[0]
        if message and (activity != self._activity or self._now() - self._logged >= EVERY_SECONDS):
            self._activity, self._logged = activity, self._now()
            self.log(f"{message}, {100 * progress:.0f} %\n")

    def log(self, text: str) -> None:
        """As `JobReporter`, with the time of day before the text."""
        super().log(f"{time.strftime('%H:%M:%S')}  {text}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        problem = "It was stopped." if isinstance(error, Cancelled) else f"It failed: {error or type(error).__name__}"
        self.log("It is done.\n" if error is None else f"{problem}\n")
