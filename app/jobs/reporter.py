"""Reports a running job to the database: heartbeat, progress, log and live curves."""

import logging
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from storage import jobs
from storage.database import Database

log = logging.getLogger(__name__)
BEAT_SECONDS = 1.0


class JobReporter:
    """Reports one running job, and shows whether the job was cancelled.

    A context manager for the process that does the work. A thread writes the heartbeat every `BEAT_SECONDS`, so a long
    step does not look like a dead process. A call of the reporter only stores the figures for the next heartbeat: it
    never waits for the database.
    """

    def __init__(
        self, database: Database, job_id: str, *, worker: str, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """``worker`` is the name under which the job was claimed; ``stopping``: whether this process has to end."""
        self.job_id = job_id
        self._stopping = stopping
        self._database = database
        self._worker = worker
        self._progress: float | None = None
        self._message = ""
        self._eta: float | None = None
        self._status = "running"
        self._stop = threading.Event()
        self._stored: int | None = None
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._first: tuple[float, float] | None = None  # time and value of the first progress above 0
        self._thread = threading.Thread(target=self._beat_on, name=f"heartbeat-{job_id}", daemon=True)

    def __enter__(self) -> Self:
        self._try_to_beat()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def __call__(self, progress: float, message: str = "", *, eta_seconds: float | None = None) -> None:
        """Set ``progress`` (0 to 1), the message, and the seconds left, which are estimated if they are not given."""
        with self._lock:
            if not self._progress and progress > 0:
                self._first = (time.monotonic(), progress)
            self._progress = min(max(progress, 0.0), 1.0)
            self._message = message or self._message
            self._eta = self._estimate() if eta_seconds is None else eta_seconds

    def cancelled(self) -> bool:
        """Whether the work must stop: the job was cancelled or given to another process, or this process must end."""
        return self._status != "running" or self._stopping()

    @property
    def taken(self) -> bool:
        """Whether another process has the job, which was taken for dead."""
        return self._status == "taken"

    def stored(self, when: int) -> None:
        """Tell when something was stored last from which the job can go on; the unit of ``when`` does not matter.

        If it was after the first call, the count of the job's attempts starts again.
        """
        if self._stored is not None and when > self._stored:
            with self._database.atomic() as tx:
                jobs.reset_attempts(tx, self.job_id)
        self._stored = when if self._stored is None else max(when, self._stored)

    def point(self, series: str, step: int, value: float) -> None:
        """Add one point to a live curve."""
        with self._database.atomic() as tx:
            jobs.add_points(tx, self.job_id, series, [(step, value)])

    def log(self, text: str) -> None:
        """Append to the job's log; only its end is stored."""
        with self._database.atomic() as tx:
            jobs.append_log(tx, self.job_id, text)

    def _estimate(self) -> float | None:
        """Seconds left, from the speed since the first progress: a resumed job starts with a jump."""
        if not self._progress or self._first is None:
            return None
        (since, before), now = self._first, time.monotonic()
        if self._progress <= before:
            since, before = self._started, 0.0
        return (now - since) * (1 - self._progress) / (self._progress - before)

    def _beat_on(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            self._try_to_beat()

    def _try_to_beat(self) -> None:
        try:
            self._beat()
        except Exception:
            # A heartbeat that fails once (a busy disk) must not end a job of hours; the next one may work.
            log.exception("The heartbeat of job %s could not be written.", self.job_id)

    def _beat(self) -> None:
        with self._lock:
            progress, message, eta = self._progress, self._message or None, self._eta
        with self._database.read() as tx:
            # A cancellation is seen at once, also while another process keeps the write lock.
            now = jobs.get_job(tx, self.job_id)
        self._status = now.status if now.worker == self._worker else "taken"
        if progress is None:
            # Another process of the same job may report its progress; its estimate must stay.
            eta = now.eta_seconds
        with self._database.atomic() as tx:
            self._status = jobs.heartbeat(
                tx, self.job_id, progress=progress, message=message, eta_seconds=eta, worker=self._worker
            )
