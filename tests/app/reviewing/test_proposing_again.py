"""Proposing again after a promotion: which videos, in which order, and what makes it stop."""

from pathlib import Path

import pytest

from app.errors import BadInput
from app.reviewing import proposing_again
from app.reviewing.proposing_again import is_unjudged, propose_again, sentence, waiting
from app.settings import Settings
from storage import checkpoints, jobs
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import add_checkpoint, new_track, send, video_in
from tests.app.reviewing.test_next_videos import JUMPING, WAY, propose

Clips = dict[str, Video]


@pytest.fixture
def clips(database: Database, settings: Settings, project: Project, tmp_path: Path) -> Clips:
    """Videos with proposals of an old checkpoint; a person drew in *judged*."""
    found = {name: video_in(database, settings, project, tmp_path, name) for name in ("even", "jumping", "judged")}
    old = add_checkpoint(database, name="old")
    for name, video in found.items():
        propose(database, video, old, JUMPING if name == "jumping" else WAY)
    send(database, found["judged"], new_track(None, WAY)[1])
    return found


@pytest.fixture
def new(database: Database, project: Project, clips: Clips) -> Checkpoint:
    made = add_checkpoint(database, name="new")
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, made.id)
    return made


def test_what_nobody_judged_is_proposed_again_the_most_worthwhile_first(
    database: Database, project: Project, clips: Clips, new: Checkpoint
) -> None:
    with database.atomic() as tx:
        made = propose_again(tx, project.id)
        assert propose_again(tx, project.id).jobs == (), "they wait already"
        assert waiting(tx, project.id) == made.jobs[::-1]
    assert made.checkpoint == "new"
    assert [job.video_id for job in made.jobs] == [clips["jumping"].id, clips["even"].id]
    assert all(
        (job.kind, job.parameters["checkpoint"], job.in_background) == ("propose", new.id, True) for job in made.jobs
    )
    assert sentence(2, "new") == "2 unreviewed videos are proposed again with new, after all other jobs."


def test_one_press_stops_what_waits_and_nothing_else(
    database: Database, project: Project, clips: Clips, new: Checkpoint
) -> None:
    with database.atomic() as tx:
        asked = jobs.enqueue(tx, kind="propose", project_id=project.id, video_id=clips["even"].id)
        (again,) = propose_again(tx, project.id).jobs
        assert [job.id for job in proposing_again.stop(tx, project.id)] == [again.id]
        assert jobs.get_job(tx, again.id).status == "cancelled" and jobs.get_job(tx, asked.id).status == "queued"


def test_a_person_who_wants_proposals_now_does_not_wait_for_the_others(
    database: Database, project: Project, clips: Clips, new: Checkpoint
) -> None:
    with database.atomic() as tx:
        made = {job.video_id: job.id for job in propose_again(tx, project.id).jobs}
        proposing_again.make_way(tx, clips["even"].id)
        assert jobs.get_job(tx, made[clips["even"].id]).status == "cancelled"
        assert jobs.get_job(tx, made[clips["jumping"].id]).status == "queued"


def test_a_video_that_somebody_begins_to_review_meanwhile_is_seen(
    database: Database, project: Project, clips: Clips, new: Checkpoint
) -> None:
    assert is_unjudged(database, project.id, clips["even"].id)
    send(database, clips["even"], new_track(None, WAY)[1])
    assert not is_unjudged(database, project.id, clips["even"].id)


def test_without_a_checkpoint_it_is_refused(database: Database, project: Project) -> None:
    with pytest.raises(BadInput, match="no checkpoint"), database.atomic() as tx:
        propose_again(tx, project.id)
