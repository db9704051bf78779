"""Renaming, removing, restoring and deleting videos: what is kept, what goes, and what is refused."""

from pathlib import Path

import pytest
from PIL import Image

from app.errors import BadInput, Busy
from app.library import removal as library
from app.library import videos
from app.settings import Settings
from storage import jobs
from storage import videos as store
from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit
from storage.errors import BadName, NameTaken, NotFound
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, PERSON, edit, new_track, project_with, square, video_in
from tests.storage.made_videos import make_video


@pytest.fixture
def project(database: Database, started_workers: list[Settings]) -> Project:
    return project_with(database, "dog")[0]


@pytest.fixture
def video(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    return video_in(database, settings, project, tmp_path)


def names(database: Database, project: Project) -> list[str]:
    with database.read() as tx:
        return [found.name for found in store.list_videos(tx, project.id)]


def work_on(database: Database, video: Video, *, masks: int) -> None:
    """A track of a person with this many masks."""
    _, changes = new_track(None, {frame: square(1 + frame, 1) for frame in range(masks)})
    made = edit(changes)
    parts = tuple(Change(c["track"], c["frame"], c["before_version"], c["after"]) for c in made["changes"])
    with database.atomic() as tx:
        done = apply_edit(tx, Edit(id=made["id"], kind="draw", author=PERSON, video=video.id, changes=parts))
    assert isinstance(done, Applied)


def copied(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    path = make_video(tmp_path / "copy me.mp4", frames=FRAMES, size=(64, 48))
    return videos.add_video(database, settings, project_id=project.id, path=path, copy=True)


def delete(
    database: Database, settings: Settings, video: Video, *, tracks: int = 0, corrections: int = 0
) -> str | None:
    done = library.delete_video(database, settings, video_id=video.id, tracks=tracks, corrections=corrections)
    return done.problem


def test_a_video_gets_another_name(database: Database, project: Project, video: Video) -> None:
    assert library.rename_video(database, video_id=video.id, name="  north   gate ").name == "north gate"
    assert names(database, project) == ["north gate"]
    assert library.rename_video(database, video_id=video.id, name="north gate").name == "north gate"


def test_a_name_is_refused_when_it_is_empty_or_anothers(
    database: Database, settings: Settings, project: Project, video: Video, tmp_path: Path
) -> None:
    video_in(database, settings, project, tmp_path, name="other")
    with pytest.raises(NameTaken, match="'other'"):
        library.rename_video(database, video_id=video.id, name="other")
    with pytest.raises(BadName):
        library.rename_video(database, video_id=video.id, name="  ")
    with pytest.raises(NotFound):
        library.rename_video(database, video_id="none", name="x")
    assert names(database, project) == ["clip", "other"]


def test_the_name_of_a_removed_video_is_free(
    database: Database, settings: Settings, project: Project, video: Video, tmp_path: Path
) -> None:
    other = video_in(database, settings, project, tmp_path, name="other")
    library.remove_video(database, video_id=video.id)
    assert library.rename_video(database, video_id=other.id, name="clip").name == "clip"
    assert library.restore_video(database, settings, video_id=video.id).name == "clip 2"


def test_removing_stops_the_jobs_on_the_video_and_no_others(
    database: Database, settings: Settings, project: Project, video: Video, tmp_path: Path
) -> None:
    other = video_in(database, settings, project, tmp_path, name="other")
    with database.atomic() as tx:
        mine, theirs = (
            jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=one.id).id for one in (video, other)
        )
    removed, stopped = library.remove_video(database, video_id=video.id)
    assert removed.removed is not None and stopped == (mine,)
    with database.read() as tx:
        assert [jobs.get_job(tx, job).status for job in (mine, theirs)] == ["cancelled", "queued"]


def test_a_running_job_is_asked_to_stop(database: Database, project: Project, video: Video) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=video.id).id
        jobs.claim(tx, worker="here:1", kinds=["propose"])
    library.remove_video(database, video_id=video.id)
    with database.read() as tx:
        assert jobs.get_job(tx, job).status == "cancelling"


def test_a_removed_video_comes_back_with_its_work(
    database: Database, settings: Settings, project: Project, video: Video
) -> None:
    work_on(database, video, masks=3)
    library.remove_video(database, video_id=video.id)
    assert names(database, project) == []
    (shown,) = library.removed_videos(database, settings, project_id=project.id)
    assert (shown.work.tracks, shown.work.masks, shown.work.corrections, shown.copy_bytes) == (1, 3, 3, None)
    assert library.restore_video(database, settings, video_id=video.id).removed is None
    assert names(database, project) == ["clip"]
    assert library.removed_videos(database, settings, project_id=project.id) == ()
    with database.read() as tx:
        assert store.video_summaries(tx, project.id)[video.id].corrected == 3


