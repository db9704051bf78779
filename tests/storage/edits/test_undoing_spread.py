"""Undo where machines have gone on from a person's work: what they spread goes with it, what people touched stays."""

import pytest

from storage.edits import Applied, Change, Conflict
from tests.storage.scenes import Scene, new_id, square

SPREAD = {"source": "propagated", "review": "unreviewed"}


def spread(scene: Scene, track: str, frame: int, correction: str, *, x: int = 7, author: str = "run:s") -> Applied:
    after = {"rle": square(x), "parent": correction, **SPREAD}
    return scene.applied(Change(track, frame, scene.version(track, frame), after), author=author, kind="spread")


def new_track_with_a_mask(scene: Scene, **more: str) -> tuple[str, Applied]:
    """As a click on a new thing makes it: the track and its first mask in one edit."""
    track = new_id()
    return track, scene.applied(Change(track, None, 0, {}), Change(track, 0, 0, {"rle": square(1)}), **more)


def frames_of(scene: Scene, track: str) -> list[int]:
    return [frame for frame in range(10) if scene.row(track, frame) is not None]


def test_a_new_track_that_was_spread_is_undone_with_all_that_came_from_it(scene: Scene) -> None:
    track, made = new_track_with_a_mask(scene)
    for frame in (1, 2, 3):
        spread(scene, track, frame, made.id)
    answer = scene.undo()
    assert isinstance(answer, Applied), "what a machine spread is no reason to refuse"
    assert frames_of(scene, track) == [] and scene.track(track).deleted
    assert isinstance(scene.redo(), Applied)
    assert frames_of(scene, track) == [0, 1, 2, 3] and not scene.track(track).deleted
    scene.assert_log_explains_tables()


@pytest.mark.parametrize("after", [{"review": "accepted"}, {"review": "rejected"}, {"rle": square(4)}])
def test_a_new_track_stays_once_a_person_has_looked_at_what_was_spread(scene: Scene, after: dict[str, str]) -> None:
    track, made = new_track_with_a_mask(scene)
    spread(scene, track, 1, made.id)
    spread(scene, track, 2, made.id)
    theirs = scene.applied(Change(track, 2, scene.version(track, 2), after), author="bob")
    answer = scene.undo()
    assert isinstance(answer, Conflict) and answer.by is not None
    assert (answer.by.id, [row["frame"] for row in answer.rows]) == (theirs.id, [2])
    assert frames_of(scene, track) == [0, 1, 2]


@pytest.mark.parametrize("source", ["proposed", "propagated", "interpolated"])
def test_a_new_track_stays_once_a_machine_added_what_does_not_come_from_it(scene: Scene, source: str) -> None:
    track, made = new_track_with_a_mask(scene)
    after = {"rle": square(5), "source": source, "review": "unreviewed"}
    other = scene.applied(Change(track, 4, 0, after), author="run:other", kind="propose")
    spread(scene, track, 1, made.id)
    answer = scene.undo()
    assert isinstance(answer, Conflict) and answer.by is not None and answer.by.id == other.id


def test_a_later_correction_of_the_new_track_blocks_with_what_was_spread_from_it(scene: Scene) -> None:
    track, made = new_track_with_a_mask(scene)
    spread(scene, track, 1, made.id)
    later = scene.draw(track, 5, 2)
    spread(scene, track, 6, later.id)
    assert isinstance(scene.undo("bob", edit=made.id), Conflict)
    assert isinstance(scene.undo(), Applied), "one's own latest first"
    assert frames_of(scene, track) == [0, 1]
    assert isinstance(scene.undo(), Applied)
    assert frames_of(scene, track) == []
    scene.assert_log_explains_tables()


def test_spreading_over_another_spreading_is_taken_back_one_correction_at_a_time(scene: Scene) -> None:
    track = scene.new_track(author="bob")
    first = scene.draw(track, 0, 1)
    spread(scene, track, 1, first.id, x=1)
    second = scene.draw(track, 2, 2)
    spread(scene, track, 1, second.id, x=2)
    hashes = {x: spread(scene, track, 8, "x", x=x).rows[0]["after"]["mask"] for x in (1, 2)}

    def shown() -> str | None:
        row = scene.row(track, 1)
        return None if row is None else row.hash

    assert shown() == hashes[2]
    assert isinstance(scene.undo(), Applied)
    assert shown() == hashes[1], "the first correction's mask is back"
    assert isinstance(scene.undo(), Applied)
    assert shown() is None
    assert isinstance(scene.redo(), Applied) and shown() == hashes[1]
    assert isinstance(scene.redo(), Applied) and shown() == hashes[2]
    scene.assert_log_explains_tables()


def test_what_was_spread_to_another_track_goes_too_and_to_another_video_stays(scene: Scene) -> None:
    one, other = scene.new_track(author="bob"), scene.new_track(author="bob")
    correction = scene.draw(one, 0, 1)
    spread(scene, other, 3, correction.id)
    undone = scene.undo()
    assert isinstance(undone, Applied)
    assert {(row["track"], row["frame"]) for row in undone.rows} == {(one, 0), (other, 3)}


def test_a_row_spread_and_then_removed_by_a_person_is_left_alone(scene: Scene) -> None:
    track = scene.new_track(author="bob")
    correction = scene.draw(track, 0, 1)
    spread(scene, track, 1, correction.id)
    scene.applied(Change(track, 1, scene.version(track, 1), None), author="bob", kind="erase")
    undone = scene.undo()
    assert isinstance(undone, Applied) and [row["frame"] for row in undone.rows] == [0]
    scene.assert_log_explains_tables()


def test_absences_that_were_spread_go_as_masks_do(scene: Scene) -> None:
    track = scene.new_track(author="bob")
    correction = scene.draw(track, 0, 1)
    absent = {"state": "absent", "parent": correction.id, **SPREAD}
    scene.applied(Change(track, 1, 0, absent), author="run:s", kind="spread")
    assert scene.row(track, 1) is not None
    assert isinstance(scene.undo(), Applied)
    assert scene.row(track, 1) is None


def test_undo_of_an_edit_without_changes_changes_nothing_and_is_said_once(scene: Scene) -> None:
    empty = scene.applied(kind="look")
    undone = scene.undo()
    assert isinstance(undone, Applied) and (undone.rows, undone.undoes, undone.of_kind) == ([], empty.id, "look")
    redone = scene.redo()
    assert isinstance(redone, Applied) and redone.rows == []
    scene.assert_log_explains_tables()


def test_declaring_a_range_twice_over_undo_and_redo_keeps_who_declared_it(scene: Scene) -> None:
    said = {"start": 0, "stop": 10, "categories": []}
    scene.applied(Change(None, None, 0, said, range_id="r"), kind="complete")
    scene.undo()
    late = scene.new_track(author="bob")
    assert isinstance(scene.redo(), Applied)
    answer = scene.applied(Change(late, 3, 0, {"rle": square(1)}), author="bob")
    withdrawn = [row["after"] for row in answer.rows if "range_id" in row]
    assert sorted((row["start"], row["stop"]) for row in withdrawn) == [(0, 3), (4, 10)]
    scene.assert_log_explains_tables()
