"""Frames and stand-ins over HTTP: the decoder's pixels, scaled, kept by content, and refused with a sentence."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from app.library import videos
from app.library.counting import count_frames, frame_index
from app.library.videos import add_video
from app.pictures import stand_ins
from app.pictures.jpegs import encode
from app.settings import Settings
from storage import frames
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, SIZE, video_in
from tests.app.web.requests import get
from tests.storage.made_videos import decoded, make_video, numbered_picture


def shown(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)))


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean of the absolute differences of two pictures of one size, in levels from 0 to 255."""
    return float(np.abs(a.astype(np.int16) - b).mean())


def unpacked(body: bytes) -> tuple[dict[str, Any], dict[int, bytes]]:
    """Header and pictures by frame."""
    length = int.from_bytes(body[:4], "little")
    head = json.loads(body[4 : 4 + length])
    pictures, at = {}, 4 + length
    for frame, size in zip(head["frames"], head["sizes"], strict=True):
        pictures[frame] = body[at : at + size]
        at += size
    assert at == len(body)
    return head, pictures


def picture(client: TestClient, video: Video, frame: int, query: str = "") -> np.ndarray:
    answer = client.get(f"/data/videos/{video.id}/frames/{frame}.jpg{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    return shown(answer.content)


def test_every_frame_is_the_decoders_picture_in_any_order(client: TestClient, video: Video) -> None:
    truth = decoded(Path(video.path))
    for frame in [0, 5, 4, FRAMES - 1, 3, 3, 0]:
        off = np.abs(picture(client, video, frame).astype(int) - truth[frame].astype(int))
        assert off.mean() < 6, frame
        others = [np.abs(truth[k].astype(int) - truth[frame]).mean() for k in range(FRAMES) if k != frame]
        assert off.mean() < min(others)


def test_a_width_scales_the_picture_and_never_enlarges_it(client: TestClient, video: Video) -> None:
    with frames.open_reader(frame_index(video)) as reader:
        whole = client.get(f"/data/videos/{video.id}/frames/5.jpg")
        assert whole.content == encode(reader.read(5), None)
        assert shown(whole.content).shape == (SIZE[1], SIZE[0], 3)
        small = client.get(f"/data/videos/{video.id}/frames/5.jpg?w=32")
        assert small.content == encode(reader.read(5), 32)
        assert shown(small.content).shape == (24, 32, 3)
    assert client.get(f"/data/videos/{video.id}/frames/5.jpg?w=999").content == whole.content


def test_only_an_address_with_the_contents_hash_is_kept_for_good(client: TestClient, video: Video) -> None:
    path = f"/data/videos/{video.id}/frames/2.jpg"
    assert "immutable" in client.get(f"{path}?h={(video.content_hash or '')[:12]}").headers["cache-control"]
    assert client.get(path).headers["cache-control"] == "private, no-cache"
    assert client.get(f"{path}?h=0123").headers["cache-control"] == "private, no-cache"


def test_a_picture_that_the_browser_has_is_not_sent_again(client: TestClient, video: Video) -> None:
    path = f"/data/videos/{video.id}/frames/2.jpg"
    tag = client.get(path).headers["etag"]
    known = client.get(path, headers={"if-none-match": tag})
    assert (known.status_code, known.content) == (304, b"")
    assert client.get(path, headers={"if-none-match": '"old"'}).status_code == 200


@pytest.mark.parametrize("frame", [-1, FRAMES, 10**9])
def test_a_frame_that_is_not_there_is_not_found(client: TestClient, video: Video, frame: int) -> None:
    answer = client.get(f"/data/videos/{video.id}/frames/{frame}.jpg")
    assert answer.status_code == 404
    assert answer.json()["error"].endswith(".") and f"0 to {FRAMES - 1}" in answer.json()["error"]


@pytest.mark.parametrize("query", ["?w=0", "?w=-4", "?w=100000"])
def test_an_impossible_width_is_refused(client: TestClient, video: Video, query: str) -> None:
    answer = client.get(f"/data/videos/{video.id}/frames/0.jpg{query}")
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


def test_a_video_whose_file_is_gone_says_so_and_still_shows_the_frames_that_are_kept(
    client: TestClient, video: Video
) -> None:
    kept = client.get(f"/data/videos/{video.id}/frames/2.jpg").content
    Path(video.path).unlink()
    answer = client.get(f"/data/videos/{video.id}/frames/9.jpg")
    assert answer.status_code == 400
    assert video.path in answer.json()["error"]
    assert client.get(f"/data/videos/{video.id}/frames/2.jpg").content == kept
    assert video.path in get(client, f"videos/{video.id}")["problem"]


def test_a_folder_of_pictures_is_a_video(
    client: TestClient, database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for k in range(3):
        Image.fromarray(numbered_picture(k)).save(folder / f"{k:03d}.png")
    found = add_video(database, settings, project_id=project.id, path=folder)
    assert (found.kind, found.count, found.confirmed) == ("images", 3, 3)
    assert np.abs(picture(client, found, 2).astype(int) - numbered_picture(2)).mean() < 6


def test_a_frame_wanted_ahead_is_the_same_picture_under_the_same_tag(client: TestClient, video: Video) -> None:
    ahead = client.get(f"/data/videos/{video.id}/frames/7.jpg", headers={"X-Ahead": "1"})
    now = client.get(f"/data/videos/{video.id}/frames/7.jpg")
    assert (ahead.content, ahead.headers["etag"]) == (now.content, now.headers["etag"])


def test_frames_that_are_not_counted_are_shown_and_not_kept_for_good(
    client: TestClient,
    database: Database,
    settings: Settings,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(videos, "COUNT_AT_ONCE_PIXELS", 1)
    video = video_in(database, settings, project, tmp_path)
    assert video.confirmed == 0
    path = f"/data/videos/{video.id}/frames/3.jpg?h={str(video.content_hash)[:12]}"
    provisional = client.get(path)
    assert provisional.headers["cache-control"] == "private, no-cache"
    assert get(client, f"videos/{video.id}/counted") == {"count": FRAMES, "confirmed": 0, "partial": False}
    count_frames(database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)
    counted = client.get(path)
    assert "immutable" in counted.headers["cache-control"]
    assert counted.headers["etag"] != provisional.headers["etag"]
    assert counted.content == provisional.content
    assert get(client, f"videos/{video.id}/counted")["confirmed"] == FRAMES


def test_stand_ins_are_small_pictures_of_key_frames(
    client: TestClient, database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "wide.mp4", frames=40, size=(400, 96), gop=10)
    video = add_video(database, settings, project_id=project.id, path=path)
    head, pictures = unpacked(client.get(f"/data/videos/{video.id}/proxies/0").content)
    assert head["parts"] == 1
    assert sorted(pictures) == [0, 10, 20, 30]
    with frames.open_reader(frame_index(video)) as reader:
        for k, picture in pictures.items():
            small = shown(picture)
            assert small.shape == (46, stand_ins.WIDTH, 3)
            # Scaled before it gets its colours, so not to the bit what is scaled after; another frame is far off.
            near, far = (shown(encode(reader.read(at), stand_ins.WIDTH)) for at in (k, (k + 5) % 40))
            assert difference(small, near) < 3 < difference(small, far)
    assert unpacked(client.get(f"/data/videos/{video.id}/proxies/1").content)[1] == {}


def test_stand_ins_of_a_source_that_is_gone_are_left_out(client: TestClient, video: Video) -> None:
    Path(video.path).unlink()
    assert unpacked(client.get(f"/data/videos/{video.id}/proxies/0").content)[1] == {}
