"""Which edit first wrote what a mask says, marks aside."""

import pytest

from storage.edits import Applied, Change
from storage.edits import log as edit_log
from storage.edits.contents import Contents
from storage.edits.row_values import RowKey
from tests.storage.scenes import Scene, square


def first_edit(scene: Scene, track: str) -> str:
    with scene.database.read() as tx:
        edit = Contents(tx, [RowKey(track, 0)]).first_edit(RowKey(track, 0))
    assert edit is not None
    return edit.id


def is_as(scene: Scene, track: str, edit: Applied) -> bool:
    with scene.database.read() as tx:
        return Contents(tx, [RowKey(track, 0)]).is_as(RowKey(track, 0), edit.id)


def says(scene: Scene, track: str, **after: object) -> Applied:
    return scene.applied(Change(track, 0, scene.version(track, 0), after))


def test_marks_say_nothing_new_of_a_mask_and_verdicts_of_a_persons_mask_neither(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    marked = says(scene, track, key=True)
    says(scene, track, review="accepted")
    assert first_edit(scene, track) == drawn.id
    assert is_as(scene, track, drawn) and is_as(scene, track, marked)
    redrawn = says(scene, track, rle=square(4))
    assert first_edit(scene, track) == redrawn.id
    assert not is_as(scene, track, drawn) and not is_as(scene, track, marked)
    scene.undo(edit=redrawn.id)
    assert first_edit(scene, track) == drawn.id and is_as(scene, track, marked)


def test_a_persons_first_verdict_on_a_models_mask_and_a_rejection_are_new(scene: Scene) -> None:
    track = scene.new_track()
    proposed = {"rle": square(2), "source": "proposed", "review": "unreviewed"}
    made = scene.applied(Change(track, 0, 0, proposed), author="run:p", kind="propose")
    accepted = says(scene, track, review="accepted")
    assert first_edit(scene, track) == accepted.id and not is_as(scene, track, made)
    rejected = says(scene, track, review="rejected")
    assert first_edit(scene, track) == rejected.id and not is_as(scene, track, accepted)


def test_an_edit_of_many_rows_is_read_once(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [RowKey(scene.new_track(), 0) for _ in range(4)]
    drawn = scene.applied(*(Change(key.owner, 0, 0, {"rle": square(1)}) for key in keys))
    scene.applied(*(Change(key.owner, 0, scene.version(key.owner, 0), {"key": True}) for key in keys))
    read: list[str] = []
    find = edit_log.find_edit
    monkeypatch.setattr(edit_log, "find_edit", lambda tx, name: read.append(name) or find(tx, name))
    with scene.database.read() as tx:
        contents = Contents(tx, keys)
        assert all(contents.is_as(key, drawn.id) for key in keys)
    assert read == [drawn.id]


def test_a_row_that_was_taken_away_says_nothing(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    scene.undo(edit=drawn.id)
    assert not is_as(scene, track, drawn)
    with scene.database.read() as tx:
        assert Contents(tx, [RowKey(track, 0)]).first_edit(RowKey(track, 0)) is None
