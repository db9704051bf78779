"""The plan of an export and the versions of a project over HTTP."""

from pathlib import Path

from fastapi.testclient import TestClient

from app.exchange.exporting import FrozenName
from app.settings import Settings
from storage import jobs, videos
from storage.database import Database
from tests.app.exchange.files import content
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import project_with


def scene_in(database: Database, settings: Settings, folder: Path) -> ExchangeScene:
    scene = ExchangeScene(database, settings, project_with(database, name="sea")[0])
    scene.bring_content(content(), folder)
    return scene


def test_the_plan_follows_the_choices(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    scene = scene_in(database, settings, tmp_path)
    place = f"/data/projects/{scene.project.id}/export-plan"
    whole = client.get(place).json()
    assert (whole["videos"], whole["frames"], whole["masks"]) == (2, 6, 12)
    reviewed = client.get(place, params={"reviewed_only": True}).json()
    assert reviewed["masks"] == 0 and "12 masks that nobody judged stay here." in reviewed["sentences"]["outside"]
    assert client.get(place, params={"stride": 2}).json()["masks"] == 8
    assert client.get(place, params={"unknown": "maybe"}).status_code == 422
    wrong = client.get(place, params={"version": "2021"})
    assert wrong.status_code == 200 and "No category of this project has a place" in wrong.json()["reason"]


def test_the_plan_follows_the_chosen_videos_and_categories(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    scene = scene_in(database, settings, tmp_path)
    place = f"/data/projects/{scene.project.id}/export-plan"
    whole = client.post(place, json={}).json()
    assert whole == client.get(place).json()
    with database.read() as tx:
        names = [video.name for video in videos.list_videos(tx, scene.project.id)]
    one = client.post(place, json={"videos": names[:1], "categories": ["bee"]}).json()
    assert (one["videos"], one["tracks"]) == (1, 1)
    assert "has no video 'x'" in client.post(place, json={"videos": ["x"]}).json()["reason"]
    assert client.post(place, json={"videos": "all"}).status_code == 422


def test_a_version_is_made_again_by_a_job(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path, started_workers: list[Settings]
) -> None:
    scene = scene_in(database, settings, tmp_path)
    place = f"/data/projects/{scene.project.id}/versions/make"
    assert client.post(place, json={"name": "one"}).status_code == 400
    scene.export(tmp_path / "a", frozen=FrozenName("one", settings))
    job = client.post(place, json={"name": "one"}).json()["job"]
    with database.read() as tx:
        parameters = dict(jobs.get_job(tx, job["id"]).parameters)
    assert (job["kind"], parameters["again"]) == ("export", "one")
    assert Path(parameters["out"]).parent == settings.exports


def test_the_plan_of_a_project_without_videos_says_why_there_is_no_export(
    client: TestClient, database: Database
) -> None:
    project = project_with(database, name="empty")[0]
    answer = client.get(f"/data/projects/{project.id}/export-plan")
    assert answer.status_code == 200 and list(answer.json()) == ["reason"] and answer.json()["reason"].endswith(".")


def test_versions_are_listed_and_compared(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    scene = scene_in(database, settings, tmp_path)
    place = f"/data/projects/{scene.project.id}/versions"
    assert client.get(place).json() == {"versions": []}
    scene.export(tmp_path / "a", frozen=FrozenName("one", settings))
    scene.export(tmp_path / "b", frozen=FrozenName("two", settings), categories=("bee",))
    assert [one["name"] for one in client.get(place).json()["versions"]] == ["one", "two"]
    found = client.get(f"{place}/diff", params={"first": "one", "second": "two"}).json()
    assert (found["removed_tracks"], found["removed_categories"]) == (2, ["wasp"])
    assert "2 tracks removed." in found["lines"]
    assert client.get(f"{place}/diff", params={"first": "one", "second": "x"}).status_code == 400
