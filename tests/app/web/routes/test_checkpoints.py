"""Checkpoints over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from app.web.routes.checkpoints import average_precision, measured, outcome
from app.worker.handlers import HANDLERS
from app.worker.loop import Worker
from model.thresholds import Thresholds
from storage import checkpoints, jobs
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import Project
from tests.app.made import project_with
from tests.app.web.requests import get


def register(database: Database, name: str, **more: Any) -> Checkpoint:
    values: dict[str, Any] = {"config": "tevit_tiny", "categories": ["dog", "kite"], "size_bytes": 5, **more}
    with database.atomic() as tx:
        return checkpoints.add_checkpoint(tx, name=name, path=f"{name}.safetensors", sha256=f"hash of {name}", **values)


def test_checkpoints_are_listed_newest_first_with_what_they_know(
    client: TestClient, database: Database, project: Project
) -> None:
    other, _ = project_with(database, name="other")
    register(database, "base")
    register(database, "round 1", parent_sha256="hash of base", metrics={"AP": 0.4}, project_id=project.id)
    register(database, "elsewhere", project_id=other.id)
    found = get(client, f"projects/{project.id}/checkpoints")
    assert [line["name"] for line in found["checkpoints"]] == ["round 1", "base"]
    line = found["checkpoints"][0]
    assert (line["parent"], line["ap"], line["known_here"], line["shared"]) == ("base", 0.4, ["dog"], False)
    assert (line["retrained"], line["outcome"], line["snapshot"]) == (True, None, None)
    assert line["parent_id"] == next(one["id"] for one in found["checkpoints"] if one["name"] == "base")
    assert found["active"] is None


def test_the_ap_of_a_retraining_is_shown(client: TestClient, database: Database, project: Project) -> None:
    made = register(database, "round 1", project_id=project.id)
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id, parameters={})
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.finish(tx, job.id, result={"checkpoint": made.id, "after": {"AP": 0.25}})
    (line,) = get(client, f"projects/{project.id}/checkpoints")["checkpoints"]
    assert line["ap"] == 0.25


def test_a_checkpoint_that_comes_with_the_program_says_what_it_is_good_at(
    client: TestClient, database: Database, project: Project
) -> None:
    for name in ("demo", "lite", "own"):
        register(database, name)
    lines = get(client, f"projects/{project.id}/checkpoints")["checkpoints"]
    about = {line["name"]: line["about"] for line in lines}
    assert about["own"] is None and "demo project" in about["demo"] and "real footage" in about["lite"]
    assert {line["name"] for line in lines if line["builtin_demo"]} == {"demo", "lite"}


def test_a_measurement_names_its_set(client: TestClient, database: Database, project: Project) -> None:
    """Figures of different sets say nothing about each other."""
    register(database, "demo", metrics={"AP": 0.6})
    figures = {"before": {"AP": 0.8}, "after": {"AP": 0.78}, "before_name": "demo", "set": "2 held-out videos"}
    register(database, "round 1", project_id=project.id, metrics=figures)
    register(database, "unmeasured")
    register(database, "empty", metrics={"before": {"AP": None}, "after": {"AP": None}, "set": "1 held-out video"})
    lines = get(client, f"projects/{project.id}/checkpoints")["checkpoints"]
    assert {line["name"]: line["measured"] for line in lines} == {
        "demo": {"ap": 0.6, "before": None, "before_name": None, "set": "held-out videos of the demo"},
        "round 1": {"ap": 0.78, "before": 0.8, "before_name": "demo", "set": "2 held-out videos"},
        "unmeasured": None,
        "empty": None,
    }


def test_the_thresholds_of_a_checkpoint_are_shown(client: TestClient, database: Database, project: Project) -> None:
    register(database, "plain")
    own = Thresholds(0.2, 0.1, 0.04)
    register(database, "round 1", project_id=project.id, provenance={"steps": 9, "thresholds": own.as_json()})
    lines = get(client, f"projects/{project.id}/checkpoints")["checkpoints"]
    assert {line["name"]: line["thresholds"] for line in lines} == {
        "plain": Thresholds().as_json(),
        "round 1": own.as_json(),
    }


def test_results_of_earlier_versions_get_the_name_of_their_set() -> None:
    result = {"before": {"AP": 0.1}, "after": {"AP": 0.2}, "evaluation": "k-fold", "per_video": [{}, {}, {}]}
    found = measured(result, is_demo=False)
    assert found is not None and found["set"] == "3 videos by k-fold"


def test_a_checkpoint_is_put_in_use(client: TestClient, database: Database, project: Project) -> None:
    made = register(database, "base")
    answer = client.post(f"/data/projects/{project.id}/checkpoints/{made.id}/activate").json()
    assert answer["active"] == {"id": made.id, "name": "base"}
    assert get(client, f"projects/{project.id}/checkpoints")["active"] == made.id


def test_a_removed_or_unknown_checkpoint_is_refused(client: TestClient, database: Database, project: Project) -> None:
    made = register(database, "base")
    with database.atomic() as tx:
        checkpoints.remove_checkpoint(tx, made.id)
    address = f"/data/projects/{project.id}/checkpoints"
    assert "removed" in client.post(f"{address}/{made.id}/activate").json()["error"]
    assert client.post(f"{address}/none/activate").status_code == 404
    assert client.post("/data/projects/none/downloads", json={"name": "tevit_msgshift"}).status_code == 404


def test_releases_say_their_size_classes_and_address(client: TestClient, database: Database, project: Project) -> None:
    register(database, "tevit_msgshift")
    releases = get(client, f"projects/{project.id}/checkpoints")["releases"]
    assert all(r["size_bytes"] > 1_000_000 and r["classes"] == 40 and r["url"].startswith("https://") for r in releases)
    assert {r["name"]: r["have"] for r in releases}["tevit_msgshift"] is True


def test_long_work_becomes_jobs_and_is_not_asked_for_twice(
    client: TestClient, database: Database, project: Project
) -> None:
    made = register(database, "base")
    address = f"/data/projects/{project.id}"
    job = client.post(f"{address}/downloads", json={"name": "tevit_msgshift"}).json()["job"]
    assert (job["kind"], job["status"]) == ("download", "queued")
    again = client.post(f"{address}/downloads", json={"name": "tevit_msgshift"})
    assert again.status_code == 400 and "under way" in again.json()["error"]
    assert client.post(f"{address}/downloads", json={"name": "nonsense"}).status_code == 400
    assert client.post(f"{address}/checkpoints/{made.id}/export").json()["job"]["kind"] == "export_checkpoint"
    added = client.post(f"{address}/checkpoints", json={"path": "/a.pth", "name": "a"}).json()["job"]
    assert added["kind"] == "add_checkpoint"


def test_a_request_names_a_path_and_never_an_upload(
    client: TestClient, database: Database, settings: Settings, project: Project
) -> None:
    address = f"/data/projects/{project.id}/checkpoints"
    crafted = f"{settings.data}/uploads/../../victim/x.pth"
    body = {"path": crafted, "name": "a", "upload": "0" * 32, "file": "x.pth"}
    assert client.post(address, json=body).status_code == 200
    with database.read() as tx:
        (job,) = jobs.list_jobs(tx)
    place = str(settings.data.parent / "victim" / "x.pth")
    assert dict(job.parameters) == {"path": place, "name": "a", "config": None, "use": False}
    for path in ("/a/../b\0.pth", "~nobody-of-this-name/x.pth", "/" + "x" * 300):
        refused = client.post(address, json={"path": path})
        assert refused.status_code == 400 and refused.json()["error"].endswith("."), path


@pytest.mark.parametrize("there", [True, False])
def test_a_path_that_leads_out_of_the_uploads_costs_nobody_a_folder(
    client: TestClient, database: Database, settings: Settings, project: Project, there: bool
) -> None:
    theirs = settings.data.parent / "victim" / "diary.txt"
    theirs.parent.mkdir()
    theirs.write_text("mine")
    (settings.data / "uploads").mkdir()
    if there:
        (theirs.parent / "x.pth").write_bytes(b"no weights")
    crafted = f"{settings.data}/uploads/../../victim/x.pth"
    job_id = client.post(f"/data/projects/{project.id}/checkpoints", json={"path": crafted}).json()["job"]["id"]
    worker = Worker(settings, handlers=HANDLERS, aside={}, idle_seconds=1.0)
    with database.atomic() as tx:
        job = jobs.claim(tx, worker=worker.name, kinds=["add_checkpoint"])
    assert job is not None
    worker.work(database, job)
    with database.read() as tx:
        assert jobs.get_job(tx, job_id).status == "failed"
    assert theirs.read_text() == "mine" and (theirs.parent / "x.pth").exists() is there


@pytest.mark.parametrize(
    ("metrics", "value"), [({}, None), ({"AP": 0.5}, 0.5), ({"after": {"AP": 0.2}}, 0.2), ({"AP": -1}, None)]
)
def test_average_precision_is_found_where_it_was_measured(metrics: dict[str, Any], value: float | None) -> None:
    assert average_precision(metrics) == value


@pytest.mark.parametrize(
    ("metrics", "word"),
    [
        ({}, None),
        ({"proven": True}, "proven"),
        ({"proven": False}, "not proven"),
        ({"proven": False, "decision": {"outcome": "worse"}}, "worse"),
        ({"decision": None}, None),
    ],
)
def test_a_retraining_ends_as_its_decision_says(metrics: dict[str, Any], word: str | None) -> None:
    assert outcome(metrics) == word
