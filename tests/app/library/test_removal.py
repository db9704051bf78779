"""Renaming, removing, restoring and deleting videos: what is kept, what goes, and what is refused."""

from pathlib import Path

import pytest

from app.errors import BadInput, Busy
from app.library import removal
from app.library.counting import start_counting
from app.settings import Settings
from storage import videos
from storage.database import Database
from storage.errors import BadName, NameTaken, NotFound
from storage.projects import Project
from storage.video_progress import video_summaries
from storage.videos import Video
from tests.app.library.scene import LibraryScene


def test_a_video_gets_another_name(library: LibraryScene, video: Video) -> None:
    assert library.rename(video, "  north   gate ").name == "north gate"
    assert library.names() == ["north gate"]
    assert library.rename(video, "north gate").name == "north gate"


def test_a_name_is_refused_when_it_is_empty_or_anothers(
    library: LibraryScene, database: Database, video: Video
) -> None:
    library.clip("other")
    with pytest.raises(NameTaken, match="'other'"):
        library.rename(video, "other")
    with pytest.raises(BadName):
        library.rename(video, "  ")
    with pytest.raises(NotFound):
        removal.rename_video(database, video_id="none", name="x")
    assert library.names() == ["clip", "other"]


def test_the_name_of_a_removed_video_is_free(library: LibraryScene, video: Video) -> None:
    other = library.clip("other")
    library.remove(video)
    assert library.rename(other, "clip").name == "clip"
    assert library.restore(video).name == "clip 2"


def test_removing_stops_the_jobs_on_the_video_and_no_others(library: LibraryScene, video: Video) -> None:
    other = library.clip("other")
    mine, theirs = (library.enqueue("propose", one) for one in (video, other))
    removed, stopped = library.remove(video)
    assert removed.removed is not None and stopped == (mine,)
    assert [(job.id, job.status) for job in library.jobs(video)] == [(mine, "cancelled")]
    assert [(job.id, job.status) for job in library.jobs(other)] == [(theirs, "queued")]


def test_a_running_job_is_asked_to_stop(library: LibraryScene, video: Video) -> None:
    library.enqueue("propose", video, claimed=True)
    library.remove(video)
    assert [job.status for job in library.jobs(video)] == ["cancelling"]


def test_a_removed_video_comes_back_with_its_work(
    library: LibraryScene, database: Database, project: Project, video: Video
) -> None:
    library.draw(video, 0, 1, 2)
    library.remove(video)
    assert library.names() == []
    (shown,) = library.removed()
    assert (shown.work.tracks, shown.work.masks, shown.work.corrections, shown.copy_bytes) == (1, 3, 3, None)
    assert library.restore(video).removed is None
    assert library.names() == ["clip"]
    assert library.removed() == ()
    with database.read() as tx:
        assert video_summaries(tx, project.id)[video.id].corrected == 3


def test_removing_and_restoring_twice_changes_nothing(library: LibraryScene, video: Video) -> None:
    first, _ = library.remove(video)
    again, _ = library.remove(video)
    assert first.removed == again.removed
    for _ in range(2):
        assert library.restore(video).name == "clip"


def test_counting_frames_goes_on_after_restoring(library: LibraryScene, database: Database, video: Video) -> None:
    with database.atomic() as tx:
        videos.store_index(tx, video.id, index_json=video.index, count=video.count, confirmed=4)
    library.enqueue("index", video)
    library.remove(video)
    library.restore(video)
    assert sorted((job.kind, job.status) for job in library.jobs(video)) == [
        ("index", "cancelled"),
        ("index", "queued"),
    ]


def test_the_one_removed_last_is_listed_first(library: LibraryScene, video: Video) -> None:
    other = library.clip("other")
    library.remove(other)
    library.remove(video)
    shown = library.removed()
    assert [found.video.name for found in shown] == ["clip", "other"]


def test_deleting_leaves_a_referenced_file_alone(library: LibraryScene, database: Database, video: Video) -> None:
    library.remove(video)
    assert library.delete(video) is None
    assert Path(video.path).is_file()
    with database.read() as tx, pytest.raises(NotFound):
        videos.get_video(tx, video.id)


def test_deleting_takes_our_own_copy_and_its_pictures(
    library: LibraryScene, settings: Settings, tmp_path: Path
) -> None:
    video = library.copied()
    pictures = settings.frames / f"{(video.content_hash or '')[:24]}c"
    (pictures / "full").mkdir(parents=True)
    library.remove(video)
    (shown,) = library.removed()
    assert shown.copy_bytes == Path(video.path).stat().st_size > 0
    assert Path(video.path).is_relative_to(settings.videos)
    assert library.delete(video) is None
    assert not Path(video.path).exists() and not pictures.exists()
    assert (tmp_path / "copy me.mp4").is_file()


def test_pictures_stay_while_another_video_shows_the_same(
    library: LibraryScene, settings: Settings, video: Video
) -> None:
    twin = library.add(video.path, again=True)
    pictures = settings.frames / f"{(video.content_hash or '')[:24]}c"
    pictures.mkdir(parents=True)
    library.remove(video)
    library.delete(video)
    assert pictures.is_dir() and library.names() == [twin.name]


