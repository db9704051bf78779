"""Likely errors over HTTP: nothing before a search, the stored ones after it, and a search as a job."""

import pytest
from fastapi.testclient import TestClient

from app.jobs import queue
from storage import likely_errors
from storage.database import Database
from storage.likely_errors import StoredError
from storage.videos import Video
from tests.app.web.requests import get


def test_before_a_search_there_is_no_edit_and_no_error(client: TestClient, video: Video) -> None:
    assert get(client, f"videos/{video.id}/likely-errors") == {"edit": None, "errors": []}


def test_stored_errors_are_sent_as_they_are(client: TestClient, database: Database, video: Video) -> None:
    error = StoredError("swap", ("a", "b"), ("m", None), 3, 5, 4, 0.9, {"place": 0.5})
    with database.atomic() as tx:
        likely_errors.replace(tx, video.id, [error], edit=7)
    found = get(client, f"videos/{video.id}/likely-errors")
    assert found["edit"] == 7
    assert found["errors"] == [
        {
            "kind": "swap",
            "tracks": ["a", "b"],
            "masks": ["m", None],
            "first": 3,
            "last": 5,
            "frame": 4,
            "strength": 0.9,
            "evidence": {"place": 0.5},
        }
    ]


def test_a_search_is_asked_for_once(client: TestClient, video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "ensure_worker", lambda *_, **__: False)
    first = client.post(f"/data/videos/{video.id}/likely-errors").json()["job"]
    again = client.post(f"/data/videos/{video.id}/likely-errors").json()["job"]
    assert first["kind"] == "find_errors" and first["video"] == video.id
    assert again["id"] == first["id"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_video_that_is_not_there_is_404(client: TestClient, method: str) -> None:
    assert client.request(method, "/data/videos/none/likely-errors").status_code == 404
