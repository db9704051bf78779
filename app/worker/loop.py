"""The worker: one long-lived process per machine and device, which takes jobs from the database and does them.

The network stays loaded between jobs. Training runs in a process of its own, and a thread of the worker waits for it,
so that proposals can be made at the same time. A thread of its own does the jobs that a person waits for. Jobs store
their results step by step: a worker may be killed at any moment.
"""

import contextlib
import logging
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any

from app.checkpoints.warm_model import WarmModel
from app.errors import AppError, Cancelled, Undecided
from app.jobs import processes
from app.jobs.lock import worker_lock
from app.jobs.queue import LOG_TAIL, RESUMABLE
from app.jobs.reporter import JobReporter
from app.library.abandoned import clear_abandoned
from app.machine import choose_device
from app.opening import open_database
from app.sentences import sentence
from app.settings import ROOT, Settings
from app.training.retrain import trains_on
from app.worker.job import Handler, JobContext
from storage import jobs
from storage.database import Database, DatabaseError
from storage.errors import StorageError
from storage.frames import VideoError
from storage.youtube_vis import YouTubeVisError

if TYPE_CHECKING:
    from filelock import FileLock

log = logging.getLogger(__name__)
POLL_SECONDS = 0.4  # between two queries for a queued job
GRACE_SECONDS = 10.0  # until a process that was asked to end is killed
WATCH_SECONDS = 0.5  # between two checks of a process
LONGEST_ERROR = 400  # characters of the sentence for a mistake of the program
END_SECONDS = 1.0  # between two tries to store the end of a job
STOPPED = "The worker was stopped; ask again."
NEEDS_DEVICE = frozenset({"propose"})
"""Kinds of jobs that run a network; on a GPU they wait while a job of ``aside`` uses it.

A job that a person waits for, such as a spread, runs its small network too, but a retraining may take hours: meanwhile
it runs on the CPU.
"""
GPU_BUSY = "waiting: the GPU is retraining"


class ChildFailed(AppError):
    """A process that did a job's work ended with an error."""


class ChildKilled(ChildFailed):
    """A process that did a job's work was killed by the system: the work itself may be sound."""


def run_worker(
    settings: Settings,
    *,
    handlers: Mapping[str, Handler],
    aside: Mapping[str, Handler],
    at_once: Mapping[str, Handler] | None = None,
    idle_seconds: float | None = None,
    taken: "FileLock | None" = None,
) -> bool:
    """Do jobs until none was queued for ``idle_seconds``; returns false at once if this machine has a worker already.

    ``handlers`` (kind -> function) run one after another in this process. Those of ``aside`` only wait for another
    process; one of them at a time runs beside the others. Those of ``at_once``, for which a person waits, run one after
    another in a thread of their own. The application's own are in `app.worker.handlers`.
    ``taken`` is what `app.jobs.lock.take` returned, if this process has called it.
    """
    worker = Worker(
        settings,
        handlers=handlers,
        aside=aside,
        at_once=at_once or {},
        idle_seconds=settings.worker_idle_seconds if idle_seconds is None else idle_seconds,
    )
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    with open_database(settings.database_url, settings.data) as database:
        served = False
        # While the lock is held, no other worker starts: query once more for a job that was queued until its release.
        while not served or (not worker.stopping and worker.waiting(database)):
            with worker_lock(settings, taken=taken) as alone:
                taken = None
                if not alone:
                    return served
                worker.serve(database)
                served = True
        return True