def test_removing_and_restoring_twice_changes_nothing(database: Database, settings: Settings, video: Video) -> None:
    first, _ = library.remove_video(database, video_id=video.id)
    again, _ = library.remove_video(database, video_id=video.id)
    assert first.removed == again.removed
    for _ in range(2):
        assert library.restore_video(database, settings, video_id=video.id).name == "clip"


def test_counting_frames_goes_on_after_restoring(database: Database, settings: Settings, video: Video) -> None:
    with database.atomic() as tx:
        store.confirm_video(tx, video.id, index_json=video.index, count=video.count, confirmed=4)
        jobs.enqueue(tx, kind="index", project_id=video.project_id, video_id=video.id)
    library.remove_video(database, video_id=video.id)
    library.restore_video(database, settings, video_id=video.id)
    with database.read() as tx:
        found = jobs.list_jobs(tx, video_id=video.id)
    assert sorted((job.kind, job.status) for job in found) == [("index", "cancelled"), ("index", "queued")]


def test_the_one_removed_last_is_listed_first(
    database: Database, settings: Settings, project: Project, video: Video, tmp_path: Path
) -> None:
    other = video_in(database, settings, project, tmp_path, name="other")
    library.remove_video(database, video_id=other.id)
    library.remove_video(database, video_id=video.id)
    shown = library.removed_videos(database, settings, project_id=project.id)
    assert [found.video.name for found in shown] == ["clip", "other"]


def test_deleting_leaves_a_referenced_file_alone(database: Database, settings: Settings, video: Video) -> None:
    library.remove_video(database, video_id=video.id)
    assert delete(database, settings, video) is None
    assert Path(video.path).is_file()
    with database.read() as tx, pytest.raises(NotFound):
        store.get_video(tx, video.id)


