"""The plan of a retraining equals what training reads, and says in plain words what teaches background."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings import Settings
from app.training.plan import BackgroundVideo, RetrainPlan, plan, sentences
from app.training.project_clips import ProjectClips
from model.training.clips import labelled_frames
from model.training.targets import ABSENT, PRESENT
from storage import masks, projects
from storage.database import Database
from storage.projects import Project
from storage.teaching import teaching
from storage.video_roles import HELD_OUT, give_roles
from storage.videos import Video
from tests.app.made import project_with, square, video_in
from tests.storage.scattered import declare, scatter


def test_the_plan_counts_what_people_judged(database: Database, project: tuple[Project, list[Video]]) -> None:
    found = plan(database, project[0].id)
    assert (found.videos, found.tracks, found.masks_drawn, found.masks_accepted) == (2, 2, 12, 0)
    assert found.evaluation == "k-fold" and found.reason is None
    assert (found.labelled_frames, found.measured_videos, found.folded_videos) == (12, 2, 2)
    assert found.measured_frames == sum(video.count for video in project[1])


def test_the_plan_counts_only_what_is_trained_on(database: Database, project: tuple[Project, list[Video]]) -> None:
    """Of two corrected videos one is held out for good; what teaches background there teaches nothing."""
    made, clips = project
    with database.atomic() as tx:
        one, _ = (video.content for video in teaching(tx, made.id) if video.masks)
        give_roles(tx, made.id, {one: HELD_OUT})
        for clip in clips:
            declare(tx, clip, [], 0, 4)
    found = plan(database, made.id)
    assert (found.corrected_videos, len(found.held_out)) == (2, 1)
    assert (found.videos, found.tracks, found.masks, found.labelled_frames) == (1, 1, 6, 6)
    assert (found.complete_frames, len(found.background)) == (4, 1)


def test_where_all_corrected_videos_are_held_out_for_good_nothing_is_trained(
    database: Database, project: tuple[Project, list[Video]]
) -> None:
    made, _ = project
    with database.atomic() as tx:
        one, two = (video.content for video in teaching(tx, made.id) if video.masks)
        give_roles(tx, made.id, {one: HELD_OUT})
    assert plan(database, made.id).reason is None
    with database.atomic() as tx:
        give_roles(tx, made.id, {two: HELD_OUT})
    assert (
        plan(database, made.id).reason == "All corrected videos are held out of training for good; correct another one."
    )


@pytest.mark.parametrize("seed", range(3))
def test_the_plan_counts_what_training_reads(database: Database, settings: Settings, tmp_path: Path, seed: int) -> None:
    made, categories = project_with(database, "fish", "crab", "old")
    clips = [video_in(database, settings, made, tmp_path, name) for name in ("one", "two", "three")]
    rng = random.Random(seed)
    with database.atomic() as tx:
        blobs = masks.put_blobs(tx, [square(2, 3), square(20, 9)])
        for clip in clips:
            scatter(tx, clip, categories=[*(c.id for c in categories.values()), None], blobs=blobs, tracks=15, rng=rng)
        projects.retire_category(tx, categories["old"].id)
        declare(tx, clips[0], [], 0, 4)
        declare(tx, clips[0], [categories["crab"].id], 2, 7)
        declare(tx, clips[1], [categories["old"].id], 0, 4)

    found = plan(database, made.id)
    read = ProjectClips(database, project_id=made.id).videos

    states = [state for video in read for track in video.tracks for state in track.states]
    assert found.masks == states.count(PRESENT) > 0
    assert found.absences == states.count(ABSENT) > 0
    assert found.rejected_masks == sum(len(video.rejected) for video in read) > 0
    assert found.complete_frames == sum(bool(labels) for video in read for labels in video.complete or ()) == 7
    assert found.labelled_frames == sum(len(labelled_frames(video)) for video in read) < found.masks
    assert found.tracks == sum(PRESENT in track.states for video in read for track in video.tracks)
    assert sum(video.complete for video in found.background) == 7
    assert sum(video.rejected for video in found.background) == found.rejected_masks


def test_retired_categories_teach_nothing_and_the_reason_says_so(
    database: Database, project: tuple[Project, list[Video]]
) -> None:
    """The one category that the tracks have is retired; another one is in use."""
    with database.atomic() as tx:
        fish, _ = projects.list_categories(tx, project[0].id)
        projects.retire_category(tx, fish.id)
    found = plan(database, project[0].id)
    assert (found.videos, found.tracks, found.masks, found.ignored_uncategorised) == (0, 0, 0, 12)
    assert found.reason == "No reviewed track has a category that is in use; give the tracks one first."


def test_without_corrections_there_is_a_reason(database: Database) -> None:
    made, _ = project_with(database, "fish", name="empty")
    reason = plan(database, made.id).reason
    assert reason is not None and "review" in reason
    assert sentences(plan(database, made.id)) == (reason,)


FULL = RetrainPlan(
    videos=3,
    tracks=4,
    masks_accepted=100,
    masks_drawn=20,
    masks_imported=0,
    ignored_unreviewed=7,
    ignored_uncategorised=2,
    complete_frames=60,
    absences=1,
    rejected_masks=9,
    rejected_tracks=2,
    background=(*(BackgroundVideo(name, 15, 0, 0) for name in "abcd"), BackgroundVideo("e", 0, 1, 9)),
    background_only=1,
    corrected_videos=5,
    evaluation="held-out",
    reason=None,
    set="5 videos, 3 of them by folds",
    held_out=("f", "g"),
    trainings=4,
    labelled_frames=90,
)


def test_the_plan_in_words_names_masks_background_and_what_is_left_out() -> None:
    assert sentences(FULL) == (
        "It trains on 120 masks of 4 tracks in 90 frames of 3 videos: 20 drawn or corrected, 100 accepted.",
        "Background: 60 complete frames in 4 videos (a, b, c, …).",
        "Background: 1 frame in which a track was marked absent.",
        "Background: 9 rejected masks of 2 tracks.",
        "Ignored, and not taken as background: 7 unreviewed masks.",
        "Left out, and not taken as background: 2 reviewed masks of tracks without a category in use.",
        "Left out: 1 video with background but without an accepted or corrected mask.",
        "Never trained on: 2 videos (f, g).",
        "Before and after are measured on 5 videos, 3 of them by folds: each by a network that never saw it.",
    )
    assert sentences(replace(FULL, before_learnt=True))[-1] == (
        "The checkpoint in use was trained on these videos, so nothing can be proven; correct new videos."
    )


@pytest.mark.parametrize(("kind", "word"), [("k-fold", "k-fold"), ("last-third", "last third")])
def test_the_plan_says_that_nothing_teaches_background_and_how_it_is_measured(kind: str, word: str) -> None:
    bare = replace(FULL, complete_frames=0, absences=0, rejected_masks=0, rejected_tracks=0, evaluation=kind)
    lines = sentences(replace(bare, ignored_unreviewed=0, ignored_uncategorised=0, background_only=0, held_out=()))
    assert len(lines) == 4 and lines[3].startswith("Fewer than 5 different videos prove nothing")
    assert lines[1].startswith("Nothing teaches background: no frame is complete")
    assert word in lines[2]
