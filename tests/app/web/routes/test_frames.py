"""Pictures over HTTP: the decoder's pixels, scaled, cached by content, and refused with a sentence."""

import io
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.library.videos import add_video
from app.settings import Settings
from storage.database import Database
from storage.videos import Video
from tests.app.made import FRAMES, SIZE, project_with, video_in
from tests.storage.made_videos import decoded, numbered_picture


@pytest.fixture
def video(database: Database, settings: Settings, tmp_path: Path, client: TestClient) -> Video:
    project, _ = project_with(database, "dog")
    return video_in(database, settings, project, tmp_path)


def picture(client: TestClient, video: Video, frame: int, query: str = "") -> np.ndarray:
    answer = client.get(f"/data/videos/{video.id}/frames/{frame}.jpg{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def test_every_frame_is_the_decoders_picture_in_any_order(client: TestClient, video: Video) -> None:
    truth = decoded(Path(video.path))
    for frame in [0, 5, 4, FRAMES - 1, 3, 3, 0]:
        off = np.abs(picture(client, video, frame).astype(int) - truth[frame].astype(int))
        assert off.mean() < 6, frame
        others = [np.abs(truth[k].astype(int) - truth[frame]).mean() for k in range(FRAMES) if k != frame]
        assert off.mean() < min(others)


def test_a_width_scales_the_picture_and_never_enlarges_it(client: TestClient, video: Video) -> None:
    assert picture(client, video, 1, "?w=32").shape == (24, 32, 3)
    assert picture(client, video, 1, "?w=999").shape == (SIZE[1], SIZE[0], 3)


def test_only_an_address_with_the_contents_hash_is_kept_for_good(client: TestClient, video: Video) -> None:
    path = f"/data/videos/{video.id}/frames/2.jpg"
    assert "immutable" in client.get(f"{path}?h={(video.content_hash or '')[:12]}").headers["cache-control"]
    assert "no-cache" in client.get(path).headers["cache-control"]
    assert "no-cache" in client.get(f"{path}?h=0123").headers["cache-control"]


def test_a_picture_that_the_browser_has_is_not_sent_again(client: TestClient, video: Video) -> None:
    path = f"/data/videos/{video.id}/frames/2.jpg"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304
    assert client.get(path, headers={"if-none-match": '"old"'}).status_code == 200


@pytest.mark.parametrize("frame", [-1, FRAMES, 10**9])
def test_a_frame_that_is_not_there_is_not_found(client: TestClient, video: Video, frame: int) -> None:
    answer = client.get(f"/data/videos/{video.id}/frames/{frame}.jpg")
    assert answer.status_code == 404
    assert f"0 to {FRAMES - 1}" in answer.json()["error"]


@pytest.mark.parametrize("query", ["?w=0", "?w=-4", "?w=100000"])
def test_an_impossible_width_is_refused(client: TestClient, video: Video, query: str) -> None:
    assert client.get(f"/data/videos/{video.id}/frames/0.jpg{query}").status_code == 400


def test_a_video_whose_file_is_gone_says_so_on_both_routes(client: TestClient, video: Video) -> None:
    Path(video.path).unlink()
    answer = client.get(f"/data/videos/{video.id}/frames/0.jpg")
    assert answer.status_code == 400
    assert video.path in answer.json()["error"]
    assert video.path in client.get(f"/data/videos/{video.id}").json()["problem"]


def test_a_folder_of_pictures_is_a_video(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for k in range(3):
        Image.fromarray(numbered_picture(k)).save(folder / f"{k:03d}.png")
    project, _ = project_with(database, name="folder")
    found = add_video(database, settings, project_id=project.id, path=folder)
    assert (found.kind, found.count, found.confirmed) == ("images", 3, 3)
    assert np.abs(picture(client, found, 2).astype(int) - numbered_picture(2)).mean() < 6
