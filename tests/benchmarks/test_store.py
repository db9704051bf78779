"""Both sides of the benchmark of the store read and write the same rows."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import Database
from storage.edits.rebuild import rebuild_state
from storage.edits.row_store import load_video
from tests.benchmarks import store as benchmark
from tests.benchmarks._filled_store import FRAMES, TRACKS, FilledStore, filled_store
from tests.benchmarks._sqlite_alone import SqliteAlone
from tests.benchmarks._store_calls import SPAN, StoreCalls
from tests.benchmarks._timing import Row


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> FilledStore:
    return filled_store(tmp_path_factory.mktemp("store"), count=2)


@pytest.fixture(scope="module")
def database(filled: FilledStore) -> Iterator[Database]:
    with Database.open(f"sqlite:///{filled.path}") as database:
        yield database


@pytest.fixture(scope="module")
def calls(filled: FilledStore, database: Database) -> Iterator[StoreCalls]:
    with closing(SqliteAlone(filled.path)) as alone:
        yield StoreCalls(filled, database, alone)


def test_the_filled_database_is_used_again_and_its_log_explains_its_rows(
    filled: FilledStore, database: Database
) -> None:
    assert filled_store(filled.path.parent, count=2) == filled
    with database.read() as tx:
        rows = load_video(tx, filled.videos[1])
        assert rebuild_state(tx, filled.videos[1]) == rows
    assert len(rows) == TRACKS * FRAMES + TRACKS
    assert database.check() == []


def test_both_sides_read_the_same_rows_and_masks(calls: StoreCalls) -> None:
    ours, raw = calls.rows()
    found, alone = ours(), raw()
    assert [row[:2] for row in found] == [row[:2] for row in alone]  # type: ignore[attr-defined]
    assert len(alone) == TRACKS * (SPAN[1] - SPAN[0])  # type: ignore[arg-type]
    ours, raw = calls.masks()
    masks = {name: (*mask["size"], mask["counts"]) for name, mask in ours().items()}  # type: ignore[attr-defined]
    assert masks == raw() and masks


def test_both_sides_write_rows_that_their_log_explains(
    calls: StoreCalls, database: Database, filled: FilledStore
) -> None:
    with database.read() as tx:
        before = tx.exec_driver_sql("SELECT count(*) FROM masks").scalar_one()
        edits = tx.exec_driver_sql("SELECT count(*) FROM edits").scalar_one()
    for call in (*calls.proposal(), *calls.stroke()):
        call()
    with database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM masks").scalar_one() == before + 2 * TRACKS * FRAMES
        assert tx.exec_driver_sql("SELECT count(*) FROM edits").scalar_one() == edits + 4
        numbers = "SELECT max(version) FROM masks WHERE source = 'drawn'"
        assert tx.exec_driver_sql(numbers).scalar_one() == edits + 4
    assert database.check() == []
    ours, raw = calls.rebuild()
    assert {tuple(key) for key in ours()} == set(raw())  # type: ignore[attr-defined, call-overload]


def test_the_table_has_both_times_and_their_ratio(calls: StoreCalls) -> None:
    pair = benchmark.compared("read", calls.rows, 2)
    table = benchmark.table([pair], [Row("undo", 2.0, 3.0)], count=2)
    (name, _, _, ratio), other = table.rows
    assert name == "read" and float(ratio.removesuffix(" x")) > 0
    assert other == ("undo", "2.0 ms", "", "") and "2 videos and 2,000 masks" in table.notes[0]
    assert [row["name"] for row in table.facts["rows"]] == ["read", "read: SQLite alone", "undo"]


def test_an_undone_stroke_and_both_commits_are_timed(tmp_path: Path) -> None:
    with Database.open(f"sqlite:///{tmp_path}/a.sqlite3") as database:
        assert benchmark.undo_row(database).median_ms > 0
