import subprocess
import sys
from typing import Any

import pytest

from storage import jobs
from storage.database import Database
from storage.errors import NotFound
from storage.jobs import JobOver
from tests.material import ROOT
from tests.storage.scenes import Scene
from tests.storage.threads import at_once


def queued(scene: Scene, kind: str = "propose", **parameters: Any) -> jobs.Job:
    with scene.database.atomic() as tx:
        return jobs.enqueue(tx, kind=kind, project_id=scene.project.id, video_id=scene.video.id, parameters=parameters)


def claimed(scene: Scene, worker: str = "w", kinds: tuple[str, ...] = ("propose",)) -> jobs.Job:
    with scene.database.atomic() as tx:
        job = jobs.claim(tx, worker=worker, kinds=kinds)
    assert job is not None
    return job


def test_the_life_of_a_job(scene: Scene) -> None:
    waiting = queued(scene, window=36)
    assert (waiting.status, waiting.progress, waiting.parameters, waiting.active) == (
        "queued",
        0.0,
        {"window": 36},
        True,
    )
    running = claimed(scene)
    assert (running.id, running.status, running.worker) == (waiting.id, "running", "w")
    assert running.started is not None and running.heartbeat is not None
    with scene.database.atomic() as tx:
        jobs.add_parameters(tx, running.id, {"device": "cpu"})
        assert jobs.get_job(tx, running.id).parameters == {"window": 36, "device": "cpu"}
        assert (
            jobs.heartbeat(tx, running.id, progress=0.5, message="window 2 of 4", eta_seconds=30, worker="w")
            == "running"
        )
        job = jobs.get_job(tx, running.id)
        assert (job.progress, job.message, job.eta_seconds) == (0.5, "window 2 of 4", 30)
        done = jobs.finish(tx, running.id, result={"tracks": 3})
        assert (done.status, done.progress, done.result, done.eta_seconds) == ("done", 1.0, {"tracks": 3}, None)
        assert done.finished is not None and not done.active


def test_jobs_are_claimed_oldest_first_and_only_of_the_kinds_asked_for(scene: Scene) -> None:
    training, first, second = queued(scene, "train"), queued(scene), queued(scene)
    assert [claimed(scene).id, claimed(scene).id] == [first.id, second.id]
    with scene.database.atomic() as tx:
        assert jobs.claim(tx, worker="w", kinds=["propose"]) is None
        claimed_training = jobs.claim(tx, worker="w", kinds=["propose", "train"])
    assert claimed_training is not None and claimed_training.id == training.id


def test_a_job_in_the_background_waits_until_nothing_else_does(scene: Scene) -> None:
    last, first, second = queued(scene, background=True), queued(scene), queued(scene, background=False)
    assert last.in_background and not first.in_background and not second.in_background
    assert [claimed(scene).id for _ in range(3)] == [first.id, second.id, last.id]


CLAIM_ALL = """
import sys
sys.path.insert(0, sys.argv[1])
from storage import jobs
from storage.database import Database
database = Database.open(sys.argv[2])
while True:
    with database.atomic() as tx:
        job = jobs.claim(tx, worker=sys.argv[3], kinds=["propose"])
    if job is None:
        break
    with database.atomic() as tx:
        jobs.finish(tx, job.id)
    print(job.id)
"""


def test_no_two_workers_get_the_same_job(scene: Scene) -> None:
    ids = {queued(scene).id for _ in range(30)}
    url = f"sqlite:///{scene.database.place}"
    command = [sys.executable, "-c", CLAIM_ALL, str(ROOT), url]
    other = subprocess.Popen([*command, "other"], stdout=subprocess.PIPE, text=True)
    mine: list[str] = []

    def work() -> None:
        while True:
            with scene.database.atomic() as tx:
                job = jobs.claim(tx, worker="mine", kinds=["propose"])
            if job is None:
                return
            mine.append(job.id)

    at_once(work, work)
    theirs = other.communicate()[0].split()
    assert other.returncode == 0
    assert sorted([*mine, *theirs]) == sorted(ids)


def test_a_running_job_sees_that_it_shall_stop(scene: Scene) -> None:
    queued(scene)
    job = claimed(scene)
    with scene.database.atomic() as tx:
        assert jobs.request_cancel(tx, job.id).status == "cancelling"
        assert jobs.heartbeat(tx, job.id, progress=0.2) == "cancelling"
        assert jobs.cancelled(tx, job.id).status == "cancelled"
        assert jobs.request_cancel(tx, job.id).status == "cancelled"


