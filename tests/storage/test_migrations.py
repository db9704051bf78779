"""From the first tables to today's with data in them, step by step, and what happens where a step fails."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from storage import checkpoints, identity_candidates, jobs, migrations, projects, runs, tracks, videos
from storage.database import Database
from storage.edits import edits_since, list_complete
from storage.edits.rebuild import check_video
from storage.masks import blob_hash, get_blobs
from storage.migrations import UnknownRevision
from tests.material import ROOT
from tests.storage.scenes import square

SQUARE = square(3)
HASH = blob_hash(12, 16, SQUARE["counts"].encode())


def revisions() -> list[str]:
    """All revisions, the first one first."""
    scripts = ScriptDirectory.from_config(migrations.config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def upgrade_to(path: Path, revision: str) -> None:
    """Bring a database file to one revision, as an older version of the program would have left it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        settings = migrations.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, revision)
    engine.dispose()


def insert(raw: sqlite3.Connection, table: str, **values: Any) -> None:
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    raw.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(values.values()))


MASK_VALUE = {"state": "present", "mask": HASH, "source": "drawn", "review": "corrected"}


def fill_first_tables(path: Path) -> None:
    """Rows in every table of revision 0001, by the columns it had."""
    first = json.dumps([{"owner": "t", "frame": -1, "before_version": 0, "before": None, "after": {"number": 1}}])
    mask = {"owner": "t", "frame": 4, "before_version": 0, "before": None, "after": MASK_VALUE}
    said = {"start": 0, "stop": 9, "categories": ["cat"], "declared": 2}
    range_ = {"owner": "r", "frame": -2, "before_version": 0, "before": None, "after": said}
    with sqlite3.connect(path) as raw:
        insert(raw, "projects", id="p", name="zoo", created=1.0, extra='{"note": 1}')
        insert(raw, "settings", key="last_project", value='"p"')
        insert(raw, "categories", id="cat", project_id="p", name="cat", position=0, source_id="7")
        insert(raw, "imports", id="i", project_id="p", path="a.json", info='{"year": 2019}', created=1.0)
        video = {"name": "walk", "kind": "video", "path": "/walk.mp4", "index": '{"count": 40}', "count": 40}
        size = {"width": 16, "height": 12, "confirmed": 40, "created": 2.0, "file_names": '["a", "b"]'}
        insert(raw, "videos", id="v", project_id="p", import_id="i", **video, **size)
        box = {"area": 9, "x": 3, "y": 2, "w": 3, "h": 3}
        insert(raw, "blobs", hash=HASH, height=12, width=16, counts=SQUARE["counts"].encode(), **box)
        insert(raw, "tracks", id="t", video_id="v", number=1, version=1)
        row = {"state": "present", "blob_hash": HASH, "source": "drawn", "review": "corrected", "version": 2}
        insert(raw, "masks", track_id="t", frame=4, **row)
        insert(raw, "complete_ranges", id="r", video_id="v", **{**said, "categories": '["cat"]'}, version=2)
        edit = {"project_id": "p", "video_id": "v", "author": "ann", "created": 3.0}
        insert(raw, "edits", number=1, id="e1", kind="new track", changes=first, **edit)
        insert(raw, "edits", number=2, id="e2", kind="draw", changes=json.dumps([mask, range_]), **edit)
        for owner, frame, number in (("t", -1, 1), ("t", 4, 2), ("r", -2, 2)):
            insert(raw, "edit_rows", owner=owner, frame=frame, number=number, origin=number)
        file = {"name": "demo", "path": "c.safetensors", "sha256": "ab", "config": "tevit_tiny", "categories": '["a"]'}
        insert(raw, "checkpoints", id="c", **file, size_bytes=10, created=4.0, metrics='{"ap50": 61.5}')
        insert(raw, "active_checkpoints", project_id="p", checkpoint_id="c")
        insert(raw, "class_maps", checkpoint_id="c", project_id="p", class_name="a", category_id="cat")
        insert(raw, "snapshots", id="s", project_id="p", hash="h", masks="[]", videos="[]", created=5.0)
        state: dict[str, Any] = {
            "status": "running",
            "progress": 0.5,
            "message": "half",
            "log": "one line",
            "worker": "w:1",
        }
        state |= {"parameters": '{"rule": "review"}', "created": 6.0}
        insert(raw, "jobs", id="j", kind="propose", project_id="p", **state)
        insert(raw, "job_points", job_id="j", series="loss", step=1, value=0.5)
        of = {"project_id": "p", "video_id": "v", "job_id": "j"}
        insert(raw, "runs", id="u", kind="proposal", state="done", created=7.0, **of)
        insert(raw, "drafts", id="d", run_id="u", video_id="v", track_id="t", frame=5, state="absent")
    raw.close()


