"""Frames with given masks over HTTP."""

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.web.routes.painted import MOST_MASKS
from storage import tracks
from storage.database import Database
from storage.videos import Video
from tests.app.made import SIZE, square
from tests.app.web.requests import draw


def picture(client: TestClient, video: Video, query: str) -> np.ndarray:
    answer = client.get(f"/data/videos/{video.id}/painted.jpg?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    return cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture
def mask(client: TestClient, database: Database, video: Video) -> str:
    """The hash of a mask of the video."""
    draw(client, video, {5: square(8, 8, 24)})
    with database.read() as tx:
        return str(tracks.rows(tx, video.id)[0].hash)


def test_the_masks_are_painted_in_the_colours_of_their_numbers(client: TestClient, video: Video, mask: str) -> None:
    bare, one, two = (picture(client, video, f"frame=5&masks={m}") for m in ("", f"{mask}:1", f"{mask}:2"))
    assert bare.shape == one.shape == (SIZE[1], SIZE[0], 3)
    inside = (slice(12, 28), slice(12, 28))
    assert np.abs(bare[inside].astype(int) - one[inside]).mean() > 10
    assert np.abs(two[inside].astype(int) - one[inside]).mean() > 10
    assert np.abs(bare[40:].astype(int) - one[40:]).mean() < 6


def test_a_picture_that_is_known_is_not_sent_twice(client: TestClient, video: Video, mask: str) -> None:
    address = f"/data/videos/{video.id}/painted.jpg?frame=5&masks={mask}:1"
    first = client.get(address)
    again = client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    assert client.get(address).content == first.content


def test_masks_that_are_gone_are_left_out(client: TestClient, video: Video, mask: str) -> None:
    assert (picture(client, video, "frame=5&masks=abcdef:1") == picture(client, video, "frame=5")).all()


@pytest.mark.parametrize("masks", ["abc", "abc:x", "../a:1", "a:1:2", ",".join(["a:1"] * (MOST_MASKS + 1))])
def test_other_texts_are_refused(client: TestClient, video: Video, masks: str) -> None:
    answer = client.get(f"/data/videos/{video.id}/painted.jpg", params={"frame": 5, "masks": masks})
    assert answer.status_code == 400 and "HASH:NUMBER" in answer.json()["error"]


@pytest.mark.parametrize("frame", [-1, 10_000])
def test_a_frame_that_is_not_there_is_not_found(client: TestClient, video: Video, frame: int) -> None:
    assert client.get(f"/data/videos/{video.id}/painted.jpg?frame={frame}").status_code == 404
