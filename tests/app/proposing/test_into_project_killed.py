"""A worker that is killed in the middle of a video: the next one resumes, with the rows of an undisturbed run."""

import sys
from pathlib import Path
from typing import Any

import pytest

from app.jobs import lock, queue
from app.library.videos import add_video
from app.settings import Settings
from model.procedural import synthesize
from storage import checkpoints, edits, jobs, runs, tracks
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.edits import rebuild
from storage.videos import Video
from tests.app.jobs.following import ended, job_in
from tests.app.made import project_with
from tests.app.proposing.killed_worker import STORED
from tests.material import ROOT
from tests.waiting import wait_for

pytestmark = pytest.mark.usefixtures("no_worker_left")
PATIENCE_SECONDS = 400  # two runs of the network in processes of their own
DEMO = ROOT / "assets" / "demo" / "checkpoint.safetensors"


@pytest.fixture
def checkpoint(database: Database, settings: Settings) -> Checkpoint:
    """The one that comes with the demo."""
    settings.checkpoints.mkdir(parents=True, exist_ok=True)
    (settings.checkpoints / "demo.safetensors").symlink_to(DEMO)
    with database.atomic() as tx:
        return checkpoints.add_checkpoint(
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


def start(database: Database, settings: Settings, video: Video, checkpoint: Checkpoint, **more: Any) -> jobs.Job:
    facts: dict[str, Any] = {"project_id": video.project_id, "video_id": video.id}
    return queue.enqueue(database, settings, kind="propose", parameters={"checkpoint": checkpoint.id}, **facts, **more)


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
    dying = [sys.executable, "-m", "tests.app.proposing.killed_worker", str(settings.data)]
    job = start(database, settings, disturbed, checkpoint, command=dying)
    wait_for(lambda: windows_stored(database, disturbed) == STORED, seconds=PATIENCE_SECONDS, every=0.1)
    wait_for(lambda: lock.worker_pid(settings) is None)
    killed = job_in(database, job.id).worker
    with database.read() as tx:
        run = runs.latest_run(tx, disturbed.id)
        assert run is not None and run.state == "running"
        progress = runs.progress_of(tx, run.id)
    assert progress is not None and 0 < progress.done < 40, "killed in the middle"
    assert {frame for _, frame in shown(database, disturbed) if frame >= 0} == set(range(progress.done))

    def taken_from_the_dead() -> bool:
        """What the server does when it starts, and from time to time: a process that just ended may look alive yet."""
        queue.care(database, settings)
        return job_in(database, job.id).worker != killed

    wait_for(taken_from_the_dead)
    start(database, settings, quiet, checkpoint)

    done = ended(database, job.id, seconds=PATIENCE_SECONDS)
    assert (done.status, done.error) == ("done", None)
    assert done.result is not None and done.result["resumed_at"] == progress.done
    assert done.result["run"] == run.id
    wait_for(lambda: queue.active_jobs(database, kind="propose") == (), seconds=PATIENCE_SECONDS, every=0.1)
    assert len(shown(database, quiet)) > 40
    assert shown(database, disturbed) == shown(database, quiet)
