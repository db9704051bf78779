"""The worker's loop in this process: how each kind of end is stored, and which jobs it takes."""

import signal
import threading
from collections.abc import Mapping
from typing import Any

import pytest

from app.errors import BadInput, Cancelled, Undecided
from app.jobs import lock, reporter
from app.settings import Settings
from app.worker import loop
from app.worker.job import Handler, JobContext
from app.worker.loop import Worker, run_worker
from storage import jobs
from storage.database import Database, DatabaseBusy
from storage.errors import NotFound
from storage.frames import VideoError
from tests.app.jobs.following import job_in
from tests.waiting import PATIENCE_SECONDS, wait_for


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"POLL_SECONDS": 0.01, "WATCH_SECONDS": 0.02, "GRACE_SECONDS": 0.3}.items():
        monkeypatch.setattr(loop, name, seconds)
    monkeypatch.setattr(reporter, "BEAT_SECONDS", 0.02)


class WorkerForSome(Worker):
    """A worker that leaves when it has ended ``count`` jobs, however slow the machine is."""

    def __init__(self, settings: Settings, count: int, handlers: Mapping[str, Handler], **aside: Handler) -> None:
        super().__init__(settings, handlers=handlers, aside=aside, idle_seconds=PATIENCE_SECONDS)
        self.left = count

    def work(self, database: Database, job: jobs.Job) -> None:
        super().work(database, job)
        self.left -= 1
        if self.left == 0:
            self.stop()


def queued(database: Database, *kinds: str) -> list[str]:
    with database.atomic() as tx:
        return [jobs.enqueue(tx, kind=kind, project_id=None).id for kind in kinds]


def raises(error: BaseException) -> Handler:
    def handler(context: JobContext) -> None:
        raise error

    return handler


def ended(settings: Settings, database: Database, handler: Handler) -> jobs.Job:
    """A job as it is stored after its handler ran."""
    (job,) = queued(database, "x")
    WorkerForSome(settings, 1, {"x": handler}).serve(database)
    return job_in(database, job)


def cancel(context: JobContext) -> None:
    """Somebody asks for the end of the job that runs."""
    with context.database.atomic() as tx:
        jobs.request_cancel(tx, context.job.id)


def until_cancelled(context: JobContext) -> None:
    wait_for(context.report.cancelled)
    raise Cancelled


@pytest.mark.parametrize(
    ("handler", "status", "error"),
    [
        (lambda context: {"n": 1}, "done", None),
        (lambda context: None, "done", None),
        (raises(BadInput("the file is wrong")), "failed", "the file is wrong."),
        (raises(NotFound("video", "v")), "failed", "There is no video 'v' in this database."),
        (raises(VideoError("no picture\nin it")), "failed", "no picture in it."),
        (raises(DatabaseBusy("Busy; try again.")), "failed", "Busy; try again."),
        (raises(ZeroDivisionError("a bug")), "failed", "a bug."),
        (raises(KeyError()), "failed", "KeyError."),
        (raises(ValueError("x" * 900)), "failed", "x" * 397 + "..."),
        (raises(MemoryError()), "failed", "MemoryError."),
        (raises(Cancelled()), "cancelled", None),
        (raises(Cancelled("2 of 9 frames are kept.")), "cancelled", None),
    ],
)
def test_each_end_of_a_handler_is_stored(
    settings: Settings, database: Database, handler: Handler, status: str, error: str | None
) -> None:
    job = ended(settings, database, handler)
    assert (job.status, job.error) == (status, error)
    assert job.finished is not None and job.eta_seconds is None


def test_what_a_cancelled_job_keeps_is_its_last_message(settings: Settings, database: Database) -> None:
    assert ended(settings, database, raises(Cancelled("2 of 9 frames are kept."))).message == "2 of 9 frames are kept."
    assert ended(settings, database, raises(Cancelled())).message == "cancelled"


def test_a_job_that_asks_a_person_stores_its_question(settings: Settings, database: Database) -> None:
    job = ended(settings, database, raises(Undecided("va is here already.", kind="imported_already")))
    assert (job.status, job.error, job.result) == ("failed", "va is here already.", {"question": "imported_already"})


def test_only_a_mistake_of_the_program_leaves_its_traceback_in_the_log(settings: Settings, database: Database) -> None:
    ours, theirs = queued(database, "ours", "theirs")
    handlers = {"ours": raises(IndexError("out of it")), "theirs": raises(BadInput("Wrong."))}
    WorkerForSome(settings, 2, handlers).serve(database)
    assert "IndexError: out of it" in job_in(database, ours).log
    assert job_in(database, theirs).log == ""


def test_a_job_that_fails_does_not_stop_the_next_ones(settings: Settings, database: Database) -> None:
    waiting = queued(database, "bad", "good", "bad", "good")
    handlers = {"bad": raises(RuntimeError("no")), "good": lambda context: {}}
    WorkerForSome(settings, 4, handlers).serve(database)
    assert [job_in(database, job).status for job in waiting] == ["failed", "done", "failed", "done"]


def test_jobs_of_kinds_it_does_not_know_are_left_for_others(settings: Settings, database: Database) -> None:
    known, unknown = queued(database, "known", "unknown")
    one = WorkerForSome(settings, 1, {"known": lambda context: {}})
    assert one.waiting(database)
    one.serve(database)
    assert job_in(database, known).status == "done"
    assert job_in(database, unknown).status == "queued" and not one.waiting(database)


