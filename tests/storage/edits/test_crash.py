"""Writers that die in the middle, and writers that meet: what was acknowledged is there, and the rest never was."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from storage import tracks
from storage.database import Database
from storage.edits import Applied, Change, Conflict, Edit, apply_edit, edits_since, undo
from storage.edits.log import RowEntry, find_edit, last_number, row_entries
from storage.edits.row_values import RowKey
from tests.material import ROOT
from tests.storage.scenes import Scene, new_id, square
from tests.storage.sound import problems_of
from tests.storage.threads import at_once

DRAW_ON = """
import sys, time
sys.path.insert(0, sys.argv[1])
from storage.database import Database
from storage.edits import Change, Edit, apply_edit
from tests.storage.threads import at_once
from tests.storage.scenes import square
url, video, track, author, slow = sys.argv[2:]
database = Database.open(url)
version = 0
for step in range(100_000):
    changes = [Change(track, frame, version, {"rle": square((step + frame) % 12)}) for frame in range(20)]
    edit = Edit(f"{author}-{step}", "draw", author, video, changes)
    with database.atomic() as tx:
        version = apply_edit(tx, edit).number
        if slow == "inside":
            print("inside", step, flush=True)
            time.sleep(0.05)
    print("kept", step, flush=True)
"""


@contextmanager
def writer(scene: Scene, track: str, author: str = "ann", slow: str = "no") -> Iterator["subprocess.Popen[str]"]:
    """A process that draws on 20 frames at a time until it is killed, and says what it did."""
    command = [sys.executable, "-c", DRAW_ON, str(ROOT), f"sqlite:///{scene.database.place}", scene.video.id, track]
    process = subprocess.Popen([*command, author, slow], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def read_until(process: "subprocess.Popen[str]", word: str, step: int) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.split() == [word, str(step)]:
            return
    raise AssertionError(f"the writer ended before it said {word} {step}")


def kept_steps(process: "subprocess.Popen[str]") -> list[int]:
    """What else a killed writer had acknowledged."""
    assert process.stdout is not None
    return [int(line.split()[1]) for line in process.stdout.read().splitlines() if line.startswith("kept ")]


def assert_sound(scene: Scene) -> None:
    assert problems_of(scene.database) == []


def test_a_writer_killed_between_two_writes_keeps_all_that_it_acknowledged(scene: Scene) -> None:
    track = scene.new_track()
    with writer(scene, track) as process:
        read_until(process, "kept", 5)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        last = max([5, *kept_steps(process)])
    assert_sound(scene)
    with scene.database.read() as tx:
        drawn = [edit for edit in edits_since(tx, 0) if edit.kind == "draw"]
        rows = tracks.rows(tx, scene.video.id)
    assert [edit.id for edit in drawn][: last + 1] == [f"ann-{step}" for step in range(last + 1)]
    assert len(drawn) <= last + 2, "at most one edit was kept without being acknowledged"
    assert all(len(edit.changes) == 20 for edit in drawn), "no edit is there in part"
    assert {row.version for row in rows} == {drawn[-1].number} and len(rows) == 20


def test_a_writer_killed_inside_its_transaction_leaves_nothing_of_it(scene: Scene) -> None:
    track = scene.new_track()
    with writer(scene, track, slow="inside") as process:
        read_until(process, "inside", 2)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert_sound(scene)
    with scene.database.read() as tx:
        assert find_edit(tx, "ann-2") is None and find_edit(tx, "ann-1") is not None
        before = last_number(tx)
    # The lock went with the process, and the number of the lost edit is free for the next one.
    assert scene.draw(track, 0, 3).number == before + 1


def test_the_edit_of_a_killed_writer_can_be_sent_again_whether_it_was_kept_or_not(scene: Scene) -> None:
    track = scene.new_track()
    with writer(scene, track) as process:
        read_until(process, "kept", 3)
    with scene.database.read() as tx:
        steps = len([edit for edit in edits_since(tx, 0) if edit.kind == "draw"])
    version = scene.version(track, 0)
    for step, repeated in ((steps - 1, True), (steps, False)):
        changes = [Change(track, frame, version, {"rle": square((step + frame) % 12)}) for frame in range(20)]
        for again in (repeated, True):
            with scene.database.atomic() as tx:
                answer = apply_edit(tx, Edit(f"ann-{step}", "draw", "ann", scene.video.id, changes))
            assert isinstance(answer, Applied) and answer.repeated is again
    assert_sound(scene)


def test_two_processes_on_one_row_take_turns_and_the_slower_one_is_told(scene: Scene) -> None:
    track = scene.new_track()
    with writer(scene, track, author="bob") as process:
        read_until(process, "kept", 1)
        told = 0
        for x in range(8):
            answer = scene.apply(Change(track, 0, scene.version(track, 0), {"rle": square(x)}))
            if isinstance(answer, Conflict):
                told += 1
                assert answer.rows[0]["version"] > 0
            else:
                break
        os.kill(process.pid, signal.SIGKILL)
    assert_sound(scene)
    with scene.database.read() as tx:
        line = row_entries(tx, [RowKey(track, 0)])[RowKey(track, 0)]
        changes = {edit.number: edit.changes for edit in edits_since(tx, 0)}
    assert told or len({entry.number for entry in line}) > 1
    before: list[RowEntry] = [RowEntry(0, 0), *line]
    for earlier, later in zip(before, line, strict=False):
        (change,) = [one for one in changes[later.number] if one.key == RowKey(track, 0)]
        assert change.before_version == earlier.number, "each writer saw what the one before it left"


def test_many_threads_draw_and_undo_at_once_and_every_step_is_in_the_log(scene: Scene) -> None:
    people = [f"person {k}" for k in range(4)]
    mine = {name: scene.new_track(author=name) for name in people}

    def work(name: str) -> None:
        for x in range(6):
            scene.draw(mine[name], x, x, author=name)
        with scene.database.atomic() as tx:
            assert isinstance(undo(tx, video=scene.video.id, author=name, new_id=new_id()), Applied)

    at_once(*(partial(work, name) for name in people))
    assert_sound(scene)
    with scene.database.read() as tx:
        log = edits_since(tx, 0)
    assert [edit.number for edit in log] == list(range(1, 4 + 4 * 7 + 1))
    for name in people:
        assert [row.frame for row in rows_of(scene, mine[name])] == [0, 1, 2, 3, 4]


def rows_of(scene: Scene, track: str) -> tuple[tracks.MaskRow, ...]:
    with scene.database.read() as tx:
        return tracks.rows(tx, scene.video.id, track_ids=[track])


def test_tracks_made_by_two_processes_at_once_get_different_numbers(scene: Scene) -> None:
    numbers: list[int] = []

    def make() -> None:
        for _ in range(6):
            with Database.open(f"sqlite:///{scene.database.place}") as own, own.atomic() as tx:
                edit = Edit(new_id(), "new", "ann", scene.video.id, (Change(new_id(), None, 0, {}),))
                answer = apply_edit(tx, edit)
                assert isinstance(answer, Applied)
                numbers.append(answer.rows[0]["after"]["number"])

    at_once(make, make, make)
    assert sorted(numbers) == list(range(1, 19))


def test_a_reader_sees_one_state_while_a_writer_goes_on(scene: Scene) -> None:
    track = scene.new_track()
    with writer(scene, track) as process:
        read_until(process, "kept", 1)
        for _ in range(10):
            with scene.database.read() as tx:
                first = {row.version for row in tracks.rows(tx, scene.video.id)}
                time.sleep(0.01)
                again = {row.version for row in tracks.rows(tx, scene.video.id)}
                newest = last_number(tx)
            assert first == again == {newest}, "twenty rows of one edit, never of two"