def test_deleting_takes_our_own_copy_and_its_pictures(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    video = copied(database, settings, project, tmp_path)
    pictures = settings.frames / f"{(video.content_hash or '')[:24]}c"
    (pictures / "full").mkdir(parents=True)
    library.remove_video(database, video_id=video.id)
    (shown,) = library.removed_videos(database, settings, project_id=project.id)
    assert shown.copy_bytes == Path(video.path).stat().st_size > 0
    assert Path(video.path).is_relative_to(settings.videos)
    assert delete(database, settings, video) is None
    assert not Path(video.path).exists() and not pictures.exists()
    assert (tmp_path / "copy me.mp4").is_file()


def test_pictures_stay_while_another_video_shows_the_same(
    database: Database, settings: Settings, project: Project, video: Video
) -> None:
    twin = videos.add_video(database, settings, project_id=project.id, path=video.path)
    pictures = settings.frames / f"{(video.content_hash or '')[:24]}c"
    pictures.mkdir(parents=True)
    library.remove_video(database, video_id=video.id)
    delete(database, settings, video)
    assert pictures.is_dir() and names(database, project) == [twin.name]


def test_a_file_outside_the_data_folder_is_never_ours(
    database: Database, settings: Settings, project: Project, video: Video
) -> None:
    """Whatever the database says of a copy: only what lies in the folder of copies is removed."""
    with database.atomic() as tx:
        store.move_source(tx, video.id, path=video.path, copied=True)
    library.remove_video(database, video_id=video.id)
    delete(database, settings, video)
    assert Path(video.path).is_file()


def copied_folder(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Video:
    folder = tmp_path / "stills"
    folder.mkdir()
    for number in range(3):
        Image.new("RGB", (64, 48), (number, 0, 0)).save(folder / f"{number}.png")
    return videos.add_video(database, settings, project_id=project.id, path=folder, copy=True)


def test_a_folder_of_pictures_that_was_copied_goes_whole(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    video = copied_folder(database, settings, project, tmp_path)
    library.remove_video(database, video_id=video.id)
    (shown,) = library.removed_videos(database, settings, project_id=project.id)
    assert shown.copy_bytes == sum(path.stat().st_size for path in Path(video.path).iterdir()) > 0
    assert delete(database, settings, video) is None
    assert not Path(video.path).exists() and len(list((tmp_path / "stills").iterdir())) == 3


def test_a_copy_that_cannot_be_removed_is_named(
    database: Database, settings: Settings, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = copied(database, settings, project, tmp_path)
    library.remove_video(database, video_id=video.id)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    problem = delete(database, settings, video)
    assert problem is not None and video.path in problem and "Permission denied" in problem


def test_a_video_in_the_library_is_not_deleted(database: Database, settings: Settings, video: Video) -> None:
    with pytest.raises(BadInput, match="remove it first"):
        delete(database, settings, video)


def test_nothing_is_deleted_when_the_numbers_have_changed(database: Database, settings: Settings, video: Video) -> None:
    library.remove_video(database, video_id=video.id)
    work_on(database, video, masks=2)
    with pytest.raises(Busy, match="look at the numbers again"):
        delete(database, settings, video)
    delete(database, settings, video, tracks=1, corrections=2)


@pytest.mark.parametrize("whole_project", [True, False])
def test_nothing_is_deleted_while_a_job_may_use_it(
    database: Database, settings: Settings, project: Project, video: Video, whole_project: bool
) -> None:
    library.remove_video(database, video_id=video.id)
    with database.atomic() as tx:
        jobs.enqueue(tx, kind="retrain", project_id=project.id, video_id=None if whole_project else video.id)
    with pytest.raises(Busy, match="job"):
        delete(database, settings, video)


def test_jobs_on_other_videos_do_not_hinder(
    database: Database, settings: Settings, project: Project, video: Video, tmp_path: Path
) -> None:
    other = video_in(database, settings, project, tmp_path, name="other")
    with database.atomic() as tx:
        jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=other.id)
    library.remove_video(database, video_id=video.id)
    assert delete(database, settings, video) is None


@pytest.mark.parametrize("way", ["dots", "a link"])
def test_a_name_that_leads_out_of_the_folder_of_copies_deletes_nothing(
    database: Database, settings: Settings, project: Project, video: Video, way: str
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
        store.move_source(tx, video.id, path=str(named), copied=True)
    library.remove_video(database, video_id=video.id)
    (shown,) = library.removed_videos(database, settings, project_id=project.id)
    assert shown.copy_bytes is None
    assert delete(database, settings, video) is None
    assert outside.is_file()


def test_a_copy_under_the_name_of_a_linked_data_folder_is_still_ours(
    database: Database, settings: Settings, project: Project, tmp_path: Path
) -> None:
    video = copied(database, settings, project, tmp_path)
    linked = tmp_path / "linked"
    linked.symlink_to(settings.data)
    named = linked / "videos" / Path(video.path).name
    with database.atomic() as tx:
        store.move_source(tx, video.id, path=str(named), copied=True)
    library.remove_video(database, video_id=video.id)
    assert delete(database, settings, video) is None
    assert not Path(video.path).exists()


@pytest.mark.parametrize("place", ["itself", "a part of it"])
def test_a_copy_that_another_video_reads_under_another_name_stays(
    database: Database, settings: Settings, project: Project, tmp_path: Path, place: str
) -> None:
    video = copied(database, settings, project, tmp_path)
    own = Path(video.path)
    linked = tmp_path / "linked"
    linked.symlink_to(settings.data)
    if place == "a part of it":
        (settings.videos / "shots").mkdir()
        own = own.rename(settings.videos / "shots" / own.name)
        with database.atomic() as tx:
            store.move_source(tx, video.id, path=str(own.parent), copied=True)
    other = videos.add_video(database, settings, project_id=project.id, path=linked / own.relative_to(settings.data))
    assert other.path.startswith(str(linked)) and not other.copied
    library.remove_video(database, video_id=video.id)
    (shown,) = library.removed_videos(database, settings, project_id=project.id)
    assert shown.copy_bytes is None
    delete(database, settings, video)
    assert own.is_file() and names(database, project) == [other.name]


def test_frames_are_counted_by_one_job_where_nobody_counts_them_yet(
    database: Database, settings: Settings, video: Video
) -> None:
    def count() -> list[str]:
        library.count_frames(database, settings, video_id=video.id)
        with database.read() as tx:
            return [job.kind for job in jobs.list_jobs(tx, video_id=video.id)]

    assert count() == [], "they are counted"
    with database.atomic() as tx:
        store.confirm_video(tx, video.id, index_json=video.index, count=video.count, confirmed=4)
    library.remove_video(database, video_id=video.id)
    assert count() == [], "it is removed"
    with database.atomic() as tx:
        store.restore_video(tx, video.id)
    assert count() == ["index"] and count() == ["index"]
