import pytest

from storage.edits import Applied, Change, Conflict, Edit, EditError, NothingToUndo, apply_edit, undo
from storage.edits.log import edits_since, find_edit
from storage.errors import NotFound
from tests.storage.scenes import Scene, new_id, square

SPREAD = {"source": "propagated", "review": "unreviewed"}


def shown(scene: Scene, track: str, frame: int) -> str | None:
    row = scene.row(track, frame)
    return None if row is None else row.hash


def spread(scene: Scene, track: str, frame: int, x: int, correction: str, author: str = "run:s") -> Applied:
    after = {"rle": square(x), "parent": correction, **SPREAD}
    return scene.applied(Change(track, frame, scene.version(track, frame), after), author=author, kind="spread")


def test_undo_and_redo_swap_a_row_and_nothing_leaves_the_log(scene: Scene) -> None:
    track = scene.new_track()
    first, second = scene.draw(track, 0, 1), scene.draw(track, 0, 5)
    masks = [first.rows[0]["after"]["mask"], second.rows[0]["after"]["mask"]]
    undone = scene.undo()
    assert isinstance(undone, Applied)
    assert (undone.kind, undone.of_kind, undone.undoes, undone.first_frame) == ("undo", "draw", second.id, 0)
    assert shown(scene, track, 0) == masks[0]
    redone = scene.redo()
    assert isinstance(redone, Applied)
    assert (redone.kind, redone.of_kind, redone.undoes) == ("redo", "draw", undone.id)
    assert shown(scene, track, 0) == masks[1]
    assert scene.version(track, 0) == redone.number
    with scene.database.read() as tx:
        assert [edit.kind for edit in edits_since(tx, 0)] == ["new track", "draw", "draw", "undo", "redo"]
        assert [edit.undone for edit in edits_since(tx, 0)] == [False, False, False, True, False]
    scene.assert_log_explains_tables()


def test_undo_goes_back_step_by_step_and_redo_forward_again(scene: Scene) -> None:
    track = scene.new_track()
    seen = [None, *(scene.draw(track, 0, x).rows[0]["after"]["mask"] for x in (1, 3, 5))]
    for expected in reversed(seen[:-1]):
        assert isinstance(scene.undo(), Applied)
        assert shown(scene, track, 0) == expected
    assert isinstance(scene.undo(), Applied)
    assert scene.track(track).deleted
    assert isinstance(scene.undo(), NothingToUndo)
    assert isinstance(scene.redo(), Applied)
    assert not scene.track(track).deleted
    for expected in seen[1:]:
        assert isinstance(scene.redo(), Applied)
        assert shown(scene, track, 0) == expected
    assert isinstance(scene.redo(), NothingToUndo)
    scene.assert_log_explains_tables()


def test_redo_ends_with_the_authors_next_edit_but_not_with_somebody_elses(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 0, 1)
    scene.undo()
    scene.draw(track, 1, 1, author="bob")
    assert isinstance(scene.redo(), Applied)
    scene.undo()
    scene.draw(track, 2, 1)
    assert scene.redo() == NothingToUndo(video=scene.video.id, author="ann")


def test_redo_after_a_new_edit_and_its_undo_stops_there(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 0, 1)
    scene.undo()
    scene.draw(track, 1, 1)
    scene.undo()
    redone = scene.redo()
    assert isinstance(redone, Applied) and redone.rows[0]["frame"] == 1
    assert isinstance(scene.redo(), NothingToUndo)


def test_undo_takes_the_authors_own_edit_of_this_video(scene: Scene) -> None:
    track = scene.new_track(author="bob")
    mine = scene.draw(track, 0, 1)
    scene.draw(track, 1, 1, author="bob")
    undone = scene.undo("ann")
    assert isinstance(undone, Applied) and undone.undoes == mine.id
    assert shown(scene, track, 1) is not None
    assert isinstance(scene.undo("ann"), NothingToUndo)
    assert isinstance(scene.redo("bob"), NothingToUndo)


