"""Videos over HTTP: facts, uploads that leave nothing behind when they fail, names that lead nowhere."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, SIZE, video_in
from tests.storage.made_videos import make_sound, make_video


def stored(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.videos.iterdir())


def test_facts_of_a_video(
    client: TestClient, database: Database, settings: Settings, project: Project, video: Video, tmp_path: Path
) -> None:
    other = video_in(database, settings, project, tmp_path, name="other")
    found = client.get(f"/data/videos/{video.id}").json()
    assert (found["count"], found["confirmed"], found["width"], found["height"]) == (FRAMES, FRAMES, *SIZE)
    assert len(found["pts"]) == FRAMES and found["pts"] == sorted(found["pts"])
    assert found["project"] == {"id": project.id, "name": project.name}
    assert [category["name"] for category in found["categories"]] == ["dog"]
    assert [sibling["id"] for sibling in found["siblings"]] == [video.id, other.id]
    assert found["problem"] is None and found["gaps"] == [] and found["complete"] == []


def test_an_upload_becomes_a_video_of_the_data_folder(
    client: TestClient, settings: Settings, project: Project, tmp_path: Path
) -> None:
    content = make_video(tmp_path / "walk.mp4", frames=FRAMES).read_bytes()
    answer = client.put(f"/data/projects/{project.id}/videos?name=walk.mp4", content=content)
    assert answer.status_code == 200, answer.text
    video = answer.json()["video"]
    assert (video["name"], video["count"]) == ("walk", FRAMES)
    assert stored(settings) == ["walk.mp4"]
    again = client.put(f"/data/projects/{project.id}/videos?name=walk.mp4", content=content).json()["video"]
    assert again["name"] == "walk 2"
    assert len(stored(settings)) == 2


@pytest.mark.parametrize("name", ["../../evil.mp4", "/etc/evil.mp4", "..\\evil.mp4", "a/b/evil.mp4", ".evil.mp4"])
def test_a_name_never_leads_out_of_the_data_folder(
    client: TestClient, settings: Settings, project: Project, tmp_path: Path, name: str
) -> None:
    content = make_video(tmp_path / "walk.mp4", frames=3).read_bytes()
    answer = client.put(f"/data/projects/{project.id}/videos", params={"name": name}, content=content)
    assert answer.status_code == 200, answer.text
    [kept] = stored(settings)
    assert kept.startswith("evil.mp4")
    assert not list(tmp_path.rglob("../evil*"))


def test_a_name_with_a_nul_is_refused(client: TestClient, settings: Settings, project: Project) -> None:
    answer = client.put(f"/data/projects/{project.id}/videos", params={"name": "evil.mp4\x00"}, content=b"x")
    assert answer.status_code == 400 and answer.json()["error"]
    assert stored(settings) == []


@pytest.mark.parametrize("content", [b"", b"this is a text, not a video\n" * 40, b"\x00" * 5000])
def test_what_is_no_video_is_refused_and_nothing_stays(
    client: TestClient, settings: Settings, project: Project, content: bytes
) -> None:
    answer = client.put(f"/data/projects/{project.id}/videos?name=film.mp4", content=content)
    assert answer.status_code == 400
    sentence = answer.json()["error"]
    assert "film.mp4" in sentence and str(settings.data) not in sentence
    assert stored(settings) == []
    assert client.get(f"/data/projects/{project.id}").json()["videos"] == []


def test_sound_without_pictures_is_refused(
    client: TestClient, settings: Settings, project: Project, tmp_path: Path
) -> None:
    sound = make_sound(tmp_path / "sound.wav").read_bytes()
    answer = client.put(f"/data/projects/{project.id}/videos?name=sound.wav", content=sound)
    assert answer.status_code == 400
    assert "picture" in answer.json()["error"]
    assert stored(settings) == []


def test_an_upload_to_no_project_is_refused_before_it_is_read(client: TestClient, settings: Settings) -> None:
    assert client.put("/data/projects/none/videos?name=a.mp4", content=b"x").status_code == 404
    assert stored(settings) == []


def test_a_path_of_this_machine_is_referenced_or_copied(
    client: TestClient, settings: Settings, project: Project, tmp_path: Path
) -> None:
    path = make_video(tmp_path / "walk.mp4", frames=3)
    body = {"path": str(path)}
    assert client.post(f"/data/projects/{project.id}/videos", json=body).status_code == 200
    assert stored(settings) == []
    assert (
        client.post(f"/data/projects/{project.id}/videos", json={**body, "copy_in": True, "again": True}).status_code
        == 200
    )
    assert stored(settings) == ["walk.mp4"]


def test_a_path_that_is_not_there_is_refused(client: TestClient, project: Project) -> None:
    answer = client.post(f"/data/projects/{project.id}/videos", json={"path": "/nowhere/film.mp4"})
    assert answer.status_code == 400
    assert "/nowhere/film.mp4" in answer.json()["error"]
