"""Snapshots are named by what they hold, and never change."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.errors import NotFound
from storage.projects import create_project
from storage.snapshots import add_snapshot, get_snapshot
from tests.storage.scenes import Scene

NAMES = st.text(max_size=6)
MASKS = st.lists(st.tuples(NAMES, st.integers(0, 99), NAMES, st.floats(0, 1)).map(list), max_size=4)
VIDEOS = st.lists(st.dictionaries(NAMES, st.integers() | NAMES | st.none(), max_size=3), max_size=3)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MASKS, VIDEOS, MASKS)
def test_a_snapshot_comes_back_as_it_was_and_is_stored_once(
    scene: Scene, masks: list[Any], videos: list[Any], others: list[Any]
) -> None:
    with scene.database.atomic() as tx:
        made = add_snapshot(tx, project_id=scene.project.id, masks=masks, videos=videos)
        again = add_snapshot(tx, project_id=scene.project.id, masks=list(masks), videos=tuple(videos))
        other = add_snapshot(tx, project_id=scene.project.id, masks=others, videos=videos)
        assert get_snapshot(tx, made.id) == again == made
    assert (list(made.masks), list(made.videos)) == (masks, videos)
    assert (other.hash == made.hash) is (others == masks) is (other.id == made.id)


def test_the_hash_can_be_worked_out_by_anybody(scene: Scene) -> None:
    masks, videos = [["tr\u00e4ck", 3, "ab", 1.0]], [{"b": 1, "a": [0, 4]}]
    with scene.database.atomic() as tx:
        made = add_snapshot(tx, project_id=scene.project.id, masks=masks, videos=videos)
    text = json.dumps([masks, [{"a": [0, 4], "b": 1}]], separators=(",", ":"), ensure_ascii=False)
    assert made.hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([["a", 1], ["b", 2]], [["b", 2], ["a", 1]]),
        ([["a", 1]], [["a", 1], ["a", 1]]),
        ([["a", 1]], [["a", "1"]]),
        ([["a,b"]], [["a", "b"]]),
        ([], [[]]),
    ],
)
def test_what_differs_in_order_number_or_kind_is_another_snapshot(scene: Scene, one: Any, other: Any) -> None:
    with scene.database.atomic() as tx:
        hashes = {add_snapshot(tx, project_id=scene.project.id, masks=m, videos=[]).hash for m in (one, other)}
        assert len(hashes) == 2
        swapped = add_snapshot(tx, project_id=scene.project.id, masks=[], videos=other)
    assert swapped.hash not in hashes, "masks and videos are told apart"


def test_the_same_masks_of_two_projects_are_two_snapshots_of_one_hash(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        elsewhere = create_project(tx, name="elsewhere")
        one, other = (
            add_snapshot(tx, project_id=project, masks=[["a"]], videos=[])
            for project in (scene.project.id, elsewhere.id)
        )
    assert one.hash == other.hash and one.id != other.id


def test_a_snapshot_that_does_not_exist_is_named(scene: Scene) -> None:
    with scene.database.read() as tx, pytest.raises(NotFound, match="snapshot 'nothing'"):
        get_snapshot(tx, "nothing")


def test_the_same_masks_are_the_same_snapshot(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        masks, videos = [["track", 0, "hash", 1.0]], [{"id": scene.video.id, "complete": [[0, 4]]}]
        first = add_snapshot(tx, project_id=scene.project.id, masks=masks, videos=videos)
        assert add_snapshot(tx, project_id=scene.project.id, masks=tuple(masks), videos=videos) == first
        assert get_snapshot(tx, first.id) == first
        other = add_snapshot(tx, project_id=scene.project.id, masks=[], videos=videos)
        assert other.hash != first.hash
        with pytest.raises(NotFound):
            get_snapshot(tx, "nothing")
