"""Rows go into the tables and come out as they were, a few or thousands."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from storage import schema
from storage.edits import Change
from storage.edits.row_store import NO_ROW, StoredRow, load_ranges, load_rows, load_tracks, load_video, write_rows
from storage.edits.row_values import RANGE_ROW, TRACK_ROW, RowKey, Value, mask_value, range_value, track_value
from storage.masks import CHUNK, put_blobs
from storage.prepared import PreparedStatement
from tests.storage.scenes import Scene, make_video, new_id, square

VERDICTS = st.sampled_from(schema.REVIEWS)
# A NUL fits into no text of PostgreSQL.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")
ORIGINS = st.sampled_from(schema.SOURCES)
NOTES = st.none() | st.dictionaries(
    st.text(CHARACTERS, max_size=5), st.integers() | st.text(CHARACTERS, max_size=5), max_size=3
)
VALUES = st.none() | st.dictionaries(
    st.text(CHARACTERS, max_size=5), st.text(CHARACTERS, max_size=5), min_size=1, max_size=3
)
LOOKS = st.none() | st.fixed_dictionaries(
    {"reason": st.text(CHARACTERS, max_size=8), "author": st.text(CHARACTERS, max_size=8)}
)
MASK = st.fixed_dictionaries(
    {"mask": st.none() | st.integers(0, 2), "source": ORIGINS, "review": VERDICTS},
    optional={
        "key": st.booleans(),
        "score": st.none() | st.floats(0, 1),
        "run": st.none() | st.text(CHARACTERS, max_size=5),
        "parent": st.none() | st.text(CHARACTERS, max_size=5),
        "look": LOOKS,
        "occluded": st.booleans(),
        "iscrowd": st.booleans(),
        "truncated": st.booleans(),
        "attributes": VALUES,
        "extra": NOTES,
    },
)
TRACK = st.fixed_dictionaries(
    {},
    optional={
        "name": st.none() | st.text(CHARACTERS, max_size=8),
        "deleted": st.booleans(),
        "rejected": st.booleans(),
        "occluded": st.booleans(),
        "iscrowd": st.booleans(),
        "truncated": st.booleans(),
        "attributes": VALUES,
        "score": st.none() | st.floats(0, 1),
        "run": st.none() | st.text(CHARACTERS, max_size=5),
        "source_id": st.none() | st.text(CHARACTERS, max_size=5),
        "extra": NOTES,
    },
)


def write(scene: Scene, before: dict[RowKey, Value | None], after: dict[RowKey, Value], version: int = 1) -> None:
    with scene.database.atomic() as tx:
        write_rows(tx, scene.video.id, version=version, before=before, after=after)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TRACK, st.dictionaries(st.integers(0, 39), MASK, max_size=4))
def test_any_track_and_any_mask_row_come_back_as_they_were_written(
    scene: Scene, own: dict[str, object], drawn: dict[int, dict[str, object]]
) -> None:
    track = new_id()
    with scene.database.atomic() as tx:
        hashes = put_blobs(tx, [square(x) for x in range(3)])
        number = len(load_video(tx, scene.video.id)) + 1000
    rows: dict[RowKey, Value] = {RowKey(track, TRACK_ROW): track_value(own, current=None, number=number, place="here")}
    for frame, after in drawn.items():
        which = after["mask"]
        said = {**after, "mask": hashes[which] if isinstance(which, int) else None}
        rows[RowKey(track, frame)] = mask_value(said, current=None, author="ann", place="here")
    write(scene, dict.fromkeys(rows), rows)
    with scene.database.atomic() as tx:
        found = load_rows(tx, scene.video.id, rows)
        every = load_video(tx, scene.video.id)
    assert found == {key: StoredRow(1, value) for key, value in rows.items()}
    assert {key: row for key, row in every.items() if key.owner == track} == found


def test_a_write_makes_changes_and_removes_in_one_go(scene: Scene) -> None:
    track = scene.new_track()
    for frame in (0, 1):
        scene.draw(track, frame, 1)
    keys = [RowKey(track, frame) for frame in (0, 1, 2)]
    with scene.database.read() as tx:
        before = {key: row.value for key, row in load_rows(tx, scene.video.id, keys).items()}
    drawn = before[keys[0]]
    assert drawn is not None and before[keys[2]] is None
    write(scene, before, {keys[1]: {**drawn, "key": True}, keys[2]: drawn}, version=9)
    with scene.database.read() as tx:
        after = load_rows(tx, scene.video.id, keys)
    assert after[keys[0]] == NO_ROW
    assert (after[keys[1]].version, after[keys[1]].value) == (9, {**drawn, "key": True})
    assert (after[keys[2]].version, after[keys[2]].value) == (9, drawn)


def test_a_change_writes_the_columns_that_change_and_the_version(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    track = scene.new_track()
    for frame in (0, 1, 2):
        scene.draw(track, frame, 1)
    keys = [RowKey(track, frame) for frame in (0, 1, 2)]
    with scene.database.read() as tx:
        before = {key: row.value for key, row in load_rows(tx, scene.video.id, keys).items()}
    first, second, third = (dict(before[key] or {}) for key in keys)
    after = {keys[0]: {**first, "key": True}, keys[1]: {**second, "key": True}, keys[2]: {**third, "score": 0.5}}
    written: list[tuple[tuple[str, ...], int]] = []
    run = PreparedStatement.run

    def seen(statement: PreparedStatement, tx: Connection, values: list[Value]) -> None:
        written.append((tuple(name for name in values[0] if not name.startswith("match_")), len(values)))
        run(statement, tx, values)

    monkeypatch.setattr(PreparedStatement, "run", seen)
    write(scene, before, after, version=9)
    assert written == [(("version", "key"), 2), (("version", "score"), 1)]
    with scene.database.read() as tx:
        found = load_rows(tx, scene.video.id, keys)
    assert found == {key: StoredRow(9, value) for key, value in after.items()}


def test_json_is_written_though_python_holds_it_for_equal(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 0, 1)
    key = RowKey(track, 0)
    with scene.database.read() as tx:
        before = load_rows(tx, scene.video.id, [key])[key].value
    assert before is not None
    for number, noted in enumerate((1, 1.0, True), start=7):
        after = {**before, "extra": {"n": noted}}
        write(scene, {key: before}, {key: after}, version=number)
        with scene.database.read() as tx:
            found = load_rows(tx, scene.video.id, [key])[key].value
        assert found is not None and repr(found["extra"]) == repr({"n": noted})
        before = found
    write(scene, {key: before}, {key: {**before, "extra": None}}, version=11)
    with scene.database.read() as tx:
        row = load_rows(tx, scene.video.id, [key])[key]
    assert row.version == 11 and row.value is not None and row.value["extra"] is None


def test_what_is_written_over_nothing_and_left_at_nothing_does_nothing(scene: Scene) -> None:
    key = RowKey(new_id(), 3)
    write(scene, {key: None}, {})
    with scene.database.read() as tx:
        assert load_rows(tx, scene.video.id, [key]) == {key: NO_ROW}
        assert load_rows(tx, scene.video.id, []) == {}


def test_only_the_rows_that_were_asked_for_come(scene: Scene) -> None:
    one, other = scene.new_track(), scene.new_track()
    for track in (one, other):
        for frame in (0, 5, 9):
            scene.draw(track, frame, 1)
    wanted = [RowKey(one, 0), RowKey(other, 9), RowKey(one, 5), RowKey(other, 4)]
    with scene.database.read() as tx:
        found = load_rows(tx, scene.video.id, wanted)
    assert list(found) == wanted
    assert [row is not NO_ROW for row in found.values()] == [True, True, True, False]


def test_rows_of_more_tracks_than_one_statement_names(scene: Scene) -> None:
    tracks = [new_id() for _ in range(CHUNK + 5)]
    scene.applied(*(Change(track, None, 0, {}) for track in tracks), author="run:a")
    keys = {RowKey(track, TRACK_ROW) for track in tracks}
    with scene.database.read() as tx:
        assert set(load_tracks(tx, tracks)) == keys
        assert set(load_video(tx, scene.video.id)) == keys
        numbers = sorted(row.value["number"] for row in load_tracks(tx, tracks).values() if row.value)
    assert numbers == list(range(1, CHUNK + 6))


def test_ranges_are_those_of_the_video_and_tracks_are_of_any(scene: Scene) -> None:
    track = scene.new_track()
    scene.applied(Change(None, None, 0, {"start": 1, "stop": 3, "categories": ["a", "b"]}, range_id="r"))
    key, own = RowKey("r", RANGE_ROW), RowKey(track, TRACK_ROW)
    with scene.database.atomic() as tx:
        other = make_video(tx, scene.project.id, name="other")
        assert load_rows(tx, other.id, [key])[key] == NO_ROW
        assert load_rows(tx, other.id, [own])[own].version == 1
        assert load_ranges(tx, other.id) == {} and load_video(tx, other.id) == {}
        (row,) = load_ranges(tx, scene.video.id).values()
    assert row.value == {"start": 1, "stop": 3, "categories": ["a", "b"], "declared": 2}


@pytest.mark.parametrize(("start", "stop"), [(0, 40), (39, 40), (0, 1)])
def test_a_range_reaches_to_both_ends_of_the_video(start: int, stop: int) -> None:
    said = {"start": start, "stop": stop, "categories": (1, "two")}
    assert range_value(said, count=40, place="here")["categories"] == ["1", "two"]
