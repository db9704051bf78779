"""Work in another process beside the loop: what a kill of it does, and what waits for its GPU."""

import threading
from dataclasses import replace

import pytest

from app.errors import Cancelled
from app.jobs import processes
from app.settings import Settings
from app.worker import loop
from app.worker.job import JobContext
from app.worker.loop import GPU_BUSY, ChildKilled, Worker
from storage import jobs
from storage.database import Database, DatabaseBusy
from tests.app.jobs.following import job_in
from tests.app.worker.test_loop import WorkerForSome, queued, quick, raises
from tests.waiting import PATIENCE_SECONDS, wait_for

__all__ = ["quick"]
KILLED = ChildKilled("The process of this job was killed by signal 9.")


def nothing(context: JobContext) -> None:
    """A handler that is done at once."""


def test_a_killed_retraining_goes_back_into_the_queue_until_it_is_killed_again_and_again(
    settings: Settings, database: Database
) -> None:
    (job,) = queued(database, "retrain")
    statuses = []
    for _ in range(jobs.MAX_ATTEMPTS):
        WorkerForSome(settings, 1, {}, retrain=raises(KILLED)).serve(database)
        statuses.append(job_in(database, job).status)
    assert statuses == ["queued"] * (jobs.MAX_ATTEMPTS - 1) + ["failed"]
    assert "3 times in a row" in (job_in(database, job).error or "")