def test_undo_is_refused_by_a_later_edit_of_the_same_row_and_names_it(scene: Scene) -> None:
    track = scene.new_track(author="bob")
    scene.applied(Change(track, 0, 0, {"rle": square(1)}), Change(track, 1, 0, {"rle": square(1)}))
    theirs = scene.draw(track, 1, 5, author="bob")
    answer = scene.undo()
    assert isinstance(answer, Conflict)
    assert answer.by is not None and (answer.by.id, answer.by.author) == (theirs.id, "bob")
    assert [(row["frame"], row["version"]) for row in answer.rows] == [(1, theirs.number)]
    assert shown(scene, track, 0) is not None, "a refused undo changes nothing"
    assert isinstance(scene.undo("bob"), Applied)
    assert isinstance(scene.undo("ann"), Applied), "once the later edit is undone, the way is free"
    assert shown(scene, track, 0) is None
    scene.assert_log_explains_tables()


def test_redo_is_refused_by_a_later_edit_of_the_same_row(scene: Scene) -> None:
    track = scene.new_track(author="bob")
    scene.draw(track, 0, 1)
    scene.undo()
    theirs = scene.draw(track, 0, 5, author="bob")
    answer = scene.redo()
    assert isinstance(answer, Conflict)
    assert answer.by is not None and answer.by.number == theirs.number


def test_a_repeated_undo_changes_nothing(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 0, 1)
    scene.draw(track, 0, 5)
    first, again = scene.undo(new_id="u"), scene.undo(new_id="u")
    assert isinstance(first, Applied) and isinstance(again, Applied)
    assert (again.number, again.rows, again.of_kind, again.repeated) == (first.number, first.rows, "draw", True)
    assert shown(scene, track, 0) is not None


