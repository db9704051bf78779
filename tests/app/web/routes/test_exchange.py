"""Broken imports over HTTP, answers to an import's question, and saving an export's annotations."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import Cancelled
from app.settings import Settings
from storage import imports, jobs
from storage.database import Database
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import project_with
from tests.app.result_files.results_scene import ResultsScene, result


def finished(database: Database, kind: str, result: dict[str, Any]) -> str:
    project, _ = project_with(database, name=f"{kind} {result}")
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind=kind, project_id=project.id, parameters={})
        jobs.claim(tx, worker="w", kinds=[kind])
        jobs.finish(tx, job.id, result=result)
    return job.id


def test_the_file_is_saved_under_the_export_s_name(client: TestClient, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "street-1" / "instances.json"
    file.parent.mkdir()
    file.write_text('{"videos": []}')
    job = finished(database, "export", {"annotations": str(file)})
    answer = client.get(f"/data/jobs/{job}/annotations")
    assert answer.json() == {"videos": []}
    assert 'filename="street-1.json"' in answer.headers["content-disposition"]


def test_only_a_finished_export_has_a_file(client: TestClient, database: Database, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    other = finished(database, "import", {"annotations": str(secret)})
    gone = finished(database, "export", {"annotations": str(tmp_path / "gone.json")})
    for job in (other, gone, "none"):
        answer = client.get(f"/data/jobs/{job}/annotations")
        assert answer.status_code == 404 and answer.json()["error"]


def broken(database: Database, settings: Settings, folder: Path) -> str:
    """An import that broke off after its first video; returns its id."""
    scene = ExchangeScene(database, settings, project_with(database, name="sea")[0])
    write_pictures(folder / "frames")
    file = write(folder / "in.json", content())
    with pytest.raises(Cancelled):
        scene.bring(file, folder / "frames", cancelled=lambda: bool(scene.videos()))
    with database.read() as tx:
        return imports.open_imports(tx)[0].id


def test_a_broken_import_is_listed_and_goes_on(
    client: TestClient, database: Database, settings: Settings, started_workers: list[Settings], tmp_path: Path
) -> None:
    found = broken(database, settings, tmp_path)
    (listed,) = client.get("/data/imports").json()["imports"]
    assert (listed["id"], listed["project"], listed["file"]) == (found, "sea", "in.json")
    assert (listed["shown"], listed["videos"]) == (1, 2)
    job = client.post(f"/data/imports/{found}/go-on").json()["job"]
    assert (job["kind"], job["status"]) == ("import", "queued")
    again = client.post(f"/data/imports/{found}/go-on")
    assert again.status_code == 409 and "waits already" in again.json()["error"]
    assert client.post("/data/imports/none/go-on").status_code == 404


def test_a_broken_import_is_taken_back(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    found = broken(database, settings, tmp_path)
    answer = client.post(f"/data/imports/{found}/take-back").json()
    assert (answer["removed"], answer["restored"]) == (["va"], [])
    assert client.get("/data/imports").json() == {"imports": []}
    assert client.post("/data/imports/none/take-back").status_code == 404


def test_a_question_is_answered_once(
    client: TestClient, database: Database, started_workers: list[Settings], tmp_path: Path
) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=None, parameters={"file": "/a", "frames": "/f"})
        jobs.claim(tx, worker="w", kinds=["import"])
        jobs.fail(tx, job.id, error="They are here already.", result={"question": "imported_already"})
    assert client.post(f"/data/jobs/{job.id}/answer", json={"repeat": "ask"}).status_code == 422
    new = client.post(f"/data/jobs/{job.id}/answer", json={"repeat": "skip"}).json()["job"]
    with database.read() as tx:
        assert jobs.get_job(tx, new["id"]).parameters["repeat"] == "skip"
    assert client.post(f"/data/jobs/{job.id}/answer", json={"repeat": "skip"}).status_code == 400


def test_proposals_of_a_file_are_taken_back_and_their_job_shows_it(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    scene = ResultsScene(ExchangeScene(database, settings, project_with(database, name="sea")[0]), tmp_path)
    scene.bring_videos()
    done = scene.bring(scene.results(result(1, 1, 4)))
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=done.project_id, parameters={}).id
        jobs.claim(tx, worker="w", kinds=["import"])
        jobs.finish(tx, job, result=done.as_json())
    body = {"digest": done.digest, "author": "person:me"}
    path = f"/data/projects/{done.project_id}/proposals/take-back"
    assert client.post(path, json={**body, "author": "run:1"}).status_code == 400
    answer = client.post(path, json=body)
    assert answer.json() == {"videos": ["va"], "kept": []}
    assert scene.tracks("va") == []
    assert client.get(f"/data/jobs/{job}").json()["result"]["taken_back"] is True
    assert client.post(path, json=body).status_code == 400
