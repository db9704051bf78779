"""Tracks and videos that teach each category."""

from storage.edits import Change
from storage.projects import retire_category
from storage.taught_categories import TaughtCategory, taught_categories
from tests.storage.scenes import Scene


def found(scene: Scene) -> dict[str, tuple[int, int]]:
    with scene.database.read() as tx:
        return {one.name: (one.tracks, one.videos) for one in taught_categories(tx, scene.project.id)}


def test_categories_that_nothing_teaches_have_zeros_in_their_order(scene: Scene) -> None:
    with scene.database.read() as tx:
        assert taught_categories(tx, scene.project.id) == (TaughtCategory("cat", 0, 0), TaughtCategory("dog", 0, 0))


def test_tracks_with_a_human_mask_count_once(scene: Scene) -> None:
    for _ in range(2):
        track = scene.new_track()
        for frame in (2, 3):
            scene.draw(track, frame, 1)
    scene.new_track()
    assert found(scene) == {"cat": (2, 1), "dog": (0, 0)}


def test_what_nobody_judged_or_somebody_rejected_teaches_nothing(scene: Scene) -> None:
    proposed, rejected, crowd = (scene.new_track() for _ in range(3))
    scene.draw(proposed, 2, 1, author="run:1", source="proposed", review="unreviewed")
    scene.draw(rejected, 2, 1)
    scene.applied(Change(rejected, None, scene.track(rejected).version, {"rejected": True}))
    scene.draw(crowd, 2, 1, iscrowd=True)
    assert found(scene)["cat"] == (0, 0)
    scene.draw(proposed, 2, 1, review="accepted")
    assert found(scene)["cat"] == (1, 1)


def test_a_retired_category_is_not_listed(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        retire_category(tx, scene.dog.id, retired=True)
    assert list(found(scene)) == ["cat"]
