"""The videos that the server keeps opened: parsed once, following what is stored, the last few used."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.library.sources import repoint
from app.settings import Settings
from app.web import context as web_context
from app.web.context import KEPT_VIDEOS, Context
from storage import frames, videos
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, SIZE, video_in
from tests.app.web.requests import get


def test_many_requests_parse_the_index_once(client: TestClient, video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[Mapping[str, Any]] = []
    real = frames.FrameIndex.from_dict

    def parse(stored: Mapping[str, Any]) -> frames.FrameIndex:
        parsed.append(stored)
        return real(stored)

    monkeypatch.setattr(frames.FrameIndex, "from_dict", parse)
    for k in range(8):
        assert client.get(f"/data/videos/{video.id}/frames/{k}.jpg?w=16").status_code == 200
    assert len(parsed) == 1


def test_an_opened_video_follows_what_is_stored(
    app_context: Context, video: Video, database: Database, settings: Settings
) -> None:
    first = app_context.opened(video.id)
    assert app_context.opened(video.id) is first
    moved = Path(video.path).rename(Path(video.path).with_name("moved.mp4"))
    repoint(database, settings, video_id=video.id, path=moved)
    assert app_context.opened(video.id).index.path == moved
    assert (first.video.count, SIZE) == (FRAMES, (first.index.width, first.index.height))


def test_facts_are_those_of_now_and_the_index_is_read_once_all_the_same(
    client: TestClient, app_context: Context, video: Video, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = app_context.opened(video.id)
    monkeypatch.setattr(web_context, "frame_index", lambda video: pytest.fail("the index is known"))
    with database.atomic() as tx:
        videos.rename_video(tx, video.id, "another name")
        videos.set_cuts(tx, video.id, [4], start=0, stop=FRAMES)
    assert app_context.opened(video.id) is first, "frames need neither"
    now = app_context.opened_now(video.id)
    assert (now.video.name, now.video.cuts, now.index) == ("another name", [4], first.index)
    assert app_context.opened(video.id) is now
    found = get(client, f"videos/{video.id}")
    assert (found["name"], found["cuts"]) == ("another name", [4])


def test_facts_after_a_move_are_those_of_the_new_place(
    app_context: Context, video: Video, database: Database, settings: Settings
) -> None:
    app_context.opened(video.id)
    moved = Path(video.path).rename(Path(video.path).with_name("moved.mp4"))
    repoint(database, settings, video_id=video.id, path=moved)
    assert app_context.opened_now(video.id).index.path == moved


def test_of_opened_videos_the_last_few_used_stay(
    app_context: Context, video: Video, project: Project, database: Database, settings: Settings, tmp_path: Path
) -> None:
    others = [video_in(database, settings, project, tmp_path, name=f"v{k}") for k in range(KEPT_VIDEOS)]
    for one in (video, *others[:-1]):
        app_context.opened(one.id)
    app_context.opened_now(video.id)
    app_context.opened_now(others[-1].id)
    assert list(app_context.kept) == [*(one.id for one in others[1:-1]), video.id, others[-1].id]
