"""The latest check of corrections, as far as it still holds, and what is left out of a training."""

from dataclasses import replace
from typing import Any

import pytest

from app.errors import BadInput
from app.settings import Settings
from app.training.corrections import KIND, LatestCheck, last_edit, latest_check, request_check, with_masks
from app.training.project_clips import ProjectClips
from model.training.targets import PRESENT, UNKNOWN
from storage import jobs, tracks
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import new_track, send, square

Made = tuple[Project, list[Video]]


def named(video: Video, frame: int, **more: Any) -> dict[str, Any]:
    return {"video_id": video.id, "video": video.name, "track": 1, "frame": frame, "reason": "It jumps.", **more}


def checked(database: Database, project: Project, *found: dict[str, Any]) -> None:
    """A check that has ended."""
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind=KIND, project_id=project.id)
        jobs.claim(tx, worker="w", kinds=[KIND])
        result = {"masks": 9, "named": with_masks(tx, found), "edit": last_edit(tx, project.id)}
        jobs.finish(tx, job.id, result=result)


def latest(database: Database, project: Project) -> LatestCheck:
    with database.read() as tx:
        return latest_check(tx, project.id)


def first_frames(database: Database, video: Video) -> list[int]:
    with database.read() as tx:
        return [row.frame for row in tracks.rows(tx, video.id) if row.hash is not None][:2]


def test_without_a_check_nothing_is_known(database: Database, project: Made) -> None:
    assert latest(database, project[0]) == LatestCheck(running=False)


def test_only_one_check_at_a_time(
    database: Database, settings: Settings, project: Made, started_workers: list[Settings]
) -> None:
    request_check(database, settings, project_id=project[0].id)
    assert latest(database, project[0]).running
    with pytest.raises(BadInput, match="being checked"):
        request_check(database, settings, project_id=project[0].id)


def test_named_masks_are_those_that_are_still_the_same(
    database: Database, project: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, (video, _) = project
    first, second = first_frames(database, video)
    checked(database, made, named(video, first), named(video, second), named(video, 9999))
    found = latest(database, made)
    assert (found.masks, found.outdated, [one.frame for one in found.named]) == (9, False, [first, second])
    monkeypatch.setattr(jobs, "list_jobs", None)  # it reads the result of every check, each with all its masks
    with database.atomic() as tx:
        jobs.enqueue(tx, kind=KIND, project_id=made.id)
    assert latest(database, made) == replace(found, running=True)
    assert all(one.mask and one.track_id and one.reason == "It jumps." for one in found.named)
    other = {"track": found.named[0].track_id, "frame": first, "after": {"state": "present", "rle": square(20, 20, 4)}}
    with database.read() as tx:
        [row] = tracks.rows(tx, video.id, start=first, stop=first + 1)
    send(database, video, [{**other, "before_version": row.version}])
    found = latest(database, made)
    assert (found.outdated, [one.frame for one in found.named]) == (True, [second])


def test_a_check_that_failed_says_why(database: Database, project: Made) -> None:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind=KIND, project_id=project[0].id)
        jobs.claim(tx, worker="w", kinds=[KIND])
        jobs.fail(tx, job.id, error="The disk is full.")
    assert latest(database, project[0]).problem == "The disk is full."


def test_masks_that_are_left_out_are_unknown_and_no_background(database: Database, project: Made) -> None:
    made, (video, _) = project
    frame = first_frames(database, video)[0]
    whole = ProjectClips(database, project_id=made.id)
    without = ProjectClips(database, project_id=made.id, leave_out=[(video.id, 1, frame)])
    try:
        clip, other = whole.videos[0], without.videos[0]
        assert clip.tracks[0].states[frame] == PRESENT and other.tracks[0].states[frame] == UNKNOWN
        assert frame in [at for at, _, _ in other.unknown] and frame not in [at for at, _, _ in clip.unknown]
        assert without.snapshot != whole.snapshot
    finally:
        whole.close()
        without.close()


def test_a_new_track_makes_a_check_outdated(database: Database, project: Made) -> None:
    made, (video, _) = project
    checked(database, made)
    assert not latest(database, made).outdated
    send(database, video, new_track(None, {1: square(3, 3)})[1])
    assert latest(database, made).outdated
