"""Jobs over HTTP: asked for, listed, followed, cancelled, and refused with a reason."""

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from storage import jobs
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import add_checkpoint, square
from tests.app.web.requests import draw, get


@pytest.fixture
def checkpoint(database: Database) -> Checkpoint:
    return add_checkpoint(database, "dog")


def test_proposing_puts_one_job_in_the_queue_and_starts_a_worker(
    client: TestClient, video: Video, checkpoint: Checkpoint, started_workers: list[Settings], database: Database
) -> None:
    answer = client.post(f"/data/videos/{video.id}/propose", json={})
    assert answer.status_code == 200, answer.text
    job = answer.json()["job"]
    assert (job["kind"], job["status"], job["video"]) == ("propose", "queued", video.id)
    assert len(started_workers) == 1
    with database.read() as tx:
        assert jobs.get_job(tx, job["id"]).parameters == {"checkpoint": checkpoint.id}
    again = client.post(f"/data/videos/{video.id}/propose")
    assert again.status_code == 400
    assert "already being proposed" in again.json()["error"]
    listed = client.get(f"/data/jobs?project={video.project_id}&active=1").json()["jobs"]
    assert [found["id"] for found in listed] == [job["id"]]


def test_a_checkpoint_can_be_named_and_must_exist(client: TestClient, video: Video, checkpoint: Checkpoint) -> None:
    path = f"/data/videos/{video.id}/propose"
    assert client.post(path, json={"checkpoint": "none"}).status_code == 404
    assert client.post(path, json={"checkpoint": checkpoint.id}).status_code == 200


@pytest.mark.parametrize("steady", [True, False])
def test_whether_masks_are_made_steady_can_be_chosen(
    client: TestClient, database: Database, video: Video, checkpoint: Checkpoint, steady: bool
) -> None:
    job = client.post(f"/data/videos/{video.id}/propose", json={"steady": steady}).json()["job"]
    with database.read() as tx:
        assert jobs.get_job(tx, job["id"]).parameters == {"checkpoint": checkpoint.id, "steady": steady}


def test_steady_masks_that_cannot_be_are_refused_before_a_job_begins(
    client: TestClient, video: Video, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposer = f"projects/{video.project_id}/proposer"
    assert get(client, proposer)["unsteady"] is None
    monkeypatch.setenv("TEVIT_WEIGHTS", "nothing is installed here")
    answer = client.post(f"/data/videos/{video.id}/propose", json={"steady": True})
    assert answer.status_code == 400 and "launch.py weights" in answer.json()["error"]
    assert "launch.py weights" in get(client, proposer)["unsteady"]
    assert client.post(f"/data/videos/{video.id}/propose", json={}).status_code == 200


def test_without_a_checkpoint_proposing_is_refused_with_the_ways_out(client: TestClient, video: Video) -> None:
    answer = client.post(f"/data/videos/{video.id}/propose", json={})
    assert answer.status_code == 400
    assert "draw by hand" in answer.json()["error"]


def test_a_job_is_cancelled_and_shows_its_curves(client: TestClient, database: Database, video: Video) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=video.project_id)
        jobs.add_points(tx, job.id, "loss", [(1, 2.5), (2, 1.5)])
    assert client.get(f"/data/jobs/{job.id}/points").json() == {"series": {"loss": [[1, 2.5], [2, 1.5]]}}
    assert client.post(f"/data/jobs/{job.id}/cancel").json()["status"] == "cancelled"
    assert client.get(f"/data/jobs/{job.id}").json()["status"] == "cancelled"
    assert client.get(f"/data/jobs?project={video.project_id}&active=1").json()["jobs"] == []
    assert len(client.get(f"/data/jobs?project={video.project_id}").json()["jobs"]) == 1


def test_the_newest_jobs_are_listed_and_all_that_wait(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.routes.jobs.MOST_LISTED", 1)
    with database.atomic() as tx:
        first, second = (jobs.enqueue(tx, kind="index", project_id=None).id for _ in range(2))
    assert {job["id"] for job in client.get("/data/jobs?active=1").json()["jobs"]} == {first, second}
    assert len(client.get("/data/jobs").json()["jobs"]) == 1


@pytest.mark.parametrize("path", ["", "/points"])
def test_a_job_that_is_not_there_is_not_found(client: TestClient, path: str) -> None:
    assert client.get(f"/data/jobs/none{path}").status_code == 404
    assert client.post("/data/jobs/none/cancel").status_code == 404


def test_retraining_needs_a_persons_masks_and_runs_once(
    client: TestClient, database: Database, project: Project, video: Video
) -> None:
    path = f"/data/projects/{project.id}/retrain"
    refused = client.post(path, json={})
    assert refused.status_code == 400
    assert "review" in refused.json()["error"]
    category = get(client, f"projects/{project.id}")["categories"][0]["id"]
    draw(client, video, {0: square(1, 1)}, category)
    assert client.post(path, json={"steps": 5}).json()["job"]["kind"] == "retrain"
    assert "already retraining" in client.post(path, json={}).json()["error"]
    assert client.post(path, json={"steps": 0}).status_code == 422
    assert client.post("/data/projects/none/retrain", json={}).status_code == 404


def test_corrections_are_checked_at_one_press_and_only_once_at_a_time(
    client: TestClient, database: Database, video: Video
) -> None:
    path = f"/data/projects/{video.project_id}/check-corrections"
    answer = client.post(path)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["job"]["kind"], answer.json()["job"]["project"]) == ("check_corrections", video.project_id)
    again = client.post(path)
    assert again.status_code == 400 and "already" in again.json()["error"]
    assert get(client, f"projects/{video.project_id}/retrain")["corrections"]["running"] is True
    assert client.post("/data/projects/none/check-corrections").status_code == 404
