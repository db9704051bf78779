import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, insert, inspect, select, update

from storage import schema, summary_tables
from storage.database import (
    Database,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DiskFull,
    NewerDatabase,
    ReadOnly,
    insert_missing,
)
from storage.prepared import sqlite_connection
from storage.projects import create_project, get_setting, list_projects, set_setting
from tests.material import ROOT
from tests.storage.threads import at_once


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_migrations_make_exactly_the_tables_of_the_schema(database: Database) -> None:
    with database.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, summary_tables.metadata) == []


def test_migrated_checks_and_foreign_keys_are_those_of_the_schema(database: Database) -> None:
    engine = create_engine("sqlite://")
    summary_tables.metadata.create_all(engine)
    wanted = inspect(engine)
    with database.read() as tx:
        found = inspect(tx)
        for table in summary_tables.metadata.tables:
            checks = {check["name"]: check["sqltext"] for check in wanted.get_check_constraints(table)}
            assert {check["name"]: check["sqltext"] for check in found.get_check_constraints(table)} == checks
            keys = sorted(key["name"] or "" for key in wanted.get_foreign_keys(table))
            assert sorted(key["name"] or "" for key in found.get_foreign_keys(table)) == keys
            indexes = sorted(index["name"] or "" for index in wanted.get_indexes(table))
            assert sorted(index["name"] or "" for index in found.get_indexes(table)) == indexes


def test_folders_are_made_and_a_second_opening_finds_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "100% data" / "annotations.sqlite3"
    with Database.open(url(path)) as first, first.atomic() as tx:
        create_project(tx, name="kept")
    with Database.open(url(path)) as second, second.read() as tx:
        assert [project.name for project in list_projects(tx)] == ["kept"]


def test_opening_works_from_any_folder(tmp_path: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from storage.database import Database\n"
        "Database.open('sqlite:///here.sqlite3').close()\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert (tmp_path / "here.sqlite3").exists()


def test_sqlite_is_in_wal_with_foreign_keys(database: Database) -> None:
    with database.read() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert tx.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    assert database.check() == []


def test_an_exception_takes_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(KeyError), database.atomic() as tx:
        create_project(tx, name="half")
        raise KeyError
    with database.read() as tx:
        assert list_projects(tx) == ()


def test_reading_does_not_write(database: Database) -> None:
    with pytest.raises(ReadOnly), database.read() as tx:
        create_project(tx, name="through the wrong door")


def test_reading_between_writes_leaves_the_writers_statements_compiled(database: Database) -> None:
    """SQLite compiles all of them anew after a change of ``query_only``, which makes a stroke much dearer."""
    told: list[str] = []
    for number in range(3):
        with database.atomic() as tx:
            sqlite_connection(tx).set_trace_callback(told.append)
            set_setting(tx, "n", number)
        with database.read() as tx:
            assert get_setting(tx, "n") == number
    assert [line for line in told if "query_only" in line] == []
    assert any(line.startswith("BEGIN") for line in told), "the next writes use the same connection"


def test_a_database_in_memory_is_read_where_it_is_written() -> None:
    with Database.open("sqlite://") as database:
        with database.atomic() as tx:
            create_project(tx, name="here")
        with database.read() as tx:
            assert [project.name for project in list_projects(tx)] == ["here"]
        with pytest.raises(ReadOnly), database.read() as tx:
            create_project(tx, name="through the wrong door")


def test_readers_see_the_state_before_a_writer_that_is_not_done_and_do_not_wait(database: Database) -> None:
    with database.atomic() as tx:
        create_project(tx, name="one")
        with database.read() as reader:
            assert list_projects(reader) == ()
    with database.read() as reader:
        assert len(list_projects(reader)) == 1
        with database.atomic() as tx:
            create_project(tx, name="two")
        assert len(list_projects(reader)) == 1, "one reader sees one state to its end"


COUNT_UP = """
import sys
sys.path.insert(0, sys.argv[1])
from storage.database import Database
from storage.projects import get_setting, set_setting
database = Database.open(sys.argv[2])
for _ in range(int(sys.argv[3])):
    with database.atomic() as tx:
        set_setting(tx, "counter", get_setting(tx, "counter") + 1)
"""


def test_processes_and_threads_that_write_at_once_lose_nothing(database: Database, tmp_path: Path) -> None:
    with database.atomic() as tx:
        set_setting(tx, "counter", 0)
    command = [sys.executable, "-c", COUNT_UP, str(ROOT), url(tmp_path / "annotations.sqlite3"), "60"]
    processes = [subprocess.Popen(command) for _ in range(2)]

    def count_up() -> None:
        for _ in range(60):
            with database.atomic() as tx:
                set_setting(tx, "counter", get_setting(tx, "counter") + 1)

    at_once(count_up, count_up)
    assert [process.wait() for process in processes] == [0, 0]
    with database.read() as tx:
        assert get_setting(tx, "counter") == 240


def test_processes_that_open_a_new_database_at_once_both_succeed(tmp_path: Path) -> None:
    path = url(tmp_path / "new.sqlite3")
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom storage.database import Database\nDatabase.open({path!r})"
    )
    processes = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]


