import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import event

from storage import database as database_module
from storage import prepared, tracks
from storage.database import Database
from storage.edits import (
    AS_BASE_LEFT_IT,
    Applied,
    Change,
    Conflict,
    Edit,
    EditError,
    MachineOnHumanRow,
    apply_edit,
    edits_since,
    list_complete,
)
from storage.edits.write import next_number
from storage.errors import NotFound
from storage.masks import BadMask, put_blob
from storage.prepared import sqlite_connection
from storage.projects import create_project
from tests.storage.scenes import FRAMES, Scene, make_video, new_id, square

PROPOSED: Mapping[str, Any] = {"source": "proposed", "review": "unreviewed", "score": 0.5}


def test_an_edit_of_a_track_and_its_masks_is_stored_whole(scene: Scene) -> None:
    track = new_id()
    answer = scene.applied(
        Change(track, None, 0, {"category": scene.cat.id, "name": "Tom"}),
        Change(track, 3, 0, {"rle": square(1)}),
        Change(track, 4, 0, {"state": "absent"}),
    )
    stored = scene.track(track)
    assert (stored.number, stored.category_id, stored.name, stored.version) == (1, scene.cat.id, "Tom", answer.number)
    drawn, absent = scene.row(track, 3), scene.row(track, 4)
    assert drawn is not None and absent is not None
    assert (drawn.state, drawn.area, drawn.version) == ("present", 9, answer.number)
    assert (absent.state, absent.hash, absent.area) == ("absent", None, 0)
    assert [row["frame"] for row in answer.rows] == [None, 3, 4]
    assert answer.rows[0]["after"]["number"] == 1
    assert answer.first_frame == 3
    scene.assert_log_explains_tables()


def test_a_persons_stroke_is_drawn_and_corrected_and_a_machines_mask_is_proposed_and_unreviewed(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 0, 1)
    scene.draw(track, 1, 1, author="run:a")
    mine, its = scene.row(track, 0), scene.row(track, 1)
    assert mine is not None and its is not None
    assert (mine.source, mine.review, mine.human, mine.key) == ("drawn", "corrected", True, False)
    assert (its.source, its.review, its.human, its.key) == ("proposed", "unreviewed", False, False)


def test_a_verdict_keeps_the_mask_and_clears_the_look(scene: Scene) -> None:
    track = scene.new_track()
    look = {"reason": "two overlap", "author": "run:a"}
    scene.draw(track, 0, 1, author="run:a", look=look, score=0.25)
    before = scene.row(track, 0)
    assert before is not None and before.look_reason == "two overlap" and before.look_author == "run:a"
    scene.applied(Change(track, 0, before.version, {"review": "accepted"}), kind="accept")
    after = scene.row(track, 0)
    assert after is not None
    assert (after.hash, after.source, after.score) == (before.hash, "proposed", 0.25)
    assert (after.review, after.look_reason) == ("accepted", None)
    scene.applied(Change(track, 0, after.version, {"key": True}))
    marked = scene.row(track, 0)
    assert marked is not None and marked.key and marked.review == "accepted"


