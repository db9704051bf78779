"""What the server clears away when it starts, and what it must leave."""

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.leftovers import KEPT_SECONDS, clear_leftovers, temporary_folder
from app.server import create_app
from app.settings import Settings
from storage import jobs
from storage.database import Database
from tests.app.conftest import ADDRESS

NOW = 1_000_000_000.0


def upload(path: Path, *, age: float, now: float = NOW) -> Path:
    """A file that is ``age`` seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    os.utime(path, (now - age, now - age))
    return path


def test_only_uploads_older_than_a_day_go_with_their_folders(database: Database, settings: Settings) -> None:
    old = upload(temporary_folder(settings) / "a1" / "old.json", age=KEPT_SECONDS + 60)
    fresh = upload(temporary_folder(settings) / "b2" / "fresh.json", age=KEPT_SECONDS - 60)
    assert clear_leftovers(database, settings, now=NOW) == 1
    assert not old.parent.exists() and fresh.is_file()
    assert clear_leftovers(database, settings, now=NOW) == 0


def test_a_video_whose_upload_broke_off_goes_and_stored_videos_stay(database: Database, settings: Settings) -> None:
    part = upload(settings.videos / ".0f.mp4.part", age=2 * KEPT_SECONDS)
    under_way = upload(settings.videos / ".1f.mp4.part", age=5)
    stored = upload(settings.videos / "street.mp4", age=400 * KEPT_SECONDS)
    assert clear_leftovers(database, settings, now=NOW) == 1
    assert not part.exists() and under_way.is_file() and stored.is_file()


@pytest.mark.parametrize("folder", ["imports", "uploads"])
def test_a_file_that_a_waiting_job_names_stays(database: Database, settings: Settings, folder: str) -> None:
    wanted = upload(settings.data / folder / "1" / "wanted.json", age=2 * KEPT_SECONDS)
    forgotten = upload(settings.data / folder / "2" / "forgotten.json", age=2 * KEPT_SECONDS)
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=None, parameters={"file": str(wanted), "frames": "/x"})
    assert clear_leftovers(database, settings, now=NOW) == 1
    assert wanted.is_file() and not forgotten.exists()
    with database.atomic() as tx:
        jobs.request_cancel(tx, job.id)
    assert clear_leftovers(database, settings, now=NOW) == 1 and not wanted.exists()


def test_what_a_link_points_at_is_left_alone(database: Database, settings: Settings, tmp_path: Path) -> None:
    theirs = upload(tmp_path / "theirs.json", age=3 * KEPT_SECONDS)
    link = temporary_folder(settings) / "a" / "link.json"
    link.parent.mkdir(parents=True)
    link.symlink_to(theirs)
    os.utime(link, (0, 0), follow_symlinks=False)
    assert clear_leftovers(database, settings, now=NOW) == 1
    assert theirs.is_file() and not link.is_symlink()


def test_a_file_that_cannot_be_removed_is_left_and_the_rest_goes(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = upload(temporary_folder(settings) / "a" / "stuck.json", age=2 * KEPT_SECONDS)
    upload(temporary_folder(settings) / "b" / "loose.json", age=2 * KEPT_SECONDS)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == stuck:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert clear_leftovers(database, settings, now=NOW) == 1
    assert stuck.is_file() and "stuck.json" in caplog.text


def test_nothing_there_is_nothing_to_do(database: Database, settings: Settings) -> None:
    assert clear_leftovers(database, settings) == 0


def test_the_server_clears_up_when_it_starts(settings: Settings, started_workers: list[Settings]) -> None:
    old = upload(temporary_folder(settings) / "a1" / "old.json", age=2 * KEPT_SECONDS, now=time.time())
    with TestClient(create_app(settings, pages=False)):
        assert not old.exists()


@pytest.mark.parametrize(
    "code", [errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS]
)
def test_a_folder_that_cannot_be_removed_does_not_keep_the_server_from_starting(
    settings: Settings,
    started_workers: list[Settings],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    code: int,
) -> None:
    stuck = temporary_folder(settings) / "stuck"
    loose = settings.data / "imports" / "loose"
    for folder in (stuck, loose):
        upload(folder / "old.json", age=2 * KEPT_SECONDS, now=time.time())
    rmdir = Path.rmdir

    def refuse(path: Path) -> None:
        if path == stuck:
            raise OSError(code, os.strerror(code))
        rmdir(path)

    monkeypatch.setattr(Path, "rmdir", refuse)
    with TestClient(create_app(settings, pages=False), base_url=ADDRESS) as client:
        assert client.get("/data/projects").status_code == 200
    assert stuck.is_dir() and not loose.exists()
    assert str(stuck) in caplog.text


def test_a_folder_that_vanishes_while_it_is_looked_at_is_nothing_to_stop_for(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(temporary_folder(settings) / "gone" / "old.json", age=2 * KEPT_SECONDS)
    iterdir = Path.iterdir

    def vanishing(path: Path) -> Iterator[Path]:
        if path.name == "gone":
            path.rmdir()
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", vanishing)
    assert clear_leftovers(database, settings, now=NOW) == 1
    assert not (temporary_folder(settings) / "gone").exists()
