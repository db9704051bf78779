from typing import Any

from storage.edits import Applied, Change, list_complete
from tests.storage.scenes import Scene, new_id, square


def declare(scene: Scene, start: int, stop: int, *categories: str, range_id: str = "r", author: str = "ann") -> Applied:
    after = {"start": start, "stop": stop, "categories": list(categories)}
    return scene.applied(Change(None, None, 0, after, range_id=range_id), author=author, kind="complete")


def ranges(scene: Scene) -> list[tuple[int, int]]:
    with scene.database.read() as tx:
        return [(found.start, found.stop) for found in list_complete(tx, scene.video.id)]


def mask(track: str, frame: int, **after: Any) -> Change:
    return Change(track, frame, 0, {"rle": square(frame % 10), **after})


def test_a_new_track_withdraws_its_frames(scene: Scene) -> None:
    declare(scene, 0, 20, scene.cat.id)
    track = new_id()
    answer = scene.applied(Change(track, None, 0, {"category": scene.cat.id}), mask(track, 5), mask(track, 6))
    assert ranges(scene) == [(0, 5), (7, 20)]
    assert [row["after"]["stop"] for row in answer.rows if "range_id" in row] == [5, 20], "clients learn of it"
    scene.assert_log_explains_tables()


def test_a_track_that_was_made_after_the_declaration_goes_on_withdrawing(scene: Scene) -> None:
    declare(scene, 0, 20)
    track = scene.new_track()
    assert ranges(scene) == [(0, 20)], "a track without masks shows nothing missing yet"
    scene.applied(mask(track, 0))
    scene.applied(mask(track, 10))
    scene.applied(mask(track, 19))
    assert ranges(scene) == [(1, 10), (11, 19)]


def test_a_correction_of_a_track_that_was_there_leaves_the_range(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 3, 1)
    declare(scene, 0, 20)
    scene.draw(track, 3, 5)
    scene.draw(track, 4, 5)
    assert ranges(scene) == [(0, 20)]


def test_a_machines_suggestion_withdraws_its_frames_also_on_an_old_track(scene: Scene) -> None:
    track = scene.new_track()
    declare(scene, 0, 20)
    scene.applied(mask(track, 3), Change(track, 4, 0, {"state": "absent"}), author="run:a", kind="spread")
    assert ranges(scene) == [(0, 3), (4, 20)]


def test_categories_that_were_not_declared_do_not_matter(scene: Scene) -> None:
    declare(scene, 0, 20, scene.cat.id)
    dog = new_id()
    scene.applied(Change(dog, None, 0, {"category": scene.dog.id}), mask(dog, 3))
    assert ranges(scene) == [(0, 20)]
    unnamed = new_id()
    scene.applied(Change(unnamed, None, 0, {}), mask(unnamed, 3))
    assert ranges(scene) == [(0, 3), (4, 20)]


def test_frames_outside_do_not_matter_and_a_whole_range_can_go(scene: Scene) -> None:
    declare(scene, 4, 6)
    track = new_id()
    scene.applied(Change(track, None, 0, {}), mask(track, 3), mask(track, 6))
    assert ranges(scene) == [(4, 6)]
    scene.applied(mask(track, 4), mask(track, 5))
    assert ranges(scene) == []


def test_undo_brings_the_declaration_back(scene: Scene) -> None:
    declare(scene, 0, 20)
    track = new_id()
    scene.applied(Change(track, None, 0, {}), mask(track, 5))
    assert isinstance(scene.undo(), Applied)
    assert ranges(scene) == [(0, 20)]
    assert isinstance(scene.redo(), Applied)
    assert ranges(scene) == [(0, 5), (6, 20)]
    assert isinstance(scene.undo(), Applied)
    assert isinstance(scene.undo(), Applied)
    assert ranges(scene) == []
    scene.assert_log_explains_tables()


def test_a_track_that_comes_back_withdraws_what_was_declared_without_it(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 3, 1)
    declare(scene, 0, 5, range_id="with it")
    scene.applied(Change(track, None, scene.track(track).version, None), author="bob", kind="delete track")
    declare(scene, 5, 10, range_id="elsewhere")
    assert isinstance(scene.undo("bob"), Applied)
    assert ranges(scene) == [(0, 5), (5, 10)], "declared while the track was there, or where it is not"
    scene.applied(Change(track, None, scene.track(track).version, None), author="bob", kind="delete track")
    declare(scene, 2, 4, range_id="without it")
    assert isinstance(scene.undo("bob"), Applied)
    assert ranges(scene) == [(0, 5), (2, 3), (5, 10)]
    scene.assert_log_explains_tables()


def test_frames_beside_withdrawn_ones_stay_declared_as_they_were(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 3, 1)
    declare(scene, 0, 10, range_id="all")
    scene.applied(Change(track, None, scene.track(track).version, None), author="bob", kind="delete track")
    with scene.database.read() as tx:
        (found,) = list_complete(tx, scene.video.id)
    rest = [{"start": start, "stop": stop, "categories": []} for start, stop in ((0, 5), (6, 10))]
    scene.applied(
        Change(None, None, found.version, None, range_id="all"),
        *(Change(None, None, 0, after, range_id=f"rest {after['start']}") for after in rest),
        kind="complete",
    )
    assert isinstance(scene.undo("bob"), Applied)
    assert ranges(scene) == [(0, 5), (6, 10)], "the track was there when frame 3 was declared"
    scene.assert_log_explains_tables()


def test_rejected_masks_withdraw_nothing(scene: Scene) -> None:
    declare(scene, 0, 20)
    track = new_id()
    scene.applied(Change(track, None, 0, {}), mask(track, 5, source="proposed", review="rejected"))
    assert ranges(scene) == [(0, 20)]


def test_masks_that_a_person_had_computed_withdraw_their_frames_until_somebody_judges_them(scene: Scene) -> None:
    track = scene.new_track()
    declare(scene, 0, 20)
    computed = {"source": "interpolated", "review": "unreviewed"}
    scene.applied(mask(track, 3, **computed), mask(track, 4, **{**computed, "source": "propagated"}))
    assert ranges(scene) == [(0, 3), (5, 20)]
    scene.applied(mask(track, 10, **{**computed, "review": "accepted"}))
    assert ranges(scene) == [(0, 3), (5, 20)]


def test_masks_that_change_their_track_leave_the_range(scene: Scene) -> None:
    first, second = scene.new_track(), scene.new_track()
    for track, x in ((first, 1), (second, 5)):
        scene.draw(track, 3, x, source="propagated", review="unreviewed")
    declare(scene, 0, 20)
    rows = [scene.row(track, 3) for track in (first, second)]
    changes = [
        Change(track, 3, own.version, {"mask": other.hash, "source": other.source, "review": other.review})
        for track, own, other in zip((first, second), rows, rows[::-1], strict=True)
        if own is not None and other is not None
    ]
    assert len(changes) == 2
    scene.applied(*changes, kind="swap")
    assert ranges(scene) == [(0, 20)]