@pytest.fixture
def with_writer(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database as SQLite makes it by itself, and a connection that writes to it just now."""
    with closing(sqlite3.connect(tmp_path / "new.sqlite3", isolation_level=None)) as writer:
        writer.execute("CREATE TABLE theirs (id TEXT)")
        writer.execute("BEGIN IMMEDIATE")
        yield writer


def test_a_process_that_prepares_the_file_while_another_writes_waits_for_it(
    with_writer: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses the change of the mode at once, whatever its timeout; two that open a new file meet so."""
    monkeypatch.setattr("storage.database.time.sleep", lambda _: with_writer.execute("COMMIT"))
    with Database.open(f"sqlite:///{tmp_path / 'new.sqlite3'}") as database, database.read() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal" and not list_projects(tx)


def test_a_file_that_another_process_never_gives_free_is_one_sentence(
    with_writer: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = list[float]()
    monkeypatch.setattr("storage.database.time.sleep", waits.append)
    monkeypatch.setattr("storage.database.BUSY_MILLISECONDS", 30)
    with pytest.raises(DatabaseBusy, match="Another process"):
        Database.open(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert waits


def test_a_full_disk_is_one_sentence_and_keeps_nothing(database: Database) -> None:
    with database.read() as tx:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(DiskFull, match="full"), database.atomic() as tx:
        tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        set_setting(tx, "large", "x" * 1_000_000)
    with database.read() as tx:
        assert get_setting(tx, "large") is None


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "annotations.sqlite3"
    path.write_bytes(b"this is a text and no database at all, really" * 100)
    with pytest.raises(DatabaseDamaged, match=r"annotations\.sqlite3"):
        Database.open(url(path))
    assert path.read_bytes().startswith(b"this is a text")


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(ReadOnly, match="folder"):
        Database.open(url(tmp_path / "data" / "annotations.sqlite3"))


@pytest.mark.parametrize("bad", ["nonsense", "oracle9://x/y", ""])
def test_a_wrong_url_is_one_sentence(bad: str) -> None:
    with pytest.raises(DatabaseError):
        Database.open(bad)


def test_a_writer_that_waits_too_long_is_one_sentence(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.database.BUSY_MILLISECONDS", 50)
    with (
        Database.open(url(Path(database.place))) as impatient,
        database.atomic(),
        pytest.raises(DatabaseBusy, match="try again"),
        impatient.atomic(),
    ):
        raise AssertionError("two writers at once")


def test_a_database_of_a_later_version_is_refused_and_left_alone(database: Database) -> None:
    with database.atomic() as tx:
        tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="9999"):
        Database.open(url(Path(database.place)))


def test_check_names_rows_that_refer_to_nothing(database: Database) -> None:
    with sqlite3.connect(database.place) as raw:
        raw.execute("INSERT INTO categories (id, project_id, name, position) VALUES ('c', 'nowhere', 'cat', 0)")
    raw.close()
    problems = database.check()
    assert len(problems) == 1
    assert "categories" in problems[0] and "projects" in problems[0]


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(DatabaseError, match="FOREIGN KEY"), database.atomic() as tx:
        tx.execute(insert(schema.categories).values(id="c", project_id="nowhere", name="cat", position=0))


def test_rows_that_are_there_are_not_overwritten(database: Database) -> None:
    with database.atomic() as tx:
        insert_missing(tx, schema.settings, [{"key": "a", "value": 1}])
        insert_missing(tx, schema.settings, [{"key": "a", "value": 2}, {"key": "b", "value": 3}])
        insert_missing(tx, schema.settings, [])
        assert {key: value for key, value in tx.execute(select(schema.settings))} == {"a": 1, "b": 3}
        tx.execute(update(schema.settings).values(value=None))
        assert tx.exec_driver_sql("SELECT count(*) FROM settings WHERE value IS NULL").scalar() == 2


def test_a_database_that_cannot_be_written_can_be_read_and_says_why_it_refuses(database: Database) -> None:
    with database.atomic() as tx:
        create_project(tx, name="kept")
    with Database.open(f"sqlite:///file:{database.place}?mode=ro&uri=true") as frozen:
        with frozen.read() as tx:
            assert [project.name for project in list_projects(tx)] == ["kept"]
        with pytest.raises(ReadOnly, match="cannot be written"), frozen.atomic() as tx:
            create_project(tx, name="refused")


def test_a_missing_database_that_may_not_be_made_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReadOnly, match="cannot be opened"):
        Database.open(f"sqlite:///file:{tmp_path / 'missing.sqlite3'}?mode=ro&uri=true")
    assert not Path("file:").exists(), "a URI is no path, so no folder is made for it"


def test_a_closed_database_leaves_no_connection(database: Database, tmp_path: Path) -> None:
    with Database.open(url(tmp_path / "other.sqlite3")) as other, other.atomic() as tx:
        create_project(tx, name="kept")
    assert sorted(path.name for path in tmp_path.glob("other*")) == ["other.sqlite3"], "the last one folds the WAL in"


@pytest.mark.parametrize("url", ["mysql+nothing://ann:secret@host/db", "postgresql://ann:sec@ret:9@host:no/db"])
def test_a_password_is_in_no_message(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"://ann:[*]{3}@host") as caught:
        Database.open(url)
    assert "sec" not in str(caught.value)


def test_a_database_that_was_busy_works_again_for_the_same_object(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database.BUSY_MILLISECONDS", 50)
    with Database.open(f"sqlite:///{database.place}") as impatient:
        with database.atomic() as tx:
            set_setting(tx, "held", 1)
            with pytest.raises(DatabaseBusy), impatient.atomic() as other:
                set_setting(other, "held", 2)
            with impatient.read() as reader:
                assert get_setting(reader, "held") is None, "reading waits for nobody"
        with impatient.atomic() as tx:
            set_setting(tx, "held", 3)
        with database.read() as tx:
            assert get_setting(tx, "held") == 3


def test_more_writers_than_kept_connections_all_get_their_turn(database: Database) -> None:
    def make(number: int) -> None:
        with database.atomic() as tx:
            create_project(tx, name=str(number))

    at_once(*(partial(make, number) for number in range(24)))
    with database.read() as tx:
        assert len(list_projects(tx)) == 24


def test_a_database_copied_without_its_log_of_writes_is_whole_after_closing(database: Database, tmp_path: Path) -> None:
    with database.atomic() as tx:
        create_project(tx, name="kept")
    database.close()
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(Path(database.place).read_bytes())
    with Database.open(f"sqlite:///{copy}") as other, other.read() as tx:
        assert [project.name for project in list_projects(tx)] == ["kept"]


def test_a_durable_handle_writes_through_to_the_disk_and_others_do_not(database: Database) -> None:
    durable = database.durable(patience_seconds=5)
    found = []
    for handle in (database, durable, database, durable):
        with handle.atomic() as tx:
            pragmas = ("synchronous", "busy_timeout", "query_only")
            found.append(tuple(tx.exec_driver_sql(f"PRAGMA {pragma}").scalar() for pragma in pragmas))
    assert found == [(1, 30_000, 0), (2, 5_000, 0)] * 2, "NORMAL and FULL, though they share a connection"
    with durable.read() as tx:
        assert tx.exec_driver_sql("PRAGMA query_only").scalar() == 1


def test_a_durable_handle_waits_no_longer_than_it_says(database: Database) -> None:
    durable = database.durable(patience_seconds=1.0)
    with database.atomic(), pytest.raises(DatabaseBusy, match="over 1 s"), durable.atomic():
        pytest.fail("the lock was held")


def test_a_handle_for_reading_reads_and_refuses_to_write(database: Database) -> None:
    with database.atomic() as tx:
        create_project(tx, name="seen")
    reader = database.read_only()
    with reader.read() as tx:
        assert [project.name for project in list_projects(tx)] == ["seen"]
    with pytest.raises(RuntimeError, match="may only read"), reader.atomic():
        pytest.fail("a write began")
