"""Likely errors over HTTP: nothing before a search, the stored ones after it, and a search as a job."""

import pytest
from fastapi.testclient import TestClient

from app.jobs import queue
from storage import identity_candidates, likely_errors
from storage.database import Database
from storage.identity_candidates import StoredCandidate
from storage.likely_errors import StoredError
from storage.videos import Video
from tests.app.made import square
from tests.app.web.requests import draw, get


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


MERGE = StoredCandidate("merge", ("a", "b"), 12, (("a", 9, "x"), ("b", 12, "y")), 0.9, {"frames": 2.0})
ASKED = {"author": "Ada", "kind": "merge", "tracks": ["a", "b"], "frame": 12}


def test_before_a_search_no_change_of_identities_is_suggested(client: TestClient, video: Video) -> None:
    assert get(client, f"videos/{video.id}/identities") == {"edit": None, "candidates": []}
    assert client.post(f"/data/videos/{video.id}/identities/dismiss", json=ASKED).status_code == 404


def test_a_suggestion_is_dismissed_and_brought_back(client: TestClient, database: Database, video: Video) -> None:
    with database.atomic() as tx:
        identity_candidates.replace(tx, video.id, [MERGE], edit=7)
    (sent,) = get(client, f"videos/{video.id}/identities")["candidates"]
    assert sent == {
        "kind": "merge",
        "tracks": ["a", "b"],
        "frame": 12,
        "masks": [["a", 9, "x"], ["b", 12, "y"]],
        "strength": 0.9,
        "evidence": {"frames": 2.0},
        "dismissed": False,
    }
    place = f"/data/videos/{video.id}/identities/dismiss"
    assert client.post(place, json=ASKED).json()["candidates"] == [sent | {"dismissed": True}]
    assert get(client, f"videos/{video.id}/identities")["candidates"] == [sent | {"dismissed": True}]
    assert client.post(place, json=ASKED | {"dismissed": False}).json()["candidates"] == [sent]


def test_a_project_counts_what_is_suggested_in_its_videos(client: TestClient, database: Database, video: Video) -> None:
    place = f"projects/{video.project_id}/identities"
    assert get(client, place) == {"videos": []}
    track, _ = draw(client, video, {1: square(2, 10), 2: square(4, 10)})
    (sent,) = get(client, f"videos/{video.id}/tracks")["tracks"]
    masks = tuple((track, row[0], row[8]) for row in sent["rows"])
    split = StoredCandidate("split", (track,), 2, masks, 0.9, {})
    with database.atomic() as tx:
        identity_candidates.replace(tx, video.id, [split, MERGE], edit=7)
    assert get(client, place) == {"videos": [{"id": video.id, "name": video.name, "split": 1}]}
    assert client.get("/data/projects/none/identities").status_code == 404


@pytest.mark.parametrize("wrong", [{"kind": "jump"}, {"tracks": []}, {"frame": -1}, {"author": ""}])
def test_a_suggestion_that_cannot_be_is_refused(client: TestClient, video: Video, wrong: dict) -> None:
    assert client.post(f"/data/videos/{video.id}/identities/dismiss", json=ASKED | wrong).status_code in (400, 422)


def test_identities_of_a_video_that_is_not_there_are_404(client: TestClient) -> None:
    assert client.get("/data/videos/none/identities").status_code == 404
    assert client.post("/data/videos/none/identities/dismiss", json=ASKED).status_code == 404
