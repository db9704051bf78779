"""Projects and categories over HTTP, and who would propose."""

from typing import Any

from fastapi.testclient import TestClient

from app.proposing.resuming import run_key
from model.tracking.settings import ProposeSettings
from storage import projects, runs
from storage.database import Database
from storage.projects import Project
from storage.runs import RunProgress
from storage.videos import Video
from tests.app.made import add_checkpoint, project_with, square
from tests.app.web.requests import draw, get


def test_projects_are_made_listed_and_remembered(client: TestClient) -> None:
    made = client.post("/data/projects", json={"name": "street", "categories": ["dog", "cat"]}).json()
    found = client.get("/data/projects").json()
    assert [project["name"] for project in found["projects"]] == ["street"]
    assert found["last"] == made["id"]
    whole = client.get(f"/data/projects/{made['id']}").json()
    assert [category["name"] for category in whole["categories"]] == ["dog", "cat"]
    assert whole["videos"] == [] and whole["checkpoint"] is None


def test_names_must_be_new_and_not_empty(client: TestClient) -> None:
    client.post("/data/projects", json={"name": "street"})
    assert "street" in client.post("/data/projects", json={"name": "street"}).json()["error"]
    assert client.post("/data/projects", json={"name": "   "}).status_code == 400
    assert client.post("/data/projects", json={"name": ""}).status_code == 422


def test_categories_are_added_renamed_and_retired(client: TestClient) -> None:
    project = client.post("/data/projects", json={"name": "street", "categories": ["dog"]}).json()["id"]
    added = client.post(f"/data/projects/{project}/categories", json={"name": "cat"}).json()
    assert added["retired"] is False
    assert client.post(f"/data/projects/{project}/categories", json={"name": "cat"}).status_code == 400
    renamed = client.post(f"/data/categories/{added['id']}", json={"name": "tom cat"}).json()
    assert renamed["name"] == "tom cat"
    assert client.post(f"/data/categories/{added['id']}", json={"retired": True}).json()["retired"] is True
    assert client.post("/data/categories/none", json={"name": "x"}).status_code == 404


def test_a_project_shows_how_far_each_video_is(client: TestClient, project: Project, video: Video) -> None:
    def shown() -> dict[str, Any]:
        found: dict[str, Any] = get(client, f"projects/{project.id}")["videos"][0]
        return found

    assert (shown()["state"], shown()["tracks"], shown()["job"]) == ("new", 0, None)
    assert 0.3 < shown()["seconds"] < 0.5
    draw(client, video, {0: square(1, 1)})
    assert (shown()["state"], shown()["counts"]["corrected"]) == ("review", 1)
    assert (shown()["frames"], shown()["bare"]) == (1, video.count - 1), "one stroke does not make a video done"


def test_the_demos_checkpoint_warns_on_another_project(
    client: TestClient, database: Database, project: Project
) -> None:
    add_checkpoint(database, "star", "fish")
    found = get(client, f"projects/{project.id}/proposer")
    assert "star, fish" in found["warning"] and "draw by hand" in found["warning"]
    assert found["checkpoint"]["builtin_demo"] is True
    assert (found["known"], found["unknown"], found["unmapped"]) == ([], ["dog"], ["star", "fish"])
    assert found["device"] == "cpu"
    assert found["downloads"]


def test_the_demo_project_is_not_warned(client: TestClient, database: Database) -> None:
    project, _ = project_with(database, "star", "fish", name="demo")
    add_checkpoint(database, "star", "fish")
    with database.atomic() as tx:
        projects.set_setting(tx, "demo_project", project.id)
    found = get(client, f"projects/{project.id}/proposer")
    assert found["warning"] is None
    assert found["known"] == ["star", "fish"]


def test_a_projects_active_checkpoint_comes_before_the_demos(client: TestClient, database: Database) -> None:
    project, _ = project_with(database, "car")
    add_checkpoint(database, "star")
    add_checkpoint(database, "sedan", name="own", chosen_in=project.id)
    found = get(client, f"projects/{project.id}/proposer")
    assert found["checkpoint"]["name"] == "own"
    assert found["known"] == ["car"] and found["warning"] is None
    whole = client.get(f"/data/projects/{project.id}").json()
    assert whole["checkpoint"]["known_here"] == ["sedan"]


def test_frames_that_a_cancelled_run_kept_are_told(client: TestClient, database: Database, video: Video) -> None:
    own = add_checkpoint(database, "dog", name="own", chosen_in=video.project_id)

    def kept(checkpoint: str = own.id, of: str = video.id) -> Any:
        query = f"projects/{video.project_id}/proposer?checkpoint={checkpoint}&video={of}"
        return get(client, query)["kept"]

    def of_card() -> Any:
        return get(client, f"projects/{video.project_id}")["videos"][0]["proposed"]

    assert kept() is None and get(client, f"projects/{video.project_id}/proposer")["kept"] is None
    key = run_key(video, own, ProposeSettings(precision="float32", steady=True), device="cpu")
    with database.atomic() as tx:
        run = runs.start_run(
            tx,
            kind="proposal",
            project_id=video.project_id,
            video_id=video.id,
            checkpoint_id=own.id,
            settings=key.settings,
        )
        runs.finish_run(tx, run.id, state="cancelled")
    assert kept() is None and of_card() is None, "nothing is stored: the next run begins"
    with database.atomic() as tx:
        runs.save_progress(tx, run.id, RunProgress(4, 3, b"state", {}), after=0)
    assert kept() == {"frames": 4, "count": video.count} and of_card() == 4
    assert kept(add_checkpoint(database, "dog", name="other").id) is None
    with database.atomic() as tx:
        runs.finish_run(tx, run.id)
    assert kept() is None and of_card() is None
    other = client.get(f"/data/projects/{video.project_id}/proposer?video=none")
    assert (other.status_code, "video" in other.json()["error"]) == (404, True)


def test_without_any_checkpoint_the_ways_out_are_named(client: TestClient, project: Project) -> None:
    found = get(client, f"projects/{project.id}/proposer")
    assert found["checkpoint"] is None
    assert "draw by hand" in found["warning"]