@pytest.mark.parametrize("refused", [False, True])
def test_what_a_killed_retraining_has_left_goes_at_once_and_what_it_has_kept_with_its_last_chance(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    half, (job,) = settings.checkpoints / f".round.{'0f' * 16}.partial", queued(database, "retrain")

    def busy(*_: object) -> None:
        raise DatabaseBusy("Another process writes.")

    def keeps_and_dies(context: JobContext) -> None:
        for folder in (half, settings.retrainings / job):
            folder.mkdir(parents=True, exist_ok=True)
        (half / ".held").touch()
        raise KILLED

    if refused:
        monkeypatch.setattr(loop, "clear_abandoned", busy)
    there = []
    for _ in range(jobs.MAX_ATTEMPTS):
        WorkerForSome(settings, 1, {}, retrain=keeps_and_dies).serve(database)
        there.append((half.exists(), (settings.retrainings / job).exists()))
    assert there == ([(True, True)] * 3 if refused else [(False, True), (False, True), (False, False)])


def test_a_stopped_worker_does_not_count_as_a_kill(settings: Settings, database: Database) -> None:
    (job,) = queued(database, "retrain")

    def stopped(context: JobContext) -> None:
        worker.stop()
        raise Cancelled

    for _ in range(jobs.MAX_ATTEMPTS):
        worker = Worker(settings, handlers={}, aside={"retrain": stopped}, idle_seconds=PATIENCE_SECONDS)
        worker.serve(database)
        assert (job_in(database, job).status, job_in(database, job).attempts) == ("queued", 0)


def test_a_retraining_that_keeps_something_between_kills_is_never_given_up(
    settings: Settings, database: Database
) -> None:
    (job,) = queued(database, "retrain")

    def keeps_and_dies(context: JobContext) -> None:
        with database.atomic() as tx:
            jobs.reset_attempts(tx, context.job.id)
        raise KILLED

    for _ in range(2 * jobs.MAX_ATTEMPTS):
        WorkerForSome(settings, 1, {}, retrain=keeps_and_dies).serve(database)
        assert job_in(database, job).status == "queued"


def test_what_cannot_go_on_fails_when_it_is_killed_and_a_cancelled_one_is_cancelled(
    settings: Settings, database: Database
) -> None:
    (other,) = queued(database, "x")
    WorkerForSome(settings, 1, {"x": raises(KILLED)}).serve(database)
    assert (job_in(database, other).status, job_in(database, other).error) == ("failed", str(KILLED))
    (job,) = queued(database, "retrain")

    def cancelled_and_killed(context: JobContext) -> None:
        with database.atomic() as tx:
            jobs.request_cancel(tx, context.job.id)
        raise KILLED

    WorkerForSome(settings, 1, {}, retrain=cancelled_and_killed).serve(database)
    assert job_in(database, job).status == "cancelled"


@pytest.mark.parametrize(("device", "waits"), [("cuda:0", True), ("cpu", False)])
def test_proposals_wait_for_a_retraining_on_the_same_gpu_and_say_so(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, device: str, waits: bool
) -> None:
    monkeypatch.setattr(loop, "choose_device", lambda wanted: device)
    training, proposed, indexed = queued(database, "retrain", "propose", "index")
    over = threading.Event()

    def train(context: JobContext) -> None:
        assert over.wait(PATIENCE_SECONDS)

    worker = Worker(
        settings,
        handlers={"propose": nothing, "index": nothing},
        aside={"retrain": train},
        idle_seconds=PATIENCE_SECONDS,
    )
    thread = threading.Thread(target=worker.serve, args=(database,))
    thread.start()
    try:
        wait_for(lambda: job_in(database, indexed).status == "done")
        if waits:
            wait_for(lambda: job_in(database, proposed).message == GPU_BUSY)
            assert job_in(database, proposed).status == "queued"
        else:
            wait_for(lambda: job_in(database, proposed).status == "done")
        assert job_in(database, training).status == "running"
        over.set()
        wait_for(lambda: job_in(database, proposed).status == "done")
    finally:
        over.set()
        worker.stop()
        thread.join()


@pytest.mark.parametrize(
    ("device", "other", "waits"), [("cuda:0", "cuda:0", True), ("cuda:0", "cuda:1", False), ("cpu", "cpu", False)]
)
def test_what_needs_the_gpu_waits_for_a_retraining_that_another_process_of_the_machine_does_on_it(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, device: str, other: str, waits: bool
) -> None:
    monkeypatch.setattr(loop, "choose_device", lambda wanted: device)
    (training,) = queued(database, "retrain")
    with database.atomic() as tx:
        jobs.add_parameters(tx, training, {"device": other})
        jobs.claim(tx, worker=processes.own_name(), kinds=["retrain"])
    devices: list[str | None] = []
    worker = Worker(
        replace(settings, device=device),
        handlers={"propose": nothing, "index": nothing},
        aside={"retrain": nothing},
        at_once={"spread": lambda context: devices.append(context.settings.device)},
        idle_seconds=PATIENCE_SECONDS,
    )
    worker.name = "a worker with a name of its own"
    thread = threading.Thread(target=worker.serve, args=(database,))
    waiting = queued(database, "propose", "retrain")
    others = queued(database, "index", "spread")
    thread.start()
    try:
        for job in others if waits else (*others, *waiting):
            wait_for(lambda job=job: job_in(database, job).status == "done")  # type: ignore[misc]
        assert devices == ["cpu" if waits else device]
        if waits:
            for job in waiting:
                wait_for(lambda job=job: job_in(database, job).message == GPU_BUSY)  # type: ignore[misc]
            with database.atomic() as tx:
                jobs.finish(tx, training)
        for job in waiting:
            wait_for(lambda job=job: job_in(database, job).status == "done")  # type: ignore[misc]
    finally:
        worker.stop()
        thread.join()


@pytest.mark.parametrize(("device", "moves"), [("cuda:0", True), ("cpu", False)])
def test_what_a_person_waits_for_runs_on_the_cpu_while_the_gpu_is_retraining(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, device: str, moves: bool
) -> None:
    monkeypatch.setattr(loop, "choose_device", lambda wanted: device)
    chosen, over = replace(settings, device=device), threading.Event()
    devices: list[str | None] = []

    def done(spread: str) -> None:
        wait_for(lambda: job_in(database, spread).status == "done")

    def begun(training: str) -> None:
        wait_for(lambda: job_in(database, training).status == "running")

    def train(context: JobContext) -> None:
        assert over.wait(PATIENCE_SECONDS)

    worker = Worker(
        chosen,
        handlers={},
        aside={"retrain": train},
        at_once={"spread": lambda context: devices.append(context.settings.device)},
        idle_seconds=PATIENCE_SECONDS,
    )
    thread = threading.Thread(target=worker.serve, args=(database,))
    thread.start()
    try:
        done(*queued(database, "spread"))
        begun(*queued(database, "retrain"))
        done(*queued(database, "spread"))
        assert devices == [device, "cpu" if moves else device]
    finally:
        over.set()
        worker.stop()
        thread.join()
