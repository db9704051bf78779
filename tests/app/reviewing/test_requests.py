import pytest

from app.jobs import queue
from app.reviewing.requests import request_search
from app.settings import Settings
from storage import jobs
from storage.database import Database
from storage.errors import NotFound
from storage.videos import Video


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "ensure_worker", lambda *_, **__: False)


def test_a_search_is_a_job_of_its_video(database: Database, settings: Settings, video: Video) -> None:
    job = request_search(database, settings, video_id=video.id)
    assert (job.kind, job.video_id, job.project_id, job.status) == ("find_errors", video.id, video.project_id, "queued")


def test_a_search_that_waits_is_not_doubled(database: Database, settings: Settings, video: Video) -> None:
    first = request_search(database, settings, video_id=video.id)
    assert request_search(database, settings, video_id=video.id).id == first.id


def test_a_search_that_runs_may_have_read_too_early(database: Database, settings: Settings, video: Video) -> None:
    first = request_search(database, settings, video_id=video.id)
    with database.atomic() as tx:
        claimed = jobs.claim(tx, worker="w", kinds=["find_errors"])
    assert claimed is not None and claimed.id == first.id
    assert request_search(database, settings, video_id=video.id).id != first.id


def test_a_video_that_is_not_there_is_named(database: Database, settings: Settings) -> None:
    with pytest.raises(NotFound):
        request_search(database, settings, video_id="none")
