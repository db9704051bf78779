"""What the server clears away when it starts, and what it must leave."""

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.library import uploads
from app.library.stale_uploads import KEPT_SECONDS, clear_stale_uploads, temporary_folder
from app.settings import Settings
from app.web.server import create_app
from storage import jobs
from storage.database import Database
from tests.app.conftest import ADDRESS

NOW = 1_000_000_000.0


def upload(path: Path, *, age: float, now: float = NOW) -> Path:
    """A file that is ``age`` seconds old."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    for place in (path, path.parent):
        os.utime(place, (now - age, now - age))
    return path


def received(settings: Settings, sign: str) -> Path:
    """A folder as Gradio makes one for each file of a form."""
    return temporary_folder(settings) / (sign * 64)


def kept(folder: Path, tmp_path: Path, name: str, *, age: float) -> uploads.Upload:
    """An upload that waits for its job."""
    (tmp_path / name).write_text("{}")
    made = uploads.keep(folder, str(tmp_path / name))
    upload(made.path, age=age)
    return made


def test_only_uploads_older_than_a_day_go_with_their_folders(database: Database, settings: Settings) -> None:
    old = upload(received(settings, "a") / "old.json", age=KEPT_SECONDS + 60)
    fresh = upload(received(settings, "b") / "fresh.json", age=KEPT_SECONDS - 60)
    assert clear_stale_uploads(database, settings, now=NOW) == 1
    assert not old.parent.exists() and fresh.is_file()
    assert clear_stale_uploads(database, settings, now=NOW) == 0


def test_a_video_whose_upload_broke_off_goes_and_stored_videos_stay(database: Database, settings: Settings) -> None:
    part = upload(settings.videos / f".{'0f' * 16}.mp4.part", age=2 * KEPT_SECONDS)
    under_way = upload(settings.videos / f".{'1f' * 16}.mp4.part", age=5)
    stored = upload(settings.videos / "street.mp4", age=400 * KEPT_SECONDS)
    assert clear_stale_uploads(database, settings, now=NOW) == 1
    assert not part.exists() and under_way.is_file() and stored.is_file()


@pytest.mark.parametrize("folder", ["imports", "uploads"])
def test_a_file_that_a_waiting_job_names_stays(
    database: Database, settings: Settings, tmp_path: Path, folder: str
) -> None:
    wanted = kept(settings.data / folder, tmp_path, "wanted.json", age=2 * KEPT_SECONDS)
    forgotten = kept(settings.data / folder, tmp_path, "forgotten.json", age=2 * KEPT_SECONDS)
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="import", project_id=None, parameters={**wanted.parameters, "frames": "/x"})
    assert clear_stale_uploads(database, settings, now=NOW) == 1
    assert wanted.path.is_file() and not forgotten.path.parent.exists()
    with database.atomic() as tx:
        jobs.request_cancel(tx, job.id)
    assert clear_stale_uploads(database, settings, now=NOW) == 1 and not wanted.path.exists()


@pytest.mark.parametrize("folder", ["imports", "uploads", "tmp", "videos"])
def test_what_a_person_put_there_stays(database: Database, settings: Settings, folder: str) -> None:
    place = settings.data / folder
    names = ["loose.json", "mine/a.json", "20240131/best.pth", "0123abcd/x.pth", f"{'a' * 32}/x.pth", f"{'A' * 64}/x"]
    names += [f"{'c' * 64}/one.json", f"{'c' * 64}/beside.json", ".mine.mp4.part", "tmp-notes.txt", f"{'d' * 64}"]
    theirs = [upload(place / name, age=9 * KEPT_SECONDS) for name in names]
    os.utime(place, (0, 0))
    (place / ("e" * 32)).mkdir()
    assert clear_stale_uploads(database, settings, now=NOW) == 0
    assert all(path.is_file() for path in theirs)


def test_what_a_person_put_beside_an_upload_stays(database: Database, settings: Settings, tmp_path: Path) -> None:
    made = kept(settings.data / "uploads", tmp_path, "weights.pth", age=2 * KEPT_SECONDS)
    beside = upload(made.path.parent / "notes.txt", age=2 * KEPT_SECONDS)
    assert clear_stale_uploads(database, settings, now=NOW) == 1
    upload(beside, age=2 * KEPT_SECONDS)
    assert clear_stale_uploads(database, settings, now=NOW) == 0
    assert beside.is_file() and not made.path.exists()


def test_an_upload_that_broke_off_goes(database: Database, settings: Settings) -> None:
    part = upload(temporary_folder(settings) / "tmpab_1x9zk", age=2 * KEPT_SECONDS)
    assert clear_stale_uploads(database, settings, now=NOW) == 1 and not part.exists()


def test_an_upload_of_an_old_file_is_as_young_as_its_folder(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    """The form may have been open for days when its button is pressed; the job is queued a moment later."""
    made = kept(settings.data / "imports", tmp_path, "old.json", age=2 * KEPT_SECONDS)
    os.utime(made.path.parent, (NOW, NOW))
    assert clear_stale_uploads(database, settings, now=NOW) == 0 and made.path.is_file()


@pytest.mark.parametrize("linked", ["file", "folder", "all uploads"])
def test_nothing_is_removed_through_a_link(database: Database, settings: Settings, tmp_path: Path, linked: str) -> None:
    theirs = tmp_path / "theirs"
    made = kept(theirs, tmp_path, "old.json", age=3 * KEPT_SECONDS)
    place = settings.data / "uploads"
    if linked == "all uploads":
        upload(theirs / "mine" / "old.json", age=3 * KEPT_SECONDS)
        place.symlink_to(theirs / "mine")
    elif linked == "folder":
        place.mkdir()
        (place / made.id).symlink_to(made.path.parent)
    else:
        (place / made.id).mkdir(parents=True)
        (place / made.id / "old.json").symlink_to(made.path)
        os.utime(place / made.id, (0, 0))
    assert clear_stale_uploads(database, settings, now=NOW) == 0
    assert made.path.is_file() and len(list(theirs.rglob("old.json"))) == (2 if linked == "all uploads" else 1)


def test_a_file_that_cannot_be_removed_is_left_and_the_rest_goes(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = upload(received(settings, "a") / "stuck.json", age=2 * KEPT_SECONDS)
    upload(received(settings, "b") / "loose.json", age=2 * KEPT_SECONDS)
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path == stuck:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert clear_stale_uploads(database, settings, now=NOW) == 1
    assert stuck.is_file() and str(stuck.parent) in caplog.text


def test_nothing_there_is_nothing_to_do(database: Database, settings: Settings) -> None:
    assert clear_stale_uploads(database, settings) == 0


def test_the_server_clears_up_when_it_starts(settings: Settings, started_workers: list[Settings]) -> None:
    old = upload(received(settings, "a") / "old.json", age=2 * KEPT_SECONDS, now=time.time())
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
    stuck, loose = received(settings, "a"), received(settings, "b")
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
    upload(received(settings, "a") / "old.json", age=2 * KEPT_SECONDS)
    iterdir = Path.iterdir

    def vanishing(path: Path) -> Iterator[Path]:
        if path == received(settings, "a") and not (path / "old.json").exists():
            path.rmdir()
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", vanishing)
    clear_stale_uploads(database, settings, now=NOW)
    assert not received(settings, "a").exists()