def test_a_file_outside_the_data_folder_is_never_ours(library: LibraryScene, database: Database, video: Video) -> None:
    """Whatever the database says of a copy: only what lies in the folder of copies is removed."""
    with database.atomic() as tx:
        videos.move_source(tx, video.id, path=video.path, copied=True)
    library.remove(video)
    library.delete(video)
    assert Path(video.path).is_file()


def test_a_folder_of_pictures_that_was_copied_goes_whole(library: LibraryScene, tmp_path: Path) -> None:
    video = library.copied_stills()
    library.remove(video)
    (shown,) = library.removed()
    assert shown.copy_bytes == sum(path.stat().st_size for path in Path(video.path).iterdir()) > 0
    assert library.delete(video) is None
    assert not Path(video.path).exists() and len(list((tmp_path / "stills").iterdir())) == 3


def test_a_copy_that_cannot_be_removed_is_named(library: LibraryScene, monkeypatch: pytest.MonkeyPatch) -> None:
    video = library.copied()
    library.remove(video)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    problem = library.delete(video)
    assert problem is not None and video.path in problem and "Permission denied" in problem


def test_a_video_in_the_library_is_not_deleted(library: LibraryScene, video: Video) -> None:
    with pytest.raises(BadInput, match="remove it first"):
        library.delete(video)


def test_nothing_is_deleted_when_the_numbers_have_changed(library: LibraryScene, video: Video) -> None:
    library.remove(video)
    library.draw(video, 0, 1)
    with pytest.raises(Busy, match="look at the numbers again"):
        library.delete(video)
    library.delete(video, tracks=1, corrections=2)


@pytest.mark.parametrize("whole_project", [True, False])
def test_nothing_is_deleted_while_a_job_may_use_it(library: LibraryScene, video: Video, whole_project: bool) -> None:
    library.remove(video)
    library.enqueue("retrain", None if whole_project else video)
    with pytest.raises(Busy, match="job"):
        library.delete(video)


def test_jobs_on_other_videos_do_not_hinder(library: LibraryScene, video: Video) -> None:
    other = library.clip("other")
    library.enqueue("propose", other)
    library.remove(video)
    assert library.delete(video) is None


@pytest.mark.parametrize("way", ["dots", "a link"])
def test_a_name_that_leads_out_of_the_folder_of_copies_deletes_nothing(
    library: LibraryScene, database: Database, settings: Settings, video: Video, way: str
) -> None:
    """A place that begins like the folder of copies may still be a person's own file."""
    outside = Path(video.path)
    if way == "dots":
        named = settings.videos / ".." / ".." / outside.name
        assert named.resolve() == outside and named.is_relative_to(settings.videos)
    else:
        named = settings.videos / "linked.mp4"
        named.symlink_to(outside)
    with database.atomic() as tx:
        videos.move_source(tx, video.id, path=str(named), copied=True)
    library.remove(video)
    (shown,) = library.removed()
    assert shown.copy_bytes is None
    assert library.delete(video) is None
    assert outside.is_file()


def test_a_copy_under_the_name_of_a_linked_data_folder_is_still_ours(
    library: LibraryScene, database: Database, settings: Settings, tmp_path: Path
) -> None:
    video = library.copied()
    linked = tmp_path / "linked"
    linked.symlink_to(settings.data)
    named = linked / "videos" / Path(video.path).name
    with database.atomic() as tx:
        videos.move_source(tx, video.id, path=str(named), copied=True)
    library.remove(video)
    assert library.delete(video) is None
    assert not Path(video.path).exists()


@pytest.mark.parametrize("place", ["itself", "a part of it"])
def test_a_copy_that_another_video_reads_under_another_name_stays(
    library: LibraryScene, database: Database, settings: Settings, tmp_path: Path, place: str
) -> None:
    video = library.copied()
    own = Path(video.path)
    linked = tmp_path / "linked"
    linked.symlink_to(settings.data)
    if place == "a part of it":
        (settings.videos / "shots").mkdir()
        own = own.rename(settings.videos / "shots" / own.name)
        with database.atomic() as tx:
            videos.move_source(tx, video.id, path=str(own.parent), copied=True)
    other = library.add(linked / own.relative_to(settings.data), again=True)
    assert other.path.startswith(str(linked)) and not other.copied
    library.remove(video)
    (shown,) = library.removed()
    assert shown.copy_bytes is None
    library.delete(video)
    assert own.is_file() and library.names() == [other.name]


def test_frames_are_counted_by_one_job_where_nobody_counts_them_yet(
    library: LibraryScene, database: Database, settings: Settings, video: Video
) -> None:
    def count() -> list[str]:
        start_counting(database, settings, video_id=video.id)
        return [job.kind for job in library.jobs(video)]

    assert count() == [], "they are counted"
    with database.atomic() as tx:
        videos.store_index(tx, video.id, index_json=video.index, count=video.count, confirmed=4)
    library.remove(video)
    assert count() == [], "it is removed"
    with database.atomic() as tx:
        videos.restore_video(tx, video.id)
    assert count() == ["index"] and count() == ["index"]
