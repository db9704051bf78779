"""The worker's loop in this process: how each kind of end is stored, what it takes, and the children it watches."""

import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from app.errors import BadInput, Cancelled
from app.jobs import queue as jobs
from app.settings import Settings
from app.worker import loop as worker
from app.worker.loop import ChildFailed, Worker, one_sentence, run_worker, watch_child
from app.worker.work import Handler, Work
from storage import jobs as store
from storage.database import Database, DatabaseBusy
from storage.errors import NotFound
from storage.frames import VideoError

PATIENCE_SECONDS = 30


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"LOOK_SECONDS": 0.01, "WATCH_SECONDS": 0.02, "GRACE_SECONDS": 0.3}.items():
        monkeypatch.setattr(worker, name, seconds)
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.02)


def made(settings: Settings, handlers: Mapping[str, Handler], idle: float = 0.05, **aside: Handler) -> Worker:
    return Worker(settings, handlers=handlers, aside=aside, idle_seconds=idle)


def queue(database: Database, *kinds: str) -> list[str]:
    with database.atomic() as tx:
        return [store.enqueue(tx, kind=kind, project_id=None).id for kind in kinds]


def job_in(database: Database, job_id: str) -> store.Job:
    with database.read() as tx:
        return store.get_job(tx, job_id)


def wait_for(what: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.005)


def raises(error: BaseException) -> Handler:
    def handler(work: Work) -> None:
        raise error

    return handler


def until_cancelled(work: Work) -> None:
    wait_for(work.report.cancelled)
    raise Cancelled


@pytest.mark.parametrize(
    ("handler", "status", "error"),
    [
        (lambda work: {"n": 1}, "done", None),
        (lambda work: None, "done", None),
        (raises(BadInput("the file is wrong")), "failed", "the file is wrong."),
        (raises(NotFound("video", "v")), "failed", "There is no video 'v' in this database."),
        (raises(VideoError("no picture\nin it")), "failed", "no picture in it."),
        (raises(DatabaseBusy("Busy; try again.")), "failed", "Busy; try again."),
        (raises(ZeroDivisionError("a bug")), "failed", "a bug."),
        (raises(KeyError()), "failed", "KeyError."),
        (raises(MemoryError()), "failed", "MemoryError."),
        (raises(Cancelled()), "cancelled", None),
    ],
)
def test_each_end_of_a_handler_is_stored(
    settings: Settings, database: Database, handler: Handler, status: str, error: str | None
) -> None:
    (job,) = queue(database, "x")
    made(settings, {"x": handler}).serve(database)
    ended = job_in(database, job)
    assert (ended.status, ended.error) == (status, error)
    assert ended.finished is not None and ended.eta_seconds is None


def test_only_a_mistake_of_the_program_leaves_its_traceback_in_the_log(settings: Settings, database: Database) -> None:
    ours, theirs = queue(database, "ours", "theirs")
    handlers = {"ours": raises(IndexError("out of it")), "theirs": raises(BadInput("Wrong."))}
    made(settings, handlers).serve(database)
    assert "IndexError: out of it" in job_in(database, ours).log
    assert job_in(database, theirs).log == ""


def test_a_job_that_fails_does_not_stop_the_next_ones(settings: Settings, database: Database) -> None:
    queued = queue(database, "bad", "good", "bad", "good")
    made(settings, {"bad": raises(RuntimeError("no")), "good": lambda work: {}}).serve(database)
    assert [job_in(database, job).status for job in queued] == ["failed", "done", "failed", "done"]


def test_jobs_of_kinds_it_does_not_know_are_left_for_others(settings: Settings, database: Database) -> None:
    known, unknown = queue(database, "known", "unknown")
    one = made(settings, {"known": lambda work: {}})
    assert one.waiting(database)
    one.serve(database)
    assert job_in(database, known).status == "done"
    assert job_in(database, unknown).status == "queued" and not one.waiting(database)


def test_a_job_cancelled_while_it_ran_is_cancelled_even_if_it_broke_over_it(
    settings: Settings, database: Database
) -> None:
    (job,) = queue(database, "x")

    def breaks_when_cancelled(work: Work) -> None:
        with work.database.atomic() as tx:
            store.request_cancel(tx, work.job.id)
        raise RuntimeError("the ground was pulled away")

    made(settings, {"x": breaks_when_cancelled}).serve(database)
    ended = job_in(database, job)
    assert (ended.status, ended.error) == ("cancelled", None)


def test_a_job_that_finished_before_it_saw_the_cancel_is_done(settings: Settings, database: Database) -> None:
    (job,) = queue(database, "x")

    def too_late(work: Work) -> Mapping[str, Any]:
        with work.database.atomic() as tx:
            store.request_cancel(tx, work.job.id)
        return {"all": True}

    made(settings, {"x": too_late}).serve(database)
    assert (job_in(database, job).status, job_in(database, job).result) == ("done", {"all": True})


