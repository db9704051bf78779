"""Frames and stand-ins over HTTP: sizes, tags, urgency, numbers that are not final, and sources that are gone."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.library import videos as use
from app.pictures import stand_ins as proxies
from app.pictures.jpegs import encode
from app.settings import Settings
from app.web.context import KEPT_VIDEOS, Context
from storage import frames, projects, videos
from storage.database import Database
from storage.videos import Video
from tests.app.made import FRAMES, SIZE, project_with, video_in
from tests.storage.made_videos import make_video


@pytest.fixture
def video(client: TestClient, database: Database, settings: Settings, tmp_path: Path) -> Video:
    return video_in(database, settings, project_with(database, "dog")[0], tmp_path)


def context_of(client: TestClient) -> Context:
    found: Context = client.app.state.context  # type: ignore[attr-defined]
    return found


def shown(picture: bytes) -> np.ndarray:
    return np.asarray(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR))[..., ::-1]


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


def test_a_frame_comes_at_the_width_that_is_asked_for(client: TestClient, video: Video) -> None:
    with frames.open_reader(use.frame_index(video)) as reader:
        whole = client.get(f"/data/videos/{video.id}/frames/5.jpg")
        assert whole.content == encode(reader.read(5), None)
        small = client.get(f"/data/videos/{video.id}/frames/5.jpg?w=32")
        assert small.content == encode(reader.read(5), 32)
        assert shown(small.content).shape == (24, 32, 3)
    assert client.get(f"/data/videos/{video.id}/frames/5.jpg?w=999").content == whole.content


def test_a_frame_wanted_ahead_is_the_same_picture_under_the_same_tag(client: TestClient, video: Video) -> None:
    ahead = client.get(f"/data/videos/{video.id}/frames/7.jpg", headers={"X-Ahead": "1"})
    now = client.get(f"/data/videos/{video.id}/frames/7.jpg")
    assert (ahead.content, ahead.headers["etag"]) == (now.content, now.headers["etag"])


def test_a_picture_may_be_kept_for_good_only_where_the_address_names_its_content(
    client: TestClient, video: Video
) -> None:
    path = f"/data/videos/{video.id}/frames/3.jpg"
    lasting = client.get(f"{path}?h={str(video.content_hash)[:12]}")
    assert "immutable" in lasting.headers["cache-control"]
    assert client.get(path).headers["cache-control"] == "private, no-cache"
    assert client.get(f"{path}?h=abc").headers["cache-control"] == "private, no-cache"
    again = client.get(path, headers={"If-None-Match": lasting.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_frames_that_are_not_counted_are_shown_and_not_kept_for_good(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(use, "CONFIRM_AT_ONCE_PIXELS", 1)
    video = video_in(database, settings, project_with(database, "dog")[0], tmp_path)
    assert video.confirmed == 0
    path = f"/data/videos/{video.id}/frames/3.jpg?h={str(video.content_hash)[:12]}"
    provisional = client.get(path)
    assert provisional.headers["cache-control"] == "private, no-cache"
    assert client.get(f"/data/videos/{video.id}/counted").json() == {
        "count": FRAMES,
        "confirmed": 0,
        "partial": False,
    }
    use.confirm_frames(database, video_id=video.id, report=lambda *_: None, cancelled=lambda: False)
    counted = client.get(path)
    assert "immutable" in counted.headers["cache-control"]
    assert counted.headers["etag"] != provisional.headers["etag"]
    assert counted.content == provisional.content
    assert client.get(f"/data/videos/{video.id}/counted").json()["confirmed"] == FRAMES


@pytest.mark.parametrize(("frame", "query", "status"), [(FRAMES, "", 404), (-1, "", 404), (0, "?w=0", 400)])
def test_what_cannot_be_is_refused_with_a_sentence(
    client: TestClient, video: Video, frame: int, query: str, status: int
) -> None:
    answer = client.get(f"/data/videos/{video.id}/frames/{frame}.jpg{query}")
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


def test_a_source_that_is_gone_is_said_for_frames_that_are_not_kept(client: TestClient, video: Video) -> None:
    kept = client.get(f"/data/videos/{video.id}/frames/2.jpg").content
    Path(video.path).unlink()
    gone = client.get(f"/data/videos/{video.id}/frames/9.jpg")
    assert gone.status_code == 400
    assert video.path in gone.json()["error"]
    assert client.get(f"/data/videos/{video.id}/frames/2.jpg").content == kept


def test_stand_ins_are_small_pictures_of_key_frames(
    client: TestClient, database: Database, settings: Settings, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "wide.mp4", frames=40, size=(400, 96), gop=10)
    project, _ = project_with(database, "dog")
    video = use.add_video(database, settings, project_id=project.id, path=path)
    head, pictures = unpacked(client.get(f"/data/videos/{video.id}/proxies/0").content)
    assert head["parts"] == 1
    assert sorted(pictures) == [0, 10, 20, 30]
    with frames.open_reader(use.frame_index(video)) as reader:
        for k, picture in pictures.items():
            assert shown(picture).shape == (46, proxies.WIDTH, 3)
            assert picture == encode(reader.read(k), proxies.WIDTH)
    assert unpacked(client.get(f"/data/videos/{video.id}/proxies/1").content)[1] == {}


def test_stand_ins_of_a_source_that_is_gone_are_left_out(client: TestClient, video: Video) -> None:
    Path(video.path).unlink()
    assert unpacked(client.get(f"/data/videos/{video.id}/proxies/0").content)[1] == {}


def test_many_requests_parse_the_index_once(client: TestClient, video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    real = frames.FrameIndex.from_json

    def parse(text: str) -> frames.FrameIndex:
        parsed.append(text)
        return real(text)

    monkeypatch.setattr(frames.FrameIndex, "from_json", parse)
    for k in range(8):
        assert client.get(f"/data/videos/{video.id}/frames/{k}.jpg?w=16").status_code == 200
    assert len(parsed) == 1


def test_an_opened_video_follows_what_is_stored(
    client: TestClient, video: Video, database: Database, settings: Settings
) -> None:
    context = context_of(client)
    first = context.opened(video.id)
    assert context.opened(video.id) is first
    moved = Path(video.path).rename(Path(video.path).with_name("moved.mp4"))
    use.repoint(database, settings, video_id=video.id, path=moved)
    assert context.opened(video.id).index.path == moved
    assert (first.video.count, SIZE) == (FRAMES, (first.index.width, first.index.height))


def test_facts_are_those_of_now_and_the_index_is_read_once_all_the_same(
    client: TestClient, video: Video, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_of(client)
    first = context.opened(video.id)
    monkeypatch.setattr("app.web.context.frame_index", lambda video: pytest.fail("the index is known"))
    with database.atomic() as tx:
        videos.rename_video(tx, video.id, "another name")
        videos.set_cuts(tx, video.id, [4], start=0, stop=FRAMES)
    assert context.opened(video.id) is first, "frames need neither"
    now = context.opened_now(video.id)
    assert (now.video.name, now.video.cuts, now.index) == ("another name", [4], first.index)
    assert context.opened(video.id) is now
    found = client.get(f"/data/videos/{video.id}").json()
    assert (found["name"], found["cuts"]) == ("another name", [4])


def test_facts_after_a_move_are_those_of_the_new_place(
    client: TestClient, video: Video, database: Database, settings: Settings
) -> None:
    context = context_of(client)
    context.opened(video.id)
    moved = Path(video.path).rename(Path(video.path).with_name("moved.mp4"))
    use.repoint(database, settings, video_id=video.id, path=moved)
    assert context.opened_now(video.id).index.path == moved


def test_of_opened_videos_the_last_few_used_stay(
    client: TestClient, video: Video, database: Database, settings: Settings, tmp_path: Path
) -> None:
    context = context_of(client)
    with database.read() as tx:
        project = projects.get_project(tx, video.project_id)
    others = [video_in(database, settings, project, tmp_path, name=f"v{k}") for k in range(KEPT_VIDEOS)]
    for one in (video, *others[:-1]):
        context.opened(one.id)
    context.opened_now(video.id)
    context.opened_now(others[-1].id)
    assert list(context.kept) == [*(one.id for one in others[1:-1]), video.id, others[-1].id]