class Worker:
    """The loop of one worker process."""

    def __init__(
        self,
        settings: Settings,
        *,
        handlers: Mapping[str, Handler],
        aside: Mapping[str, Handler],
        at_once: Mapping[str, Handler] | None = None,
        idle_seconds: float,
    ) -> None:
        self.name = processes.own_name()
        self.stopping = False
        self._settings = settings
        self._handlers = handlers
        self._aside = aside
        self._at_once = dict(at_once or {})
        self._last_work = 0.0
        self._busy_at_once = False
        self._at_once_failed: Exception | None = None
        self._serving = threading.Event()
        self._idle_seconds = idle_seconds
        # Jobs that a person waits for run beside another job, so each thread has a network of its own.
        self._warm, self._warm_at_once = WarmModel(settings), WarmModel(settings)
        self._watching: threading.Thread | None = None
        self._device: str | None = None

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """End after the current step: the running job is queued again, or marked failed if it cannot be resumed."""
        self.stopping = True

    def waiting(self, database: Database) -> bool:
        """Whether a job is queued that this worker can do."""
        with database.read() as tx:
            return any(job.status == "queued" and job.kind in self._kinds() for job in jobs.list_jobs(tx, active=True))

    def serve(self, database: Database) -> None:
        """Do jobs until `stop` is called, or until none was queued for the idle time."""
        self._last_work = time.monotonic()
        self._serving.set()
        beside = threading.Thread(target=self._serve_at_once, args=(database,), name="at-once")
        if self._at_once:
            beside.start()
        try:
            self._serve(database)
        finally:
            self._serving.clear()
            if self._at_once:
                beside.join()
        if self._watching is not None:
            self._watching.join()
        if self._at_once_failed is not None:
            raise self._at_once_failed

    def _serve(self, database: Database) -> None:
        while not self.stopping and time.monotonic() - self._last_work < self._idle_seconds:
            aside = self._busy_aside()
            paused = NEEDS_DEVICE if aside and self._on_gpu() else frozenset()
            if not aside and self._trained_elsewhere(database):
                paused = NEEDS_DEVICE.union(self._aside)
                self._warm.release_gpu()
            kinds = {*self._handlers, *(() if aside else self._aside)} - paused
            job = self._claim(database, kinds, paused)
            if job is not None:
                if job.kind in self._aside:
                    self._warm.release_gpu()
                    self._warm_at_once.release_gpu()
                    self._watching = threading.Thread(target=self.work, args=(database, job), name=f"aside-{job.id}")
                    self._watching.start()
                else:
                    self.work(database, job)
            if job is not None or self._busy_aside() or self._busy_at_once:
                self._last_work = time.monotonic()
            if job is None:
                time.sleep(POLL_SECONDS)

    def _serve_at_once(self, database: Database) -> None:
        """Do the jobs that a person waits for, also while another job runs."""
        try:
            while self._serving.is_set() and not self.stopping:
                job = self._claim(database, self._at_once)
                if job is None:
                    time.sleep(POLL_SECONDS)
                    continue
                self._busy_at_once = True
                self.work(database, job)
                self._last_work = time.monotonic()
                self._busy_at_once = False
        except Exception as error:
            # Without this thread nobody would do these jobs while the process lives: `serve` raises the error, so that
            # the worker ends and another one takes its place.
            self._at_once_failed = error
            self.stop()

    def work(self, database: Database, job: jobs.Job) -> None:
        """Do one job and store its end; an error of the job is stored and not raised."""
        log.info("Job %s (%s) begins.", job.id, job.kind)
        handler = {**self._aside, **self._at_once, **self._handlers}[job.kind]
        with JobReporter(database, job.id, worker=self.name, stopping=lambda: self.stopping) as report:
            error, result, kept, killed = None, None, "", False
            try:
                warm = self._warm_at_once if job.kind in self._at_once else self._warm
                settings = self._settings_of(database, job)
                result = dict(handler(JobContext(settings, database, job, report, warm)) or {})
            except Cancelled as end:
                error, kept = STOPPED if self.stopping else "cancelled", str(end)
            except ChildKilled as end:
                error, killed = str(end), True
            except (AppError, StorageError, VideoError, YouTubeVisError) as mistake:
                error = sentence(str(mistake))
                result = {"question": mistake.kind} if isinstance(mistake, Undecided) else None
            except Exception as mistake:
                trace = traceback.format_exc()
                log.error("Job %s (%s) failed.\n%s", job.id, job.kind, trace)
                report.log(trace[-LOG_TAIL:])
                error = sentence(str(mistake) or type(mistake).__name__, longest=LONGEST_ERROR)
        if killed and job.kind in RESUMABLE:
            self._give_up(database, job)
        else:
            self._end(database, job, error=error, result=result, kept=kept)
        if job.kind in self._aside:
            _clear_up(database, self._settings)

    def _settings_of(self, database: Database, job: jobs.Job) -> Settings:
        """The settings for a job: the memory of a GPU on which a network is trained is not shared."""
        if job.kind not in self._at_once or not self._on_gpu():
            return self._settings
        shares = self._busy_aside() or self._trained_elsewhere(database)
        return replace(self._settings, device="cpu") if shares else self._settings

    def _trained_elsewhere(self, database: Database) -> bool:
        """Whether another process, as one under `torchrun` or of another worker, trains a network on this GPU."""
        if not self._on_gpu():
            return False
        try:
            with database.read() as tx:
                active = jobs.list_jobs(tx, active=True)
        except DatabaseError as error:
            log.warning("Whether the GPU is retraining is not known: %s", error)
            return True  # a job that waits once more does no harm
        others = (job for job in active if job.kind in self._aside and job.worker not in (None, self.name))
        return any(processes.state(job.worker) == "alive" and trains_on(job, self._device_here) for job in others)

    def _give_up(self, database: Database, job: jobs.Job) -> None:
        """A killed job goes on from what it has stored, unless it was killed again and again."""
        with database.atomic() as tx:
            now = jobs.get_job(tx, job.id)
            if now.active and now.worker == self.name:
                jobs.give_up(tx, now, resumable=RESUMABLE)

    def _end(
        self, database: Database, job: jobs.Job, *, error: str | None, result: dict[str, Any] | None, kept: str
    ) -> None:
        """Store the end of a job; a database that refuses is asked again, because a living process keeps its job."""
        while True:
            try:
                return self._store_end(database, job, error=error, result=result, kept=kept)
            except DatabaseError as refusal:
                # A worker that ends leaves the job to the next one, which finds this process gone.
                if self.stopping:
                    raise
                log.warning("The end of job %s could not be stored yet: %s", job.id, refusal)
                time.sleep(END_SECONDS)

    def _store_end(
        self, database: Database, job: jobs.Job, *, error: str | None, result: dict[str, Any] | None, kept: str
    ) -> None:
        with database.atomic() as tx:
            now = jobs.get_job(tx, job.id)
            if not now.active or now.worker != self.name:
                log.info("Job %s has stored its own end, or was given up meanwhile.", job.id)
            elif error is None:
                jobs.finish(tx, job.id, result=result)
            elif error == STOPPED and job.kind in RESUMABLE and now.status == "running":
                jobs.requeue(tx, job.id, message="the worker was stopped; waiting to go on", counts=False)
            elif error == "cancelled" or now.status == "cancelling":
                jobs.cancelled(tx, job.id, message=kept or "cancelled")
            else:
                jobs.fail(tx, job.id, error=error, result=result)
        log.info("Job %s ended: %s.", job.id, error or "done")

    def _claim(self, database: Database, kinds: Collection[str], paused: Collection[str] = ()) -> jobs.Job | None:
        try:
            with database.read() as tx:
                queued = [job for job in jobs.list_jobs(tx, active=True) if job.status == "queued"]
            self._mark_paused(database, [job for job in queued if job.kind in paused])
            # Reading first: an idle worker takes no write lock.
            if not any(job.kind in kinds for job in queued):
                return None
            with database.atomic() as tx:
                return jobs.claim(tx, worker=self.name, kinds=sorted(kinds))
        except DatabaseError as error:
            log.warning("No job could be taken: %s", error)
            return None

    def _on_gpu(self) -> bool:
        return self._device_here.startswith("cuda")

    @property
    def _device_here(self) -> str:
        if self._device is None:
            self._device = choose_device(self._settings.device)
        return self._device

    def _mark_paused(self, database: Database, paused: Sequence[jobs.Job]) -> None:
        for job in paused:
            if job.message != GPU_BUSY:
                with database.atomic() as tx:
                    jobs.set_message(tx, job.id, GPU_BUSY)

    def _kinds(self) -> set[str]:
        return {*self._handlers, *self._aside, *self._at_once}

    def _busy_aside(self) -> bool:
        return self._watching is not None and self._watching.is_alive()