def test_a_job_given_up_by_another_process_keeps_that_end(settings: Settings, database: Database) -> None:
    (job,) = queue(database, "x")

    def lost(work: Work) -> Mapping[str, Any]:
        with work.database.atomic() as tx:
            store.fail(tx, work.job.id, error="The process of this job died; start the job again.")
        wait_for(work.report.cancelled)
        return {"late": True}

    made(settings, {"x": lost}).serve(database)
    ended = job_in(database, job)
    assert (ended.status, ended.result) == ("failed", None) and "died" in str(ended.error)


def test_a_job_that_another_worker_has_by_now_is_not_ended_by_the_first(settings: Settings, database: Database) -> None:
    (job,) = queue(database, "x")

    def taken(work: Work) -> Mapping[str, Any]:
        with work.database.atomic() as tx:
            tx.exec_driver_sql("UPDATE jobs SET worker = 'other:1' WHERE id = ?", (work.job.id,))
        wait_for(work.report.cancelled)
        return {"not": "mine"}

    made(settings, {"x": taken}).serve(database)
    left = job_in(database, job)
    assert (left.status, left.worker, left.result) == ("running", "other:1", None)


def test_a_stopped_worker_ends_its_job_at_the_next_step_and_takes_no_other(
    settings: Settings, database: Database
) -> None:
    running, waiting = queue(database, "x", "x")
    one = made(settings, {"x": until_cancelled}, idle=PATIENCE_SECONDS)
    thread = threading.Thread(target=one.serve, args=(database,))
    thread.start()
    wait_for(lambda: job_in(database, running).status == "running")
    one.stop(signal.SIGTERM, None)
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()
    ended = job_in(database, running)
    assert (ended.status, ended.error) == ("failed", "The worker was stopped; ask again.")
    assert job_in(database, waiting).status == "queued"


def test_what_watches_another_process_runs_beside_the_others_and_one_at_a_time(
    settings: Settings, database: Database
) -> None:
    long, second, short = queue(database, "long", "long", "short")
    beside: list[str] = []
    free = threading.Event()

    def watch(work: Work) -> None:
        beside.append(work.job.id)
        assert free.wait(PATIENCE_SECONDS)

    def handle(work: Work) -> None:
        assert beside == [long], "the second long one waits for the first"
        assert job_in(database, long).status == "running" and job_in(database, second).status == "queued"
        free.set()

    made(settings, {"short": handle}, long=watch).serve(database)
    assert [job_in(database, job).status for job in (long, second, short)] == ["done"] * 3
    assert beside == [long, second]


def test_a_database_that_is_busy_for_a_moment_does_not_end_the_worker(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = queue(database, "x")
    claim, tries = store.claim, [0]

    def busy_twice(*arguments: Any, **named: Any) -> store.Job | None:
        tries[0] += 1
        if tries[0] < 3:
            raise DatabaseBusy("Another process has been writing for over 30 s; try again.")
        return claim(*arguments, **named)

    monkeypatch.setattr(store, "claim", busy_twice)
    made(settings, {"x": lambda work: {}}, idle=0.4).serve(database)
    assert job_in(database, job).status == "done" and tries[0] == 3


def test_a_heartbeat_that_fails_once_does_not_end_the_job(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (job,) = queue(database, "x")
    beat, beats = store.heartbeat, [0]

    def fails_at_times(*arguments: Any, **named: Any) -> str:
        beats[0] += 1
        if beats[0] in {2, 3}:
            raise DatabaseBusy("busy")
        return beat(*arguments, **named)

    monkeypatch.setattr(store, "heartbeat", fails_at_times)

    def handler(work: Work) -> Mapping[str, Any]:
        work.report(0.5, "half")
        wait_for(lambda: beats[0] > 5)
        return {"message": job_in(database, work.job.id).message}

    made(settings, {"x": handler}).serve(database)
    assert job_in(database, job).result == {"message": "half"}


def test_a_reporter_keeps_the_last_message_and_bounds_what_it_is_told(database: Database) -> None:
    (job,) = queue(database, "x")
    with database.atomic() as tx:
        store.claim(tx, worker="me:1", kinds=["x"])
    with jobs.JobReporter(database, job, worker="me:1") as report:
        report(0.25, "loading", eta_seconds=90)
        report(7.0)
        wait_for(lambda: job_in(database, job).progress == 1.0)
        assert job_in(database, job).message == "loading"
        report.log("one\n")
        report.log("two\n")
        report.point("loss", 1, 0.5)
        report.point("loss", 1, 0.75)
    found = job_in(database, job)
    assert found.log == "one\ntwo\n"
    with database.read() as tx:
        assert store.points(tx, job) == {"loss": [(1, 0.5)]}


def test_a_reporter_that_has_nothing_to_say_leaves_what_another_process_said(database: Database) -> None:
    (job,) = queue(database, "x")
    with database.atomic() as tx:
        store.claim(tx, worker="me:1", kinds=["x"])
        store.heartbeat(tx, job, progress=0.5, message="training", eta_seconds=120, worker="me:1")
    before = job_in(database, job).heartbeat
    assert before is not None
    with jobs.JobReporter(database, job, worker="me:1"):
        wait_for(lambda: (job_in(database, job).heartbeat or 0) > before)
    found = job_in(database, job)
    assert (found.progress, found.message, found.eta_seconds) == (0.5, "training", 120)


def test_a_worker_is_alone_per_machine_and_device(settings: Settings, database: Database) -> None:
    handlers: dict[str, Handler] = {"x": lambda work: {}}
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with jobs.worker_lock(settings) as alone:
            assert alone
            assert run_worker(settings, handlers=handlers, aside={}, idle_seconds=0.0) is False
        (job,) = queue(database, "x")
        assert run_worker(settings, handlers=handlers, aside={}, idle_seconds=0.05) is True
        assert job_in(database, job).status == "done"
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert jobs.worker_pid(settings) is None


@pytest.mark.parametrize("text", ["", "not a number", "12 34"])
def test_a_lock_whose_note_was_not_written_yet_still_counts_as_a_live_worker(settings: Settings, text: str) -> None:
    with jobs.worker_lock(settings):
        jobs.lock_path(settings).write_text(text)
        assert jobs.worker_pid(settings) == 0
        assert jobs.ensure_worker(settings, command=["false"]) is False
    assert jobs.worker_pid(settings) is None, "a note without a lock is of a worker that has gone"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no\n  such   thing"), "no such thing."),
        (ValueError(), "ValueError."),
        (ValueError("x" * 900), "x" * 397 + "..."),
        (ValueError("Is it?"), "Is it?"),
    ],
)
def test_an_error_is_told_in_one_line(error: ValueError, told: str) -> None:
    assert one_sentence(error) == told