def test_a_waiting_job_is_cancelled_at_once(scene: Scene) -> None:
    job = queued(scene)
    with scene.database.atomic() as tx:
        stopped = jobs.request_cancel(tx, job.id)
        assert stopped.status == "cancelled" and stopped.finished is not None
        assert jobs.claim(tx, worker="w", kinds=["propose"]) is None


def test_a_job_that_is_over_takes_no_report(scene: Scene) -> None:
    queued(scene)
    job = claimed(scene)
    with scene.database.atomic() as tx:
        failed = jobs.fail(tx, job.id, error="The file is gone.")
        assert (failed.status, failed.error) == ("failed", "The file is gone.")
        with pytest.raises(JobOver, match="is failed"):
            jobs.finish(tx, job.id)
        assert jobs.heartbeat(tx, job.id, progress=0.9) == "failed"
        assert jobs.get_job(tx, job.id).progress == 0.0
        assert jobs.request_cancel(tx, job.id).status == "failed"
        with pytest.raises(NotFound):
            jobs.finish(tx, "nothing")


def test_the_heartbeat_of_another_worker_does_not_count(scene: Scene) -> None:
    queued(scene)
    job = claimed(scene)
    with scene.database.atomic() as tx:
        jobs.heartbeat(tx, job.id, progress=2, worker="somebody else")
        assert jobs.get_job(tx, job.id).progress == 0.0
        jobs.heartbeat(tx, job.id, progress=2, worker="w")
        assert jobs.get_job(tx, job.id).progress == 1.0


def test_jobs_whose_process_died_are_marked_with_the_end_of_their_log(scene: Scene) -> None:
    for _ in range(3):
        queued(scene)
    dead, alive, stopping = claimed(scene), claimed(scene), claimed(scene)
    with scene.database.atomic() as tx:
        jobs.append_log(tx, dead.id, "loading\nKilled: out of memory\n\n")
        jobs.request_cancel(tx, stopping.id)
        for job, heartbeat in ((dead, 1.0), (stopping, 1.0)):
            tx.exec_driver_sql("UPDATE jobs SET heartbeat = ? WHERE id = ?", (heartbeat, job.id))
        reaped = {job.id: job for job in jobs.reap(tx, dead=lambda job: jobs.is_silent(job, 60))}
        assert set(reaped) == {dead.id, stopping.id}
        assert reaped[dead.id].status == "failed"
        assert reaped[stopping.id].status == "cancelled"
        assert "died" in (reaped[dead.id].error or "") and "Killed: out of memory" in (reaped[dead.id].error or "")
        assert reaped[dead.id].log.startswith("loading")
        assert jobs.get_job(tx, alive.id).status == "running"
        assert jobs.reap(tx, dead=lambda job: jobs.is_silent(job, 60)) == ()


def test_only_the_end_of_a_log_is_kept(scene: Scene) -> None:
    job = queued(scene)
    with scene.database.atomic() as tx:
        jobs.append_log(tx, job.id, "x" * jobs.LOG_CHARACTERS)
        jobs.append_log(tx, job.id, "the end")
        log = jobs.get_job(tx, job.id).log
    assert len(log) == jobs.LOG_CHARACTERS and log.endswith("xthe end")


def test_curves_grow_and_repeated_points_do_no_harm(scene: Scene) -> None:
    job = queued(scene)
    with scene.database.atomic() as tx:
        jobs.add_points(tx, job.id, "loss", [(2, 0.5), (1, 1)])
        jobs.add_points(tx, job.id, "loss", [(2, 0.5), (3, 0.25)])
        jobs.add_points(tx, job.id, "rate", [])
        assert jobs.points(tx, job.id) == {"loss": [(1, 1.0), (2, 0.5), (3, 0.25)]}
        assert jobs.points(tx, "nothing") == {}


def test_jobs_are_listed_newest_first_by_project_video_and_activity(scene: Scene, database: Database) -> None:
    first, second = queued(scene), queued(scene)
    with database.atomic() as tx:
        alone = jobs.enqueue(tx, kind="check", project_id=None)
        jobs.request_cancel(tx, first.id)
        assert [job.id for job in jobs.list_jobs(tx)] == [alone.id, second.id, first.id]
        assert [job.id for job in jobs.list_jobs(tx, scene.project.id)] == [second.id, first.id]
        assert [job.id for job in jobs.list_jobs(tx, scene.project.id, active=True)] == [second.id]
        assert [job.id for job in jobs.list_jobs(tx, video_id=scene.video.id, limit=1)] == [second.id]
        assert jobs.list_jobs(tx, "nothing") == ()
        assert {job.kind for job in jobs.list_jobs(tx, kind=alone.kind)} == {alone.kind}
        assert jobs.list_jobs(tx, kind="nothing") == ()
