"""Shuffled masks of a corrected project are stored as edits, and each mask is somebody's of the same video."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from fastapi.testclient import TestClient

from app.training.suspicions import check_project
from storage import tracks
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, SIZE
from tests.benchmarks._loop_project import LoopProject, LoopState
from tests.benchmarks._spoiled_project import SHARE, spoil_project
from tests.benchmarks.annotator.person import Person
from tests.benchmarks.annotator.plan import TrueTrack


def box(x: int, y: int) -> np.ndarray:
    mask = np.zeros((SIZE[1], SIZE[0]), bool)
    mask[y : y + 10, x : x + 10] = True
    return mask


def hashes(database: Database, video: Video) -> dict[tuple[str, int], str | None]:
    with database.read() as tx:
        return {(row.track_id, row.frame): row.hash for row in tracks.rows(tx, video.id)}


def test_a_third_of_the_masks_changes_places(
    client: TestClient, database: Database, project: Project, video: Video, tmp_path: Path
) -> None:
    def call(method: str, path: str, body: object = None) -> Any:
        answer = client.request(method, path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    known = {one["name"]: one["id"] for one in call("GET", f"/data/projects/{project.id}")["categories"]}
    person = Person(call, known)
    things = [{t: box(2 + t, 2) for t in range(FRAMES)}, {t: box(40 - t, 30) for t in range(FRAMES)}]
    person.correct(video.id, [TrueTrack("dog", masks) for masks in things], FRAMES)
    before = hashes(database, video)
    served: Any = SimpleNamespace(call=call)
    state = LoopState(tmp_path / "state.json", project.id, [video.id])
    spoiled = spoil_project(LoopProject(served, None, state, person), 1)  # type: ignore[arg-type]
    after = hashes(database, video)
    changed = {place for place in before if before[place] != after[place]}
    assert len(changed) == len(spoiled) == round(SHARE * 2 * FRAMES)
    assert {frame for _, frame in changed} == {frame for _, _, frame in spoiled}
    assert sorted(map(str, before.values())) == sorted(map(str, after.values()))
    assert check_project(database, project.id).masks == 2 * FRAMES
