"""Changing many tracks over HTTP: the preview is what the change does, and each video's edit can be undone."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from storage import projects
from storage.database import Database
from storage.edits.rebuild import check_video
from storage.projects import Project
from storage.videos import Video
from tests.app.made import PERSON, project_with, square, video_in
from tests.app.web.requests import draw, get

PROPOSED = {"source": "proposed", "review": "unreviewed"}


@pytest.fixture
def dog(database: Database, project: Project) -> str:
    with database.read() as tx:
        return projects.list_categories(tx, project.id)[0].id


@pytest.fixture
def other(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    return video_in(database, settings, project, tmp_path, "second")


def proposed(client: TestClient, video: Video, frames: range) -> str:
    """A track whose masks nobody has judged; its row is made by a person, as an import's would be."""
    track, _ = draw(client, video, {})
    changes = [
        {
            "track": track,
            "frame": k,
            "before_version": 0,
            "after": {"rle": square(k, 2), "state": "present", **PROPOSED},
        }
        for k in frames
    ]
    body = {"author": PERSON, "edits": [{"id": f"rows of {track}", "kind": "seed", "changes": changes}]}
    [result] = client.post(f"/data/videos/{video.id}/edits", json=body).json()["results"]
    assert result["status"] == "applied", result
    return track


@pytest.fixture
def tracks(client: TestClient, video: Video, other: Video) -> list[str]:
    """Two tracks that a model proposed, one in each video, and one that a person drew."""
    drawn, _ = draw(client, video, {k: square(k, 9) for k in (1, 2)})
    return [proposed(client, video, range(3)), proposed(client, other, range(4)), drawn]


def post(client: TestClient, project: Project, where: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = client.post(f"/data/projects/{project.id}/tracks/{where}", json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def stored(client: TestClient, *videos: Video) -> dict[str, dict[str, Any]]:
    """Own values and verdicts by frame of each track, without versions."""
    return {
        track["id"]: {
            "category": track["category"],
            "rejected": track["rejected"],
            "reviews": {row[0]: row[3] for row in track["rows"]},
        }
        for video in videos
        for track in get(client, f"videos/{video.id}/tracks")["tracks"]
    }


@pytest.mark.parametrize(("verb", "review"), [("accept", "accepted"), ("reject", "rejected")])
def test_a_verdict_reaches_all_open_masks_and_leaves_a_persons_track(
    client: TestClient, project: Project, video: Video, other: Video, tracks: list[str], verb: str, review: str
) -> None:
    before = stored(client, video, other)
    asked = {"verb": verb, "tracks": tracks}
    found = post(client, project, "preview", asked)
    locked = {"accept": 0, "reject": 1}[verb]
    assert found == {"tracks": 2, "masks": 7, "videos": 2, "locked": locked, "unchanged": 1 - locked}
    answer = post(client, project, "change", {**asked, "author": PERSON})
    assert sorted(edit["masks"] for edit in answer["edits"]) == [3, 4] and answer["locked"] == locked
    after = stored(client, video, other)
    for track in tracks[:2]:
        assert set(after[track]["reviews"].values()) == {review} and after[track]["rejected"] is (verb == "reject")
    assert after[tracks[2]] == before[tracks[2]]
    for edit in answer["edits"]:
        body = {"author": PERSON, "id": f"undo {edit['id']}", "edit": edit["id"]}
        assert client.post(f"/data/videos/{edit['video_id']}/undo", json=body).json()["status"] == "applied"
    assert stored(client, video, other) == before


def test_relabel_changes_the_category_and_no_mask(
    client: TestClient, database: Database, project: Project, video: Video, other: Video, tracks: list[str], dog: str
) -> None:
    asked = {"verb": "relabel", "tracks": tracks, "category": dog, "judged": True}
    assert post(client, project, "preview", asked) == {
        "tracks": 3,
        "masks": 9,
        "videos": 2,
        "locked": 0,
        "unchanged": 0,
    }
    before = stored(client, video, other)
    answer = post(client, project, "change", {**asked, "author": PERSON})
    assert len(answer["edits"]) == 2
    after = stored(client, video, other)
    assert {track["category"] for track in after.values()} == {dog}
    assert [track["reviews"] for track in after.values()] == [track["reviews"] for track in before.values()]
    again = post(client, project, "preview", asked)
    assert (again["tracks"], again["unchanged"]) == (0, 3)
    assert post(client, project, "change", {**asked, "author": PERSON})["edits"] == []
    with database.read() as tx:
        assert check_video(tx, video.id) == [] and check_video(tx, other.id) == []


def test_a_job_cannot_judge_and_a_category_must_be_in_use(
    client: TestClient, database: Database, project: Project, tracks: list[str], dog: str
) -> None:
    body = {"verb": "accept", "tracks": tracks, "author": "run:1"}
    assert "run:1" in post(client, project, "change", body, 400)["error"]
    _, others = project_with(database, "cat", name="elsewhere")
    for category in (others["cat"].id, "none of them"):
        asked = {"verb": "relabel", "tracks": tracks, "category": category}
        assert "category" in post(client, project, "preview", asked, 400)["error"]
        assert "category" in post(client, project, "change", {**asked, "author": PERSON}, 400)["error"]
    with database.atomic() as tx:
        projects.retire_category(tx, dog)
    post(client, project, "preview", {"verb": "relabel", "tracks": tracks, "category": dog}, 400)


def test_tracks_of_another_project_are_left_alone(
    client: TestClient, database: Database, video: Video, tracks: list[str]
) -> None:
    elsewhere, _ = project_with(database, name="elsewhere")
    body = {"verb": "reject", "tracks": tracks, "judged": True, "author": PERSON}
    assert post(client, elsewhere, "change", body)["edits"] == []
    assert not any(track["rejected"] for track in stored(client, video).values())


@pytest.mark.parametrize("body", [{}, {"verb": "odd", "tracks": ["a"]}, {"verb": "accept", "tracks": []}])
def test_a_body_that_is_none_is_refused(client: TestClient, project: Project, body: dict[str, Any]) -> None:
    post(client, project, "preview", body, 422)


def test_an_unknown_project_is_not_found(client: TestClient) -> None:
    answer = client.post("/data/projects/none/tracks/preview", json={"verb": "accept", "tracks": ["a"]})
    assert answer.status_code == 404


def test_flagging_puts_one_mask_of_each_track_into_the_review_queue(
    client: TestClient, project: Project, video: Video, tracks: list[str]
) -> None:
    body = {"verb": "look", "tracks": tracks}
    found = post(client, project, "preview", body)
    assert (found["tracks"], found["masks"], found["videos"], found["locked"]) == (2, 2, 2, 1)
    done = post(client, project, "change", {**body, "author": PERSON})
    assert [edit["masks"] for edit in done["edits"]] == [1, 1]
    rows = next(one["rows"] for one in get(client, f"videos/{video.id}/tracks")["tracks"] if one["id"] == tracks[0])
    looks = [row[6] for row in rows if row[6] is not None]
    assert len(looks) == 1 and "Edges may be wrong" in looks[0]
    assert post(client, project, "preview", body)["unchanged"] == 2
    undone = client.post(f"/data/videos/{video.id}/undo", json={"author": PERSON, "id": "take it back"}).json()
    assert undone["status"] == "applied"
    assert post(client, project, "preview", body)["tracks"] == 1
