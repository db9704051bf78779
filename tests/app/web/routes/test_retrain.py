"""What the retrain page is told."""

from fastapi.testclient import TestClient

from storage import checkpoints, jobs
from storage.database import Database
from storage.projects import Project
from tests.app.made import add_checkpoint
from tests.app.web.requests import get


def test_a_project_without_masks_says_why_it_cannot_retrain(client: TestClient, project: Project) -> None:
    facts = get(client, f"projects/{project.id}/retrain")
    assert facts["plan"]["reason"] and facts["plan"]["videos"] == 0
    assert facts["runs"] == [] and facts["active"] is None and facts["defaults"]["from"] is None


def test_runs_come_newest_first_with_what_they_recorded(
    client: TestClient, database: Database, project: Project
) -> None:
    with database.atomic() as tx:
        for steps in (10, 20):
            job = jobs.enqueue(tx, kind="retrain", project_id=project.id, parameters={"steps": steps})
            jobs.claim(tx, worker="w", kinds=["retrain"])
            jobs.finish(tx, job.id, result={"name": f"round {steps}", "before_name": "base", "plan": {"videos": 2}})
        jobs.enqueue(tx, kind="propose", project_id=project.id, parameters={})
    runs = get(client, f"projects/{project.id}/retrain")["runs"]
    assert [(run["steps"], run["from"], run["plan"]) for run in runs] == [
        (20, "base", {"videos": 2}),
        (10, "base", {"videos": 2}),
    ]


def test_a_run_stays_however_many_jobs_follow_it(client: TestClient, database: Database, project: Project) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id)
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id, result={"name": "round 1"})
        for _ in range(210):
            jobs.enqueue(tx, kind="propose", project_id=project.id)
    (run,) = get(client, f"projects/{project.id}/retrain")["runs"]
    assert run["result"] == {"name": "round 1"}


def test_the_checkpoint_in_use_is_what_a_run_is_compared_with(
    client: TestClient, database: Database, project: Project
) -> None:
    made = add_checkpoint(database, "dog", name="base")
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, made.id)
    facts = get(client, f"projects/{project.id}/retrain")
    assert facts["active"] == {"id": made.id, "name": "base"}
    assert (facts["defaults"]["from"], facts["defaults"]["config"]) == ("base", "tevit_tiny")


def test_an_unknown_project_is_not_found(client: TestClient) -> None:
    assert client.get("/data/projects/none/retrain").status_code == 404
