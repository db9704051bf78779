"""What would go with a video, and that deleting it takes all of that and nothing else."""

import pytest
from sqlalchemy import func, select

from storage import drafts, jobs, masks, removal, runs, schema
from storage.database import Database
from storage.drafts import Draft
from storage.edits import Change, last_number
from storage.errors import NotFound
from storage.removal import Work, delete_video, work_on
from storage.tracks import rows
from storage.videos import get_video, list_videos, remove_video
from tests.storage.scenes import Scene, make_video, square


def blobs(database: Database) -> int:
    with database.read() as tx:
        return int(tx.execute(select(func.count()).select_from(schema.blobs)).scalar_one())


def mask(track: str, frame: int, x: int, **more: object) -> Change:
    return Change(track, frame, 0, {"state": "present", "rle": square(x), **more})


def second(scene: Scene) -> Scene:
    """Another video of the same size in the same project."""
    with scene.database.atomic() as tx:
        return Scene(scene.database, scene.project, scene.cat, scene.dog, make_video(tx, scene.project.id, name="two"))


def test_a_video_nobody_worked_on_has_nothing_to_lose(scene: Scene) -> None:
    with scene.database.read() as tx:
        assert work_on(tx, [scene.video.id]) == {scene.video.id: Work(video_id=scene.video.id)}
        assert work_on(tx, []) == {}


def test_work_is_counted_by_what_a_person_did(scene: Scene) -> None:
    track, empty = scene.new_track(), scene.new_track()
    proposed = {"source": "proposed", "review": "unreviewed"}
    scene.applied(mask(track, 0, 1), mask(track, 1, 2))
    scene.applied(mask(track, 2, 3, **proposed), mask(track, 3, 4, **proposed), mask(track, 4, 5, **proposed))
    accepted = {**proposed, "review": "accepted"}
    scene.applied(Change(track, 3, scene.version(track, 3), {"state": "present", "rle": square(4), **accepted}))
    scene.applied(Change(empty, 0, 0, {"state": "absent", "source": "proposed", "review": "rejected"}))
    with scene.database.read() as tx:
        found = work_on(tx, [scene.video.id])[scene.video.id]
    assert (found.tracks, found.masks, found.corrections, found.verdicts) == (2, 6, 2, 2)


def test_deleted_tracks_count_no_more(scene: Scene) -> None:
    track = scene.new_track()
    scene.applied(mask(track, 0, 1))
    scene.applied(
        Change(track, None, scene.track(track).version, {"category": scene.cat.id, "deleted": True}), kind="delete"
    )
    with scene.database.read() as tx:
        assert work_on(tx, [scene.video.id])[scene.video.id] == Work(video_id=scene.video.id)


def test_deleting_takes_rows_log_runs_drafts_and_blobs(scene: Scene) -> None:
    track = scene.new_track()
    scene.applied(mask(track, 0, 1))
    scene.applied(Change(track, 0, scene.version(track, 0), {"state": "present", "rle": square(6)}))
    scene.undo()
    with scene.database.atomic() as tx:
        job = jobs.enqueue(tx, kind="propose", project_id=scene.project.id, video_id=scene.video.id)
        run = runs.start_run(tx, kind="proposal", project_id=scene.project.id, video_id=scene.video.id, job_id=job.id)
        draft = masks.put_blob(tx, square(9))
        made = Draft.new(run_id=run.id, video_id=scene.video.id, track_id=track, frame=3, blob_hash=draft)
        drafts.put_drafts(tx, [made])
    assert blobs(scene.database) == 3
    with scene.database.atomic() as tx:
        assert delete_video(tx, scene.video.id).name == scene.video.name
    assert blobs(scene.database) == 0
    with scene.database.read() as tx:
        for table in (schema.videos, schema.tracks, schema.masks, schema.edits, schema.edit_rows, schema.runs):
            assert tx.execute(select(func.count()).select_from(table)).scalar_one() == 0, table.name
        assert jobs.get_job(tx, job.id).video_id is None
        with pytest.raises(NotFound):
            get_video(tx, scene.video.id)
    assert scene.database.check() == []


def test_other_videos_keep_their_rows_their_log_and_shared_blobs(scene: Scene) -> None:
    other = second(scene)
    mine, theirs = scene.new_track(), other.new_track()
    scene.applied(mask(mine, 0, 1), mask(mine, 1, 2), mask(mine, 2, 8))
    other.applied(mask(theirs, 0, 1))
    # Only the log of the other video still names this one: an undo must be able to bring it back.
    other.applied(mask(theirs, 5, 2))
    other.undo()
    with scene.database.atomic() as tx:
        delete_video(tx, scene.video.id)
    assert blobs(scene.database) == 2
    other.redo()
    with scene.database.read() as tx:
        assert [row.frame for row in rows(tx, other.video.id)] == [0, 5]
        assert [video.id for video in list_videos(tx, scene.project.id)] == [other.video.id]


def test_edit_numbers_are_not_used_again(scene: Scene) -> None:
    other = second(scene)
    scene.new_track()
    with scene.database.atomic() as tx:
        before = last_number(tx)
        delete_video(tx, scene.video.id)
    other.new_track()
    with scene.database.read() as tx:
        assert last_number(tx) == before + 1


def test_blobs_can_be_deleted_again_and_again(scene: Scene) -> None:
    """The indexes of the deletion are gone with it."""
    for name in ("one", "two"):
        with scene.database.atomic() as tx:
            video = make_video(tx, scene.project.id, name=name)
        made = Scene(scene.database, scene.project, scene.cat, scene.dog, video)
        made.applied(mask(made.new_track(), 0, 3))
        with scene.database.atomic() as tx:
            delete_video(tx, video.id)
    assert blobs(scene.database) == 0


def test_deleting_what_is_not_there_says_so(scene: Scene) -> None:
    with scene.database.atomic() as tx, pytest.raises(NotFound, match="video 'none'"):
        delete_video(tx, "none")


def test_every_video_has_its_place_and_equal_ones_are_counted_by_content(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        make_video(tx, scene.project.id, path="/clips/a.mp4", content_hash="aa")
        make_video(tx, scene.project.id, path="/clips/a.mp4", content_hash="bb")
        remove_video(tx, make_video(tx, scene.project.id, path="/clips/b.mp4").id)
        assert sorted(removal.paths(tx)) == ["/clips/a.mp4", "/clips/a.mp4", "/clips/b.mp4", "/videos/walk.mp4"]
        assert (removal.videos_of_content(tx, "aa"), removal.videos_of_content(tx, "cc")) == (1, 0)
