"""A checkpoint that nobody put in use proposes nowhere, however it came: page, command and worker."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.checkpoints.choice import checkpoint_choice, chosen_checkpoint
from app.errors import BadInput
from app.exchange.importing import import_dataset
from app.proposing import into_project
from app.settings import Settings
from model.procedural import synthesize
from storage import checkpoints, jobs, projects
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import add_checkpoint, project_with, video_in
from tests.app.web.requests import get


@pytest.fixture
def project(database: Database) -> Project:
    return project_with(database, "dog")[0]


def retrained(database: Database, project: Project, name: str = "round 1") -> Checkpoint:
    facts: dict[str, Any] = {"path": f"checkpoints/{name}.safetensors", "sha256": name, "config": "tevit_tiny"}
    with database.atomic() as tx:
        return checkpoints.add_checkpoint(
            tx, name=name, categories=["dog"], size_bytes=1, project_id=project.id, **facts
        )


def proposing(database: Database, project: Project) -> str | None:
    with database.read() as tx:
        found = chosen_checkpoint(tx, project_id=project.id, checkpoint_id=None)
    return None if found is None else found.name


def test_the_factory_one_proposes_until_another_one_is_chosen(database: Database, project: Project) -> None:
    assert proposing(database, project) is None
    add_checkpoint(database, "fish", name="demo")
    made = retrained(database, project)
    add_checkpoint(database, "dog", name="release")
    retrained(database, project, "round 2")
    assert proposing(database, project) == "demo", "neither one that was added nor one that was trained"
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, made.id)
    assert proposing(database, project) == "round 1"


def test_a_new_project_is_made_with_lite_in_use_where_it_is_there(database: Database, client: TestClient) -> None:
    add_checkpoint(database, "fish", name="demo")
    before = client.post("/data/projects", json={"name": "before", "categories": []}).json()["id"]
    add_checkpoint(database, "walker", name="lite")
    after = client.post("/data/projects", json={"name": "after", "categories": ["dog"]}).json()["id"]
    with database.read() as tx:
        assert checkpoints.active_checkpoint(tx, before) is None, "a project keeps what it was made with"
        found = checkpoints.active_checkpoint(tx, after)
    assert found is not None and found.name == "lite"
    facts = get(client, f"projects/{after}/proposer")
    assert facts["checkpoint"]["name"] == "lite" and facts["checkpoint"]["builtin_demo"] is True
    assert "without naming them" in facts["warning"] and "retrain" in facts["warning"]


def test_a_project_that_an_import_makes_has_lite_in_use(database: Database, settings: Settings, tmp_path: Path) -> None:
    add_checkpoint(database, "fish", name="demo")
    add_checkpoint(database, "walker", name="lite")
    synthesize(tmp_path / "set", domain="demo", videos=1, frames=2, size=(64, 48), seed=4)
    file, frames = tmp_path / "set" / "instances.json", tmp_path / "set" / "JPEGImages"
    import_dataset(database, settings, new_project="sea", file=file, frames_folder=frames)
    with database.read() as tx:
        made = projects.find_project(tx, "sea")
        assert made is not None
        found = checkpoints.active_checkpoint(tx, made.id)
    assert found is not None and found.name == "lite"
    broken = {"videos": [{"id": 1, "width": 9, "height": 9, "length": 1, "file_names": ["a/b.png"]}]}
    file.write_text(json.dumps({**broken, "categories": [{"id": 1, "name": "dog"}], "annotations": []}))
    with pytest.raises(BadInput):
        import_dataset(database, settings, new_project="lake", file=file, frames_folder=frames)
    with database.read() as tx:
        assert projects.find_project(tx, "lake") is None, "it is gone again, with the choice of its checkpoint"


def test_without_a_factory_one_nothing_proposes_unchosen(database: Database, project: Project) -> None:
    add_checkpoint(database, "dog", name="release")
    assert proposing(database, project) is None


def test_alone_it_does_not_propose_either(database: Database, project: Project) -> None:
    retrained(database, project)
    assert proposing(database, project) is None


def test_the_page_proposes_with_the_factory_one(
    client: TestClient, database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    base = add_checkpoint(database, "dog")
    add_checkpoint(database, "dog", name="release")
    retrained(database, project)
    clip = video_in(database, settings, project, tmp_path)

    listed = get(client, f"projects/{project.id}/checkpoints")
    queued = client.post(f"/data/videos/{clip.id}/propose").json()["job"]

    assert (listed["active"], listed["proposes"]) == (None, base.id)
    with database.read() as tx:
        assert jobs.get_job(tx, queued["id"]).parameters["checkpoint"] == base.id
    assert get(client, f"projects/{project.id}/retrain")["defaults"]["from"] == "demo"
    choice = checkpoint_choice(database, settings, project_id=project.id)
    assert choice.checkpoint is not None and choice.checkpoint.id == base.id


class Asked(Exception):
    """The checkpoint whose network was asked for."""


class Recorder:
    def get(self, checkpoint: Checkpoint, *, precision: str | None = None) -> None:
        raise Asked(checkpoint.name)


@pytest.fixture
def propose(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Callable[[], None]:
    """Proposing as the worker and the command without --model do it, up to the network."""
    clip: Video = video_in(database, settings, project, tmp_path)

    def call() -> None:
        into_project.propose_video(
            database,
            settings,
            video_id=clip.id,
            checkpoint_id=None,
            report=lambda progress, message: None,
            cancelled=lambda: False,
            warm=Recorder(),  # type: ignore[arg-type]
        )

    return call


def test_worker_and_command_propose_with_the_factory_one(
    database: Database, project: Project, propose: Callable[[], None]
) -> None:
    add_checkpoint(database, "dog")
    add_checkpoint(database, "dog", name="release")
    made = retrained(database, project)
    with pytest.raises(Asked, match="demo"):
        propose()
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, made.id)
    with pytest.raises(Asked, match="round 1"):
        propose()
