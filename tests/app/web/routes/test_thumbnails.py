"""Thumbnails over HTTP."""

from pathlib import Path

import cv2
import numpy as np
from fastapi.testclient import TestClient

from app.settings import Settings
from storage.database import Database
from tests.app.made import PERSON, SIZE, edit, new_track, project_with, square, video_in


def picture(content: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def test_a_video_without_masks_has_a_picture(
    client: TestClient, settings: Settings, database: Database, tmp_path: Path
) -> None:
    project, _ = project_with(database)
    video = video_in(database, settings, project, tmp_path)
    answer = client.get(f"/data/videos/{video.id}/thumb.jpg")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
    assert picture(answer.content).shape == (SIZE[1], SIZE[0], 3)


def test_the_picture_follows_the_masks_and_is_not_sent_twice(
    client: TestClient, settings: Settings, database: Database, tmp_path: Path
) -> None:
    project, categories = project_with(database, "dog")
    video = video_in(database, settings, project, tmp_path)
    address = f"/data/videos/{video.id}/thumb.jpg"
    bare = client.get(address)
    _, changes = new_track(categories["dog"].id, {5: square(8, 8, 24)})
    client.post(f"/data/videos/{video.id}/edits", json={"author": PERSON, "edits": [edit(changes)]})
    masked = client.get(address, headers={"if-none-match": bare.headers["etag"]})
    assert masked.status_code == 200 and masked.headers["etag"] != bare.headers["etag"]
    again = client.get(address, headers={"if-none-match": masked.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


def test_an_unknown_video_has_none(client: TestClient) -> None:
    answer = client.get("/data/videos/none/thumb.jpg")
    assert answer.status_code == 404 and "none" in answer.json()["error"]
