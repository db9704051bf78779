"""What killed copies and exports left half written goes at the next start; what is being written stays."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.library.abandoned import clear_abandoned
from app.library.kept_runs import STATE
from app.library.unpacked import UNPACKED
from app.settings import DATABASE_NAME, Settings
from app.web.server import create_app
from storage import jobs
from storage.database import Database
from storage.projects import Project
from tests.app.conftest import ADDRESS
from tests.app.made import add_checkpoint, project_with
from tests.material import ROOT
from tests.storage.scenes import make_video

# Writes a folder, or copies a video, and stops in the middle until it is killed.
EXPORT = """
import sys, time
from pathlib import Path
from storage.atomic import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "JPEGImages").mkdir()
    (folder / "JPEGImages" / "0.jpg").write_text("x")
    print("half", flush=True)
    time.sleep(60)
"""
COPY = """
import shutil, sys, time
from pathlib import Path
from app.library import videos
from app.settings import make_settings
from storage.database import Database
def stop(*_, **__):
    print("half", flush=True)
    time.sleep(60)
def stop_copying(source, target):
    Path(target).write_text("x")
    stop()
settings = make_settings(data=sys.argv[1], environment={})
if sys.argv[3] == "copying":
    shutil.copyfile = stop_copying
else:
    videos._store = stop
database = Database.open(settings.database_url)
videos.add_video(database, settings, project_id="p", path=sys.argv[2], copy=True, again=True)
"""
CHECKPOINT = """
import sys, time
from pathlib import Path
from storage.arrivals import arriving
with arriving(Path(sys.argv[1])) as arrival:
    arrival.content.write_text("weights")
    arrival.put()
    print("half", flush=True)
    time.sleep(60)
"""
FILE = """
import sys, time
from pathlib import Path
from {package}.atomic import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def halfway(program: str, *arguments: object) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "half\n"
    return process


