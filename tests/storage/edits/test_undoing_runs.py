"""The edits of a machine's run come and go together, in one entry of the log."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from storage import edits, masks
from storage.database import Database
from storage.edits import Applied, Change, Conflict, NothingToUndo
from storage.edits import log as edit_log
from storage.edits.undoing import is_taken_back
from tests.storage.scenes import Scene, new_id, square

RUN = "run:a"


def window(scene: Scene, track: str, frames: range, *, x: int = 1, author: str = RUN) -> Applied:
    """A window of a run: masks of one track, which it makes where it is not there yet."""
    changes = [Change(track, frame, scene.version(track, frame), {"rle": square(x)}) for frame in frames]
    if not any(edit.author == author for edit in log(scene)):
        changes.append(Change(track, None, 0, {"category": scene.cat.id}))
    return scene.applied(*changes, author=author, kind="propose")


def log(scene: Scene) -> list[edits.LoggedEdit]:
    with scene.database.read() as tx:
        return list(edits.edits_since(tx, 0))


def shown(scene: Scene, track: str) -> dict[int, Any]:
    found = {frame: scene.row(track, frame) for frame in range(12)}
    return {frame: row.hash for frame, row in found.items() if row is not None}


def taken_back(scene: Scene, author: str = RUN) -> bool:
    with scene.database.read() as tx:
        return is_taken_back(tx, scene.video.id, author)


def test_undo_of_any_of_its_edits_takes_the_run_back_and_redo_brings_it(scene: Scene) -> None:
    track = new_id()
    windows = [window(scene, track, range(start, start + 4)) for start in (0, 4, 8)]
    before = shown(scene, track)
    assert not taken_back(scene)

    undone = scene.undo("ann", edit=windows[1].id)

    assert isinstance(undone, Applied) and (undone.of_kind, undone.undoes) == ("propose", windows[2].id)
    assert scene.track(track).deleted and shown(scene, track) == {}
    assert [edit.undone for edit in log(scene)] == [True, True, True, False]
    assert taken_back(scene)
    scene.assert_log_explains_tables()

    assert isinstance(scene.redo("ann"), Applied)
    assert not scene.track(track).deleted and shown(scene, track) == before
    assert [edit.undone for edit in log(scene)] == [False, False, False, True, False]
    assert not taken_back(scene)
    scene.assert_log_explains_tables()
    assert isinstance(scene.undo("bob", edit=windows[0].id), Applied), "and once more"
    scene.assert_log_explains_tables()


def test_rows_that_a_run_wrote_twice_go_back_to_what_was_before_it(scene: Scene) -> None:
    track = scene.new_track(author="run:older")
    scene.draw(track, 0, 9, author="run:older")
    older = shown(scene, track)
    first = window(scene, track, range(0, 2), x=1, author="run:older")
    again = [
        scene.applied(
            Change(track, frame, scene.version(track, frame), {"rle": square(x)}), author="run:b", kind="propose"
        )
        for frame, x in ((0, 3), (0, 5), (1, 5))
    ]
    assert first.number < again[0].number

    scene.undo("ann", edit=again[0].id)

    with_first = shown(scene, track)
    assert with_first[0] != older[0], "only the one run went back"
    assert set(with_first) == {0, 1} and len(set(with_first.values())) == 1
    scene.assert_log_explains_tables()


def test_edits_of_another_kind_or_of_people_stand_alone(scene: Scene) -> None:
    track = scene.new_track()
    scene.draw(track, 0, 1)
    kept = scene.draw(track, 1, 1)
    scene.undo()
    assert scene.row(track, 1) is None and scene.row(track, 0) is not None
    assert kept.number > 0
    other = scene.applied(Change(track, 2, 0, {"rle": square(1)}), author=RUN, kind="spread")
    proposed = scene.applied(Change(track, 3, 0, {"rle": square(1)}), author=RUN, kind="propose")
    scene.undo("ann", edit=proposed.id)
    assert scene.row(track, 3) is None and scene.version(track, 2) == other.number


def test_a_person_in_between_blocks_the_run_and_is_named(scene: Scene) -> None:
    track = new_id()
    first = window(scene, track, range(0, 4))
    theirs = scene.applied(Change(track, 1, first.number, {"review": "accepted"}), author="bob", kind="accept")
    window(scene, track, range(4, 8))
    before = shown(scene, track)

    answer = scene.undo("ann", edit=first.id)

    assert isinstance(answer, Conflict) and answer.by is not None and answer.by.number == theirs.number
    assert [row["frame"] for row in answer.rows] == [1] and shown(scene, track) == before
    scene.undo("bob")
    assert isinstance(scene.undo("ann", edit=first.id), Applied), "the way is free once that is undone"
    scene.assert_log_explains_tables()


def test_a_name_that_a_person_gave_between_two_words_of_the_run_blocks_it_too(scene: Scene) -> None:
    track = new_id()
    first = window(scene, track, range(0, 4))
    named = scene.applied(Change(track, None, first.number, {"name": "Tom"}), author="bob", kind="rename")
    last = scene.applied(Change(track, None, named.number, {"score": 0.5}), author=RUN, kind="propose")

    answer = scene.undo("ann", edit=last.id)

    assert isinstance(answer, Conflict) and answer.by is not None and answer.by.number == named.number


def test_what_a_person_drew_on_a_track_of_the_run_blocks_it(scene: Scene) -> None:
    track = new_id()
    first = window(scene, track, range(0, 4))
    window(scene, track, range(4, 6))
    theirs = scene.draw(track, 9, 2, author="bob")

    answer = scene.undo("ann", edit=first.id)

    assert isinstance(answer, Conflict) and answer.by is not None and answer.by.number == theirs.number


def test_runs_of_other_videos_or_runs_are_not_touched(scene: Scene) -> None:
    one, two = new_id(), new_id()
    first = window(scene, one, range(0, 2), author="run:a")
    window(scene, two, range(0, 2), author="run:b")

    scene.undo("ann", edit=first.id)

    assert scene.track(one).deleted and not scene.track(two).deleted
    assert taken_back(scene, "run:a") and not taken_back(scene, "run:b")


def test_a_run_is_one_line_of_the_history_unless_somebody_comes_between(scene: Scene) -> None:
    track = new_id()
    windows = [window(scene, track, range(start, start + 4)) for start in (0, 4)]
    named = scene.applied(Change(track, None, windows[0].number, {"name": "Tom"}), author="ann", kind="rename")
    last = [window(scene, track, range(start, start + 2)) for start in (8, 10)]

    with scene.database.read() as tx:
        lines = edits.history(tx, video=scene.video.id)
        short = [edits.history(tx, video=scene.video.id, limit=limit) for limit in (1, 2, 3)]
        before = edits.history(tx, video=scene.video.id, before=named.number)
        of_track = edits.history(tx, video=scene.video.id, track=track)

    assert [(line.number, line.author, line.frames, line.count) for line in lines] == [
        (last[1].number, RUN, (8, 11), 4),
        (named.number, "ann", None, 1),
        (windows[1].number, RUN, (0, 7), 9),
    ]
    assert all(line.tracks == (track,) for line in lines)
    assert [[line.number for line in some] for some in short] == [
        [line.number for line in lines[:k]] for k in (1, 2, 3)
    ]
    assert before == lines[2:] and of_track == lines


def test_a_run_that_is_undone_and_another_runs_edits_are_lines_of_their_own(scene: Scene) -> None:
    one, two = new_id(), new_id()
    first = [window(scene, one, range(k, k + 1), author="run:a") for k in range(3)]
    second = [window(scene, two, range(k, k + 1), author="run:b") for k in range(3)]
    undone = scene.undo("ann", edit=first[0].id)
    assert isinstance(undone, Applied)

    with scene.database.read() as tx:
        lines = edits.history(tx, video=scene.video.id)

    assert [(line.number, line.undone) for line in lines] == [
        (undone.number, False),
        (second[2].number, False),
        (first[2].number, True),
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["run:a", "run:b", "ann"]), st.integers(0, 3), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 7),
)
def test_taking_back_and_bringing_back_leaves_everything_as_it_was(
    steps: list[tuple[str, int, int]], which: int
) -> None:
    with_database(steps, which)


def with_database(steps: list[tuple[str, int, int]], which: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Database.open(f"sqlite:///{folder}/a.sqlite3") as database:
        scene = Scene.make(database)
        track = scene.new_track(author="run:0")
        made = []
        for author, frame, x in steps:
            change = Change(track, frame, scene.version(track, frame), {"rle": square(x)})
            answer = (
                scene.apply(change, author=author, kind="propose") if not human(scene, track, frame, author) else None
            )
            made += [answer] if isinstance(answer, Applied) else []
        if not made:
            return
        chosen = made[which % len(made)]
        before = shown(scene, track)

        taken = scene.undo("eve", edit=chosen.id)

        scene.assert_log_explains_tables()
        if isinstance(taken, Conflict):
            assert shown(scene, track) == before
            return
        assert isinstance(taken, Applied)
        assert isinstance(scene.redo("eve"), Applied)
        assert shown(scene, track) == before
        scene.assert_log_explains_tables()
        assert isinstance(scene.redo("eve"), NothingToUndo)


def human(scene: Scene, track: str, frame: int, author: str) -> bool:
    """Whether a machine meets a person's row, which it may not touch."""
    row = scene.row(track, frame)
    return author.startswith("run:") and row is not None and row.human


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["run:a", "run:b", "ann"]), min_size=1, max_size=14), st.integers(1, 4))
def test_pages_of_the_history_are_the_history(authors: list[str], limit: int) -> None:
    """Whatever the length of a page, no line of a run is torn in two, told twice or left out."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, Database.open(f"sqlite:///{folder}/a.sqlite3") as database:
        scene = Scene.make(database)
        own = {author: scene.new_track(author=author) for author in dict.fromkeys(authors)}
        for k, author in enumerate(authors):
            kind = "draw" if author == "ann" else "propose"
            scene.applied(Change(own[author], k, 0, {"rle": square(1)}), author=author, kind=kind)
        with database.read() as tx:
            for track in (None, *own.values()):
                whole = edits.history(tx, video=scene.video.id, track=track)
                paged: list[edits.HistoryEntry] = []
                while page := edits.history(
                    tx,
                    video=scene.video.id,
                    track=track,
                    before=paged[-1].number if paged else None,
                    limit=limit,
                ):
                    assert len(page) <= limit and len(paged) <= len(whole)
                    paged += page
                assert tuple(paged) == whole
                assert sum(line.count for line in whole) == len(authors) + len(own) if track is None else True


def test_a_page_that_begins_behind_a_line_of_a_person_tells_of_the_whole_run(scene: Scene) -> None:
    track = new_id()
    windows = [window(scene, track, range(start, start + 2)) for start in (0, 2, 4)]
    named = scene.applied(Change(track, None, windows[0].number, {"name": "Tom"}), author="ann", kind="rename")
    with scene.database.read() as tx:
        [line] = edits.history(tx, video=scene.video.id, before=named.number)
        assert (line.number, line.count, line.frames) == (windows[2].number, 7, (0, 5))
        assert edits.history(tx, video=scene.video.id, before=line.number) == ()
        [rest] = edits.history(tx, video=scene.video.id, before=10_000, limit=1)
    assert rest.number == named.number, "a number that is no line of this video is only a bound"


def test_the_entries_of_a_run_are_found_with_and_without_their_changes(scene: Scene) -> None:
    track = new_id()
    windows = [window(scene, track, range(start, start + 2)) for start in (0, 2)]
    scene.applied(Change(track, 9, 0, {"rle": square(1)}), author=RUN, kind="spread")
    mine = scene.draw(track, 11, 1)
    with scene.database.read() as tx:
        one, own = edit_log.find_edit(tx, windows[0].id), edit_log.find_edit(tx, mine.id)
        assert one is not None and own is not None
        assert edit_log.run_ids(tx, one, undone=False) == tuple(window.id for window in windows)
        whole = edit_log.run_edits(tx, one, undone=False)
        assert [(edit.id, len(edit.changes)) for edit in whole] == [(windows[0].id, 3), (windows[1].id, 2)]
        assert edit_log.run_ids(tx, one, undone=True) == ()
        assert edit_log.run_ids(tx, own, undone=False) == (mine.id,)
        assert edit_log.run_edits(tx, own, undone=False) == (own,)


def test_undo_and_redo_of_a_run_take_as_many_statements_whatever_its_length(scene: Scene) -> None:
    counts: dict[int, list[int]] = {}
    for windows in (2, 12):
        track, author = new_id(), f"run:{windows}"
        some = [window(scene, track, range(3 * k, 3 * k + 3), author=author) for k in range(windows)]
        for act in (lambda edit=some[0].id: scene.undo("ann", edit=edit), lambda: scene.redo("ann")):
            with counted(scene) as statements:
                assert isinstance(act(), Applied)
            counts.setdefault(windows, []).append(len(statements))
    assert counts[2] == counts[12]
    scene.assert_log_explains_tables()


def test_an_undo_asks_nothing_about_each_proposed_row_that_a_spread_had_replaced(scene: Scene) -> None:
    """A row that a model proposed grew from no correction, so none of its own can be undone."""
    asked = []
    for frames in (range(1, 3), range(1, 13)):
        track = new_id()
        window(scene, track, range(13), author=f"run:{track}")
        drawn = scene.draw(track, 0, 1)
        spread = {"rle": square(7), "source": "propagated", "review": "unreviewed", "parent": drawn.id}
        changes = [Change(track, frame, scene.version(track, frame), spread) for frame in frames]
        scene.applied(*changes, kind="spread")
        with counted(scene) as statements:
            assert isinstance(scene.undo("ann", edit=drawn.id), Applied)
        asked.append(len(statements))
    assert asked[0] == asked[1]


def test_no_statement_grows_with_the_edits_of_a_run(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database takes some 32,000 values in one statement; a run over two hours of video has more edits."""
    monkeypatch.setattr(masks, "CHUNK", 4)
    track = new_id()
    some = [window(scene, track, range(k, k + 1)) for k in range(40)]
    for act in (lambda: scene.undo("ann", edit=some[0].id), lambda: scene.redo("ann")):
        with counted(scene) as statements:
            assert isinstance(act(), Applied)
        assert max(statement.count("?") for statement in statements) < 40