def test_the_id_of_an_undo_must_be_new(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    with pytest.raises(EditError, match="taken"):
        scene.undo(new_id=drawn.id)


def test_undoing_a_new_track_keeps_its_number_for_it(scene: Scene) -> None:
    track = new_id()
    scene.applied(Change(track, None, 0, {"name": "Tom"}), Change(track, 0, 0, {"rle": square(1)}))
    scene.undo()
    assert scene.track(track).deleted and scene.track(track).number == 1
    assert shown(scene, track, 0) is None
    scene.redo()
    stored = scene.track(track)
    assert (stored.deleted, stored.name, stored.number) == (False, "Tom", 1)
    assert shown(scene, track, 0) is not None
    scene.assert_log_explains_tables()


def test_undoing_a_new_track_is_refused_once_somebody_has_drawn_on_it(scene: Scene) -> None:
    track = scene.new_track()
    theirs = scene.draw(track, 4, 1, author="bob")
    answer = scene.undo()
    assert isinstance(answer, Conflict)
    assert answer.by is not None and answer.by.number == theirs.number
    assert [(row["track"], row["frame"]) for row in answer.rows] == [(track, 4)]
    assert answer.rows[0]["after"]["state"] == "present"


def test_undoing_a_merge_brings_id_and_number_back(scene: Scene) -> None:
    kept, emptied = scene.new_track(), scene.new_track()
    drawn = scene.draw(emptied, 0, 3)
    scene.applied(
        Change(kept, 0, 0, drawn.rows[0]["after"]),
        Change(emptied, 0, drawn.number, None),
        Change(emptied, None, scene.track(emptied).version, {"deleted": True}),
        kind="merge",
    )
    scene.undo()
    assert (scene.track(emptied).deleted, scene.track(emptied).number) == (False, 2)
    assert shown(scene, emptied, 0) == drawn.rows[0]["after"]["mask"]
    assert scene.row(kept, 0) is None
    scene.assert_log_explains_tables()


def test_a_named_edit_of_a_machine_can_be_undone_and_redone_by_a_person(scene: Scene) -> None:
    track = new_id()
    proposal = scene.applied(
        Change(track, None, 0, {}), Change(track, 0, 0, {"rle": square(1)}), author="run:a", kind="propose"
    )
    undone = scene.undo("ann", edit=proposal.id)
    assert isinstance(undone, Applied) and undone.of_kind == "propose"
    assert scene.track(track).deleted
    with pytest.raises(EditError, match="undone already"):
        scene.undo("bob", edit=proposal.id)
    with pytest.raises(EditError, match="itself"):
        scene.undo("bob", edit=undone.id)
    with pytest.raises(EditError, match="no edit"):
        scene.undo("bob", edit=new_id())
    assert isinstance(scene.redo("ann"), Applied)
    assert not scene.track(track).deleted
    scene.assert_log_explains_tables()


def test_a_machine_takes_back_its_own_edits_only(scene: Scene) -> None:
    track = scene.new_track(author="run:a")
    drawn = scene.draw(track, 0, 1)
    with pytest.raises(EditError, match="its own edits"):
        scene.undo("run:b", edit=drawn.id)
    scene.draw(track, 1, 1, author="run:b")
    assert isinstance(scene.undo("run:b"), Applied)


def test_undo_in_a_video_that_does_not_exist(scene: Scene) -> None:
    with scene.database.atomic() as tx, pytest.raises(NotFound):
        undo(tx, video="nowhere", author="ann", new_id=new_id())


def test_undoing_a_correction_takes_back_what_was_spread_from_it(scene: Scene) -> None:
    track = scene.new_track(author="run:a")
    for frame in range(5):
        scene.draw(track, frame, 1, author="run:a")
    proposed = shown(scene, track, 1)
    correction = scene.draw(track, 0, 6)
    for frame in (1, 2, 3, 4):
        spread(scene, track, frame, 7, correction.id)
    spread(scene, track, 1, 8, correction.id)
    accepted = scene.applied(Change(track, 3, scene.version(track, 3), {"review": "accepted"}), author="bob")
    redrawn = scene.draw(track, 4, 9, author="bob")
    undone = scene.undo()
    assert isinstance(undone, Applied)
    assert sorted(row["frame"] for row in undone.rows) == [0, 1, 2]
    assert [shown(scene, track, frame) for frame in (0, 1, 2)] == [proposed] * 3
    assert scene.version(track, 3) == accepted.number and scene.version(track, 4) == redrawn.number
    scene.assert_log_explains_tables()
    assert isinstance(scene.redo(), Applied)
    row = scene.row(track, 1)
    assert row is not None and (row.source, row.parent_edit) == ("propagated", correction.id)
    scene.assert_log_explains_tables()


def test_spreading_onto_frames_without_a_row_is_taken_back_to_no_row(scene: Scene) -> None:
    track = scene.new_track()
    correction = scene.draw(track, 0, 1)
    spread(scene, track, 1, 2, correction.id)
    assert isinstance(scene.undo(), Applied)
    assert scene.row(track, 1) is None
    assert isinstance(scene.redo(), Applied)
    assert isinstance(scene.undo(), Applied)
    assert scene.row(track, 1) is None
    scene.assert_log_explains_tables()


def test_an_edit_under_an_undone_pair_of_edits_can_be_undone(scene: Scene) -> None:
    track = scene.new_track(author="bob")
    scene.draw(track, 0, 1)
    gone = scene.applied(Change(track, 0, scene.version(track, 0), None), author="bob")
    scene.draw(track, 0, 2, author="eve")
    assert isinstance(scene.undo("eve"), Applied)
    undone = scene.undo("bob")
    assert isinstance(undone, Applied) and undone.undoes == gone.id
    assert isinstance(scene.undo("ann"), Applied)
    assert scene.row(track, 0) is None
    scene.assert_log_explains_tables()


def test_the_undone_mark_follows_undo_and_redo(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)

    def undone() -> bool:
        with scene.database.read() as tx:
            edit = find_edit(tx, drawn.id)
        assert edit is not None
        return edit.undone

    assert not undone()
    scene.undo()
    assert undone()
    scene.redo()
    assert not undone()
    scene.undo()
    assert undone()


def test_a_late_repeat_of_an_undone_edit_does_not_apply_it_again(scene: Scene) -> None:
    track = scene.new_track()
    change = Change(track, 0, 0, {"rle": square(1)})
    scene.applied(change, id="once")
    scene.undo()
    with scene.database.atomic() as tx:
        answer = apply_edit(tx, Edit("once", "draw", "ann", scene.video.id, (change,)))
    assert isinstance(answer, Applied) and answer.repeated
    assert scene.row(track, 0) is None
