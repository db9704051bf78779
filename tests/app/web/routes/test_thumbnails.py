"""Thumbnails over HTTP."""

import cv2
import numpy as np
from fastapi.testclient import TestClient

from storage.videos import Video
from tests.app.made import SIZE, square
from tests.app.web.requests import draw


def picture(content: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def test_a_video_without_masks_has_a_picture(client: TestClient, video: Video) -> None:
    answer = client.get(f"/data/videos/{video.id}/thumb.jpg")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
    assert picture(answer.content).shape == (SIZE[1], SIZE[0], 3)


def test_the_picture_follows_the_masks_and_is_not_sent_twice(client: TestClient, video: Video) -> None:
    address = f"/data/videos/{video.id}/thumb.jpg"
    bare = client.get(address)
    draw(client, video, {5: square(8, 8, 24)})
    masked = client.get(address, headers={"if-none-match": bare.headers["etag"]})
    assert masked.status_code == 200 and masked.headers["etag"] != bare.headers["etag"]
    again = client.get(address, headers={"if-none-match": masked.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


def test_an_unknown_video_has_none(client: TestClient) -> None:
    answer = client.get("/data/videos/none/thumb.jpg")
    assert answer.status_code == 404 and "none" in answer.json()["error"]