def test_a_look_that_a_person_asks_for_leaves_the_verdict(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    scene.applied(Change(track, 0, drawn.number, {"look": {"reason": "which leg?", "author": "ann"}}))
    row = scene.row(track, 0)
    assert row is not None and (row.review, row.look_reason) == ("corrected", "which leg?")


def test_a_row_that_changed_meanwhile_refuses_the_whole_edit_and_returns_the_rows_that_differ(scene: Scene) -> None:
    track = scene.new_track()
    first = scene.draw(track, 0, 1)
    theirs = scene.draw(track, 0, 5, author="bob")
    answer = scene.apply(
        Change(track, 0, first.number, {"rle": square(2)}),
        Change(track, 1, 0, {"rle": square(2)}),
    )
    assert isinstance(answer, Conflict)
    assert [(row["track"], row["frame"], row["version"]) for row in answer.rows] == [(track, 0, theirs.number)]
    assert answer.rows[0]["after"]["mask"] == theirs.rows[0]["after"]["mask"]
    assert scene.row(track, 1) is None, "nothing of a refused edit is kept"


def test_a_row_that_appeared_or_vanished_meanwhile_is_a_conflict(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    unseen = scene.apply(Change(track, 0, 0, {"rle": square(2)}))
    assert isinstance(unseen, Conflict)
    scene.applied(Change(track, 0, drawn.number, None))
    gone = scene.apply(Change(track, 0, drawn.number, {"rle": square(2)}))
    assert isinstance(gone, Conflict)
    assert gone.rows == [{"track": track, "frame": 0, "version": 0, "after": None}]


def test_two_people_on_different_frames_of_one_track_do_not_collide(scene: Scene) -> None:
    track = scene.new_track()
    scene.applied(Change(track, 0, 0, {"rle": square(1)}), author="ann")
    scene.applied(Change(track, 1, 0, {"rle": square(1)}), author="bob")


def test_a_repeated_edit_changes_nothing_and_gets_the_first_answer(scene: Scene) -> None:
    track = scene.new_track()
    change = Change(track, 0, 0, {"rle": square(1)})
    first = scene.applied(change, id="the-same")
    scene.draw(track, 0, 9)
    again = scene.applied(change, id="the-same")
    assert (again.repeated, again.number, again.rows) == (True, first.number, first.rows)
    row = scene.row(track, 0)
    assert row is not None and row.hash != first.rows[0]["after"]["mask"]


def test_an_id_of_another_video_is_refused(scene: Scene) -> None:
    scene.applied(Change(new_id(), None, 0, {}), id="taken")
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.project.id, name="other")
        with pytest.raises(EditError, match="taken"):
            apply_edit(tx, Edit(id="taken", kind="draw", author="ann", video=other.id))


def test_thirty_strokes_of_a_queue_on_one_row_do_not_collide_with_themselves(scene: Scene) -> None:
    track = scene.new_track()
    base = scene.draw(track, 0, 0).id
    for stroke in range(30):
        after = {"rle": square(stroke % 10)}
        base = scene.applied(Change(track, 0, AS_BASE_LEFT_IT, after), base=base).id


def test_a_queued_edit_may_build_on_an_edit_before_its_base(scene: Scene) -> None:
    track = scene.new_track()
    first = scene.draw(track, 0, 0)
    second = scene.applied(Change(track, 1, 0, {"rle": square(1)}), base=first.id)
    scene.applied(Change(track, 0, AS_BASE_LEFT_IT, {"rle": square(2)}), base=second.id)


def test_a_queued_edit_collides_with_what_somebody_else_did_in_between(scene: Scene) -> None:
    track = scene.new_track()
    first = scene.draw(track, 0, 0)
    theirs = scene.draw(track, 0, 5, author="bob")
    second = scene.applied(Change(track, 1, 0, {"rle": square(1)}), base=first.id)
    answer = scene.apply(Change(track, 0, AS_BASE_LEFT_IT, {"rle": square(2)}), base=second.id)
    assert isinstance(answer, Conflict)
    assert [row["version"] for row in answer.rows] == [theirs.number]


def test_a_queued_edit_whose_base_was_refused_is_a_conflict(scene: Scene) -> None:
    track = scene.new_track()
    answer = scene.apply(Change(track, 0, AS_BASE_LEFT_IT, {"rle": square(2)}), base=new_id())
    assert isinstance(answer, Conflict)
    with pytest.raises(EditError, match="names no base"):
        scene.apply(Change(track, 0, AS_BASE_LEFT_IT, {"rle": square(2)}))


def test_numbers_count_per_video_and_are_never_given_twice(scene: Scene) -> None:
    first, second = new_id(), new_id()
    scene.applied(Change(first, None, 0, {}), Change(second, None, 0, {"number": 77}))
    assert [scene.track(first).number, scene.track(second).number] == [1, 2]
    scene.applied(Change(second, None, scene.track(second).version, None), kind="delete track")
    assert scene.track(second).deleted
    assert scene.track(scene.new_track()).number == 3
    with scene.database.read() as tx:
        assert [track.number for track in tracks.list_tracks(tx, scene.video.id)] == [1, 3]
        assert [track.number for track in tracks.list_tracks(tx, scene.video.id, deleted=True)] == [1, 2, 3]
        assert next_number(tx, scene.video.id) == 4


def test_keys_that_a_track_change_does_not_name_stay(scene: Scene) -> None:
    track = scene.new_track(name="Tom", occluded=True)
    scene.applied(Change(track, None, scene.track(track).version, {"category": scene.dog.id}), kind="relabel")
    stored = scene.track(track)
    assert (stored.category_id, stored.name, stored.occluded) == (scene.dog.id, "Tom", True)


def test_nobody_draws_on_a_track_that_was_deleted_meanwhile(scene: Scene) -> None:
    track = scene.new_track()
    version = scene.track(track).version
    scene.applied(Change(track, None, version, {"deleted": True}), author="bob")
    answer = scene.apply(Change(track, 0, 0, {"rle": square(1)}))
    assert isinstance(answer, Conflict)
    assert answer.rows[0]["track"] == track and answer.rows[0]["after"]["deleted"]


def test_a_merge_moves_masks_and_deletes_a_track_in_one_edit(scene: Scene) -> None:
    kept, emptied = scene.new_track(), scene.new_track()
    drawn = scene.draw(emptied, 0, 3)
    moved = drawn.rows[0]["after"]
    scene.applied(
        Change(kept, 0, 0, moved),
        Change(emptied, 0, drawn.number, None),
        Change(emptied, None, scene.track(emptied).version, {"deleted": True}),
        kind="merge",
    )
    row = scene.row(kept, 0)
    assert row is not None and row.hash == moved["mask"]
    assert scene.row(emptied, 0) is None
    assert scene.track(emptied).deleted
    scene.assert_log_explains_tables()


ODD: Any = Change
"""A change with values of types that only a foreign client would send."""

BAD = [
    (lambda scene, track: Change(track, 0, 0, {"review": "accepted"}), "must say its state"),
    (lambda scene, track: Change(track, 0, 0, {"state": "present"}), "needs a mask"),
    (lambda scene, track: Change(track, 0, 0, {"state": "absent", "rle": square(1)}), "absent one has none"),
    (lambda scene, track: Change(track, 0, 0, {"rle": square(1), "colour": "red"}), "colour"),
    (lambda scene, track: Change(track, 0, 0, {"rle": square(1), "source": "dreamt"}), "source must be one of"),
    (lambda scene, track: Change(track, 0, 0, {"rle": square(1), "look": "there"}), "look must be null"),
    (lambda scene, track: Change(track, 0, 0, {"rle": square(1), "key": "yes"}), "key must be true or false"),
    (lambda scene, track: Change(track, 0, 0, {"mask": "0" * 64}), "not stored"),
    (lambda scene, track: Change(track, FRAMES, 0, {"rle": square(1)}), "frames 0 to 39"),
    (lambda scene, track: Change(track, -1, 0, {"rle": square(1)}), "a frame from 0"),
    (lambda scene, track: Change(new_id(), 0, 0, {"rle": square(1)}), "has no track"),
    (lambda scene, track: Change(new_id(), None, 0, None), "cannot be deleted"),
    (lambda scene, track: Change(new_id(), None, 0, {"category": "zebra"}), "no category zebra"),
    (lambda scene, track: Change(new_id(), None, 0, {"deleted": 1}), "deleted must be true or false"),
    (lambda scene, track: Change(None, None, 0, {"start": 3, "stop": 3}, range_id="r"), "frames 0 to 39"),
    (lambda scene, track: Change(None, None, 0, {"start": 0, "stop": 3, "categories": "cat"}, range_id="r"), "ids"),
    (lambda scene, track: Change(track, None, 0, {}, range_id="r"), "of a range alone"),
    (lambda scene, track: Change(None, 3, 0, {}), "of a track and a frame"),
    (lambda scene, track: ODD(track, "3", 0, {"rle": square(1)}), "of a track and a frame"),
    (lambda scene, track: Change(track, 1 << 70, 0, {"rle": square(1)}), "of a track and a frame"),
    (lambda scene, track: ODD(7, 3, 0, {"rle": square(1)}), "of a track and a frame"),
    (lambda scene, track: ODD(track, 0, 0, ["rle"]), "must be an object"),
    (lambda scene, track: Change(track, 0, 0, {"mask": [1]}), "mask must be text"),
    (lambda scene, track: Change(track, 0, 0, {"rle": square(1), "score": "high"}), "score must be a number"),
    (lambda scene, track: Change(track, 0, 0, {"rle": square(1), "look": {"reason": 1, "author": 2}}), "look must be"),
    (lambda scene, track: Change(new_id(), None, 0, {"name": 7}), "name must be text"),
    (lambda scene, track: Change(new_id(), None, 0, {"extra": [7]}), "extra must be an object"),
]


@pytest.mark.parametrize(("change", "sentence"), BAD)
def test_an_edit_that_can_never_fit_is_refused_with_a_sentence(scene: Scene, change: Any, sentence: str) -> None:
    track = scene.new_track()
    with pytest.raises(EditError, match=sentence):
        scene.apply(change(scene, track))
    scene.assert_log_explains_tables()


def test_a_row_changed_twice_in_one_edit_is_refused(scene: Scene) -> None:
    track = scene.new_track()
    with pytest.raises(EditError, match="only once"):
        scene.apply(Change(track, 0, 0, {"rle": square(1)}), Change(track, 0, 0, {"rle": square(2)}))


def test_a_sent_undo_is_refused(scene: Scene) -> None:
    with pytest.raises(EditError, match="undo"):
        scene.apply(undoes="something")


def test_masks_of_another_size_or_broken_ones_are_refused(scene: Scene) -> None:
    track = scene.new_track()
    with scene.database.atomic() as tx:
        small = put_blob(tx, {"size": [2, 2], "counts": "04"})
    with pytest.raises(EditError, match="2 x 2 pixels does not fit"):
        scene.apply(Change(track, 0, 0, {"mask": small}))
    with pytest.raises(BadMask):
        scene.apply(Change(track, 0, 0, {"rle": {"size": [12, 16], "counts": "1"}}))


def test_frames_that_are_not_confirmed_carry_no_masks_yet(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        video = make_video(tx, scene.project.id, confirmed=10)
    track = new_id()
    new, early = Change(track, None, 0, {}), Change(track, 9, 0, {"rle": square(1)})
    with scene.database.atomic() as tx:
        assert isinstance(apply_edit(tx, Edit(new_id(), "draw", "ann", video.id, (new, early))), Applied)
    with scene.database.atomic() as tx, pytest.raises(EditError, match="not confirmed"):
        apply_edit(tx, Edit(new_id(), "draw", "ann", video.id, (Change(track, 10, 0, {"rle": square(1)}),)))


def test_tracks_and_categories_of_others_are_refused(scene: Scene) -> None:
    track = scene.new_track()
    with scene.database.atomic() as tx:
        other = create_project(tx, name="other", categories=["fish"])
        video = make_video(tx, other.id)
    with scene.database.atomic() as tx, pytest.raises(EditError, match="another video"):
        apply_edit(tx, Edit(new_id(), "draw", "ann", video.id, (Change(track, 0, 0, {"rle": square(1)}),)))
    with scene.database.atomic() as tx, pytest.raises(EditError, match="no category"):
        apply_edit(tx, Edit(new_id(), "new", "ann", video.id, (Change(new_id(), None, 0, {"category": scene.cat.id}),)))
    with scene.database.atomic() as tx, pytest.raises(NotFound, match="video"):
        apply_edit(tx, Edit(new_id(), "new", "ann", "no such video"))


def test_no_machine_changes_a_human_row(scene: Scene) -> None:
    track = scene.new_track(author="run:a")
    scene.draw(track, 0, 1, author="run:a")
    scene.draw(track, 0, 2, author="run:b")
    accepted = scene.applied(Change(track, 0, scene.version(track, 0), {"review": "accepted"}))
    for after in ({"rle": square(3)}, None, {"look": {"reason": "odd", "author": "run:b"}}):
        with pytest.raises(MachineOnHumanRow, match="frame 0"):
            scene.apply(Change(track, 0, accepted.number, after), author="run:b")
    scene.applied(Change(track, 1, 0, {"rle": square(3)}), author="run:b")


def test_no_machine_draws_or_judges_unless_it_imports(scene: Scene) -> None:
    track = scene.new_track(author="run:a")
    for claim in ({"source": "drawn"}, {"review": "accepted"}):
        with pytest.raises(EditError, match="only a person"):
            scene.apply(Change(track, 0, 0, {"rle": square(3), **claim}), author="run:a")
    after = {"rle": square(3), "source": "imported", "review": "accepted"}
    scene.applied(Change(track, 0, 0, after), author="run:a", kind="import")


def test_no_machine_deletes_or_relabels_a_track_with_a_persons_work(scene: Scene) -> None:
    reviewed, named, free = (scene.new_track(author="run:a") for _ in range(3))
    scene.draw(reviewed, 0, 1)
    scene.applied(Change(named, None, scene.track(named).version, {"name": "Tom"}))
    for track in (reviewed, named):
        version = scene.track(track).version
        for after in ({"deleted": True}, {"category": scene.dog.id}, None):
            with pytest.raises(MachineOnHumanRow, match="person's work"):
                scene.apply(Change(track, None, version, after), author="run:b")
        scene.applied(Change(track, None, version, {"score": 0.75}), author="run:b")
    scene.applied(Change(free, None, scene.track(free).version, {"deleted": True}), author="run:b")


def test_a_track_whose_persons_change_was_undone_is_the_machines_again(scene: Scene) -> None:
    track = scene.new_track(author="run:a")
    scene.applied(Change(track, None, scene.track(track).version, {"name": "Tom"}))
    assert isinstance(scene.undo(), Applied)
    scene.applied(Change(track, None, scene.track(track).version, {"deleted": True}), author="run:b")


def test_an_edit_of_thousands_of_rows_is_a_few_statements(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []

    class Counted:
        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            statements.append(sql)
            return self._connection.execute(sql, *values)

        def executemany(self, sql: str, values: Any) -> sqlite3.Cursor:
            statements.append(sql)
            return self._connection.executemany(sql, values)

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    changes = []
    for _ in range(50):
        track = new_id()
        changes.append(Change(track, None, 0, {"category": scene.cat.id}))
        changes += [Change(track, frame, 0, {"rle": square(frame % 12), **PROPOSED}) for frame in range(FRAMES)]
    engine = scene.database._engines.writing
    event.listen(engine, "before_cursor_execute", count)
    for module in (prepared, database_module):
        monkeypatch.setattr(module, "sqlite_connection", lambda tx: Counted(sqlite_connection(tx)))
    scene.applied(*changes, author="run:a", kind="propose")
    first = len(statements)
    undone = scene.undo(edit=last_id(scene.database))
    event.remove(engine, "before_cursor_execute", count)
    assert isinstance(undone, Applied) and len(undone.rows) == 50 * (FRAMES + 1)
    assert 10 < first < 25
    assert 10 < len(statements) - first < 35
    scene.assert_log_explains_tables()


def last_id(database: Database) -> str:
    with database.read() as tx:
        return edits_since(tx, 0)[-1].id


def test_a_complete_range_is_declared_changed_and_taken_back(scene: Scene) -> None:
    def ranges() -> list[tuple[int, int, tuple[str, ...], int]]:
        with scene.database.read() as tx:
            return [(r.start, r.stop, r.categories, r.version) for r in list_complete(tx, scene.video.id)]

    said = {"start": 2, "stop": 10, "categories": [scene.cat.id]}
    first = scene.applied(Change(None, None, 0, said, range_id="r"), kind="complete")
    assert ranges() == [(2, 10, (scene.cat.id,), first.number)]
    assert first.rows[0]["range_id"] == "r" and first.rows[0]["version"] == first.number
    second = scene.applied(Change(None, None, first.number, {**said, "stop": 12}, range_id="r"), kind="complete")
    assert ranges() == [(2, 12, (scene.cat.id,), second.number)]
    assert isinstance(scene.apply(Change(None, None, first.number, None, range_id="r")), Conflict)
    scene.applied(Change(None, None, second.number, None, range_id="r"), kind="complete")
    assert ranges() == []
    scene.assert_log_explains_tables()
