"""Deleting a video for good takes what this program copied in, and no file of a person, wherever that lies."""

import shutil
from pathlib import Path

import pytest

from app.library import removal as library
from app.library import videos
from app.settings import Settings
from storage import videos as store
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.library.test_removal import copied, copied_folder, delete
from tests.app.made import project_with, video_in


@pytest.fixture
def project(database: Database, started_workers: list[Settings]) -> Project:
    return project_with(database, "dog")[0]


@pytest.fixture
def video(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    return video_in(database, settings, project, tmp_path)


def test_what_a_person_put_beside_copied_pictures_stays(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    video = copied_folder(database, settings, project, tmp_path)
    notes = Path(video.path) / "notes.txt"
    notes.write_text("mine")
    library.remove_video(database, video_id=video.id)
    problem = delete(database, settings, video)
    assert problem is not None and video.path in problem and "other files" in problem
    assert [path.name for path in Path(video.path).iterdir()] == ["notes.txt"]


def test_a_persons_file_in_the_place_of_a_copy_stays(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    video = copied(database, settings, project, tmp_path)
    Path(video.path).write_bytes(b"another film")
    library.remove_video(database, video_id=video.id)
    problem = delete(database, settings, video)
    assert problem is not None and video.path in problem
    assert Path(video.path).read_bytes() == b"another film"


def test_a_persons_file_in_the_folder_of_copies_stays_when_a_video_was_pointed_at_it(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    video = copied(database, settings, project, tmp_path)
    theirs = settings.videos / "theirs.mp4"
    shutil.copyfile(video.path, theirs)
    moved = videos.repoint(database, settings, video_id=video.id, path=theirs)
    library.remove_video(database, video_id=video.id)
    delete(database, settings, moved)
    assert theirs.is_file()


@pytest.mark.parametrize("row", ["{videos}", "{videos}/..", "{videos}/sub/film.mp4", "{videos}/../victim"])
def test_a_row_that_names_more_than_one_copy_deletes_nothing(
    database: Database, settings: Settings, project: Project, video: Video, row: str
) -> None:
    film = Path(video.path).read_bytes()
    for folder in (settings.videos / "sub", settings.data / "victim"):
        folder.mkdir()
        (folder / "film.mp4").write_bytes(film)
    with database.atomic() as tx:
        store.move_source(tx, video.id, path=row.format(videos=settings.videos), copied=True)
    library.remove_video(database, video_id=video.id)
    delete(database, settings, video)
    assert (settings.videos / "sub" / "film.mp4").is_file() and (settings.data / "victim" / "film.mp4").is_file()


@pytest.mark.parametrize("content", ["../../victim/aaaaaaaaaaaaa", "*", "../" * 8, "**/"])
def test_a_content_hash_that_is_none_removes_no_pictures(
    database: Database, settings: Settings, video: Video, content: str
) -> None:
    for folder in (settings.data.parent / "victim" / "aaaaaaaaaaaaac", settings.frames / "mine"):
        folder.mkdir(parents=True)
        (folder / "1.jpg").write_bytes(b"1")
    with database.atomic() as tx:
        store.move_source(tx, video.id, path=video.path, copied=False, content_hash=content)
    library.remove_video(database, video_id=video.id)
    delete(database, settings, video)
    assert (settings.data.parent / "victim" / "aaaaaaaaaaaaac" / "1.jpg").is_file()
    assert (settings.frames / "mine" / "1.jpg").is_file()


def test_a_persons_file_among_cached_pictures_stays(
    database: Database, settings: Settings, project: Project, video: Video
) -> None:
    pictures = settings.frames / f"{(video.content_hash or '')[:24]}c" / "full"
    pictures.mkdir(parents=True)
    for name in ("000001.jpg", "000002.jpg.part", "best.jpg"):
        (pictures / name).write_bytes(b"1")
    library.remove_video(database, video_id=video.id)
    assert delete(database, settings, video) is None
    assert [path.name for path in pictures.iterdir()] == ["best.jpg"]
