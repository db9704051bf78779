"""A person applies a part of a draft: one edit, one undo; people's rows and marks stay."""

import uuid

import pytest

from app.errors import BadInput
from app.spreading.applying import AppliedPart, DraftPart, apply_part, discard_part
from storage.authors import machine_author
from storage.edits.log import origins
from storage.edits.row_values import RowKey
from storage.errors import NotFound
from tests.app.made import FRAMES, PERSON, new_track, square
from tests.app.spreading.fake_spreader import Copies, Spreading


def apply(scene: Spreading, run: str, *, edit_id: str | None = None, **part: object) -> AppliedPart:
    with scene.database.atomic() as tx:
        return apply_part(
            tx,
            scene.video.id,
            DraftPart(run, **part),  # type: ignore[arg-type]
            author=PERSON,
            edit_id=edit_id or str(uuid.uuid4()),
        )


def origin(scene: Spreading, track: str, frame: int) -> str:
    """The edit that wrote a row."""
    with scene.database.read() as tx:
        return origins(tx, [RowKey(track, frame)])[RowKey(track, frame)].id


def test_a_draft_becomes_one_unreviewed_edit_with_its_correction_as_parent(scene: Spreading) -> None:
    track = scene.track(0)
    done = scene.spread(track, spreader=Copies(unsure={3}, gone={4}))
    applied = apply(scene, done.run_id)
    assert (applied.edit.kind, applied.human, applied.outdated) == ("spread", 0, 0)
    rows = scene.rows(track)
    assert sorted(rows) == list(range(FRAMES)) and scene.drafts() == {}
    for k in range(1, FRAMES):
        row = rows[k]
        assert (row.source, row.review, row.run_id) == ("propagated", "unreviewed", done.run_id)
        assert row.parent_edit == origin(scene, track, 0) and not row.human
    assert (rows[3].score, rows[3].look_author) == (0.3, machine_author(done.run_id))
    assert (rows[4].state, rows[4].look_reason) == ("absent", "May be hidden or gone")
    assert scene.undo()["kind"] == "spread" and sorted(scene.rows(track)) == [0]


def test_a_part_is_applied_and_the_rest_stays_a_draft(scene: Spreading) -> None:
    track = scene.track(0)
    done = scene.spread(track)
    apply(scene, done.run_id, start=2, stop=5)
    assert sorted(scene.rows(track)) == [0, 2, 3, 4]
    assert sorted(scene.drafts(done.run_id)) == [1, *range(5, FRAMES)]
    with scene.database.atomic() as tx:
        assert discard_part(tx, scene.video.id, DraftPart(done.run_id, start=8)) == FRAMES - 8
        assert discard_part(tx, scene.video.id, DraftPart(done.run_id, tracks=("other",))) == 0
    assert scene.run().state == "done" and sorted(scene.drafts(done.run_id)) == [1, 5, 6, 7]


def test_a_repeated_edit_changes_nothing(scene: Spreading) -> None:
    track = scene.track(0)
    done = scene.spread(track)
    first = apply(scene, done.run_id, edit_id="one")
    again = apply(scene, done.run_id, edit_id="one")
    assert again.edit.repeated and again.edit.number == first.edit.number
    with pytest.raises(BadInput, match="is taken by another edit"):
        apply(scene, done.run_id, edit_id=origin(scene, track, 0))


def test_what_people_did_meanwhile_stays(scene: Spreading) -> None:
    track = scene.track(0)
    done = scene.spread(track)
    scene.says(track, 5, rle=square(20, 20))
    scene.says(track, 6, state="absent", mask=None)
    before = scene.rows(track)
    applied = apply(scene, done.run_id)
    assert applied.human == 2
    assert {k: scene.rows(track)[k] for k in (0, 5, 6)} == before
    assert scene.drafts() == {}


def test_marks_of_a_person_survive_on_a_row_that_is_replaced(scene: Spreading) -> None:
    track = scene.track(0)
    look = {"reason": "whose tail?", "author": "person"}
    content = {"rle": square(9, 9), "source": "imported", "review": "unreviewed"}
    scene.says(track, 1, **content, occluded=True, look=look)
    scene.says(track, 2, **content, truncated=True, key=True)
    done = scene.spread(track, spreader=Copies(unsure={1}))
    apply(scene, done.run_id)
    first, second = scene.rows(track)[1], scene.rows(track)[2]
    assert first.source == "propagated" and first.occluded
    assert (first.look_reason, first.look_author) == ("whose tail?", "person")
    assert second.truncated and second.key and not second.occluded