@contextmanager
def counted(scene: Scene) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile; many rows of one statement count once."""
    sent: list[str] = []

    def note(*told: Any) -> None:
        sent.append(str(told[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_the_parts_of_a_long_edit_of_a_person_come_and_go_together(scene: Scene) -> None:
    track, whole, other = scene.new_track(), new_id(), new_id()
    for frame in range(6):
        scene.draw(track, frame, 1, review="unreviewed", source="proposed")

    def judge(name: str, *frames: int, review: str = "accepted") -> None:
        changes = [Change(track, frame, scene.version(track, frame), {"review": review}) for frame in frames]
        with scene.database.atomic() as tx:
            done = edits.apply_edit(tx, edits.Edit(name, "accept", "ann", scene.video.id, tuple(changes)))
        assert isinstance(done, Applied)

    def accepted() -> list[int]:
        found = {frame: scene.row(track, frame) for frame in range(6)}
        return [frame for frame, row in found.items() if row is not None and row.review == "accepted"]

    judge(f"{other}~1", 5)
    judge(f"{whole}~1", 0, 1)
    judge(f"{whole}~2", 2, 3)
    assert accepted() == [0, 1, 2, 3, 5]
    with scene.database.read() as tx:
        lines = edits.history(tx, video=scene.video.id, limit=2)
    assert [(line.id, line.frames, line.count) for line in lines] == [
        (f"{whole}~2", (0, 3), 4),
        (f"{other}~1", (5, 5), 1),
    ]

    assert isinstance(scene.undo("ann"), Applied)
    assert accepted() == [5]
    assert isinstance(scene.redo("ann"), Applied)
    assert accepted() == [0, 1, 2, 3, 5]
    assert isinstance(scene.undo("ann", edit=f"{whole}~1"), Applied)
    assert accepted() == [5]
    assert isinstance(scene.undo("ann"), Applied)
    assert accepted() == []
    scene.assert_log_explains_tables()
