"""What people's work took, over HTTP."""

from fastapi.testclient import TestClient

from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import new_track, send, square


def test_the_effort_of_a_project(client: TestClient, database: Database, project: Project, video: Video) -> None:
    path = f"/data/projects/{project.id}/effort"
    nothing = {"seconds": 0.0, "gestures": 0, "frames": 0, "seconds_per_frame": None, "gestures_per_frame": None}
    assert client.get(path).json() == {**nothing, "name": "", "by_tool": [], "by_model": [], "idle_seconds": 120.0}
    _, changes = new_track(None, {0: square(4, 4), 3: square(5, 4)})
    for change in changes[1:]:
        change["after"] |= {"source": "drawn", "review": "corrected"}
    send(database, video, changes, "brush")
    found = client.get(path).json()
    assert (found["gestures"], found["frames"], found["gestures_per_frame"]) == (1, 2, 0.5)
    assert [one["name"] for one in found["by_tool"]] == ["brush"]
    assert client.get("/data/projects/none/effort").status_code == 404