def watch_child(context: JobContext, command: list[str]) -> None:
    """Run ``python -m app.commands <command>`` to its end, or terminate it when the job is cancelled.

    Its output goes to ``data/logs/<job>.log``. Raises `Cancelled`, or `ChildFailed` with the last line it wrote.
    """
    path = context.settings.logs / f"{context.job.id}.log"
    with path.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "app.commands", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
        try:
            _wait(child, context)
        finally:
            _end_child(child)
    if child.returncode != 0:
        text = path.read_text(errors="replace")
        context.report.log(text[-LOG_TAIL:])
        if context.report.cancelled():
            raise Cancelled
        if child.returncode < 0:
            number = -child.returncode
            reason = ", perhaps for lack of memory" if number == signal.SIGKILL else ""
            raise ChildKilled(f"The process of this job was killed by signal {number}{reason}; start the job again.")
        lines = [line for line in text.splitlines() if line.strip()]
        raise ChildFailed(lines[-1] if lines else f"The process ended with code {child.returncode} and said nothing.")


def _clear_up(database: Database, settings: Settings) -> None:
    """Remove what the process of a job has left, if it was killed; the server does that only when a worker has died."""
    try:
        clear_abandoned(database, settings)
    except DatabaseError as error:
        log.warning("What was left could not be removed yet: %s", error)


def _wait(child: "subprocess.Popen[bytes]", context: JobContext) -> None:
    while child.poll() is None:
        if context.report.cancelled():
            # The process sees the cancellation with its own heartbeat and gets some time to store its results.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(GRACE_SECONDS)
            _end_child(child)
            raise Cancelled
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(WATCH_SECONDS)


def _end_child(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is not None:
        return
    child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    if child.poll() is None:
        child.kill()
        child.wait()
