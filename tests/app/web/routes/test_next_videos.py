"""The order of videos over HTTP, and proposing again for all that a promotion left outdated."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from storage import checkpoints, jobs, runs
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import add_checkpoint, square, video_in
from tests.app.web.requests import draw, get


@pytest.fixture
def clips(database: Database, settings: Settings, project: Project, tmp_path: Path) -> list[Video]:
    return [video_in(database, settings, project, tmp_path, name) for name in ("a", "b", "c")]


def proposed_by(database: Database, video: Video, checkpoint_id: str) -> None:
    facts = {"project_id": video.project_id, "video_id": video.id, "checkpoint_id": checkpoint_id}
    with database.atomic() as tx:
        runs.finish_run(tx, runs.start_run(tx, kind="proposal", **facts).id)


def test_unreviewed_videos_are_listed_with_their_reasons(
    client: TestClient, project: Project, clips: list[Video]
) -> None:
    draw(client, clips[0], {1: square(4, 4)})
    found = get(client, f"projects/{project.id}/next")
    assert [one["id"] for one in found["videos"]] == [clips[1].id, clips[2].id]
    assert all(one["reasons"] == ["No proposals yet."] and 0 <= one["gain"] <= 1 for one in found["videos"])
    assert (found["unsearched"], found["outdated"], found["checkpoint"]) == (1, 0, None)


def test_one_press_searches_what_was_not_searched(
    client: TestClient, database: Database, project: Project, clips: list[Video], started_workers: list[Settings]
) -> None:
    proposed_by(database, clips[0], add_checkpoint(database, "dog").id)
    draw(client, clips[1], {1: square(4, 4)})
    assert get(client, f"projects/{project.id}/next")["unsearched"] == 2
    answer = client.post(f"/data/projects/{project.id}/search")
    assert (answer.status_code, answer.json()) == (200, {"jobs": 2})
    assert client.post(f"/data/projects/{project.id}/search").json() == {"jobs": 0}
    with database.read() as tx:
        active = jobs.list_jobs(tx, active=True)
    assert {(job.kind, job.video_id) for job in active} == {("find_errors", clip.id) for clip in clips[:2]}


def test_one_press_proposes_again_for_what_nobody_judged(
    client: TestClient, database: Database, project: Project, clips: list[Video], started_workers: list[Settings]
) -> None:
    old, new = (add_checkpoint(database, "dog", name=name) for name in ("old", "new"))
    for clip in clips:
        proposed_by(database, clip, old.id)
    draw(client, clips[0], {1: square(4, 4)})
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, new.id)
        waiting = jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=clips[1].id, parameters={})
    found = get(client, f"projects/{project.id}/next")
    assert (found["outdated"], found["checkpoint"]) == (2, "new")
    answer = client.post(f"/data/projects/{project.id}/propose-again")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"jobs": 1, "checkpoint": "new"}
    assert len(started_workers) == 1
    with database.read() as tx:
        active = [job for job in jobs.list_jobs(tx, active=True) if job.id != waiting.id]
    assert [(job.kind, job.video_id, job.parameters) for job in active] == [
        ("propose", clips[2].id, {"checkpoint": new.id, "background": True})
    ]
    found = get(client, f"projects/{project.id}/next")
    assert (found["again"], found["outdated"]) == (1, 1)
    assert client.post(f"/data/projects/{project.id}/propose-again/stop").json() == {"jobs": 1}
    found = get(client, f"projects/{project.id}/next")
    assert (found["again"], found["outdated"]) == (0, 2)


def test_a_promotion_proposes_again_where_it_is_asked_to(
    client: TestClient, database: Database, project: Project, clips: list[Video], started_workers: list[Settings]
) -> None:
    old, new = (add_checkpoint(database, "dog", name=name) for name in ("old", "new"))
    proposed_by(database, clips[0], old.id)
    at = f"/data/projects/{project.id}/checkpoints"
    assert client.post(f"{at}/{new.id}/activate").json()["again"] == 0
    assert client.post(f"{at}/{new.id}/activate", json={"again": True}).json()["again"] == 1
    # Who asks for proposals in that very video does not wait for all the others.
    asked = client.post(f"/data/videos/{clips[0].id}/propose", json={"steady": False})
    assert asked.status_code == 200, asked.text
    with database.read() as tx:
        assert [job.in_background for job in jobs.list_jobs(tx, active=True)] == [False]


def test_without_a_checkpoint_proposing_again_is_refused(client: TestClient, project: Project) -> None:
    answer = client.post(f"/data/projects/{project.id}/propose-again")
    assert answer.status_code == 400 and "no checkpoint" in answer.json()["error"]


def test_a_project_that_is_not_there_is_named(client: TestClient) -> None:
    assert client.get("/data/projects/none/next").status_code == 404
    assert client.post("/data/projects/none/propose-again").status_code == 404
