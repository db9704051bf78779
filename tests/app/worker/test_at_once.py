"""Jobs that a person waits for run beside the others, one after another."""

import threading
import time

import pytest

from app.settings import Settings
from app.worker.handlers import ASIDE, AT_ONCE, HANDLERS
from app.worker.job import JobContext
from app.worker.loop import Worker
from storage.database import Database
from tests.app.jobs.following import job_in
from tests.app.worker.test_aside import nothing
from tests.app.worker.test_loop import queued, quick
from tests.waiting import PATIENCE_SECONDS, wait_for

__all__ = ["quick"]


def test_a_spread_does_not_wait_for_a_proposal(settings: Settings, database: Database) -> None:
    proposal, first, second = queued(database, "propose", "spread", "spread")
    over, running = threading.Event(), []

    def propose(context: JobContext) -> None:
        assert over.wait(PATIENCE_SECONDS)

    def spread(context: JobContext) -> None:
        running.append(context.job.id)
        assert job_in(database, proposal).status in {"queued", "running"}

    worker = Worker(
        settings, handlers={"propose": propose}, aside={}, at_once={"spread": spread}, idle_seconds=PATIENCE_SECONDS
    )
    assert worker.waiting(database)
    thread = threading.Thread(target=worker.serve, args=(database,))
    thread.start()
    try:
        wait_for(lambda: job_in(database, second).status == "done")
        # The thread of other jobs may come to the proposal only after both spreads.
        wait_for(lambda: job_in(database, proposal).status == "running")
        assert running == [first, second]
        over.set()
        wait_for(lambda: job_in(database, proposal).status == "done")
    finally:
        over.set()
        worker.stop()
        thread.join()


def test_a_worker_is_not_idle_while_a_person_waits(settings: Settings, database: Database) -> None:
    spread, later = queued(database, "spread", "later")
    idle_seconds = 0.3

    def takes_longer(context: JobContext) -> None:
        wait_for(lambda: job_in(database, later).status == "done")
        began = time.monotonic()
        wait_for(lambda: time.monotonic() > began + 2 * idle_seconds)
        queued(database, "index")

    worker = Worker(
        settings,
        handlers={"later": nothing, "index": nothing},
        aside={},
        at_once={"spread": takes_longer},
        idle_seconds=idle_seconds,
    )
    worker.serve(database)
    assert job_in(database, spread).status == "done" and not worker.waiting(database)


def test_an_error_that_is_not_of_a_job_ends_the_worker(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued(database, "spread")
    worker = Worker(
        settings, handlers={"later": nothing}, aside={}, at_once={"spread": nothing}, idle_seconds=PATIENCE_SECONDS
    )

    def broken(*_: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(worker, "work", broken)
    with pytest.raises(RuntimeError, match="the disk is gone"):
        worker.serve(database)
    assert worker.stopping


def test_no_kind_of_job_has_two_handlers() -> None:
    assert set(AT_ONCE) == {"spread"} and not set(AT_ONCE) & {*HANDLERS, *ASIDE}
