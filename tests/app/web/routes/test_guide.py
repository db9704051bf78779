"""The annotation guide over HTTP."""

from fastapi.testclient import TestClient

from storage.videos import Video
from tests.app.web.requests import get


def test_a_guide_is_saved_rendered_and_named_by_every_video(client: TestClient, video: Video) -> None:
    path = f"/data/projects/{video.project_id}/guide"
    assert get(client, f"projects/{video.project_id}/guide") == {"markdown": "", "html": ""}
    assert get(client, f"videos/{video.id}")["guide"] is False
    saved = client.post(path, json={"markdown": "# Fish <b>", "was": ""}).json()
    assert saved == {"markdown": "# Fish <b>", "html": "<h1>Fish &lt;b&gt;</h1>\n"}
    assert get(client, f"projects/{video.project_id}/guide") == saved
    assert get(client, f"videos/{video.id}")["guide"] is True
    refused = client.post(path, json={"markdown": "other", "was": ""})
    assert refused.status_code == 400 and "Somebody else" in refused.json()["error"]
    assert get(client, f"projects/{video.project_id}/guide") == saved


def test_a_preview_stores_nothing(client: TestClient, video: Video) -> None:
    shown = client.post("/data/guide/preview", json={"markdown": "*a*"}).json()
    assert shown["html"] == "<p><em>a</em></p>\n"
    assert get(client, f"projects/{video.project_id}/guide")["markdown"] == ""
    assert client.get("/data/projects/none/guide").status_code == 404
