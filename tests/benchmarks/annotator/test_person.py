"""The annotator at work over HTTP: in the end the stored tracks are what it knows to be right."""

import uuid
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from pycocotools import mask as coco

from app.training.project_clips import ProjectClips
from storage import projects, tracks
from storage.database import Database
from storage.edits import Change, Edit, apply_edit
from storage.projects import Project
from storage.runs import start_run
from storage.videos import Video
from tests.app.made import FRAMES, SIZE
from tests.benchmarks.annotator.costs import GOOD
from tests.benchmarks.annotator.person import Call, Person, Refused
from tests.benchmarks.annotator.plan import TrueTrack, iou


def box(x: int, y: int, side: int = 10) -> np.ndarray:
    mask = np.zeros((SIZE[1], SIZE[0]), bool)
    mask[y : y + side, x : x + side] = True
    return mask


def rle(mask: np.ndarray) -> dict[str, Any]:
    code = coco.encode(np.asfortranarray(mask, np.uint8))
    return {"size": list(code["size"]), "counts": code["counts"].decode()}


NEAR = {t: box(2 + 2 * t, 3) for t in range(FRAMES - 2)}
FAR = {t: box(50 - 2 * t, 30) for t in range(FRAMES)}
TRUTH = [TrueTrack("dog", NEAR), TrueTrack("cat", FAR)]


@pytest.fixture
def proposed(database: Database, project: Project, video: Video) -> Video:
    """Proposals: the near thing with poor masks in the middle and a mask too long, and a track on nothing."""
    near = {t: mask if t not in (4, 5) else box(5 + 2 * t, 6) for t, mask in NEAR.items()} | {FRAMES - 2: box(24, 3)}
    nothing = {t: box(30, 18, 6) for t in range(4)}
    with database.atomic() as tx:
        projects.add_category(tx, project.id, "cat")
        run = start_run(tx, kind="propose", project_id=project.id, video_id=video.id)
        changes = []
        for masks in (near, nothing):
            track = str(uuid.uuid4())
            changes.append(Change(track, None, 0, {"category": None, "score": 0.8, "run": run.id}))
            for t in range(FRAMES):
                after = {"state": "present", "rle": rle(masks[t])} if t in masks else {"state": "absent", "mask": None}
                changes.append(Change(track, t, 0, after))
        apply_edit(tx, Edit(str(uuid.uuid4()), "propose", run.author, video.id, changes))
    return video


@pytest.fixture
def person(client: TestClient, proposed: Video) -> Person:
    return Person(caller(client), known(client, proposed))


def caller(client: TestClient) -> Call:
    def call(method: str, path: str, body: object = None) -> Any:
        answer = client.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return call


def known(client: TestClient, video: Video) -> dict[str, str]:
    found = client.get(f"/data/projects/{video.project_id}").json()["categories"]
    return {one["name"]: one["id"] for one in found}


def test_the_stored_tracks_are_the_truth(database: Database, project: Project, proposed: Video, person: Person) -> None:
    assert person.correct(proposed.id, TRUTH, FRAMES) > 0
    source = ProjectClips(database, project_id=project.id)
    [clip] = source.videos
    stored = {source.categories[track.label]: track for track in clip.tracks}
    assert set(stored) == {"dog", "cat"}
    for thing in TRUTH:
        masks = stored[thing.label].segmentations
        assert {t for t, mask in enumerate(masks) if mask is not None} == set(thing.masks)
        assert all(iou(coco.decode(masks[t]).astype(bool), right) >= GOOD for t, right in thing.masks.items())
    assert clip.complete is not None and all(len(labels) == 2 for labels in clip.complete)
    with database.read() as tx:
        assert [track.rejected for track in tracks.list_tracks(tx, proposed.id)] == [False, True, False]
        rows = [row for row in tracks.rows(tx, proposed.id) if row.state == "absent" and row.human]
    assert {row.frame for row in rows} >= {FRAMES - 2, FRAMES - 1}


def test_a_corrected_video_is_left_alone(person: Person, proposed: Video, client: TestClient) -> None:
    person.correct(proposed.id, TRUTH, FRAMES)
    before = client.get(f"/data/videos/{proposed.id}/tracks").json()
    assert person.correct(proposed.id, TRUTH, FRAMES) == 0.0
    assert client.get(f"/data/videos/{proposed.id}/tracks").json() == before


def test_an_edit_that_the_app_refuses_stops_the_annotator(proposed: Video, client: TestClient) -> None:
    person = Person(caller(client), {name: "no such category" for name in known(client, proposed)})
    with pytest.raises(Refused):
        person.correct(proposed.id, TRUTH, FRAMES)
