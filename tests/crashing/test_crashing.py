"""The suite's share of the kills; ``python3 launch.py benchmark crash`` does more. And what the checks find."""

import random
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.settings import Settings, make_settings
from storage import projects, schema
from storage.atomic import new_folder
from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit
from tests.crashing import run
from tests.crashing.checks import half_edits, left_overs, lost_edits
from tests.crashing.kinds import KINDS, Kind
from tests.crashing.run import Count, Tally, kind_of, run_kills
from tests.crashing.writers import Acknowledged, Record
from tests.storage.scenes import Scene, make_video, new_id, square

SECONDS = {"server": 1.0, "worker": 8.0, "proposal": 4.0, "import": 0.3, "export": 0.2, "copy": 0.6, "retraining": 12.0}
"""About what each kind of work takes; measuring it would double the time."""
SUITE = ("server", "export", "proposal")


def test_three_kills_lose_nothing_and_leave_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [kind for name in SUITE for kind in KINDS if kind.name == name]
    monkeypatch.setattr(run, "kind_of", lambda seed, number: kinds[number])
    tally = Tally()
    run_kills(tally, seed=random.randrange(10**6), first=0, count=len(SUITE), seconds=SECONDS)
    assert tally.failures == []
    assert set(tally.counts) == set(SUITE) and all(count.acknowledged > 0 for count in tally.counts.values())


def test_every_kind_comes_once_in_as_many_kills_and_a_kill_is_the_same_each_time() -> None:
    turns = [
        [kind_of(1, number).name for number in range(turn * len(KINDS), (turn + 1) * len(KINDS))] for turn in (0, 1)
    ]
    assert all(sorted(turn) == sorted(kind.name for kind in KINDS) for turn in turns) and turns[0] != turns[1]
    assert set(SECONDS) == set(turns[0])
    assert turns[1] == [kind_of(1, len(KINDS) + at).name for at in range(len(KINDS))]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Database.open(f"sqlite:///{tmp_path / 'annotations.sqlite3'}") as database:
        yield Scene.make(database)


def drawn(scene: Scene) -> tuple[Acknowledged, Record]:
    """An edit of three rows, as it was answered and as its author has recorded it."""
    track = scene.new_track()
    changes = [Change(track, frame, 0, {"rle": square(frame)}) for frame in range(3)]
    with scene.database.atomic() as tx:
        done = apply_edit(tx, Edit(new_id(), "draw", "ann", scene.video.id, changes))
    assert isinstance(done, Applied)
    record = Record(rows={done.id: frozenset((track, frame) for frame in range(3)), "undo": None, "never": frozenset()})
    return Acknowledged(done.id, done.number, done.rows), record


def test_what_is_in_the_log_as_it_was_answered_is_sound(scene: Scene) -> None:
    answer, record = drawn(scene)
    assert lost_edits(scene.database, [answer]) == [] == half_edits(scene.database, record)


@pytest.mark.parametrize("damage", ["gone", "number", "rows"])
def test_an_acknowledged_edit_that_is_gone_or_another_one_is_found(scene: Scene, damage: str) -> None:
    answer, _ = drawn(scene)
    if damage == "gone":
        answer = Acknowledged("another", answer.number, answer.rows)
    elif damage == "number":
        answer = Acknowledged(answer.id, answer.number + 1, answer.rows)
    else:
        answer = Acknowledged(answer.id, answer.number, answer.rows[:-1])
    [sentence] = lost_edits(scene.database, [answer])
    assert str(answer.number) in sentence


def test_an_edit_that_is_in_the_log_in_part_is_found(scene: Scene) -> None:
    answer, record = drawn(scene)
    table = schema.edits
    with scene.database.atomic() as tx:
        [changes] = tx.execute(table.select().with_only_columns(table.c.changes).where(table.c.id == answer.id)).one()
        tx.execute(table.update().where(table.c.id == answer.id).values(changes=changes[:2]))
    [sentence] = half_edits(scene.database, record)
    assert "with 2 rows" in sentence


@pytest.fixture
def empty(tmp_path: Path) -> Settings:
    settings = make_settings(data=tmp_path / "data", environment={})
    settings.make_folders()
    return settings


def test_left_overs_are_what_no_row_names_and_what_is_half_written(empty: Settings) -> None:
    with Database.open(empty.database_url) as database:
        with database.atomic() as tx:
            project = projects.create_project(tx, name="zoo")
            for name, copied in (("a", True), ("b", False)):
                make_video(tx, project.id, name=name, path=str(empty.videos / f"{name}.mp4"), copied=copied)
        assert left_overs(database, empty) == []
        for name in ("a.mp4", "b.mp4", f".{'0' * 32}.mp4.part"):
            (empty.videos / name).touch()
        (empty.checkpoints / "x.safetensors").touch()
        (empty.checkpoints / ".downloads").mkdir()
        (empty.exports / "whole").mkdir()
        with new_folder(empty.exports / "half"):
            found = {path.name for path in left_overs(database, empty)}
    [half] = [name for name in found if name.startswith(".half")]
    assert found == {"b.mp4", f".{'0' * 32}.mp4.part", "x.safetensors", half}


def test_what_the_checks_find_is_counted_and_told_with_the_number_of_the_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    struck: list[str] = []
    kind = Kind(
        "server",
        lambda world: struck.append("begin") or run.Activity(),  # type: ignore[func-returns-value]
        lambda world, activity: struck.append("strike"),
        lambda world, activity: ["a job was told wrongly"],
        ends_server=True,
    )
    monkeypatch.setattr(run, "kind_of", lambda seed, number: kind)
    monkeypatch.setattr(run, "left_overs", lambda database, settings: [Path("left")])
    monkeypatch.setattr(run, "problems_of", lambda database: ["a row differs"])
    monkeypatch.setattr(run, "lost_edits", lambda database, edits: [f"{len(edits)} are lost"] if edits else [])
    record = Record(acknowledged=[Acknowledged("a", 1, [])])
    world: Any = SimpleNamespace(
        writers=[SimpleNamespace(record=record)],
        database=SimpleNamespace(),
        settings=None,
        restart=lambda: struck.append("restart"),
    )
    monkeypatch.setattr(run, "half_edits", lambda database, record: [])
    tally, told = Tally(), list[str]()
    run._Run(world, tally, {"server": 0.0}, told.append).kill_once(1, 7)
    assert struck == ["begin", "strike", "restart"]
    count = tally.all
    assert (count.kills, count.acknowledged, count.lost, count.mismatches) == (1, 1, 1, 1)
    assert (count.left_overs, count.untold, len(count.seconds)) == (1, 1, 1)
    assert len(tally.failures) == 4 and all(failure.startswith("Kill 7 (server ") for failure in tally.failures)
    assert len(told) == 1 and "left is left over." in told[0]


def test_the_counts_of_all_kinds_are_added() -> None:
    tally = Tally({"a": Count(1, 2, 0, 1, 0, 0, [1.0]), "b": Count(2, 3, 1, 0, 0, 0, [3.0, 2.0])})
    assert tally.all == Count(3, 5, 1, 1, 0, 0, [1.0, 3.0, 2.0]) and tally.all.middle == 2.0
