"""A worker that is killed in the middle of a video: the next one goes on, and the rows are those of a quiet day."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.jobs import queue as jobs
from app.library.videos import add_video
from app.settings import Settings
from model.procedural import synthesize
from storage import checkpoints as models
from storage import edits, runs, tracks
from storage import jobs as store
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.edits import rebuild
from storage.videos import Video
from tests.app.made import project_with
from tests.material import ROOT

PATIENCE_SECONDS = 240
DEMO = ROOT / "assets" / "demo" / "checkpoint.safetensors"


def wait_for(what: Callable[[], Any]) -> Any:
    """The first true answer; fails after a long while."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen")


@pytest.fixture(autouse=True)
def no_worker_left(settings: Settings) -> Iterator[None]:
    yield
    if pid := jobs.worker_pid(settings):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: jobs.worker_pid(settings) is None)


@pytest.fixture
def checkpoint(database: Database, settings: Settings) -> Checkpoint:
    """The one that comes with the demo."""
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    (settings.checkpoints / "demo.safetensors").symlink_to(DEMO)
    with database.atomic() as tx:
        return models.add_checkpoint(
            tx,
            name="demo",
            path="checkpoints/demo.safetensors",
            sha256="demo",
            config="tevit_tiny",
            categories=("fish", "star", "jelly", "wheel", "leaf"),
            size_bytes=DEMO.stat().st_size,
        )


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A procedural video of 40 frames, as a folder of pictures."""
    made = synthesize(tmp_path / "made", domain="demo", videos=1, frames=40, size=(160, 96), seed=5)
    return next(path for path in (made / "JPEGImages").iterdir() if path.is_dir())


def start(database: Database, settings: Settings, video: Video, checkpoint: Checkpoint) -> store.Job:
    parameters = {"checkpoint": checkpoint.id}
    return jobs.enqueue(
        database, settings, kind="propose", project_id=video.project_id, video_id=video.id, parameters=parameters
    )


def job_in(database: Database, job_id: str) -> store.Job:
    with database.read() as tx:
        return store.get_job(tx, job_id)


def windows_stored(database: Database, video: Video) -> int:
    with database.read() as tx:
        return len(edits.edits_since(tx, 0, video=video.id))


def shown(database: Database, video: Video) -> dict[tuple[int, int], tuple[Any, ...]]:
    """All rows by track number and frame, without the ids of tracks, runs and edits; the track's own row at -1."""
    with database.read() as tx:
        numbers = {track.id: track for track in tracks.list_tracks(tx, video.id)}
        rows = tracks.rows(tx, video.id)
        assert rebuild.check_video(tx, video.id) == []
    found: dict[tuple[int, int], tuple[Any, ...]] = {
        (one.number, -1): (one.score, one.extra, one.rejected) for one in numbers.values()
    }
    for row in rows:
        found[numbers[row.track_id].number, row.frame] = (row.state, row.hash, row.score, row.source, row.review)
    return found


def test_a_killed_run_goes_on_by_itself_and_ends_like_an_undisturbed_one(
    database: Database, settings: Settings, checkpoint: Checkpoint, pictures: Path
) -> None:
    disturbed = add_video(database, settings, project_id=project_with(database, "fish")[0].id, path=pictures)
    quiet = add_video(database, settings, project_id=project_with(database, "fish", name="b")[0].id, path=pictures)
    job = start(database, settings, disturbed, checkpoint)
    wait_for(lambda: windows_stored(database, disturbed) >= 2)
    pid = jobs.worker_pid(settings)
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: jobs.worker_pid(settings) is None)
    with database.read() as tx:
        run = runs.latest_run(tx, disturbed.id)
        assert run is not None and run.state == "running"
        progress = runs.progress_of(tx, run.id)
    assert progress is not None and 0 < progress.done < 40, "killed in the middle"
    assert {frame for _, frame in shown(database, disturbed) if frame >= 0} == set(range(progress.done))

    # What the server does when it starts, and from time to time.
    jobs.care(database, settings)
    start(database, settings, quiet, checkpoint)

    done = wait_for(lambda: (now := job_in(database, job.id)) and not now.active and now)
    assert (done.status, done.error) == ("done", None)
    assert done.result is not None and done.result["resumed_at"] == progress.done
    assert done.result["run"] == run.id
    wait_for(lambda: jobs.active_jobs(database, kind="propose") == ())
    assert len(shown(database, quiet)) > 40
    assert shown(database, disturbed) == shown(database, quiet)
