"""Looking after jobs without a worker process: who counts as dead, who is started, and what a start looks like."""

import json
import os
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from app.errors import BadInput
from app.jobs import lock, processes, queue
from app.settings import Settings
from storage import jobs
from storage.database import Database
from storage.errors import NotFound
from tests.app.jobs.following import job_in
from tests.app.made import project_with
from tests.storage.scenes import make_video
from tests.waiting import wait_for

HERE = socket.gethostname()


def dead_pid() -> int:
    """The number of a process that has ended and was waited for."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def running(database: Database, worker: str, *, kind: str = "count", cancelling: bool = False) -> str:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind=kind, project_id=None)
        jobs.claim(tx, worker=worker, kinds=[kind])
        jobs.append_log(tx, job.id, "loading\nKilled\n")
        if cancelling:
            jobs.request_cancel(tx, job.id)
    return job.id


@pytest.mark.parametrize(
    ("worker", "stale", "cancelling", "status"),
    [
        ("{here}:{dead}", False, False, "failed"),
        ("{here}:{dead}", False, True, "cancelled"),
        ("{here}:{alive}", False, False, "running"),
        ("{here}:{alive}", False, True, "cancelling"),
        ("{here}:1", False, False, "running"),
        ("{here}:{alive}", True, False, "running"),
        ("{here}:{alive}:{start}", True, False, "running"),
        ("{here}:{alive}:{start}", True, True, "cancelling"),
        ("{here}:{alive}:1", False, False, "failed"),
        ("{here}:{dead}:{start}", False, False, "failed"),
        ("elsewhere:{alive}:{start}", True, False, "failed"),
        ("elsewhere:{alive}:{start}", False, False, "running"),
        ("{here}:nobody", True, False, "failed"),
        ("elsewhere:{dead}", False, False, "running"),
        ("elsewhere:{dead}", True, False, "failed"),
        ("elsewhere:{dead}", True, True, "cancelled"),
        ("{here}:nobody", False, False, "running"),
        ("{dead}", False, False, "running"),
        ("", True, False, "failed"),
    ],
)
def test_a_job_is_given_up_when_its_process_is_gone_or_is_elsewhere_and_silent(
    database: Database,
    settings: Settings,
    started_workers: list[Settings],
    worker: str,
    stale: bool,
    cancelling: bool,
    status: str,
) -> None:
    start = processes.own_name().rpartition(":")[2]
    name = worker.format(here=HERE, dead=dead_pid(), alive=os.getpid(), start=start)
    job = running(database, name, cancelling=cancelling)
    if stale:
        with database.atomic() as tx:
            tx.exec_driver_sql("UPDATE jobs SET heartbeat = 1.0")
    queue.care(database, settings)
    found = job_in(database, job)
    assert found.status == status
    if status == "failed":
        assert "died" in str(found.error) and "The last line of its log: Killed" in str(found.error)
    assert started_workers == [], "nothing waits, so nobody is started"


@pytest.mark.parametrize("cancelling", [False, True])
@pytest.mark.parametrize("written", [False, True])
def test_a_dead_export_is_done_if_its_folder_has_got_its_name(
    database: Database, settings: Settings, written: bool, cancelling: bool
) -> None:
    job = running(database, f"{HERE}:{dead_pid()}", kind="export", cancelling=cancelling)
    out = settings.exports / "street"
    result = {"out": str(out), "annotations": str(out / "instances.json")}
    with database.atomic() as tx:
        jobs.prepare(tx, job, result=result)
    if written:
        out.mkdir()
        (out / "instances.json").write_text("{}")
    assert queue.care(database, settings) == 1
    found = job_in(database, job)
    status = "done" if written else "cancelled" if cancelling else "failed"
    assert (found.status, found.result) == (status, result if written else None)
    assert queue.care(database, settings) == 0
    with pytest.raises(jobs.JobOver), database.atomic() as tx:
        jobs.prepare(tx, job, result={})


def test_a_dead_job_is_found_however_many_wait_behind_it(
    database: Database, settings: Settings, started_workers: list[Settings]
) -> None:
    job = running(database, f"{HERE}:{dead_pid()}")
    with database.atomic() as tx:
        for _ in range(110):
            jobs.enqueue(tx, kind="count", project_id=None)
    queue.care(database, settings)
    assert job_in(database, job).status == "failed"
    assert len(started_workers) == 1, "somebody must take those that wait"


def test_nothing_to_care_for_writes_nothing_and_starts_nobody(
    database: Database, settings: Settings, started_workers: list[Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.atomic() as tx:
        over = jobs.enqueue(tx, kind="count", project_id=None)
        jobs.request_cancel(tx, over.id)
    monkeypatch.setattr(Database, "atomic", lambda self: pytest.fail("a server at rest takes no write lock"))
    queue.care(database, settings)
    assert started_workers == []


def test_a_second_wish_for_a_video_is_found_behind_any_number_of_others(database: Database) -> None:
    project, _ = project_with(database)
    with database.atomic() as tx:
        wanted, other = (make_video(tx, project.id, name=name) for name in ("a", "b"))
        jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=wanted.id)
        for _ in range(110):
            jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=other.id)
    with pytest.raises(BadInput, match="already being proposed"):
        queue.require_no_active(database, kind="propose", video_id=wanted.id, doing="being proposed")
    queue.require_no_active(database, kind="index", video_id=wanted.id, doing="being read")
    queue.require_no_active(database, kind="propose", video_id="another", doing="being proposed")
    assert len(queue.active_jobs(database, kind="propose")) == 111
    assert len(queue.active_jobs(database, kind="propose", video_id=wanted.id)) == 1


@pytest.mark.parametrize("status", ["done", "failed", "cancelled"])
def test_a_job_that_has_ended_is_not_cancelled_again(database: Database, status: str) -> None:
    job = running(database, "w:1")
    with database.atomic() as tx:
        if status == "done":
            jobs.finish(tx, job, result={"n": 1})
        elif status == "failed":
            jobs.fail(tx, job, error="It broke.")
        else:
            jobs.cancelled(tx, job)
    before = job_in(database, job)
    assert queue.cancel(database, job) == before == job_in(database, job)
    with pytest.raises(NotFound):
        queue.cancel(database, "nothing")


@pytest.mark.parametrize(
    ("device", "name"), [(None, "auto"), ("cpu", "cpu"), ("cuda:0", "cuda0"), ("cuda:11", "cuda11")]
)
def test_each_device_has_a_lock_of_its_own(settings: Settings, device: str | None, name: str) -> None:
    path = lock.lock_path(replace(settings, device=device))
    assert path.parent == settings.logs and path.name == f"worker-{HERE}-{name}.lock"


@pytest.mark.parametrize("text", ["", "not a number", "12 34"])
def test_a_lock_whose_note_was_not_written_yet_still_counts_as_a_live_worker(settings: Settings, text: str) -> None:
    with lock.worker_lock(settings):
        lock.pid_path(settings).write_text(text)
        assert lock.worker_pid(settings) == 0
        assert queue.ensure_worker(settings, command=["false"]) is False
    assert lock.worker_pid(settings) is None, "a note without a lock is of a worker that has gone"


def test_a_test_of_the_lock_does_not_turn_a_worker_away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCK_SECONDS", 60.0)
    tested = FileLock(lock.lock_path(settings), thread_local=False)
    tested.acquire()
    release = threading.Timer(0.05, tested.release)
    release.start()
    with lock.worker_lock(settings) as alone:
        assert alone
    release.join()


def test_workers_of_two_devices_live_side_by_side_and_two_of_one_do_not(settings: Settings) -> None:
    other = replace(settings, device="cuda:1")
    with lock.worker_lock(settings) as first, lock.worker_lock(other) as second, lock.worker_lock(settings) as third:
        assert (first, second, third) == (True, True, False)
        assert lock.worker_pid(settings) == lock.worker_pid(other) == os.getpid()
    assert lock.worker_pid(settings) is None


def test_a_worker_that_was_killed_leaves_no_lock_behind(settings: Settings) -> None:
    hold = (
        "import sys, time; from app.settings import make_settings; from app.jobs.lock import worker_lock\n"
        "with worker_lock(make_settings(data=sys.argv[1], device='cpu', environment={})):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(settings.data)]
    process = subprocess.Popen(command, cwd=queue.ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    assert lock.worker_pid(settings) == process.pid
    process.kill()
    process.wait()
    assert lock.worker_pid(settings) is None
    with lock.worker_lock(settings) as alone:
        assert alone


def test_the_command_of_a_worker_names_data_database_and_device(settings: Settings) -> None:
    command = queue.worker_command(settings)
    assert command[1:4] == ["-m", "app.commands", "worker"] and command[4:] == settings.flags()


def test_a_started_worker_is_of_its_own_session_writes_its_log_and_knows_its_idle_time(settings: Settings) -> None:
    told = settings.data / "told.json"
    code = (
        "import json, os, sys; print('to the log');"
        "facts = {'sid': os.getsid(0), 'pid': os.getpid(), 'cwd': os.getcwd(),"
        " 'idle': os.environ['TEVIT_WORKER_IDLE_SECONDS'], 'in': sys.stdin.read()};"
        "open(sys.argv[1] + '.part', 'w').write(json.dumps(facts)); os.rename(sys.argv[1] + '.part', sys.argv[1])"
    )
    patient = replace(settings, worker_idle_seconds=0.2)
    assert queue.ensure_worker(patient, command=[sys.executable, "-c", code, str(told)]) is True
    wait_for(told.exists)
    facts = json.loads(told.read_text())
    assert facts["sid"] == facts["pid"] != os.getsid(0), "it outlives the server and its terminal"
    assert (facts["idle"], facts["in"], Path(facts["cwd"])) == ("1", "", queue.ROOT)
    wait_for(lambda: "to the log" in queue.log_path(settings).read_text())


def test_a_worker_that_is_slow_to_start_is_waited_for(settings: Settings, tmp_path: Path) -> None:
    started, free = tmp_path / "started", tmp_path / "free"
    slow = (
        "import sys, time, pathlib\npathlib.Path(sys.argv[1]).write_text('x')\n"
        "while not pathlib.Path(sys.argv[2]).exists(): time.sleep(0.02)"
    )
    command = [sys.executable, "-c", slow, str(started), str(free)]
    assert queue.ensure_worker(settings, command=command) is True
    wait_for(started.exists)
    assert [queue.ensure_worker(settings, command=["false"]) for _ in range(5)] == [False] * 5
    free.write_text("x")
    # It has ended without having been the worker.
    wait_for(lambda: queue.ensure_worker(settings, command=["true"]))


def test_many_who_want_a_worker_at_once_start_one(settings: Settings, tmp_path: Path) -> None:
    count = "import sys, time, pathlib; pathlib.Path(sys.argv[1]).open('a').write('x'); time.sleep(60)"
    command = [sys.executable, "-c", count, str(tmp_path / "starts")]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: queue.ensure_worker(settings, command=command), range(8)))
    assert sorted(found) == [False] * 7 + [True]
    queue._started[lock.lock_path(settings)].kill()


def test_a_worker_that_cannot_be_started_leaves_the_job_in_the_queue_with_the_reason(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/data/logs/worker.log")

    monkeypatch.setattr(queue, "_start", full)
    job = queue.enqueue(database, settings, kind="count", project_id=None)
    waiting = job_in(database, job.id)
    assert (waiting.status, "No space left on device" in waiting.message) == ("queued", True)
    monkeypatch.undo()
    queue.care(database, settings, command=["/no such program"])
    assert "no such program" in job_in(database, job.id).message, "the next look after the jobs has tried again"
