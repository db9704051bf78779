"""Comments over HTTP, and their events in another window."""

from fastapi.testclient import TestClient

from storage.videos import Video
from tests.app.web.requests import get


def test_a_comment_is_added_resolved_and_deleted(client: TestClient, video: Video) -> None:
    path = f"/data/videos/{video.id}/comments"
    made = client.post(path, json={"author": "ann", "text": "Whose?", "frame": 2, "point": [3, 4.5]}).json()
    assert (made["frame"], made["track"], made["point"], made["resolved"]) == (2, None, [3.0, 4.5], False)
    assert get(client, f"videos/{video.id}/comments") == {"comments": [made]}
    one = f"/data/comments/{made['id']}"
    resolved = client.post(one, json={"author": "bob", "resolved": True}).json()
    assert (resolved["resolved"], resolved["resolved_by"]) == (True, "bob")
    assert client.post(one, json={"author": "bob", "deleted": True}).json()["deleted"] is True
    assert get(client, f"videos/{video.id}/comments") == {"comments": []}


def test_wrong_comments_are_refused(client: TestClient, video: Video) -> None:
    path = f"/data/videos/{video.id}/comments"
    body = {"author": "ann", "text": "x", "frame": 0}
    assert client.post(path, json={**body, "author": "run:1"}).status_code == 400
    assert client.post(path, json={**body, "text": " "}).status_code == 400
    assert client.post(path, json={**body, "frame": 10**6}).status_code == 400
    assert client.post(path, json={**body, "frame": -1}).status_code == 422
    assert client.post(path, json={**body, "track": "none"}).status_code == 404
    assert client.post("/data/videos/none/comments", json=body).status_code == 404
    assert client.post("/data/comments/none", json={"author": "ann", "resolved": True}).status_code == 404
    assert client.get("/data/videos/none/comments").status_code == 404


def test_another_window_is_told_of_every_change(client: TestClient, video: Video) -> None:
    path = f"/data/videos/{video.id}/comments"
    client.post(path, json={"author": "ann", "text": "before", "frame": 0})
    with client.websocket_connect(f"ws://127.0.0.1:7860/data/events?video={video.id}") as socket:
        assert socket.receive_json()["type"] == "hello"
        made = client.post(path, json={"author": "ann", "text": "Whose?", "frame": 2}).json()
        message = socket.receive_json()
        assert message == {"type": "comment", "video": video.id, "project": video.project_id, "comment": made}
        client.post(f"/data/comments/{made['id']}", json={"author": "bob", "deleted": True})
        assert socket.receive_json()["comment"]["deleted"] is True
