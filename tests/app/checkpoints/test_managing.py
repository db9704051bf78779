"""Checkpoints are renamed and deleted; what is in use is protected."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.checkpoints import managing
from app.errors import BadInput
from app.settings import Settings
from storage import checkpoints, jobs
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.errors import NameTaken
from storage.projects import Project
from tests.app.made import project_with


@pytest.fixture
def project(database: Database) -> Project:
    return project_with(database, "dog", name="sea")[0]


def made(database: Database, settings: Settings, name: str, **more: Any) -> Checkpoint:
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    (settings.checkpoints / f"{name}.safetensors").write_bytes(b"weights")
    facts: dict[str, Any] = {
        "sha256": f"hash of {name}",
        "config": "tevit_tiny",
        "categories": ["dog"],
        "size_bytes": 7,
    }
    with database.atomic() as tx:
        path = f"checkpoints/{name}.safetensors"
        return checkpoints.add_checkpoint(tx, name=name, path=path, **{**facts, **more})


def names(database: Database) -> list[str]:
    with database.read() as tx:
        return [one.name for one in checkpoints.list_checkpoints(tx)]


def refusal(database: Database, settings: Settings, found: Checkpoint) -> str:
    with pytest.raises(BadInput) as refused:
        managing.delete(database, settings, checkpoint_id=found.id)
    assert found.name in names(database) and (settings.data / found.path).is_file()
    return str(refused.value)


def test_a_checkpoint_that_nothing_needs_goes_with_its_file_and_frees_its_name(
    database: Database, settings: Settings, project: Project
) -> None:
    made(database, settings, "base")
    spare = made(database, settings, "round 1", project_id=project.id)
    managing.delete(database, settings, checkpoint_id=spare.id)
    assert names(database) == ["base"]
    assert [path.name for path in settings.checkpoints.iterdir()] == ["base.safetensors"]
    made(database, settings, "round 1", project_id=project.id)
    with pytest.raises(BadInput, match="was removed"):
        managing.delete(database, settings, checkpoint_id=spare.id)


def test_what_proposes_and_what_it_was_trained_from_is_protected(
    database: Database, settings: Settings, project: Project
) -> None:
    base = made(database, settings, "base")
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, base.id)
    assert "the project sea proposes with it" in refusal(database, settings, base)
    first = made(database, settings, "round 1", project_id=project.id, parent_sha256=base.sha256)
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, first.id)
    assert "the project sea proposes with it" in refusal(database, settings, first)
    assert "was trained from it" in refusal(database, settings, base)
    assert "comes with the program" in refusal(database, settings, made(database, settings, "demo"))
    lite = made(database, settings, "lite")
    assert "comes with the program" in refusal(database, settings, lite)
    with pytest.raises(BadInput, match="lite comes with the program and keeps its name"):
        managing.rename(database, checkpoint_id=lite.id, name="mine")


def test_what_a_job_needs_is_protected_until_the_job_has_ended(
    database: Database, settings: Settings, project: Project
) -> None:
    made(database, settings, "base")
    spare = made(database, settings, "round 1", project_id=project.id)
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=project.id, parameters={"checkpoint": spare.id})
    assert "a job is using it" in refusal(database, settings, spare)
    later = made(database, settings, "round 2", project_id=project.id, parent_sha256=spare.sha256)
    with database.atomic() as tx:
        jobs.request_cancel(tx, job.id)
        retraining = jobs.enqueue(tx, kind="retrain", project_id=project.id, parameters={"steps": 5})
        jobs.claim(tx, worker="w", kinds=["retrain"])
        jobs.add_parameters(tx, retraining.id, {"checkpoint": later.id})
    assert "a job is using it" in refusal(database, settings, later)
    assert "a job is using it" in refusal(database, settings, spare), "the first of the line, from which it trains"
    with database.atomic() as tx:
        assert jobs.cancelled(tx, retraining.id).parameters == {"steps": 5, "checkpoint": later.id}
    kept = settings.retrainings / retraining.id
    kept.mkdir(parents=True)
    with database.atomic() as tx:
        for _ in range(100):
            jobs.request_cancel(tx, jobs.enqueue(tx, kind="retrain", project_id=None).id)
    assert "a stopped retraining goes on from it" in refusal(database, settings, later)
    assert "a stopped retraining goes on from it" in refusal(database, settings, spare)
    kept.rmdir()
    managing.delete(database, settings, checkpoint_id=spare.id)


def test_a_file_outside_of_the_data_folder_stays(database: Database, settings: Settings, project: Project) -> None:
    made(database, settings, "base")
    own = settings.data.parent / "mine.safetensors"
    own.write_bytes(b"mine")
    spare = made(database, settings, "round 1", project_id=project.id)
    with database.atomic() as tx:
        crafted = checkpoints.add_checkpoint(
            tx,
            name="m",
            path="checkpoints/../../mine.safetensors",
            sha256="m",
            config="c",
            categories=[],
            size_bytes=1,
            project_id=project.id,
        )
    assert [managing.deletes_file(settings, one) for one in (spare, crafted)] == [True, False]
    for one in (spare, crafted):
        managing.delete(database, settings, checkpoint_id=one.id)
    assert own.read_bytes() == b"mine"


def test_renaming_keeps_names_unique(database: Database, settings: Settings, project: Project) -> None:
    base = made(database, settings, "base")
    made(database, settings, "other")
    assert managing.rename(database, checkpoint_id=base.id, name="  good one ").name == "good one"
    assert names(database) == ["good one", "other"]
    assert managing.rename(database, checkpoint_id=base.id, name="good one").name == "good one"
    with pytest.raises(NameTaken):
        managing.rename(database, checkpoint_id=base.id, name="other")
    with pytest.raises(BadInput, match="keeps its name"):
        managing.rename(database, checkpoint_id=made(database, settings, "demo").id, name="x")


def test_routes_do_the_same(client: TestClient, database: Database, settings: Settings, project: Project) -> None:
    base = made(database, settings, "base")
    spare = made(database, settings, "round 1", project_id=project.id)
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, base.id)
    address = f"/data/projects/{project.id}/checkpoints"
    listed = client.get(address).json()["checkpoints"]
    assert [line["deletes_file"] for line in listed] == [True, True]
    assert client.patch(f"{address}/{spare.id}", json={"name": "best"}).json() == {"id": spare.id, "name": "best"}
    assert client.delete(f"{address}/{spare.id}").json() == {"id": spare.id, "name": "best"}
    assert names(database) == ["base"]
    refused = client.delete(f"{address}/{base.id}")
    assert refused.status_code == 400 and "proposes with it" in refused.json()["error"]
    assert client.patch(f"{address}/none", json={"name": "x"}).status_code == 404
