"""Undo where a person has applied a spread: the edit that did it goes with its correction, and comes back with it."""

from storage.edits import Applied, Change, NothingToUndo
from storage.tracks import MaskRow
from tests.storage.scenes import Scene, square

SPREAD = {"source": "propagated", "review": "unreviewed"}


def apply_spread(scene: Scene, track: str, frames: range, correction: str, *, x: int = 7) -> Applied:
    after = {"rle": square(x), "parent": correction, **SPREAD}
    changes = [Change(track, frame, scene.version(track, frame), after) for frame in frames]
    return scene.applied(*changes, kind="spread")


def spread_rows(scene: Scene, track: str) -> list[MaskRow]:
    rows = [scene.row(track, frame) for frame in range(10)]
    return [row for row in rows if row is not None and row.source == "propagated"]


def undone(scene: Scene, answer: object) -> str:
    assert isinstance(answer, Applied), answer
    scene.assert_log_explains_tables()
    return answer.of_kind or ""


def test_undo_takes_the_applied_spread_first_and_its_correction_then(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    apply_spread(scene, track, range(1, 5), drawn.id)
    assert undone(scene, scene.undo()) == "spread" and spread_rows(scene, track) == []
    assert undone(scene, scene.undo()) == "draw" and scene.row(track, 0) is None
    assert undone(scene, scene.redo()) == "draw"
    assert undone(scene, scene.redo()) == "spread" and len(spread_rows(scene, track)) == 4


def test_after_the_correction_was_undone_the_spread_that_went_with_it_is_not_undone_again(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    applied = apply_spread(scene, track, range(1, 5), drawn.id)
    assert undone(scene, scene.undo(edit=drawn.id)) == "draw"
    assert spread_rows(scene, track) == []
    assert undone(scene, scene.undo()) == "new track", "not the spread, of which nothing is left"
    assert undone(scene, scene.redo()) == "new track"
    assert undone(scene, scene.redo()) == "draw"
    assert len(spread_rows(scene, track)) == 4
    assert undone(scene, scene.undo(edit=applied.id)) == "spread"
    assert spread_rows(scene, track) == [] and scene.row(track, 0) is not None


def test_a_correction_inside_takes_back_only_what_was_spread_again(scene: Scene) -> None:
    track = scene.new_track()
    first = scene.draw(track, 0, 1)
    apply_spread(scene, track, range(1, 9), first.id, x=7)
    before = {row.frame: row.hash for row in spread_rows(scene, track)}
    second = scene.draw(track, 4, 2)
    apply_spread(scene, track, range(1, 4), second.id, x=8)
    apply_spread(scene, track, range(5, 9), second.id, x=9)
    assert undone(scene, scene.undo(edit=second.id)) == "draw"
    assert {row.frame: row.hash for row in spread_rows(scene, track)} == before
    assert undone(scene, scene.undo()) == "spread" and spread_rows(scene, track) == []


def test_a_spread_of_which_a_person_keeps_a_row_stays_an_edit_of_its_own(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    apply_spread(scene, track, range(1, 5), drawn.id)
    scene.applied(Change(track, 2, scene.version(track, 2), {"review": "accepted"}), author="bob", kind="accept")
    assert undone(scene, scene.undo(edit=drawn.id)) == "draw"
    assert [row.frame for row in spread_rows(scene, track)] == [2]
    answer = scene.undo()
    assert not isinstance(answer, Applied | NothingToUndo), "the rows of the spread were changed since"
