"""Requests that tests of several routes send, checked for the answer that they must have."""

from typing import Any

from fastapi.testclient import TestClient

from storage.videos import Video
from tests.app.made import PERSON, edit, new_track


def get(client: TestClient, path: str) -> Any:
    """The JSON at ``/data/{path}``; fails on any status but 200."""
    answer = client.get(f"/data/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(client: TestClient, video: Video, *edits: dict[str, Any], author: str = PERSON) -> list[dict[str, Any]]:
    """Send edits of a video; the results in their order, whatever their status."""
    answer = client.post(f"/data/videos/{video.id}/edits", json={"author": author, "edits": list(edits)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def draw(
    client: TestClient, video: Video, masks: dict[int, dict[str, Any]], category: str | None = None, **own: Any
) -> tuple[str, dict[str, Any]]:
    """A new track with these masks (COCO RLE by frame) in one edit; its id and the result, which is *applied*."""
    track, changes = new_track(category, masks, **own)
    [result] = send(client, video, edit(changes))
    assert result["status"] == "applied", result
    return track, result
