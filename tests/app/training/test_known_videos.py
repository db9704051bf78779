"""The videos that judge and those that are replayed stay the same for a run, whatever changes meanwhile."""

from pathlib import Path

import pytest

from app.settings import Settings
from app.training import open_videos
from app.training.golden import GoldenSet
from app.training.kept_state import KeptState
from app.training.known_videos import KnownVideos
from app.training.project_clips import ProjectClips
from model.adapting import confident_replay
from model.training.clips import ClipSubset
from storage import videos
from storage.database import Database
from storage.projects import Project
from storage.teaching import teaching
from storage.video_roles import GOLDEN, give_roles, video_roles
from storage.videos import Video
from tests.app.made import project_with, video_in
from tests.app.training.corrected_project import drawn
from tests.app.training.test_agreement import sure
from tests.model.adapting.made import small_checkpoint
from tests.model.test_rule_scoring import made
from tests.model.test_scoring import Source


@pytest.fixture
def opened(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Project, str, list[Video]]:
    """A project, its category, and twelve open videos, half of which are to judge."""
    monkeypatch.setattr(open_videos, "SHARE", 2)
    monkeypatch.setattr(confident_replay, "_confident", sure)
    project, categories = project_with(database, "fish")
    clips = [video_in(database, settings, project, tmp_path, f"open {k}") for k in range(12)]
    return project, categories["fish"].id, clips


def known(database: Database, settings: Settings, project: Project, job: str) -> KnownVideos:
    with database.read() as tx:
        roles = video_roles(tx, project.id)
    state, first = KeptState(settings, job), small_checkpoint()
    return KnownVideos(database, state, first, None, project_id=project.id, corrected=(), roles=roles, device="cpu")


def names(found: KnownVideos) -> tuple[set[str], set[str]]:
    """Of the videos that judge, and of those that are replayed."""
    assert found.golden is not None and found.replay is not None
    return {video.name for video in found.golden.source.videos}, {video.name for video in found.replay.videos}


def test_a_run_that_goes_on_has_the_same_videos_and_the_next_run_leaves_out_what_was_corrected(
    database: Database, settings: Settings, tmp_path: Path, opened: tuple[Project, str, list[Video]]
) -> None:
    project, category, clips = opened
    before = known(database, settings, project, "job")
    judging, replayed = names(before)
    assert len(judging) == len(replayed) == 6 and not judging & replayed
    with database.read() as tx:
        contents = {video.name: video.content for video in teaching(tx, project.id)}
    assert set(before.contents) == {contents[name] for name in judging}

    by_name = {clip.name: clip for clip in clips}
    corrected = by_name[min(judging)]
    drawn(database, corrected, category, frames=2)
    for k in range(12, 20):
        video_in(database, settings, project, tmp_path, f"open {k}")
    with database.atomic() as tx:
        give_roles(tx, project.id, dict.fromkeys([contents[name] for name in replayed][:2], GOLDEN))
    again = known(database, settings, project, "job")
    assert names(again) == (judging, replayed) and again.contents == before.contents
    assert corrected.name not in set().union(*names(known(database, settings, project, "another")))

    with database.atomic() as tx:
        videos.remove_video(tx, by_name[max(judging)].id)
    assert names(known(database, settings, project, "job")) == (judging - {max(judging)}, replayed)


def test_all_videos_are_closed(
    database: Database,
    settings: Settings,
    opened: tuple[Project, str, list[Video]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = known(database, settings, opened[0], "job")
    assert found.golden is not None and found.replay is not None
    closed: list[str] = []
    monkeypatch.setattr(ProjectClips, "close", lambda source: closed.extend(source.video_ids))
    found.close()
    assert set(closed) == {clip.id for clip in opened[2]}


def test_what_the_golden_set_gives_to_replay_comes_before_the_projects_own_videos(
    database: Database, settings: Settings, opened: tuple[Project, str, list[Video]]
) -> None:
    own = Source(made(), made())
    given = GoldenSet("youtube-vis", "", own, (0,), "first", replay=ClipSubset(own, (1,)))
    state, project_id = KeptState(settings, "job"), opened[0].id
    found = KnownVideos(
        database, state, small_checkpoint(), given, project_id=project_id, corrected=(), roles={}, device="cpu"
    )
    assert found.golden is given and found.replay is given.replay and found.contents == ()
