"""The order of a real project: facts from searches, kept per run; what a promotion leaves outdated."""

from pathlib import Path

import numpy as np
import pytest

from app.pictures import frame_look
from app.reviewing.next_videos import bring_up_to_date, outdated, suggested, unsearched, video_facts
from app.reviewing.ranking import VideoFacts
from app.reviewing.search import search_video
from app.settings import Settings
from storage import checkpoints, runs
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import FRAMES, add_checkpoint, new_track, send, square, video_in

WAY = {k: square(2 * k, 10) for k in range(FRAMES)}
JUMPING = {k: square(2 * k, 10 if k < 6 else 34) for k in range(FRAMES)}


@pytest.fixture
def clips(database: Database, settings: Settings, project: Project, tmp_path: Path) -> dict[str, Video]:
    return {name: video_in(database, settings, project, tmp_path, name) for name in ("even", "jumping", "judged")}


def propose(database: Database, video: Video, checkpoint: Checkpoint, masks: dict, score: float = 0.9) -> None:
    """A finished run with one track, searched as the worker does after it."""
    with database.atomic() as tx:
        run = runs.start_run(
            tx, kind="proposal", project_id=video.project_id, video_id=video.id, checkpoint_id=checkpoint.id
        )
    _, changes = new_track(None, masks)
    for change in changes[1:]:
        change["after"] |= {"source": "imported", "review": "unreviewed", "score": score}
    assert send(database, video, changes, "import")["status"] == "applied"
    with database.atomic() as tx:
        runs.finish_run(tx, run.id)
    search_video(database, video_id=video.id, report=lambda share, text: None, cancelled=lambda: False)


def facts(database: Database, project: Project) -> dict[str, VideoFacts]:
    bring_up_to_date(database, project.id)
    with database.read() as tx:
        return {one.name.removesuffix(".mp4"): one for one in video_facts(tx, project.id)}


def now_outdated(database: Database, project: Project) -> tuple[str, ...]:
    with database.read() as tx:
        return outdated(tx, project.id)


def test_the_video_with_likely_errors_comes_before_the_even_one(
    database: Database, project: Project, clips: dict[str, Video]
) -> None:
    demo = add_checkpoint(database)
    propose(database, clips["even"], demo, WAY)
    propose(database, clips["jumping"], demo, JUMPING)
    _, changes = new_track(None, WAY)
    send(database, clips["judged"], changes)
    found = suggested(database, project.id)
    assert [one.video_id for one in found] == [clips["jumping"].id, clips["even"].id]
    assert "likely errors per 100 masks" in found[0].reasons[0]


def test_a_search_counts_masks_scores_near_the_threshold_and_looks(
    database: Database, project: Project, clips: dict[str, Video]
) -> None:
    demo = add_checkpoint(database)
    propose(database, clips["even"], demo, WAY, score=0.45)
    propose(database, clips["jumping"], demo, WAY, score=0.95)
    found = facts(database, project)
    even, jumping = found["even"].findings, found["jumping"].findings
    assert even is not None and jumping is not None
    assert (even.masks, even.near, jumping.near) == (FRAMES, FRAMES, 0)
    look, tracks = found["even"].frame_look, found["even"].track_looks
    assert look is not None and len(look) == len(frame_look.frame_look(np.zeros((4, 4, 3), np.uint8)))
    assert tracks is not None and tracks.shape[0] == 1
    assert unsearched(database, project.id) == ()
    assert found["judged"] == VideoFacts(clips["judged"].id, found["judged"].name)


def test_what_a_person_judges_later_does_not_change_what_the_run_was_worth(
    database: Database, project: Project, clips: dict[str, Video]
) -> None:
    propose(database, clips["even"], add_checkpoint(database), JUMPING)
    before = facts(database, project)["even"].findings
    _, changes = new_track(None, WAY)
    send(database, clips["even"], changes)
    search_video(database, video_id=clips["even"].id, report=lambda share, text: None, cancelled=lambda: False)
    after = facts(database, project)["even"]
    assert after.reviewed and after.findings == before is not None


def test_a_worse_model_is_named_with_the_one_before_it(
    database: Database, project: Project, clips: dict[str, Video]
) -> None:
    propose(database, clips["even"], add_checkpoint(database, name="demo"), WAY)
    propose(database, clips["even"], add_checkpoint(database, name="round 1"), JUMPING)
    (found,) = (one for one in suggested(database, project.id) if one.video_id == clips["even"].id)
    assert found.worse > 0 and any("Worse than with demo" in reason for reason in found.reasons)


def test_after_a_promotion_unjudged_videos_of_the_model_before_are_outdated(
    database: Database, project: Project, clips: dict[str, Video]
) -> None:
    old = add_checkpoint(database, name="old")
    for name in ("even", "judged"):
        propose(database, clips[name], old, WAY)
    _, changes = new_track(None, WAY)
    send(database, clips["judged"], changes)
    bring_up_to_date(database, project.id)
    assert now_outdated(database, project) == ()
    new = add_checkpoint(database, name="new")
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, new.id)
    assert now_outdated(database, project) == (clips["even"].id,)
    with database.atomic() as tx:
        # Results of another model, from a file: our checkpoint is no newer version of it.
        run = runs.start_run(tx, kind="proposal", project_id=project.id, video_id=clips["even"].id)
        runs.finish_run(tx, run.id)
    bring_up_to_date(database, project.id)
    assert now_outdated(database, project) == ()
    propose(database, clips["even"], new, WAY)
    bring_up_to_date(database, project.id)
    assert now_outdated(database, project) == ()


def test_tracks_that_no_search_has_seen_wait_for_one(
    database: Database, project: Project, clips: dict[str, Video]
) -> None:
    send(database, clips["judged"], new_track(None, WAY)[1])
    bring_up_to_date(database, project.id)
    assert unsearched(database, project.id) == (clips["judged"].id,)
    search_video(database, video_id=clips["judged"].id, report=lambda share, text: None, cancelled=lambda: False)
    assert unsearched(database, project.id) == ()
    with database.atomic() as tx:
        run = runs.start_run(tx, kind="proposal", project_id=project.id, video_id=clips["judged"].id)
        runs.finish_run(tx, run.id)
    assert unsearched(database, project.id) == (clips["judged"].id,)


def test_without_a_checkpoint_nothing_is_outdated(database: Database, project: Project) -> None:
    assert now_outdated(database, project) == () == suggested(database, project.id)
