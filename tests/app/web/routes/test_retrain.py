"""What the retrain page is told."""

import pytest
from fastapi.testclient import TestClient

from app.library.kept_runs import STATE
from app.settings import Settings
from app.training.corrections import LatestCheck, Suspicion
from app.web.routes import retrain
from storage import checkpoints, jobs
from storage.database import Database
from storage.projects import Project
from tests.app.made import add_checkpoint
from tests.app.web.requests import get


def test_a_project_without_masks_says_why_it_cannot_retrain(client: TestClient, project: Project) -> None:
    facts = get(client, f"projects/{project.id}/retrain")
    assert facts["plan"]["reason"] and facts["plan"]["videos"] == 0
    assert facts["runs"] == [] and facts["active"] is None and facts["defaults"]["from"] is None
    assert facts["seconds"] is None
    assert (facts["effort"]["frames"], facts["effort"]["by_tool"]) == (0, [])
    assert facts["categories"] == [{"name": "dog", "tracks": 0, "videos": 0}]


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


def test_a_run_under_way_has_the_plan_that_it_froze(client: TestClient, database: Database, project: Project) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id)
        jobs.claim(tx, worker="w", kinds=["retrain"])
    assert get(client, f"projects/{project.id}/retrain")["runs"][0]["plan"] is None
    with database.atomic() as tx:
        jobs.add_parameters(tx, job.id, {"plan": {"videos": 2}})
    (run,) = get(client, f"projects/{project.id}/retrain")["runs"]
    assert (run["plan"], run["result"]) == ({"videos": 2}, None)


def test_a_run_stays_however_many_jobs_follow_it(client: TestClient, database: Database, project: Project) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id)
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id, result={"name": "round 1"})
        for _ in range(210):
            jobs.enqueue(tx, kind="propose", project_id=project.id)
    (run,) = get(client, f"projects/{project.id}/retrain")["runs"]
    assert run["result"] == {"name": "round 1"}


def test_a_stopped_run_that_has_kept_something_is_named_and_goes_on(
    client: TestClient, database: Database, settings: Settings, project: Project, started_workers: list[Settings]
) -> None:
    path = f"/data/projects/{project.id}/retrain/go-on"
    assert client.post(path).status_code == 400
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id)
        jobs.request_cancel(tx, job.id)
    assert get(client, f"projects/{project.id}/retrain")["stopped"] is None
    (settings.retrainings / job.id).mkdir(parents=True)
    (settings.retrainings / job.id / STATE).touch()
    assert get(client, f"projects/{project.id}/retrain")["stopped"] == job.id
    assert client.post(path).json()["job"]["status"] == "queued" and started_workers


def test_of_very_many_suspicious_masks_the_first_are_named_and_all_are_counted(
    client: TestClient, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = tuple(Suspicion("v", "reef", 1, "t", frame, "aa", "It jumps.") for frame in range(700))
    monkeypatch.setattr(retrain, "latest_check", lambda *_: LatestCheck(False, masks=9000, named=named))
    found = get(client, f"projects/{project.id}/retrain")["corrections"]
    assert (found["suspicious"], [one["frame"] for one in found["named"]]) == (700, list(range(retrain.MOST_SHOWN)))


def retrained(database: Database, project: Project, name: str, **metrics: object) -> str:
    """A checkpoint of a retraining, with the report that is stored with it; returns its id."""
    facts = {"path": f"{name}.safetensors", "sha256": name, "config": "tevit_tiny", "categories": ["dog"]}
    with database.atomic() as tx:
        return checkpoints.add_checkpoint(
            tx,
            name=name,
            size_bytes=1,
            project_id=project.id,
            provenance={"steps": 30, "snapshot": "ab", "seed": 1},
            metrics=metrics,
            **facts,
        ).id


def test_a_report_stays_with_its_checkpoint_where_the_job_is_gone(
    client: TestClient, database: Database, project: Project
) -> None:
    made = retrained(database, project, "round 1", before={"AP": 0.25}, after={"AP": 0.5}, set="2 videos by k-fold")
    (run,) = get(client, f"projects/{project.id}/retrain")["runs"]
    assert (run["id"], run["status"], run["job"], run["steps"]) == (made, "done", False, 30)
    assert (run["result"]["after"], run["result"]["set"]) == ({"AP": 0.5}, "2 videos by k-fold")
    assert (run["result"]["checkpoint"], run["result"]["name"]) == (made, "round 1")


def test_a_run_with_job_and_checkpoint_is_one_and_has_the_present_name(
    client: TestClient, database: Database, project: Project
) -> None:
    made = retrained(database, project, "round 1", after={"AP": 0.5})
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id)
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id, result={"checkpoint": made, "name": "round 1", "seconds": 90})
        checkpoints.rename_checkpoint(tx, made, "best")
    (run,) = get(client, f"projects/{project.id}/retrain")["runs"]
    result = run["result"]
    assert (run["id"], result["name"], result["seconds"], result["after"]) == (job.id, "best", 90, {"AP": 0.5})
    with database.atomic() as tx:
        checkpoints.remove_checkpoint(tx, made)
    (run,) = get(client, f"projects/{project.id}/retrain")["runs"]
    assert (run["result"]["name"], run["result"]["removed"]) == ("round 1", True)


def test_a_removed_checkpoint_without_a_job_is_no_run(client: TestClient, database: Database, project: Project) -> None:
    made = retrained(database, project, "round 1")
    with database.atomic() as tx:
        checkpoints.remove_checkpoint(tx, made)
    assert get(client, f"projects/{project.id}/retrain")["runs"] == []


def test_the_checkpoint_in_use_is_what_a_run_is_compared_with(
    client: TestClient, database: Database, project: Project
) -> None:
    made = add_checkpoint(database, "dog", name="base", chosen_in=project.id)
    facts = get(client, f"projects/{project.id}/retrain")
    assert facts["active"] == {"id": made.id, "name": "base"}
    assert (facts["defaults"]["from"], facts["defaults"]["config"]) == ("base", "tevit_tiny")


def test_an_unknown_project_is_not_found(client: TestClient) -> None:
    assert client.get("/data/projects/none/retrain").status_code == 404
