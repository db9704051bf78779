"""Complete ranges as sets of frames: what arrives takes exactly its own frames out, and undo gives them back."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.edits import Applied, Change, list_complete
from tests.storage.scenes import FRAMES, Scene, new_id, square

RANGES = st.lists(st.tuples(st.integers(0, FRAMES - 1), st.integers(1, 9)), min_size=1, max_size=3)
ARRIVED = st.sets(st.integers(0, FRAMES - 1), max_size=8)


def declare(scene: Scene, start: int, stop: int, *categories: str) -> Applied:
    said = {"start": start, "stop": stop, "categories": list(categories)}
    return scene.applied(Change(None, None, 0, said, range_id=new_id()), kind="complete")


def clear(scene: Scene) -> None:
    with scene.database.read() as tx:
        found = list_complete(tx, scene.video.id)
    scene.applied(*(Change(None, None, one.version, None, range_id=one.id) for one in found), kind="clear")


def complete_frames(scene: Scene) -> list[int]:
    """Every frame as often as a range has it."""
    with scene.database.read() as tx:
        return sorted(frame for one in list_complete(tx, scene.video.id) for frame in range(one.start, one.stop))


def arrive(scene: Scene, track: str | None, frames: set[int], *, author: str = "ann", **own: Any) -> Applied:
    """Masks of a track on these frames; None: of a new one."""
    masks = [Change(track or "", frame, 0, {"rle": square(frame % 9)}) for frame in sorted(frames)]
    if track is not None:
        return scene.applied(*masks, author=author)
    new = new_id()
    named = [Change(new, None, 0, own), *(Change(new, c.frame, 0, c.after) for c in masks)]
    return scene.applied(*named, author=author)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RANGES, ARRIVED)
def test_a_new_track_takes_its_frames_out_of_every_range_and_undo_gives_them_back(
    scene: Scene, declared: list[tuple[int, int]], arrived: set[int]
) -> None:
    clear(scene)
    for start, length in declared:
        declare(scene, start, min(start + length, FRAMES))
    before = complete_frames(scene)
    arrive(scene, None, arrived)
    assert complete_frames(scene) == [frame for frame in before if frame not in arrived]
    assert isinstance(scene.undo(), Applied)
    assert complete_frames(scene) == before
    assert isinstance(scene.redo(), Applied)
    assert complete_frames(scene) == [frame for frame in before if frame not in arrived]
    scene.assert_log_explains_tables()


@pytest.mark.parametrize(
    ("ranged", "arriving", "withdrawn"),
    [
        ("cat", "cat", True),
        ("cat", "dog", False),
        ("cat", None, True),
        (None, "cat", True),
        (None, None, True),
        ("both", "dog", True),
    ],
)
@pytest.mark.parametrize("author", ["ann", "run:a"])
def test_only_the_categories_that_were_declared_are_concerned(
    scene: Scene, author: str, ranged: str | None, arriving: str | None, withdrawn: bool
) -> None:
    ids: dict[str | None, list[str]] = {"cat": [scene.cat.id], "dog": [scene.dog.id], None: []}
    ids["both"] = [scene.cat.id, scene.dog.id]
    declare(scene, 0, 10, *ids[ranged])
    category = ids[arriving][0] if ids[arriving] else None
    arrive(scene, None, {4}, author=author, category=category)
    assert (4 not in complete_frames(scene)) is withdrawn


@pytest.mark.parametrize(
    ("after", "withdrawn"),
    [
        ({"rle": square(3)}, True),
        ({"rle": square(3), "source": "propagated"}, True),
        ({"state": "absent"}, False),
        ({"look": {"reason": "odd", "author": "run:a"}}, True),
        ({"score": 0.25}, True),
        (None, False),
    ],
)
def test_a_machine_that_leaves_a_present_mask_shows_that_nobody_has_looked(
    scene: Scene, after: dict[str, Any] | None, withdrawn: bool
) -> None:
    track = scene.new_track(author="run:a")
    scene.draw(track, 4, 1, author="run:a")
    declare(scene, 0, 10)
    scene.applied(Change(track, 4, scene.version(track, 4), after), author="run:a")
    assert (4 not in complete_frames(scene)) is withdrawn


@pytest.mark.parametrize("review", ["accepted", "corrected", "rejected"])
def test_a_persons_verdict_on_what_was_there_leaves_the_declaration(scene: Scene, review: str) -> None:
    track = scene.new_track(author="run:a")
    scene.draw(track, 4, 1, author="run:a")
    declare(scene, 0, 10)
    scene.applied(Change(track, 4, scene.version(track, 4), {"review": review}))
    assert 4 in complete_frames(scene)


def test_an_edit_that_declares_and_draws_at_once_is_taken_at_its_word(scene: Scene) -> None:
    track = new_id()
    said = {"start": 0, "stop": 10, "categories": []}
    scene.applied(
        Change(track, None, 0, {}),
        Change(track, 4, 0, {"rle": square(1)}),
        Change(None, None, 0, said, range_id="r"),
    )
    assert complete_frames(scene) == list(range(10))
    scene.assert_log_explains_tables()


def test_two_ranges_over_one_frame_both_lose_it_and_their_ends_stay(scene: Scene) -> None:
    declare(scene, 0, 6)
    declare(scene, 4, 12, scene.cat.id)
    answer = arrive(scene, None, {4, 5, 11}, category=scene.cat.id)
    with scene.database.read() as tx:
        left = [(one.start, one.stop, len(one.categories)) for one in list_complete(tx, scene.video.id)]
    assert sorted(left) == [(0, 4, 0), (6, 11, 1)]
    assert sum("range_id" in row for row in answer.rows) == 2, "a piece keeps its range's id"


def test_the_split_pieces_remember_when_they_were_declared(scene: Scene) -> None:
    declare(scene, 0, 20)
    late = scene.new_track()
    arrive(scene, None, {10})
    scene.applied(Change(late, 3, 0, {"rle": square(1)}), Change(late, 15, 0, {"rle": square(1)}))
    assert complete_frames(scene) == [frame for frame in range(20) if frame not in (3, 10, 15)]