def counts(path: Path) -> dict[str, int]:
    """The number of rows of every table."""
    with sqlite3.connect(path) as raw:
        names = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {name: raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    raw.close()
    return found


def assert_all_is_there(tx: Connection) -> None:
    """What `fill_first_tables` wrote, as today's program reads it."""
    project = projects.last_project(tx)
    assert project is not None and (project.name, project.videos, project.extra) == ("zoo", 1, {"note": 1})
    (video,) = videos.list_videos(tx, "p")
    assert (video.count, video.confirmed, video.file_names, video.import_id) == (40, 40, ["a", "b"], "i")
    (row,) = tracks.rows(tx, "v")
    assert (row.frame, row.area, row.human, row.key) == (4, 9, True, False)
    assert dict(get_blobs(tx, [HASH])[HASH]) == SQUARE
    (complete,) = list_complete(tx, "v")
    assert (complete.start, complete.stop, complete.categories) == (0, 9, ("cat",))
    assert [edit.id for edit in edits_since(tx, 0)] == ["e1", "e2"]
    assert check_video(tx, "v") == [], "the log still adds up to the tables"
    active = checkpoints.active_checkpoint(tx, "p")
    assert active is not None and active.metrics == {"ap50": 61.5}
    assert checkpoints.class_map(tx, "c", "p") == {"a": "cat"}
    job = jobs.get_job(tx, "j")
    assert (job.status, job.parameters, job.log) == ("running", {"rule": "review"}, "one line")
    assert jobs.points(tx, "j") == {"loss": [(1, 0.5)]}
    run = runs.latest_run(tx, "v")
    assert run is not None and (run.id, run.project_id, run.state) == ("u", "p", "done")


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A database of the first version of the program, with data."""
    path = tmp_path / "annotations.sqlite3"
    upgrade_to(path, revisions()[0])
    fill_first_tables(path)
    return path


def test_a_database_of_the_first_version_opens_with_all_its_data(first: Path) -> None:
    with sqlite3.connect(first) as raw:
        made = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        empty = [name for name in made if raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] == 0]
    raw.close()
    assert empty == [], "every table of the first version is filled, or this test would prove too little"
    before = counts(first)
    with Database.open(f"sqlite:///{first}") as database:
        assert database.check() == []
        with database.read() as tx:
            assert migrations.state(tx) == "current"
            assert_all_is_there(tx)
    after = counts(first)
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("stop", revisions())
def test_every_stop_on_the_way_can_be_upgraded_from(first: Path, stop: str) -> None:
    upgrade_to(first, stop)
    with Database.open(f"sqlite:///{first}") as database, database.read() as tx:
        assert_all_is_there(tx)


def test_an_upgraded_database_goes_on_being_written(first: Path) -> None:
    with Database.open(f"sqlite:///{first}") as database:
        with database.atomic() as tx:
            new = jobs.enqueue(tx, kind="propose", project_id="p", video_id="v")
            assert jobs.finish(tx, "j").status == "done"
            claimed = jobs.claim(tx, worker="w", kinds=["propose"])
            assert claimed is not None and claimed.id == new.id
            projects.add_category(tx, "p", "dog")
        assert database.check() == []


def test_a_project_that_proposed_with_an_added_checkpoint_keeps_it(first: Path) -> None:
    upgrade_to(first, "0011")
    with sqlite3.connect(first) as raw:
        insert(raw, "projects", id="q", name="farm", created=1.0)
        file = {"config": "tevit_tiny", "categories": '["a"]', "size_bytes": 10}
        for name, created, owner in (("older", 5.0, None), ("newer", 6.0, None), ("round 1", 7.0, "q")):
            checkpoint = {"id": name, "name": name, "path": name, "sha256": name, "created": created, **file}
            insert(raw, "checkpoints", **checkpoint, **({"project_id": owner} if owner else {}))
    raw.close()
    with Database.open(f"sqlite:///{first}") as database, database.read() as tx:
        kept, chosen = (checkpoints.active_checkpoint(tx, project) for project in ("p", "q"))
    assert kept is not None and kept.id == "c", "a choice of a person stays"
    assert chosen is not None and chosen.name == "newer"


def test_the_likeness_of_suggested_merges_becomes_a_share(first: Path) -> None:
    upgrade_to(first, "0016")
    merge = {"kind": "merge", "tracks": ["t", "s"], "frame": 4, "masks": [["t", 3, HASH]], "strength": 0.5}
    near, unknown = ({**merge, "evidence": {"frames": 2.0, "alike": below}} for below in (-0.1, 0.0))
    stored = {"candidates": json.dumps([near, unknown]), "dismissed": json.dumps([near])}
    with sqlite3.connect(first) as raw:
        insert(raw, "identity_candidates", video_id="v", edit=2, created=8.0, **stored)
    raw.close()
    with Database.open(f"sqlite:///{first}") as database, database.read() as tx:
        search = identity_candidates.latest(tx, "v")
    assert search is not None
    assert [one.evidence for one in search.candidates] == [{"frames": 2.0, "alike": 0.9}, {"frames": 2.0}]
    assert [one.evidence for one in search.dismissed] == [{"frames": 2.0, "alike": 0.9}]


def test_revisions_are_one_line_from_the_first_to_the_last() -> None:
    scripts = ScriptDirectory.from_config(migrations.config())
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    downs = [script.down_revision for script in scripts.walk_revisions()][::-1]
    assert downs == [None, *revisions()[:-1]]


def test_a_step_that_fails_leaves_the_old_tables_and_data(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(tx: Connection) -> None:
        tx.exec_driver_sql("CREATE TABLE half_done (id TEXT)")
        tx.exec_driver_sql("DROP TABLE settings")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(migrations, "state", lambda tx: "old")
    monkeypatch.setattr(migrations, "upgrade", breaks)
    before = counts(first)
    with pytest.raises(OSError, match="No space"):
        Database.open(f"sqlite:///{first}")
    monkeypatch.undo()
    assert counts(first) == before
    with Database.open(f"sqlite:///{first}") as database, database.read() as tx:
        assert_all_is_there(tx)


OPEN_AND_COUNT = """
import sys
sys.path.insert(0, sys.argv[1])
from storage.database import Database
from storage.projects import list_projects
with Database.open(sys.argv[2]) as database, database.read() as tx:
    print(len(list_projects(tx)))
"""


def test_two_processes_that_upgrade_at_once_both_see_the_data(first: Path) -> None:
    command_line = [sys.executable, "-c", OPEN_AND_COUNT, str(ROOT), f"sqlite:///{first}"]
    processes = [subprocess.Popen(command_line, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0].strip() for process in processes] == ["1", "1"]
    assert counts(first)["alembic_version"] == 1


def test_an_unknown_revision_is_named(first: Path) -> None:
    engine = create_engine(f"sqlite:///{first}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'f00d'")
        with pytest.raises(UnknownRevision, match="'f00d'") as caught:
            migrations.state(connection)
    engine.dispose()
    assert caught.value.revision == "f00d"


def test_the_scripts_are_found_below_a_folder_with_a_percent_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "__file__", "/100%/storage/migrations/__init__.py")
    assert migrations.config().get_main_option("script_location") == "/100%/storage/migrations"