def kill(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def partial(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if path.name.endswith(".partial")]


def test_a_killed_export_goes_at_the_next_start_and_a_running_one_stays(settings: Settings, database: Database) -> None:
    killed = halfway(EXPORT, settings.exports / "street")
    kill(killed)
    [left] = partial(settings.exports)
    running = halfway(EXPORT, settings.exports / "quay")
    try:
        with TestClient(create_app(settings, pages=False), base_url=ADDRESS):
            [stays] = partial(settings.exports)
            assert "quay" in stays.name and not left.exists()
    finally:
        kill(running)
    assert clear_abandoned(database, settings) == 1
    assert partial(settings.exports) == []


@pytest.mark.parametrize("package", ["storage", "model"])
@pytest.mark.parametrize("place", ["checkpoints", "exports", "videos"])
def test_the_file_of_a_killed_writer_goes_at_once_and_one_that_is_written_stays(
    settings: Settings, database: Database, package: str, place: str
) -> None:
    folder = settings.data / place
    program = FILE.format(package=package)
    running = halfway(program, folder / "one.pth")
    try:
        kill(halfway(program, folder / "other.pth"))
        assert len(partial(folder)) == 2 and clear_abandoned(database, settings) == 1
        [stays] = partial(folder)
        assert stays.name.startswith(".one.pth.")
    finally:
        kill(running)
    assert clear_abandoned(database, settings) == 1 and partial(folder) == []


def source_of(tmp_path: Path, kind: str) -> Path:
    """A file, or a folder of two pictures, to copy."""
    source = tmp_path / "film.mp4"
    if kind == "file":
        source.write_text("x")
    else:
        source.mkdir()
        for k in range(2):
            (source / f"{k}.png").write_text("x")
    return source


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("killed", ["copying", "before its row is stored"])
def test_a_killed_copy_leaves_nothing_after_the_next_start(
    settings: Settings, database: Database, tmp_path: Path, kind: str, killed: str
) -> None:
    kill(halfway(COPY, settings.data, source_of(tmp_path, kind), killed))
    assert len(list(settings.videos.iterdir())) == (1 if killed == "copying" else 2)
    assert clear_abandoned(database, settings) == 1
    assert list(settings.videos.iterdir()) == []


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_copy_whose_row_was_stored_stays_when_its_process_was_killed_just_then(
    settings: Settings, database: Database, project: Project, tmp_path: Path, kind: str
) -> None:
    kill(halfway(COPY, settings.data, source_of(tmp_path, kind), "before its row is stored"))
    with database.atomic() as tx:
        make_video(tx, project.id, path=str(settings.videos / "film.mp4"), copied=True)
    assert clear_abandoned(database, settings) == 1
    assert list(settings.videos.iterdir()) == [settings.videos / "film.mp4"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_person_put_in_the_place_of_a_killed_copy_stays(
    settings: Settings, database: Database, tmp_path: Path, kind: str
) -> None:
    kill(halfway(COPY, settings.data, source_of(tmp_path, kind), "before its row is stored"))
    place = settings.videos / "film.mp4"
    theirs = place if kind == "file" else place / "1.png"
    (tmp_path / "theirs").write_text("theirs")
    (tmp_path / "theirs").replace(theirs)
    assert clear_abandoned(database, settings) == 1
    assert theirs.read_text() == "theirs"
    assert kind == "file" or list(place.iterdir()) == [theirs]


def test_an_export_into_a_folder_of_a_person_is_found_by_its_job(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    out = tmp_path / "mine" / "street"
    kill(halfway(EXPORT, out))
    other = tmp_path / "mine" / ".other.0123456789abcdef0123456789abcdef.partial"
    other.mkdir()
    assert clear_abandoned(database, settings) == 0, "nobody says that it is ours"
    with database.atomic() as tx:
        jobs.enqueue(tx, kind="export", project_id=None, parameters={"out": str(out)})
        jobs.enqueue(tx, kind="export", project_id=None, parameters={"out": "/no such/place"})
        for _ in range(100):
            jobs.enqueue(tx, kind="index", project_id=None)
    assert clear_abandoned(database, settings) == 1
    assert list(out.parent.iterdir()) == [other]


def test_an_unpacked_archive_that_another_process_removes_meanwhile_stops_nothing(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = settings.data / UNPACKED
    gone, old = root / ("0" * 32), root / ("1" * 32)
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    monkeypatch.setattr("app.library.unpacked.folders_named", lambda place, pattern: iter((gone, old)))
    assert clear_abandoned(database, settings) == 0 and not old.exists()


def test_what_only_a_replaced_database_may_know_stays_until_that_is_removed(
    settings: Settings, database: Database
) -> None:
    unpacked, kept_run = settings.data / UNPACKED / ("1" * 32), settings.retrainings / "of a job there"
    for folder in (unpacked, kept_run):
        folder.mkdir(parents=True)
        os.utime(folder, (0, 0))
    replaced = settings.data / f"{Path(DATABASE_NAME).stem}-replaced-20260101-120000.sqlite3"
    replaced.write_bytes(b"")
    clear_abandoned(database, settings)
    assert unpacked.is_dir() and kept_run.is_dir()
    replaced.unlink()
    clear_abandoned(database, settings)
    assert not unpacked.exists() and not kept_run.exists()


@pytest.mark.parametrize("what", ["list", "stat"])
def test_unpacked_archives_that_cannot_be_read_are_logged_and_left(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    place = settings.data / UNPACKED / ("1" * 32)
    place.mkdir(parents=True)
    stat = Path.stat

    def refuse(self: Path, **more: Any) -> os.stat_result:
        if self == place:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return stat(self, **more)

    def folders(root: Path, pattern: object) -> Iterator[Path]:
        if what == "list":
            raise PermissionError(errno.EACCES, "Permission denied", str(root))
        yield place

    with monkeypatch.context() as patch:
        patch.setattr("app.library.unpacked.folders_named", folders)
        patch.setattr(Path, "stat", refuse)
        assert clear_abandoned(database, settings) == 0
    assert place.is_dir() and "Permission denied" in caplog.text


@pytest.mark.parametrize("row", [True, False])
def test_a_checkpoint_whose_process_was_killed_stays_only_with_its_row(
    settings: Settings, database: Database, row: bool
) -> None:
    place = settings.checkpoints / "demo.safetensors"
    kill(halfway(CHECKPOINT, place))
    if row:
        add_checkpoint(database, "fish")
    assert place.is_file() and clear_abandoned(database, settings) == 1
    assert list(settings.checkpoints.iterdir()) == ([place] if row else [])


def test_what_a_person_put_there_and_what_is_young_without_a_lock_stays(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    sign = "0123456789abcdef" * 2
    (settings.videos / "street").mkdir()
    (settings.videos / f".street.{sign}.partial.old").mkdir()
    (settings.videos / f".young.{sign}.partial").mkdir()
    (settings.videos / f".young.{sign}.partial" / "picture.jpg").write_text("x")
    (settings.videos / f".file.{sign}.partial.mine").write_text("x")
    (settings.videos / f".linked.{sign}.partial").symlink_to(tmp_path / "away" / ".held")
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / ".held").write_text("")
    (settings.videos / f".link.{sign}.partial").symlink_to(tmp_path / "away")
    assert clear_abandoned(database, settings) == 0
    assert len(list(settings.videos.iterdir())) == 6 and (tmp_path / "away" / ".held").is_file()


def test_what_a_retraining_has_kept_goes_when_its_job_has_ended(settings: Settings, database: Database) -> None:
    clear_abandoned(database, settings)
    with database.atomic() as tx:
        over, waiting = (jobs.enqueue(tx, kind="retrain", project_id=None).id for _ in range(2))
        jobs.request_cancel(tx, over)
    for name in (waiting, over, "unknown"):
        (settings.retrainings / name / "choosing").mkdir(parents=True)
    clear_abandoned(database, settings)
    assert [left.name for left in settings.retrainings.iterdir()] == [waiting]


@pytest.mark.parametrize("ending", ["cancelled", "failed", "done"])
def test_what_a_retraining_has_kept_that_was_not_done_stays_until_another_one_of_the_project_has_begun(
    settings: Settings, database: Database, ending: str
) -> None:
    def queued(project_id: str | None) -> str:
        with database.atomic() as tx:
            job = jobs.enqueue(tx, kind="retrain", project_id=project_id)
            jobs.claim(tx, worker="w", kinds=["retrain"], only=job.id)
        return job.id

    def keep(job: str) -> None:
        (settings.retrainings / job).mkdir(parents=True)
        (settings.retrainings / job / STATE).touch()

    def left() -> set[str]:
        clear_abandoned(database, settings)
        return {folder.name for folder in settings.retrainings.iterdir()}

    project, _ = project_with(database)
    first = queued(project.id)
    keep(first)
    with database.atomic() as tx:
        if ending == "cancelled":
            jobs.cancelled(tx, first)
        elif ending == "failed":
            jobs.fail(tx, first, error="The disk is away.")
        else:
            jobs.finish(tx, first)
    other, second = queued(None), queued(project.id)
    keep(other)
    assert left() == {other} | (set() if ending == "done" else {first})
    keep(second)
    assert left() == {other, second}