def test_what_grew_from_a_mask_that_changed_since_is_left_out(scene: Spreading) -> None:
    track = scene.track(0, 5, 9)
    done = scene.spread(track, frame=0, start=0, stop=FRAMES)
    scene.says(track, 5, rle=square(30, 20))
    applied = apply(scene, done.run_id)
    assert applied.outdated == 7 and sorted(scene.rows(track)) == [0, 5, 9, 10, 11]


def test_a_mark_on_a_given_mask_is_no_change_and_no_parent(scene: Spreading) -> None:
    track = scene.track(0, 5)
    drawn = origin(scene, track, 5)
    scene.says(track, 0, key=True)
    done = scene.spread(track, frame=0, start=0, stop=FRAMES)
    scene.says(track, 5, occluded=True)
    mark = origin(scene, track, 5)
    applied = apply(scene, done.run_id)
    assert (applied.outdated, sorted(scene.rows(track))) == (0, list(range(FRAMES)))
    assert {row.parent_edit for row in scene.rows(track).values() if not row.human} == {drawn}
    scene.undo(edit=mark)
    assert sorted(scene.rows(track)) == list(range(FRAMES)), "what was spread does not hang on the mark"


@pytest.mark.parametrize(("undone", "left"), [(0, 10), (10, 0)])
def test_undoing_either_neighbour_takes_what_was_spread_between_them(scene: Spreading, undone: int, left: int) -> None:
    track = scene.track()
    for frame in (0, 10):
        scene.says(track, frame, rle=square(20, 20))
    apply(scene, scene.spread(track, start=1, stop=10).run_id)
    assert sorted(scene.rows(track)) == list(range(11))
    scene.undo(edit=origin(scene, track, undone))
    assert sorted(scene.rows(track)) == [left]


def test_nothing_to_apply_says_why(scene: Spreading) -> None:
    track = scene.track(0)
    done = scene.spread(track)
    assert "changed meanwhile; spread again" in refused(
        scene, done.run_id, lambda: scene.says(track, 0, rle=square(1, 1))
    )
    with scene.database.atomic() as tx:
        discard_part(tx, scene.video.id, DraftPart(done.run_id))
    assert "no draft on these frames" in refused(scene, done.run_id, lambda: None)
    second = scene.spread(track, start=3, stop=5, job_id=scene.new_job())
    for frame in (3, 4):
        scene.says(track, frame, rle=square(2, 2))
    assert "people have drawn or judged" in refused(scene, second.run_id, lambda: None)
    with pytest.raises(NotFound):
        apply(scene, "no such run")


def refused(scene: Spreading, run: str, first: object) -> str:
    first()  # type: ignore[operator]
    with pytest.raises(BadInput) as error:
        apply(scene, run)
    return str(error.value)


def test_a_correction_inside_is_spread_again_only_between_its_neighbours(scene: Spreading) -> None:
    track = scene.track(0, 10)
    first = scene.spread(track, way="forward")
    apply(scene, first.run_id)
    drawn = origin(scene, track, 0)
    scene.says(track, 5, rle=square(25, 20))
    corrected = origin(scene, track, 5)
    second = scene.spread(track, frame=5, job_id=scene.new_job())
    assert sorted(scene.drafts(second.run_id)) == [1, 2, 3, 4, 6, 7, 8, 9]
    apply(scene, second.run_id)
    rows = scene.rows(track)
    assert {rows[k].parent_edit for k in (1, 4, 6, 9)} == {corrected}
    scene.undo(edit=corrected)
    rows = scene.rows(track)
    assert {rows[k].parent_edit for k in range(1, 10)} == {drawn} and rows[5].source == "propagated"
    scene.undo(edit=drawn)
    assert scene.rows(track) == {}


def test_an_accepted_row_outlives_its_correction(scene: Spreading) -> None:
    track = scene.track()
    scene.says(track, 0, rle=square(5, 8))
    done = scene.spread(track)
    apply(scene, done.run_id)
    scene.says(track, 4, review="accepted")
    scene.undo(edit=origin(scene, track, 0))
    assert {k: row.review for k, row in scene.rows(track).items()} == {4: "accepted"}


def test_a_rejected_track_gets_nothing(scene: Spreading) -> None:
    track, changes = new_track(scene.dog, {0: square(3, 3)})
    scene.person(*changes)
    done = scene.spread(track)
    scene.person({"track": track, "frame": None, "before_version": scene.version(track), "after": {"rejected": True}})
    with pytest.raises(BadInput, match="spread again"):
        apply(scene, done.run_id)
