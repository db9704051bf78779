"""Deleting a video for good takes what this program copied in, and no file of a person, wherever that lies."""

import shutil
from pathlib import Path

import pytest

from app.settings import Settings
from storage import videos
from storage.database import Database
from storage.videos import Video
from tests.app.library.scene import LibraryScene


def test_what_a_person_put_beside_copied_pictures_stays(library: LibraryScene) -> None:
    video = library.copied_stills()
    notes = Path(video.path) / "notes.txt"
    notes.write_text("mine")
    library.remove(video)
    problem = library.delete(video)
    assert problem is not None and video.path in problem and "other files" in problem
    assert [path.name for path in Path(video.path).iterdir()] == ["notes.txt"]


def test_a_persons_file_in_the_place_of_a_copy_stays(library: LibraryScene) -> None:
    video = library.copied()
    Path(video.path).write_bytes(b"another film")
    library.remove(video)
    problem = library.delete(video)
    assert problem is not None and video.path in problem
    assert Path(video.path).read_bytes() == b"another film"


def test_a_persons_file_in_the_folder_of_copies_stays_when_a_video_was_pointed_at_it(
    library: LibraryScene, settings: Settings
) -> None:
    video = library.copied()
    theirs = settings.videos / "theirs.mp4"
    shutil.copyfile(video.path, theirs)
    moved = library.repoint(video, theirs)
    library.remove(video)
    library.delete(moved)
    assert theirs.is_file()


@pytest.mark.parametrize("row", ["{videos}", "{videos}/..", "{videos}/sub/film.mp4", "{videos}/../victim"])
def test_a_row_that_names_more_than_one_copy_deletes_nothing(
    library: LibraryScene, database: Database, settings: Settings, video: Video, row: str
) -> None:
    film = Path(video.path).read_bytes()
    for folder in (settings.videos / "sub", settings.data / "victim"):
        folder.mkdir()
        (folder / "film.mp4").write_bytes(film)
    with database.atomic() as tx:
        videos.move_source(tx, video.id, path=row.format(videos=settings.videos), copied=True)
    library.remove(video)
    library.delete(video)
    assert (settings.videos / "sub" / "film.mp4").is_file() and (settings.data / "victim" / "film.mp4").is_file()


@pytest.mark.parametrize("content", ["../../victim/aaaaaaaaaaaaa", "*", "../" * 8, "**/"])
def test_a_content_hash_that_is_none_removes_no_pictures(
    library: LibraryScene, database: Database, settings: Settings, video: Video, content: str
) -> None:
    for folder in (settings.data.parent / "victim" / "aaaaaaaaaaaaac", settings.frames / "mine"):
        folder.mkdir(parents=True)
        (folder / "1.jpg").write_bytes(b"1")
    with database.atomic() as tx:
        videos.move_source(tx, video.id, path=video.path, copied=False, content_hash=content)
    library.remove(video)
    library.delete(video)
    assert (settings.data.parent / "victim" / "aaaaaaaaaaaaac" / "1.jpg").is_file()
    assert (settings.frames / "mine" / "1.jpg").is_file()


def test_a_persons_file_among_cached_pictures_stays(library: LibraryScene, settings: Settings, video: Video) -> None:
    pictures = settings.frames / f"{(video.content_hash or '')[:24]}c" / "full"
    pictures.mkdir(parents=True)
    for name in ("000001.jpg", "000002.jpg.part", "best.jpg"):
        (pictures / name).write_bytes(b"1")
    library.remove(video)
    assert library.delete(video) is None
    assert [path.name for path in pictures.iterdir()] == ["best.jpg"]