def test_a_job_cancelled_while_it_ran_is_cancelled_even_if_it_broke_over_it(
    settings: Settings, database: Database
) -> None:
    def breaks_when_cancelled(context: JobContext) -> None:
        cancel(context)
        raise RuntimeError("the ground was pulled away")

    job = ended(settings, database, breaks_when_cancelled)
    assert (job.status, job.error) == ("cancelled", None)


def test_a_job_that_finished_before_it_saw_the_cancel_is_done(settings: Settings, database: Database) -> None:
    def too_late(context: JobContext) -> Mapping[str, Any]:
        cancel(context)
        return {"all": True}

    job = ended(settings, database, too_late)
    assert (job.status, job.result) == ("done", {"all": True})


def test_a_job_given_up_by_another_process_keeps_that_end(settings: Settings, database: Database) -> None:
    def lost(context: JobContext) -> Mapping[str, Any]:
        with context.database.atomic() as tx:
            jobs.fail(tx, context.job.id, error="The process of this job died; start the job again.")
        wait_for(context.report.cancelled)
        return {"late": True}

    job = ended(settings, database, lost)
    assert (job.status, job.result) == ("failed", None) and "died" in str(job.error)


def test_a_job_that_another_worker_has_by_now_is_not_ended_by_the_first(settings: Settings, database: Database) -> None:
    def taken(context: JobContext) -> Mapping[str, Any]:
        with context.database.atomic() as tx:
            tx.exec_driver_sql("UPDATE jobs SET worker = 'other:1' WHERE id = ?", (context.job.id,))
        wait_for(context.report.cancelled)
        return {"not": "mine"}

    left = ended(settings, database, taken)
    assert (left.status, left.worker, left.result) == ("running", "other:1", None)


def test_a_stopped_worker_ends_its_job_at_the_next_step_and_takes_no_other(
    settings: Settings, database: Database
) -> None:
    running, waiting = queued(database, "x", "x")
    one = WorkerForSome(settings, 2, {"x": until_cancelled})
    thread = threading.Thread(target=one.serve, args=(database,))
    thread.start()
    wait_for(lambda: job_in(database, running).status == "running")
    one.stop(signal.SIGTERM, None)
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    stopped = job_in(database, running)
    assert (stopped.status, stopped.error) == ("failed", "The worker was stopped; ask again.")
    assert job_in(database, waiting).status == "queued"


def test_what_watches_another_process_runs_beside_the_others_and_one_at_a_time(
    settings: Settings, database: Database
) -> None:
    long, second, short = queued(database, "long", "long", "short")
    beside: list[str] = []
    free = threading.Event()

    def watch(context: JobContext) -> None:
        beside.append(context.job.id)
        assert free.wait(PATIENCE_SECONDS)

    def handle(context: JobContext) -> None:
        wait_for(lambda: beside)
        assert beside == [long], "the second long one waits for the first"
        assert job_in(database, long).status == "running" and job_in(database, second).status == "queued"
        free.set()

    WorkerForSome(settings, 3, {"short": handle}, long=watch).serve(database)
    assert [job_in(database, job).status for job in (long, second, short)] == ["done"] * 3
    assert beside == [long, second]


def test_a_database_that_is_busy_for_a_moment_does_not_end_the_worker(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, tries = jobs.claim, [0]

    def busy_twice(*arguments: Any, **named: Any) -> jobs.Job | None:
        tries[0] += 1
        if tries[0] < 3:
            raise DatabaseBusy("Another process has been writing for over 30 s; try again.")
        return claim(*arguments, **named)

    monkeypatch.setattr(jobs, "claim", busy_twice)
    assert ended(settings, database, lambda context: {}).status == "done" and tries[0] == 3


def test_the_end_of_a_job_is_stored_as_soon_as_the_database_takes_it(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = queued(database, "x")
    finish, tries = jobs.finish, [0]

    def busy_twice(*arguments: Any, **named: Any) -> jobs.Job:
        tries[0] += 1
        if tries[0] < 3:
            raise DatabaseBusy("Another process has been writing for over 30 s; try again.")
        return finish(*arguments, **named)

    monkeypatch.setattr(jobs, "finish", busy_twice)
    monkeypatch.setattr(loop, "END_SECONDS", 0.01)
    WorkerForSome(settings, 1, {"x": lambda context: {"all": True}}).serve(database)
    assert (job_in(database, job).status, job_in(database, job).result, tries[0]) == ("done", {"all": True}, 3)


def test_a_heartbeat_that_fails_once_does_not_end_the_job(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat, beats = jobs.heartbeat, [0]

    def fails_at_times(*arguments: Any, **named: Any) -> str:
        beats[0] += 1
        if beats[0] in {1, 2, 3}:
            raise DatabaseBusy("busy")
        return beat(*arguments, **named)

    monkeypatch.setattr(jobs, "heartbeat", fails_at_times)

    def handler(context: JobContext) -> Mapping[str, Any]:
        context.report(0.5, "half")
        wait_for(lambda: beats[0] > 5)
        return {"message": job_in(database, context.job.id).message}

    assert ended(settings, database, handler).result == {"message": "half"}


def test_a_worker_is_alone_per_machine_and_device(settings: Settings, database: Database) -> None:
    handlers: dict[str, Handler] = {"x": lambda context: {}}
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with lock.worker_lock(settings) as alone:
            assert alone
            assert run_worker(settings, handlers=handlers, aside={}, idle_seconds=0.0) is False
        (job,) = queued(database, "x")
        assert run_worker(settings, handlers=handlers, aside={}, idle_seconds=0.05) is True
        assert job_in(database, job).status == "done"
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert lock.worker_pid(settings) is None