class Told:
    """Stands for a reporter: what was logged, and whether somebody cancelled."""

    def __init__(self, cancelled_after: float | None = None) -> None:
        self.text = ""
        self._cancelled_at = None if cancelled_after is None else time.monotonic() + cancelled_after

    def log(self, text: str) -> None:
        self.text += text

    def cancelled(self) -> bool:
        return self._cancelled_at is not None and time.monotonic() >= self._cancelled_at


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of ``python -m app.commands COMMAND`` a shell runs COMMAND."""
    script = tmp_path / "python"
    script.write_text('#!/bin/sh\nshift 2\neval "$1"\n')
    script.chmod(0o755)
    monkeypatch.setattr(worker.sys, "executable", str(script))


def work_for(settings: Settings, database: Database, told: Told) -> Work:
    (job,) = queue(database, "x")
    return Work(settings, database, job_in(database, job), cast(Any, told), cast(Any, None))


@pytest.mark.usefixtures("shell")
def test_a_child_that_ends_well_says_nothing_and_its_output_is_kept(settings: Settings, database: Database) -> None:
    told = Told()
    work = work_for(settings, database, told)
    watch_child(work, ["echo fine; echo also >&2"])
    assert told.text == ""
    assert (settings.logs / f"{work.job.id}.log").read_text() == "fine\nalso\n"


@pytest.mark.usefixtures("shell")
@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("echo start; echo 'It is full.' >&2; echo; exit 3", "It is full."),
        ("exit 7", "code 7 and said nothing"),
        ("kill -9 $$", "code -9 and said nothing"),
        ("printf '\\377\\376 bad bytes\\n'; exit 1", "bad bytes"),
    ],
)
def test_a_child_that_fails_is_told_by_its_last_line(
    settings: Settings, database: Database, command: str, words: str
) -> None:
    told = Told()
    with pytest.raises(ChildFailed, match=words):
        watch_child(work_for(settings, database, told), [command])
    assert (words in told.text) is ("code" not in words)


@pytest.mark.usefixtures("shell")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("exec sleep 60", -signal.SIGTERM),
        ("trap '' TERM; while true; do sleep 0.02; done", -signal.SIGKILL),
        ("sleep 0.1; exit 0", 0),
    ],
)
def test_a_cancelled_child_may_end_by_itself_is_asked_and_then_made_to(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    children: list[Any] = []
    start = worker.subprocess.Popen

    def remembered(*arguments: Any, **named: Any) -> Any:
        children.append(start(*arguments, **named))
        return children[-1]

    monkeypatch.setattr(worker.subprocess, "Popen", remembered)
    with pytest.raises(Cancelled):
        watch_child(work_for(settings, database, Told(cancelled_after=0.05)), [command])
    assert children[0].returncode == code, "no child outlives its job"


@pytest.mark.usefixtures("shell")
def test_a_child_that_fails_because_it_was_cancelled_is_cancelled(settings: Settings, database: Database) -> None:
    with pytest.raises(Cancelled):
        watch_child(work_for(settings, database, Told(cancelled_after=0.0)), ["exit 1"])
