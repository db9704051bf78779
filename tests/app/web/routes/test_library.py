"""The library over HTTP: videos and projects are renamed, put away, brought back; a video is deleted for good."""

from fastapi.testclient import TestClient

from storage import jobs
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import square
from tests.app.web.requests import draw, get


def change(client: TestClient, video: Video, **body: object) -> dict[str, object]:
    answer = client.post(f"/data/videos/{video.id}", json=body)
    assert answer.is_success, answer.text
    found: dict[str, object] = answer.json()
    return found


def told(client: TestClient, video: Video, tracks: int, corrections: int) -> tuple[int, dict[str, object]]:
    body = {"tracks": tracks, "corrections": corrections}
    answer = client.request("DELETE", f"/data/videos/{video.id}", json=body)
    return answer.status_code, answer.json()


def test_a_video_is_renamed(client: TestClient, project: Project, video: Video) -> None:
    assert change(client, video, name="north gate")["video"] == {"id": video.id, "name": "north gate", "removed": None}
    assert get(client, f"projects/{project.id}")["videos"][0]["name"] == "north gate"
    assert client.post(f"/data/videos/{video.id}", json={"name": " "}).status_code == 400
    assert client.post("/data/videos/none", json={"name": "x"}).status_code == 404


def test_a_removed_video_leaves_the_list_and_is_counted(client: TestClient, project: Project, video: Video) -> None:
    draw(client, video, {0: square(1, 1), 1: square(1, 1)})
    assert change(client, video, removed=True)["stopped"] == 0
    whole = get(client, f"projects/{project.id}")
    assert (whole["videos"], whole["removed"]) == ([], 1)
    (line,) = get(client, f"projects/{project.id}/removed")["videos"]
    assert (line["name"], line["tracks"], line["masks"], line["corrections"]) == ("clip", 1, 2, 2)
    assert (line["copied"], line["copy_bytes"], line["path"]) == (False, None, video.path)
    change(client, video, removed=False)
    whole = get(client, f"projects/{project.id}")
    assert (len(whole["videos"]), whole["removed"]) == (1, 0)


def test_removing_says_how_many_jobs_it_stopped(
    client: TestClient, database: Database, project: Project, video: Video
) -> None:
    with database.atomic() as tx:
        jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=video.id)
    assert change(client, video, removed=True)["stopped"] == 1


def test_deleting_needs_the_numbers_that_were_shown(client: TestClient, project: Project, video: Video) -> None:
    draw(client, video, {0: square(1, 1), 1: square(1, 1)})
    assert told(client, video, 1, 2)[0] == 400
    change(client, video, removed=True)
    status, answer = told(client, video, 0, 0)
    assert status == 409 and "look at the numbers again" in str(answer["error"])
    assert told(client, video, 1, 2) == (200, {"name": "clip", "tracks": 1, "problem": None})
    assert get(client, f"projects/{project.id}/removed") == {"videos": []}
    assert client.get(f"/data/videos/{video.id}").status_code == 404
    assert told(client, video, 1, 2)[0] == 404


def test_the_frames_of_a_deleted_video_are_gone(client: TestClient, video: Video) -> None:
    address = f"/data/videos/{video.id}/frames/0.jpg"
    assert client.get(address).is_success
    change(client, video, removed=True)
    assert client.get(address).is_success
    told(client, video, 0, 0)
    assert client.get(address).status_code == 404


def test_removed_videos_of_no_project_are_not_found(client: TestClient) -> None:
    assert client.get("/data/projects/none/removed").status_code == 404


def test_a_project_is_renamed_archived_and_brought_back(client: TestClient) -> None:
    first, second = (client.post("/data/projects", json={"name": name}).json()["id"] for name in ("one", "two"))
    assert client.post(f"/data/projects/{first}", json={"name": " first  round "}).json()["name"] == "first round"
    assert "two" in client.post(f"/data/projects/{first}", json={"name": "two"}).json()["error"]
    assert client.post(f"/data/projects/{first}", json={"name": ""}).status_code == 400
    assert client.post(f"/data/projects/{second}", json={"archived": True}).is_success
    known = get(client, "projects")
    assert [found["name"] for found in known["projects"]] == ["first round"]
    assert [found["name"] for found in known["archived"]] == ["two"]
    assert known["last"] is None
    assert get(client, f"projects/{second}")["archived"] is True
    client.post(f"/data/projects/{second}", json={"archived": False})
    assert get(client, "projects")["archived"] == []
    assert client.post("/data/projects/none", json={"archived": True}).status_code == 404
