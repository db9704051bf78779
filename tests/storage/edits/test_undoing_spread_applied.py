"""Undo where a person has applied a spread: the edit that did it goes with its correction, and comes back with it."""

from storage.edits import Applied, Change, Conflict, NothingToUndo
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


def two_corrections(scene: Scene) -> tuple[str, Applied, Applied, Applied]:
    """A track, two corrections of it, and one edit that applied what was spread from both."""
    track = scene.new_track()
    first, second = scene.draw(track, 0, 1), scene.draw(track, 9, 1)
    before = apply_spread(scene, track, range(2, 4), second.id, x=3)
    changes = [
        Change(track, frame, scene.version(track, frame), {"rle": square(frame), "parent": parent.id, **SPREAD})
        for frame, parent in ((1, first), (2, first), (6, second), (7, second))
    ]
    both = scene.applied(*changes, kind="spread")
    assert before.number < both.number
    return track, first, second, both


def frames(scene: Scene, track: str) -> list[int]:
    return [row.frame for row in spread_rows(scene, track)]


def test_after_one_of_two_corrections_was_undone_the_rest_of_their_spread_can_be(scene: Scene) -> None:
    track, first, _, both = two_corrections(scene)
    whole = {row.frame: row.hash for row in spread_rows(scene, track)}
    assert undone(scene, scene.undo(edit=first.id)) == "draw"
    assert frames(scene, track) == [2, 3, 6, 7], "the frame 2 is what it was before the spread"
    assert undone(scene, scene.undo()) == "spread" and frames(scene, track) == [2, 3]
    assert undone(scene, scene.undo()) == "spread" and frames(scene, track) == [], "the one before it, and no refusal"
    assert undone(scene, scene.undo()) == "draw" and scene.row(track, 9) is None
    for _ in range(2):
        undone(scene, scene.redo())
    assert undone(scene, scene.redo()) == "spread" and frames(scene, track) == [2, 3, 6, 7]
    assert undone(scene, scene.redo()) == "draw"
    assert {row.frame: row.hash for row in spread_rows(scene, track)} == whole
    assert undone(scene, scene.undo(edit=both.id)) == "spread" and frames(scene, track) == [2, 3]


def test_both_corrections_of_a_spread_can_be_undone_in_any_order(scene: Scene) -> None:
    for order in ((0, 1), (1, 0)):
        track, *corrections, _ = two_corrections(scene)
        for which in order:
            assert undone(scene, scene.undo("bob", edit=corrections[which].id)) == "draw"
        assert frames(scene, track) == []


def test_what_truly_stands_against_it_is_named_and_not_the_undo_of_the_correction(scene: Scene) -> None:
    track, first, _, both = two_corrections(scene)
    theirs = scene.applied(Change(track, 6, scene.version(track, 6), {"review": "accepted"}), author="bob")
    assert undone(scene, scene.undo(edit=first.id)) == "draw"
    answer = scene.undo(edit=both.id)
    assert isinstance(answer, Conflict) and answer.by is not None
    assert (answer.by.id, [row["frame"] for row in answer.rows]) == (theirs.id, [6])


def between(scene: Scene) -> tuple[str, Applied, Applied]:
    """A track with corrections of Ann and of Bob, and what was spread between them from both."""
    track = scene.new_track()
    first, second = scene.draw(track, 0, 1), scene.draw(track, 9, 1, author="bob")
    after = {"rle": square(5), "parent": second.id, "other_parent": first.id, **SPREAD}
    scene.applied(*(Change(track, frame, 0, after) for frame in (1, 2, 3)), kind="spread")
    return track, first, second


def test_what_was_spread_from_two_corrections_goes_with_either(scene: Scene) -> None:
    for which in (1, 2):
        track, *corrections = between(scene)
        assert undone(scene, scene.undo(edit=corrections[which - 1].id)) == "draw"
        assert frames(scene, track) == []
        assert undone(scene, scene.redo()) == "draw" and frames(scene, track) == [1, 2, 3]


def test_a_redo_brings_nothing_back_that_grew_from_a_correction_undone_meanwhile(scene: Scene) -> None:
    track, first, second = between(scene)
    assert undone(scene, scene.undo(edit=first.id)) == "draw"
    assert undone(scene, scene.undo("bob", edit=second.id)) == "draw"
    assert undone(scene, scene.redo()) == "draw"
    assert scene.row(track, 0) is not None and frames(scene, track) == []
