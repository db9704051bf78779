"""A project's own attributes over HTTP."""

from typing import Any

from fastapi.testclient import TestClient

from storage.database import Database
from storage.videos import Video
from tests.app.made import project_with
from tests.app.web.requests import get


def add(client: TestClient, project: str, **more: Any) -> dict[str, Any]:
    body = {"name": "pose", "choices": ["sits", "runs"], **more}
    answer = client.post(f"/data/projects/{project}/attributes", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_attributes_are_added_listed_and_come_with_every_video(client: TestClient, video: Video) -> None:
    project = video.project_id
    pose = add(client, project, key="3")
    assert pose == {**pose, "name": "pose", "choices": ["sits", "runs"], "per": "track", "key": "3", "retired": False}
    rain = add(client, project, name="weather", choices=["rain"], per="frame")
    assert get(client, f"projects/{project}/attributes") == {"attributes": [pose, rain]}
    assert get(client, f"videos/{video.id}")["attributes"] == [pose, rain]


def test_an_attribute_is_changed_loses_its_key_and_is_retired(client: TestClient, database: Database) -> None:
    project, _ = project_with(database)
    pose = add(client, project.id, key="3")
    path = f"/data/attributes/{pose['id']}"
    changed = client.post(path, json={"name": "posture", "choices": ["sits", "lies"], "key": ""}).json()
    assert changed == {**pose, "name": "posture", "choices": ["sits", "lies"], "key": None}
    assert client.post(path, json={"retired": True}).json() == {**changed, "retired": True}
    assert client.post(path, json={"retired": True}).json()["retired"] is True
    assert client.post(path, json={"retired": False}).json() == changed
    assert client.post("/data/attributes/none", json={}).status_code == 404


def test_wrong_attributes_are_refused_with_a_sentence(client: TestClient, database: Database) -> None:
    project, _ = project_with(database)
    add(client, project.id, key="3")
    path = f"/data/projects/{project.id}/attributes"
    for body in ({"name": "pose"}, {"name": "crowd"}, {"name": "a", "key": "3"}, {"name": "a", "choices": []}):
        answer = client.post(path, json={"choices": ["x"], **body})
        assert answer.status_code == 400 and answer.json()["error"].endswith("."), body
    assert client.post(path, json={"name": "a", "choices": ["x"], "per": "video"}).status_code == 422
    assert len(get(client, f"projects/{project.id}/attributes")["attributes"]) == 1
