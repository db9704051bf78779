"""The page of tracks over HTTP: what is found, in which order, how much there is of what, and crops."""

from typing import Any
from urllib.parse import urlencode

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.web.routes.track_list import LONGEST_PAGE
from storage import projects, videos
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import PERSON, edit, new_track, square
from tests.app.web.requests import draw, get, send


@pytest.fixture
def dog(database: Database, project: Project) -> str:
    with database.read() as tx:
        return projects.list_categories(tx, project.id)[0].id


@pytest.fixture
def three(client: TestClient, video: Video, dog: str) -> list[str]:
    """A dog on three frames with a name, a track without category on one frame, and one without any mask."""
    first, _ = draw(client, video, {k: square(k, 3, 6 + k) for k in (2, 3, 4)}, dog, name="Rex", score=0.9)
    second, _ = draw(client, video, {7: square(1, 1, 20)})
    third, _ = draw(client, video, {}, dog)
    return [first, second, third]


def found(client: TestClient, project: Project, **query: Any) -> dict[str, Any]:
    return dict(get(client, f"projects/{project.id}/tracks?{urlencode(query, doseq=True)}"))


def numbers(client: TestClient, project: Project, **query: Any) -> list[int]:
    return [track["number"] for track in found(client, project, **query)["tracks"]]


def test_a_track_is_told_with_its_best_frame(
    client: TestClient, project: Project, video: Video, three: list[str]
) -> None:
    answer = found(client, project)
    assert (answer["total"], answer["masks"], answer["start"]) == (3, 4, 0)
    first = answer["tracks"][0]
    assert first["id"] == three[0] and first["video"] == {"id": video.id, "name": video.name}
    facts = {name: first[name] for name in ("number", "name", "state", "score", "masks", "first", "last", "frame")}
    assert facts == {
        "number": 1,
        "name": "Rex",
        "state": "corrected",
        "score": 0.9,
        "masks": 3,
        "first": 2,
        "last": 4,
        "frame": 4,
    }
    assert (first["area"], first["sources"], first["author"], first["human"]) == (100, ["drawn"], PERSON, 3)
    assert (answer["tracks"][2]["frame"], answer["tracks"][2]["mask"]) == (None, None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"text": "rex"}, [1]),
        ({"text": "#2"}, [2]),
        ({"category": "none"}, [2]),
        ({"state": "unreviewed"}, [3]),
        ({"state": ["corrected", "unreviewed"]}, [1, 2, 3]),
        ({"source": "proposed"}, []),
        ({"who": PERSON, "min_length": 1}, [1, 2]),
        ({"who": "run:"}, []),
        ({"min_score": 0.5}, [1]),
        ({"min_length": 1, "max_length": 2}, [2]),
        ({"min_length": 10**30}, []),
        ({"sort": "area", "descending": True}, [2, 1, 3]),
        ({"sort": "length"}, [3, 2, 1]),
        ({"start": 1, "stop": 2}, [2]),
    ],
)
def test_the_query_filters_and_sorts(
    client: TestClient, project: Project, three: list[str], query: dict[str, Any], expected: list[int]
) -> None:
    assert numbers(client, project, **query) == expected


def test_a_category_is_named_by_its_id(client: TestClient, project: Project, dog: str, three: list[str]) -> None:
    assert numbers(client, project, category=[dog]) == [1, 3]
    assert numbers(client, project, category=[dog, "none"]) == [1, 2, 3]


def test_the_page_follows_edits_and_undo(client: TestClient, project: Project, video: Video, three: list[str]) -> None:
    version = get(client, f"videos/{video.id}/tracks")["tracks"][1]["version"]
    change = {"track": three[1], "frame": None, "before_version": version, "after": {"name": "Fido"}}
    send(client, video, edit([change], "rename"))
    assert numbers(client, project, text="fido") == [2]
    client.post(f"/data/videos/{video.id}/undo", json={"author": PERSON, "id": "taken back"})
    assert numbers(client, project, text="fido") == []


def test_ids_come_in_the_order_of_the_page(client: TestClient, project: Project, three: list[str]) -> None:
    answer = get(client, f"projects/{project.id}/track-ids?sort=length&descending=true&min_length=1")
    assert answer == {"tracks": [three[0], three[1]]}


