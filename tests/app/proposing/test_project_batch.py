"""Many videos of a project: their choice, the lines of the journal, and the state after a failure."""

from pathlib import Path
from typing import Any

import pytest

from app.errors import Cancelled
from app.machine import Shard
from app.proposing import project_batch
from app.proposing.over_videos import Done
from app.proposing.project_batch import (
    ProjectBatch,
    ProjectVideo,
    journal_of,
    propose_project_share,
    videos_to_propose,
)
from app.settings import Settings
from model.tracking.settings import ProposeSettings
from storage import videos
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import project_with
from tests.app.proposing.fake_windows import FakeWindows
from tests.app.proposing.one_video import video_to_propose
from tests.storage.made_videos import make_video


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeWindows:
    fake = FakeWindows(monkeypatch)
    monkeypatch.setattr(project_batch, "WarmModel", lambda settings: fake)
    return fake


@pytest.fixture
def video(database: Database, settings: Settings, tmp_path: Path) -> Video:
    """A video in a project whose checkpoint is a fake."""
    return video_to_propose(database, settings, tmp_path)


class Share:
    """Proposes for the videos of these paths as one process."""

    def __init__(self, database: Database, settings: Settings, project_id: str) -> None:
        self.database, self.settings, self.project_id = database, settings, project_id
        self.lines: list[dict[str, Any]] = []

    def propose(self, *paths: Path, again: bool = False) -> Done:
        chosen = tuple(ProjectVideo(path) for path in paths)
        batch = ProjectBatch(self.project_id, chosen, None, ProposeSettings(), again=again)
        with journal_of(self.settings, batch, Shard()) as journal:
            done = propose_project_share(
                self.database, self.settings, batch, journal, Shard(), report=lambda part, message: None
            )
            self.lines = list(journal.lines_of_call())
            journal.remove()
        return done


@pytest.fixture
def share(database: Database, settings: Settings, video: Video, fake: FakeWindows) -> Share:
    return Share(database, settings, video.project_id)


def test_paths_are_absolute_and_each_once_and_without_any_the_project_is_meant(
    database: Database, video: Video, tmp_path: Path
) -> None:
    other = make_video(tmp_path / "other.mp4", frames=2)

    chosen = videos_to_propose(database, video.project_id, [other, tmp_path / "x" / ".." / "other.mp4"])

    assert [one.path for one in chosen] == [other]
    assert [one.id for one in videos_to_propose(database, video.project_id, [])] == [video.path]
    empty: Project = project_with(database, name="empty")[0]
    assert videos_to_propose(database, empty.id, []) == ()


def test_a_new_video_is_added_and_a_finished_one_skipped_unless_again(
    share: Share, database: Database, video: Video, tmp_path: Path
) -> None:
    new = make_video(tmp_path / "new.mp4", frames=4)

    first = share.propose(Path(video.path), new)
    facts = [line["line"] for line in share.lines]
    second = share.propose(Path(video.path), new)
    skipped = [line["line"] for line in share.lines]
    third = share.propose(new, again=True)

    assert first == Done(proposed=2) and second == Done(before=2) and third == Done(proposed=1)
    assert [one["added"] for one in facts] == [2, 2] and facts[0]["video"] == video.id
    assert skipped == [{"video": one["video"], "path": one["path"], "skipped": True} for one in facts]
    with database.read() as tx:
        assert len(videos.list_videos(tx, video.project_id)) == 2


def test_a_run_that_a_person_undid_is_a_failure_of_its_video_only(
    share: Share, fake: FakeWindows, video: Video, tmp_path: Path, started_workers: list[Settings]
) -> None:
    new = make_video(tmp_path / "new.mp4", frames=4)
    stored = 0

    def undone_at_once(start: int) -> None:
        nonlocal stored
        stored += 1
        if stored == 1:
            raise Cancelled

    fake.before = undone_at_once
    done = share.propose(Path(video.path), new)

    assert done.proposed == 1
    assert done.failed == [(video.path, "A person took its proposals back while they were being made.")]
    assert share.lines[0] == {"id": video.path, "failed": done.failed[0][1]}


def test_the_journal_belongs_to_one_project_checkpoint_and_list(settings: Settings) -> None:
    batch = ProjectBatch("p", (ProjectVideo(Path("/a")),), "c", ProposeSettings())
    same = journal_of(settings, batch, Shard(1, 2))
    others = [
        ProjectBatch("q", batch.videos, "c", batch.propose_settings),
        ProjectBatch("p", batch.videos, None, batch.propose_settings),
        ProjectBatch("p", (ProjectVideo(Path("/b")),), "c", batch.propose_settings),
    ]

    folder = journal_of(settings, batch, Shard(0, 2)).folder
    assert folder == same.folder and folder.parent == settings.logs
    assert all(journal_of(settings, other, Shard()).folder != folder for other in others)
