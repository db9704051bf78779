"""Spreading over HTTP: asked for, read as drafts with their masks, applied by a person, discarded."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from app.spreading.stretches import SpreadRequest
from app.web.routes import spreading
from storage import jobs
from storage.database import Database
from tests.app.conftest import SOCKETS
from tests.app.made import FRAMES, PERSON, square
from tests.app.spreading.conftest import scene
from tests.app.spreading.fake_spreader import Copies, Spreading
from tests.app.web.requests import get

__all__ = ["scene"]


def path(scene: Spreading, rest: str) -> str:
    return f"/data/videos/{scene.video.id}/{rest}"


def post(client: TestClient, scene: Spreading, rest: str, **body: Any) -> Any:
    answer = client.post(path(scene, rest), json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_spread_is_one_job_and_another_one_of_its_track_takes_its_place(
    client: TestClient, scene: Spreading, database: Database, started_workers: list[Settings]
) -> None:
    track = scene.track(3)
    with database.atomic() as tx:
        jobs.request_cancel(tx, scene.job)
    job = post(client, scene, "spread", tracks=[track], frame=3)["job"]
    assert (job["kind"], job["status"], job["video"]) == ("spread", "queued", scene.video.id)
    with database.read() as tx:
        assert SpreadRequest.of(jobs.get_job(tx, job["id"]).parameters) == SpreadRequest((track,), 3)
    again = post(client, scene, "spread", tracks=[track], frame=3, way="forward", start=4, stop=8)["job"]
    with database.read() as tx:
        assert jobs.get_job(tx, job["id"]).status == "cancelled"
        assert SpreadRequest.of(jobs.get_job(tx, again["id"]).parameters).chosen == range(4, 8)
    other = post(client, scene, "spread", tracks=[scene.track(3, x=20)], frame=3)["job"]
    with database.read() as tx:
        states = [jobs.get_job(tx, one["id"]).status for one in (again, other)]
    assert states == ["queued", "queued"], "a spread of another track, perhaps another person's, goes on"
    assert started_workers


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tracks": [], "frame": 0}, 422),
        ({"tracks": ["t"], "frame": -1}, 422),
        ({"tracks": ["t"], "frame": 0, "way": "up"}, 422),
        ({"tracks": ["nobody"], "frame": 0}, 400),
        ({"tracks": ["nobody"], "frame": 99}, 400),
        ({"tracks": ["nobody"], "frame": 0, "start": 3, "stop": 2**31}, 400),
    ],
)
def test_what_cannot_be_spread_is_refused_before_a_job_is_made(
    client: TestClient, scene: Spreading, body: dict[str, Any], status: int
) -> None:
    with scene.database.atomic() as tx:
        jobs.request_cancel(tx, scene.job)
    answer = client.post(path(scene, "spread"), json=body)
    assert answer.status_code == status and answer.json()["error"].endswith(".")
    assert get(client, "jobs?active=1")["jobs"] == []


def test_drafts_are_read_with_their_masks_and_runs(client: TestClient, scene: Spreading) -> None:
    track = scene.track(0)
    assert get(client, f"videos/{scene.video.id}/drafts") == {"runs": [], "drafts": [], "blobs": {}, "next": None}
    done = scene.spread(track, spreader=Copies(unsure={2}, gone={3}))
    answer = get(client, f"videos/{scene.video.id}/drafts")
    stretch = {track: [1, FRAMES]}
    assert answer["runs"] == [{"id": done.run_id, "state": "done", "job": scene.job, "stretches": stretch}]
    assert [one["frame"] for one in answer["drafts"]] == list(range(1, FRAMES))
    unsure, gone = answer["drafts"][1], answer["drafts"][2]
    assert (unsure["run"], unsure["track"], unsure["confidence"]) == (done.run_id, track, 0.3)
    assert (gone["state"], gone["mask"], gone["doubt"]) == ("absent", None, "May be hidden or gone")
    assert answer["blobs"][unsure["mask"]] == square(5, 8)["counts"]


def test_a_long_spread_is_read_in_pages(client: TestClient, scene: Spreading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreading, "MOST_DRAFTS", 4)
    scene.spread(scene.track(0))
    frames, start = [], 0
    while start is not None:
        page = get(client, f"videos/{scene.video.id}/drafts?start={start}")
        assert 0 < len(page["drafts"]) <= 4 and len(page["blobs"]) <= 4 and len(page["runs"]) == 1
        frames += [one["frame"] for one in page["drafts"]]
        start = page["next"]
    assert frames == list(range(1, FRAMES))
    assert client.get(path(scene, "drafts?start=-1")).status_code == 422


def test_other_pages_hear_at_once_that_a_part_was_applied_or_discarded(client: TestClient, scene: Spreading) -> None:
    run = scene.spread(scene.track(0)).run_id
    with client.websocket_connect(f"{SOCKETS}/data/events?video={scene.video.id}") as page:
        post(client, scene, "drafts/apply", run=run, start=2, stop=5, author=PERSON, id="e1")
        assert next_of(page, "edit")["id"] == "e1"
        gone = next_of(page, "drafts_removed")
        assert (gone["run"], gone["track"], gone["start"], gone["stop"]) == (run, None, 2, 5)
        post(client, scene, "drafts/discard", run=run)
        gone = next_of(page, "drafts_removed")
        assert (gone["run"], gone["start"], gone["stop"]) == (run, None, None)


def next_of(page: Any, kind: str) -> Any:
    while (message := page.receive_json())["type"] != kind:
        pass
    return message


def test_a_part_is_applied_by_a_person_and_the_rest_discarded(client: TestClient, scene: Spreading) -> None:
    track = scene.track(0)
    run = scene.spread(track).run_id
    scene.says(track, 3, rle=square(20, 20))
    body = {"run": run, "tracks": [track], "start": 2, "stop": 5, "author": PERSON, "id": "e1"}
    answer = post(client, scene, "drafts/apply", **body)
    assert (answer["status"], answer["edit"]) == ("applied", "e1")
    assert answer["left"] == {"human": 1, "outdated": 0}
    assert [row["frame"] for row in answer["rows"]] == [2, 4]
    assert post(client, scene, "drafts/apply", **body)["number"] == answer["number"]
    assert post(client, scene, "drafts/discard", run=run) == {"discarded": FRAMES - 4}
    assert get(client, f"videos/{scene.video.id}/drafts")["drafts"] == []
    late = client.post(path(scene, "drafts/apply"), json={**body, "id": "e2"})
    assert late.status_code == 400 and "no draft" in late.json()["error"]


def test_only_a_person_applies_and_only_what_is_in_the_video(client: TestClient, scene: Spreading) -> None:
    run = scene.spread(scene.track(0)).run_id
    body = {"run": run, "author": "run:1", "id": "e1"}
    assert client.post(path(scene, "drafts/apply"), json=body).status_code == 400
    assert client.post(path(scene, "drafts/discard"), json={"run": "no run"}).status_code == 404
    assert client.post("/data/videos/none/drafts/discard", json={"run": run}).status_code == 404
    assert len(scene.drafts()) == FRAMES - 1
