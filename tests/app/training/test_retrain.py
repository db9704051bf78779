"""Retraining: what it would use, who is held out, and one whole run on a small project."""

import uuid
from pathlib import Path
from typing import Any

import pytest
import torch

from app.errors import BadInput, Cancelled
from app.jobs import queue as background
from app.settings import Settings
from app.training import retrain
from app.training.retrain_run import boundary
from model.config import named
from model.network.tevit import build
from model.training.clips import ClipTrack, ClipVideo
from model.training.targets import PRESENT, UNKNOWN
from model.weights import checkpoint as files
from storage import checkpoints as models
from storage import edits, jobs
from storage.database import Database
from storage.edits import Applied, Change, Edit
from storage.projects import Project
from storage.videos import Video
from tests.app.made import PERSON, new_track, project_with, square, video_in

CLASSES = ("fish", "star", "jelly", "wheel", "leaf")


def checkpoint_in(database: Database, settings: Settings, project: Project) -> models.Checkpoint:
    """A registered, active, untrained `tevit_tiny`."""
    torch.manual_seed(1)
    path = settings.checkpoints / "start.safetensors"
    files.save(path, files.from_network(build(named("tevit_tiny")), CLASSES))
    with database.atomic() as tx:
        made = models.add_checkpoint(
            tx,
            name="start",
            path=str(path.relative_to(settings.data)),
            sha256=files.file_hash(path),
            config="tevit_tiny",
            categories=CLASSES,
            size_bytes=path.stat().st_size,
        )
        models.activate(tx, project.id, made.id)
    return made


def apply(database: Database, video: Video, changes: list[dict[str, Any]]) -> None:
    with database.atomic() as tx:
        parts = tuple(Change(**change) for change in changes)
        done = edits.apply_edit(tx, Edit(str(uuid.uuid4()), "draw", PERSON, video.id, parts))
    assert isinstance(done, Applied)


def drawn(database: Database, video: Video, category: str, frames: int = 6) -> None:
    masks = {frame: square(5 + 2 * frame, 10, 14) for frame in range(frames)}
    apply(database, video, new_track(category, masks)[1])


@pytest.fixture
def project(database: Database, settings: Settings, tmp_path: Path) -> tuple[Project, list[Video]]:
    made, categories = project_with(database, "fish", "crab")
    checkpoint_in(database, settings, made)
    clips = [video_in(database, settings, made, tmp_path, name) for name in ("one", "two")]
    for clip in clips:
        drawn(database, clip, categories["fish"].id)
    return made, clips


def queued(database: Database, project: Project, **parameters: Any) -> str:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id, parameters=parameters)
        jobs.claim(tx, worker="test", kinds=["retrain"])
    return job.id


def run(database: Database, settings: Settings, job_id: str) -> dict[str, Any]:
    with background.JobReporter(database, job_id, worker="test") as report:
        return retrain.run(database, settings, job_id=job_id, report=report)


def test_the_plan_counts_what_people_judged(database: Database, project: tuple[Project, list[Video]]) -> None:
    plan = retrain.plan(database, project[0].id)
    assert (plan.videos, plan.tracks, plan.masks_drawn, plan.masks_accepted) == (2, 2, 12, 0)
    assert plan.evaluation == "k-fold" and plan.reason is None


def test_without_corrections_there_is_a_reason(database: Database, settings: Settings) -> None:
    made, _ = project_with(database, "fish", name="empty")
    reason = retrain.plan(database, made.id).reason
    assert reason is not None and "review" in reason
    with pytest.raises(BadInput, match="review"):
        retrain.start(database, settings, project_id=made.id)


def test_the_last_third_begins_after_two_thirds_of_the_judged_frames() -> None:
    states = tuple(PRESENT if frame < 6 else UNKNOWN for frame in range(12))
    boxes = tuple((0.0, 0.0, 5.0, 5.0) if state == PRESENT else None for state in states)
    track = ClipTrack(1, 0, states, (None,) * 12, boxes)
    assert boundary(ClipVideo("v", 12, 10, 10, (track,)), 2 / 3) == 4


def test_a_run_registers_a_checkpoint_and_says_before_and_after(
    database: Database, settings: Settings, project: tuple[Project, list[Video]]
) -> None:
    job_id = queued(database, project[0], steps=2)
    result = run(database, settings, job_id)
    with database.read() as tx:
        made = models.get_checkpoint(tx, result["checkpoint"])
        start = models.find_checkpoint(tx, "start")
        curve = jobs.points(tx, job_id)
        mapping = models.class_map(tx, made.id, project[0].id)
    assert start is not None and made.parent_sha256 == start.sha256 and made.name == result["name"] == "round 1"
    assert made.categories == ["fish", "crab"] and set(mapping) == {"fish", "crab"}
    assert {len(curve[name]) for name in ("fold 1", "fold 2", "loss")} == {2}
    assert result["evaluation"] == "k-fold" and result["proven"] is False
    assert set(result["before"]) == set(result["after"]) == {"AP", "AP50", "AP75", "AR1", "AR10"}
    assert [line["name"] for line in result["per_video"]] == ["one", "two"]
    assert result["per_category"][0]["name"] == "fish" and result["per_category"][0]["tracks"] == 2
    assert files.load(settings.data / made.path).parent == start.sha256


def test_the_trunk_stays_as_it_was(
    database: Database, settings: Settings, project: tuple[Project, list[Video]]
) -> None:
    result = run(database, settings, queued(database, project[0], steps=2))
    with database.read() as tx:
        made = models.get_checkpoint(tx, result["checkpoint"])
    before = files.load(settings.checkpoints / "start.safetensors").state
    after = files.load(settings.data / made.path).state
    for key, value in before.items():
        if key.startswith(("backbone.", "neck.")) or "running_" in key:
            assert torch.equal(value, after[key]), key
    assert any(not torch.equal(before[key], after[key]) for key in before if ".dynamic_layer." in key)


def test_a_second_round_starts_from_the_first_checkpoint_again(
    database: Database, settings: Settings, project: tuple[Project, list[Video]]
) -> None:
    first = run(database, settings, queued(database, project[0], steps=1))
    with database.atomic() as tx:
        models.activate(tx, project[0].id, first["checkpoint"])
    second = run(database, settings, queued(database, project[0], steps=1))
    with database.read() as tx:
        one, two = (models.get_checkpoint(tx, r["checkpoint"]) for r in (first, second))
    assert two.name == "round 2" and two.parent_sha256 == one.parent_sha256 and second["before_name"] == "round 1"


def test_one_corrected_video_is_measured_on_its_last_third(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    made, categories = project_with(database, "fish", name="single")
    checkpoint_in(database, settings, made)
    drawn(database, video_in(database, settings, made, tmp_path), categories["fish"].id, frames=9)
    result = run(database, settings, queued(database, made, steps=1))
    assert result["evaluation"] == "last-third" and result["proven"] is False


def test_cancelling_leaves_nothing_behind(
    database: Database, settings: Settings, project: tuple[Project, list[Video]]
) -> None:
    job_id = queued(database, project[0], steps=500)
    with database.atomic() as tx:
        jobs.request_cancel(tx, job_id)
    with pytest.raises(Cancelled):
        run(database, settings, job_id)
    with database.read() as tx:
        assert [found.name for found in models.list_checkpoints(tx)] == ["start"]
    assert [path.name for path in settings.checkpoints.iterdir()] == ["start.safetensors"]
