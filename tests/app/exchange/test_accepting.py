"""Imported rows that a person accepts with the import, and the frames that the file speaks of."""

import random
from dataclasses import replace

import pytest

from app.exchange.accepting import _runs, accept_import, annotated_frames
from app.exchange.extras import ANNOTATED_FROM
from storage import edits, masks, tracks
from storage.authors import is_machine
from storage.database import Database
from tests.storage.scattered import scatter
from tests.storage.scenes import Scene, square


@pytest.fixture
def scene(database: Database) -> Scene:
    made = Scene.make(database)
    with database.atomic() as tx:
        blobs = masks.put_blobs(tx, [square(1), square(5)])
        scatter(tx, made.video, categories=[made.cat.id], blobs=blobs, tracks=6, rng=random.Random(4))
    return made


def rows(scene: Scene) -> dict[tuple[str, int], tuple[str, str, str | None]]:
    with scene.database.read() as tx:
        found = tracks.rows(tx, scene.video.id)
    return {(row.track_id, row.frame): (row.source, row.review, row.hash) for row in found}


def test_only_unreviewed_imported_rows_are_accepted_and_undone_together(scene: Scene) -> None:
    before = rows(scene)
    count = accept_import(scene.database, project_id=scene.project.id, names=[scene.video.name])
    after = rows(scene)
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {
        key for key, (source, review, _) in before.items() if (source, review) == ("imported", "unreviewed")
    }
    assert count == len(changed) > 0
    assert all(after[key] == ("imported", "accepted", before[key][2]) for key in changed)
    with scene.database.read() as tx:
        (edit,) = edits.edits_since(tx, 0, video=scene.video.id)
    assert not is_machine(edit.author)
    scene.undo(author=edit.author)
    assert rows(scene) == before
    assert accept_import(scene.database, project_id=scene.project.id, names=[]) == 0


def test_annotated_frames_follow_first_frame_and_stride(scene: Scene) -> None:
    names = ["a.jpg", "b.jpg", "c.jpg"]
    video = replace(scene.video, file_names=names, stride=5, extra={ANNOTATED_FROM: 2})
    assert annotated_frames(video) == [2, 7, 12]
    assert annotated_frames(replace(video, stride=1, extra=None)) == [0, 1, 2]
    assert _runs([2, 7, 12]) == [(2, 3), (7, 8), (12, 13)]
    assert _runs([0, 1, 2, 9]) == [(0, 3), (9, 10)] and _runs([]) == []
