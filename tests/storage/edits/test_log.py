from sqlalchemy import update

from storage import schema
from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit
from storage.edits.log import edit_by_number, edits_since, find_edit, first_numbers, history, last_number, row_entries
from storage.edits.rebuild import check_video, rebuild_state
from storage.edits.row_values import TRACK_ROW, RowKey
from storage.prepared import sqlite_connection
from tests.storage.scenes import Scene, make_video, new_id, square


def test_the_log_is_read_on_from_a_number(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.project.id, name="other")
        apply_edit(tx, Edit("elsewhere", "new", "bob", other.id, (Change(new_id(), None, 0, {}),)))
        assert [edit.number for edit in edits_since(tx, 0)] == [1, 2, 3]
        assert [edit.id for edit in edits_since(tx, 1, video=scene.video.id)] == [drawn.id]
        assert [edit.id for edit in edits_since(tx, 0, project=scene.project.id, limit=1)] != ["elsewhere"]
        assert edits_since(tx, 0, project="nothing") == ()
        assert (last_number(tx), last_number(tx, video=scene.video.id), last_number(tx, video="nothing")) == (3, 2, 0)
        logged = find_edit(tx, drawn.id)
        assert logged is not None and logged == edit_by_number(tx, drawn.number)
        assert logged.rows == drawn.rows
        assert (logged.author, logged.kind, logged.base) == ("ann", "draw", None)
        assert find_edit(tx, "nothing") is None and edit_by_number(tx, 99) is None


def test_a_stroke_writes_its_entry_once_and_asks_for_its_track_once(scene: Scene) -> None:
    track = scene.new_track()
    lines: list[str] = []
    with scene.database.atomic() as tx:
        sqlite_connection(tx).set_trace_callback(lines.append)
        stroke = Change(track, 0, 0, {"rle": square(1)})
        applied = apply_edit(tx, Edit("stroke", "brush", "ann", scene.video.id, (stroke,)))
        sqlite_connection(tx).set_trace_callback(None)
        logged = find_edit(tx, "stroke")
    assert isinstance(applied, Applied) and logged is not None and logged.rows == applied.rows
    assert [line.split()[0] for line in lines if " edits" in line and not line.startswith("SELECT")] == ["INSERT"]
    assert sum(line.startswith("SELECT") and "FROM tracks" in line for line in lines) == 1


def test_the_log_holds_hashes_and_never_pixels(scene: Scene) -> None:
    scene.draw(scene.new_track(), 0, 1)
    with scene.database.read() as tx:
        text = tx.exec_driver_sql("SELECT changes FROM edits WHERE number = 2").scalar()
    assert isinstance(text, str) and "counts" not in text and "rle" not in text
    assert "before_version" in text


def test_history_tells_extent_and_tracks_newest_first(scene: Scene) -> None:
    first, second = sorted((scene.new_track(), scene.new_track()))
    scene.applied(Change(first, 7, 0, {"rle": square(1)}), Change(second, 3, 0, {"rle": square(1)}), kind="brush")
    scene.undo()
    said = {"start": 0, "stop": 4, "categories": []}
    scene.applied(Change(None, None, 0, said, range_id="r"), kind="complete")
    video = scene.video.id
    with scene.database.read() as tx:
        entries = history(tx, video=video)
        assert [entry.kind for entry in entries] == ["complete", "undo", "brush", "new track", "new track"]
        assert (entries[0].frames, entries[0].tracks, entries[0].count) == (None, (), 1)
        assert (entries[2].frames, entries[2].tracks, entries[2].count) == ((3, 7), (first, second), 2)
        assert entries[2].undone and entries[1].undoes == entries[2].id
        assert (entries[3].frames, len(entries[3].tracks)) == (None, 1)
        assert [entry.kind for entry in history(tx, video=video, track=first)] == ["undo", "brush", "new track"]
        assert [entry.number for entry in history(tx, video=video, limit=2)] == [5, 4]
        assert [entry.number for entry in history(tx, video=video, before=4, limit=2)] == [3, 2]
        assert history(tx, video="nothing") == ()


def test_row_entries_tell_where_content_is_from(scene: Scene) -> None:
    track = scene.new_track()
    drawn = scene.draw(track, 0, 1)
    scene.draw(track, 0, 2)
    scene.undo()
    key, own = RowKey(track, 0), RowKey(track, TRACK_ROW)
    with scene.database.read() as tx:
        entries = row_entries(tx, [key, own, RowKey(track, 5)])
        assert [(entry.number, entry.origin) for entry in entries[key]] == [(2, 2), (3, 3), (4, drawn.number)]
        assert set(entries) == {key, own}
        assert first_numbers(tx, [track, "nothing"]) == {track: 1}
        assert row_entries(tx, []) == {}


def test_an_edit_without_changes_is_only_logged(scene: Scene) -> None:
    answer = scene.applied(author="run:a", kind="propose")
    assert (answer.number, answer.rows, answer.first_frame) == (1, [], None)
    scene.assert_log_explains_tables()


def test_rebuilding_names_every_row_that_the_log_does_not_explain(scene: Scene, database: Database) -> None:
    track = scene.new_track()
    scene.draw(track, 0, 1)
    scene.draw(track, 1, 1)
    scene.applied(Change(None, None, 0, {"start": 0, "stop": 9, "categories": []}, range_id="r"))
    video = scene.video.id
    with database.read() as tx:
        assert len(rebuild_state(tx, video)) == 4
    with database.atomic() as tx:
        tx.execute(update(schema.masks).where(schema.masks.c.frame == 0).values(review="rejected"))
        tx.exec_driver_sql("UPDATE masks SET frame = 2 WHERE frame = 1")
        tx.exec_driver_sql("DELETE FROM complete_ranges")
        problems = check_video(tx, video)
    assert len(problems) == 4
    assert any("on frame 0" in line and "differs" in line for line in problems)
    assert any("on frame 1" in line and "missing from the tables" in line for line in problems)
    assert any("on frame 2" in line and "missing from the log" in line for line in problems)
    assert any("complete range r" in line for line in problems)
