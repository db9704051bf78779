"""Background jobs through a real worker process: from the queue to the end, cancelled, killed, and taken up again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.errors import BadInput
from app.jobs import queue as jobs
from app.settings import Settings
from storage import jobs as store
from storage.database import Database
from tests.app.made import project_with, video_in

PATIENCE_SECONDS = 60


def command(settings: Settings, idle: float = 1.0) -> list[str]:
    return [sys.executable, "-m", "tests.app.worker.fake_worker", str(settings.data), str(idle)]


def wait_for(what: Callable[[], Any]) -> Any:
    """The first true answer; fails after a long while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def job_in(database: Database, job_id: str) -> store.Job:
    with database.read() as tx:
        return store.get_job(tx, job_id)


def ended(database: Database, job_id: str) -> store.Job:
    found: store.Job = wait_for(lambda: (job := job_in(database, job_id)) and not job.active and job)
    return found


def start(database: Database, settings: Settings, kind: str, **parameters: Any) -> store.Job:
    return jobs.enqueue(
        database, settings, kind=kind, project_id=None, parameters=parameters, command=command(settings)
    )


@pytest.fixture(autouse=True)
def no_worker_left(settings: Settings) -> Iterator[None]:
    yield
    pid = jobs.worker_pid(settings)
    if pid:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: jobs.worker_pid(settings) is None)


def test_a_job_runs_in_another_process_and_stores_its_result(database: Database, settings: Settings) -> None:
    job = start(database, settings, "count", steps=3)
    done = ended(database, job.id)
    assert (done.status, done.progress, done.result) == ("done", 1.0, {"counted": 3})
    assert done.worker is not None and not done.worker.endswith(f":{os.getpid()}")
    with database.read() as tx:
        assert store.points(tx, job.id)["steps"] == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_a_worker_takes_one_job_after_another_and_leaves_when_idle(database: Database, settings: Settings) -> None:
    first = start(database, settings, "count", steps=1)
    second = start(database, settings, "count", steps=1)
    assert ended(database, first.id).worker == ended(database, second.id).worker
    wait_for(lambda: jobs.worker_pid(settings) is None)


def test_a_cancelled_job_stops_at_its_next_step(database: Database, settings: Settings) -> None:
    job = start(database, settings, "count", steps=600)
    wait_for(lambda: job_in(database, job.id).progress > 0)
    assert jobs.cancel(database, job.id).status == "cancelling"
    assert ended(database, job.id).status == "cancelled"


def test_a_queued_job_is_cancelled_at_once(database: Database, settings: Settings) -> None:
    with database.atomic() as tx:
        job = store.enqueue(tx, kind="count", project_id=None, parameters={})
    assert jobs.cancel(database, job.id).status == "cancelled"
    assert jobs.cancel(database, job.id).status == "cancelled"


def test_a_persons_mistake_is_one_sentence_and_the_worker_lives_on(database: Database, settings: Settings) -> None:
    wrong = start(database, settings, "mistake")
    broken = start(database, settings, "bug")
    right = start(database, settings, "count", steps=1)
    assert ended(database, wrong.id).error == "The file is not right; give another."
    assert ended(database, wrong.id).log == ""
    failed = ended(database, broken.id)
    assert failed.error == "division by nothing."
    assert "ZeroDivisionError" in failed.log and "Traceback" in failed.log
    assert ended(database, right.id).status == "done"


def test_a_killed_workers_job_is_failed_and_can_be_asked_for_again(database: Database, settings: Settings) -> None:
    job = start(database, settings, "count", steps=600)
    wait_for(lambda: job_in(database, job.id).progress > 0)
    pid = jobs.worker_pid(settings)
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: jobs.worker_pid(settings) is None)

    def dead() -> bool:
        jobs.care(database, settings, command=command(settings))
        return job_in(database, job.id).status == "failed"

    wait_for(dead)
    assert "died" in (job_in(database, job.id).error or "")
    again = start(database, settings, "count", steps=1)
    assert ended(database, again.id).status == "done"


def test_a_stopped_worker_fails_its_job_with_a_sentence(database: Database, settings: Settings) -> None:
    job = start(database, settings, "count", steps=600)
    wait_for(lambda: job_in(database, job.id).progress > 0)
    pid = jobs.worker_pid(settings)
    assert pid
    os.kill(pid, signal.SIGTERM)
    failed = ended(database, job.id)
    assert (failed.status, failed.error) == ("failed", "The worker was stopped; ask again.")


def test_a_second_worker_leaves_at_once(database: Database, settings: Settings) -> None:
    job = start(database, settings, "count", steps=30)
    wait_for(lambda: job_in(database, job.id).status == "running")
    second = subprocess.run(command(settings), capture_output=True, text=True, check=True, cwd=jobs.ROOT)
    assert "another worker is alive" in second.stdout
    assert ended(database, job.id).status == "done"


def test_queued_jobs_find_a_worker_after_a_restart(database: Database, settings: Settings) -> None:
    with database.atomic() as tx:
        job = store.enqueue(tx, kind="count", project_id=None, parameters={"steps": 1})
    assert jobs.worker_pid(settings) is None
    jobs.care(database, settings, command=command(settings))
    assert ended(database, job.id).status == "done"


def test_a_silent_job_of_another_machine_is_given_up_after_a_while(database: Database, settings: Settings) -> None:
    with database.atomic() as tx:
        job = store.enqueue(tx, kind="count", project_id=None, parameters={})
        store.claim(tx, worker="elsewhere:1", kinds=["count"])
    jobs.care(database, settings)
    assert job_in(database, job.id).status == "running"
    jobs.care(database, replace(settings, stale_seconds=0.0))
    assert job_in(database, job.id).status == "failed"


def test_a_reporter_estimates_the_time_left_and_sees_a_cancel(database: Database) -> None:
    with database.atomic() as tx:
        job = store.enqueue(tx, kind="count", project_id=None, parameters={})
        store.claim(tx, worker="me:1", kinds=["count"])
    with jobs.JobReporter(database, job.id, worker="me:1") as report:
        report(0.5, "half")
        wait_for(lambda: job_in(database, job.id).progress == 0.5)
        found = job_in(database, job.id)
        assert found.message == "half" and found.eta_seconds is not None
        assert not report.cancelled()
        jobs.cancel(database, job.id)
        wait_for(report.cancelled)


def test_a_second_job_for_the_same_video_is_refused(database: Database, settings: Settings, tmp_path: Path) -> None:
    project, _ = project_with(database, "dog")
    video = video_in(database, settings, project, tmp_path)
    with database.atomic() as tx:
        store.enqueue(tx, kind="propose", project_id=project.id, video_id=video.id)
    with pytest.raises(BadInput, match="already being proposed"):
        jobs.require_no_active(database, kind="propose", video_id=video.id, doing="being proposed")
    jobs.require_no_active(database, kind="propose", video_id="another", doing="being proposed")