def test_each_value_is_counted(client: TestClient, project: Project, video: Video, dog: str, three: list[str]) -> None:
    assert get(client, f"projects/{project.id}/track-facets") == {
        "categories": [{"id": dog, "name": "dog", "retired": False, "tracks": 2}],
        "uncategorised": 1,
        "states": {"corrected": 2, "unreviewed": 1},
        "sources": {"proposed": 0, "propagated": 0, "interpolated": 0, "drawn": 2, "imported": 0},
        "authors": {PERSON: 3},
        "flags": {"occluded": 0, "truncated": 0, "crowd": 0},
        "attributes": [],
        "comments": {"open": 0, "any": 0},
        "commenters": {},
        "videos": [{"id": video.id, "name": video.name}],
    }


def test_flags_attributes_and_comments_filter_and_are_counted(
    client: TestClient, project: Project, video: Video, dog: str
) -> None:
    path = f"/data/projects/{project.id}/attributes"
    pose = client.post(path, json={"name": "pose", "choices": ["sits", "runs"], "per": "frame"}).json()["id"]
    first, changes = new_track(dog, {2: square(1, 1, 5), 3: square(2, 2, 5)})
    changes[1]["after"] |= {"truncated": True, "attributes": {pose: "sits"}}
    changes[2]["after"] |= {"attributes": {pose: "away"}}
    assert send(client, video, edit(changes))[0]["status"] == "applied"
    draw(client, video, {4: square(3, 3, 5)}, dog, occluded=True)
    comment = {"author": "ann", "text": "Whose?", "frame": 2, "track": first}
    assert client.post(f"/data/videos/{video.id}/comments", json=comment).status_code == 200
    asked = {
        (1,): [{"flag": "truncated"}, {"attribute": f"{pose}:sits"}, {"comment": "open"}, {"comment_by": "ann"}],
        (2,): [{"flag": "occluded"}, {"attribute": f"{pose}:"}],
        (): [{"flag": "crowd"}, {"attribute": f"{pose}:runs"}, {"comment_by": "bob", "comment": "any"}],
        (1, 2): [{"flag": ["truncated", "occluded"]}, {"attribute": [f"{pose}:", f"{pose}:away"]}],
    }
    for expected, queries in asked.items():
        for query in queries:
            assert numbers(client, project, **query) == [*expected], query
    counted = get(client, f"projects/{project.id}/track-facets")
    values = [{"value": "sits", "tracks": 1}, {"value": "runs", "tracks": 0}, {"value": "away", "tracks": 1}]
    assert counted["attributes"] == [{"id": pose, "name": "pose", "per": "frame", "values": values, "without": 1}]
    assert counted["flags"] == {"occluded": 1, "truncated": 1, "crowd": 0}
    assert (counted["comments"], counted["commenters"]) == ({"open": 1, "any": 1}, {"ann": 1})


@pytest.mark.parametrize(
    "query",
    [
        *("state=odd", "source=odd", "sort=odd", f"start=0&stop={LONGEST_PAGE + 1}", "start=5&stop=1", "text=a%00b"),
        *("flag=odd", "comment=odd", "attribute=odd", "attribute=odd:x", f"attribute={'a' * 32}"),
    ],
)
def test_a_wrong_query_is_refused_with_a_sentence(client: TestClient, project: Project, query: str) -> None:
    answer = client.get(f"/data/projects/{project.id}/tracks?{query}")
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


@pytest.mark.parametrize("route", ["tracks", "track-ids", "track-facets"])
def test_an_unknown_project_has_none(client: TestClient, route: str) -> None:
    assert client.get(f"/data/projects/none/{route}").status_code == 404


def crop(client: TestClient, video: Video, query: str, **headers: str) -> Any:
    return client.get(f"/data/videos/{video.id}/crop.jpg?{query}", headers=headers)


def test_a_track_has_a_crop_that_is_not_sent_twice(
    client: TestClient, project: Project, video: Video, three: list[str]
) -> None:
    line = found(client, project)["tracks"][0]
    address = f"frame={line['frame']}&mask={line['mask']}&track=1"
    answer = crop(client, video, address)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"
    picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[0] <= 240 and picture.shape[1] <= 320
    again = crop(client, video, address, **{"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


def test_a_crop_of_nothing_is_refused(client: TestClient, project: Project, video: Video, three: list[str]) -> None:
    mask = found(client, project)["tracks"][0]["mask"]
    for query in (f"frame=99&mask={mask}", f"frame=-1&mask={mask}", "frame=2&mask=abc", "frame=2&mask=%C3%A9"):
        assert crop(client, video, query).status_code == 404, query


def test_tracks_of_a_removed_video_are_gone(
    client: TestClient, database: Database, project: Project, video: Video, three: list[str]
) -> None:
    with database.atomic() as tx:
        videos.remove_video(tx, video.id)
    assert found(client, project)["total"] == 0
