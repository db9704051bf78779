"""Rows of tracks by stretches: together they are what the whole answer holds."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from storage.database import Database
from storage.videos import Video
from tests.app.made import FRAMES, PERSON, edit, new_track, project_with, square, video_in


@pytest.fixture
def video(client: TestClient, database: Database, settings: Settings, tmp_path: Path) -> Video:
    video = video_in(database, settings, project_with(database, "dog")[0], tmp_path)
    for frames in (range(0, FRAMES), range(4, 7)):
        _, changes = new_track(None, {k: square(k, 3) for k in frames})
        body = {"author": PERSON, "edits": [edit(changes)]}
        assert client.post(f"/data/videos/{video.id}/edits", json=body).json()["results"][0]["status"] == "applied"
    return video


def tracks(client: TestClient, video: Video, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/data/videos/{video.id}/tracks{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_stretches_add_up_to_the_whole(client: TestClient, video: Video) -> None:
    whole = tracks(client, video)
    parts = [tracks(client, video, f"?start={start}&stop={start + 5}") for start in range(0, FRAMES, 5)]
    for number, track in enumerate(whole["tracks"]):
        rows = [row for part in parts for row in part["tracks"][number]["rows"]]
        assert rows == track["rows"]
        assert {**track, "rows": []} == {**parts[0]["tracks"][number], "rows": []}
    assert {part["last_edit"] for part in parts} == {whole["last_edit"]}


def test_every_answer_names_all_tracks_also_those_without_a_row_there(client: TestClient, video: Video) -> None:
    found = tracks(client, video, "?start=8&stop=9")
    assert [[row[0] for row in track["rows"]] for track in found["tracks"]] == [[8], []]
    beyond = tracks(client, video, f"?start={FRAMES}&stop={10**12}")
    assert [track["rows"] for track in beyond["tracks"]] == [[], []]


@pytest.mark.parametrize("query", ["?start=5&stop=3", "?start=-1", "?stop=-1"])
def test_a_stretch_that_cannot_be_is_refused(client: TestClient, video: Video, query: str) -> None:
    answer = client.get(f"/data/videos/{video.id}/tracks{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_an_unknown_video_has_no_tracks(client: TestClient) -> None:
    assert client.get("/data/videos/nothing/tracks").status_code == 404
    assert client.get("/data/videos/nothing/counted").status_code == 404
    assert client.get("/data/videos/nothing/frames/0.jpg").status_code == 404
