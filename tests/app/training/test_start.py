"""The checkpoint that a retraining starts from: real and drawn footage, and checkpoints that somebody chose."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checkpoints.factory import ensure_factory, ensure_lite
from app.checkpoints.find import checkpoint_path
from app.errors import Cancelled
from app.settings import Settings
from app.training import start
from app.training.estimate import guessed
from app.training.kept_state import KeptState
from app.training.machine_speed import slowness
from app.training.plan import plan
from app.training.project_clips import ProjectClips
from app.training.retrain_run import _begin
from app.training.roles import HELD_OUT_FROM
from app.training.start import Start, compared, found_in, start_of
from model.adapting.procedural_replay import ProceduralClips
from model.scoring import judged_frames
from storage import checkpoints, jobs
from storage.checkpoints import Checkpoint
from storage.database import Database
from storage.projects import Project
from tests.app.made import project_with, video_in
from tests.app.training.corrected_project import checkpoint_in, drawn


@pytest.fixture
def built_in(database: Database, settings: Settings) -> dict[str, Checkpoint]:
    lite = ensure_lite(database, settings)
    assert lite is not None
    return {"demo": ensure_factory(database, settings), "lite": lite}


def project_of(database: Database, settings: Settings, folder: Path, videos: int) -> tuple[Project, ProjectClips]:
    project, categories = project_with(database, "fish")
    clips = [video_in(database, settings, project, folder, f"clip {number}") for number in range(videos)]
    for clip in clips:
        drawn(database, clip, categories["fish"].id)
    return project, ProjectClips(database, project_id=project.id, video_ids=[clip.id for clip in clips])


class Measured:
    """In place of the measurement: what each checkpoint finds; ``videos`` has those that it was asked for."""

    def __init__(self, **found: float) -> None:
        self.found, self.videos = found, set[str]()
        self.source: Any = None

    def __call__(self, registered: Checkpoint, *rest: Any, **more: Any) -> float:
        self.source = rest[1]
        self.videos |= {rest[1].videos[index].name for index in rest[2]}
        return self.found[registered.name]


@pytest.mark.parametrize(("domain", "better"), [("demo", "demo"), ("lifelike", "lite")])
def test_each_finds_more_in_the_footage_that_it_is_made_for(
    settings: Settings, built_in: dict[str, Checkpoint], domain: str, better: str
) -> None:
    source = ProceduralClips(domain, count=3, frames=5, size=(160, 96), seed=77)
    found = {
        name: found_in(one, settings, source, range(3), device="cpu", check=lambda message: None)
        for name, one in built_in.items()
    }
    assert max(found, key=lambda name: found[name]) == better
    assert 0 < found[better] <= 2


@pytest.mark.parametrize(
    ("demo", "lite", "chosen"),
    [(1.2, 0.4, "demo"), (0.4, 1.2, "lite"), (0.0, 0.0, "lite"), (0.7, 0.7, "demo"), (1.1, 1.3, "demo")],
)
def test_the_corrected_videos_decide_in_a_project_that_uses_lite(
    database: Database,
    settings: Settings,
    built_in: dict[str, Checkpoint],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    demo: float,
    lite: float,
    chosen: str,
) -> None:
    monkeypatch.setattr(start, "found_in", Measured(demo=demo, lite=lite))
    project, source = project_of(database, settings, tmp_path, 1)
    found = start_of(database, settings, source, project_id=project.id, current=built_in["lite"], device="cpu")
    assert found.checkpoint.name == chosen
    assert (found.note is not None) == (chosen == "demo")


def test_the_time_that_is_left_is_that_of_the_checkpoint_it_starts_from(
    database: Database,
    settings: Settings,
    built_in: dict[str, Checkpoint],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(start, "found_in", Measured(demo=1.0, lite=0.5))
    project, _ = project_of(database, settings, tmp_path, 2)
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, built_in["lite"].id)
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id)
    job_report: Any = Mock(cancelled=lambda: False)
    source, facts = _begin(database, settings, KeptState(settings, job.id), job, job_report)
    source.close()
    planned = plan(database, project.id)
    tiny, lite = (guessed(planned, built_in[name].config, slow=slowness()) for name in ("demo", "lite"))
    assert facts["first"] == built_in["demo"].id and facts["expected"] == tiny
    left = [call.kwargs["eta_seconds"] for call in job_report.call_args_list]
    assert (left[0], left[-1]) == (lite, tiny)


def test_a_checkpoint_that_somebody_chose_is_where_a_retraining_starts(
    database: Database,
    settings: Settings,
    built_in: dict[str, Checkpoint],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = Measured()
    monkeypatch.setattr(start, "found_in", measured)
    project, source = project_of(database, settings, tmp_path, 1)
    own = checkpoint_in(database, settings, project)
    with database.atomic() as tx:
        trained = checkpoints.add_checkpoint(
            tx,
            name="round 1",
            path="checkpoints/round.safetensors",
            sha256="0" * 64,
            config="tevit_lite",
            categories=("fish",),
            size_bytes=1,
            parent_sha256=built_in["lite"].sha256,
            project_id=project.id,
        )
    for current, first in ((own, own), (built_in["demo"], built_in["demo"]), (trained, built_in["lite"])):
        assert start_of(database, settings, source, project_id=project.id, current=current, device="cpu") == Start(
            first
        )
    assert not measured.videos


def test_videos_that_are_held_out_take_no_part(
    database: Database,
    settings: Settings,
    built_in: dict[str, Checkpoint],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = Measured(demo=1.0, lite=0.5)
    monkeypatch.setattr(start, "found_in", measured)
    project, source = project_of(database, settings, tmp_path, HELD_OUT_FROM)
    start_of(database, settings, source, project_id=project.id, current=built_in["lite"], device="cpu")
    assert 0 < len(measured.videos) <= HELD_OUT_FROM - 2


def test_the_last_third_of_a_single_video_takes_no_part(
    database: Database,
    settings: Settings,
    built_in: dict[str, Checkpoint],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = Measured(demo=1.0, lite=0.5)
    monkeypatch.setattr(start, "found_in", measured)
    project, source = project_of(database, settings, tmp_path, 1)
    start_of(database, settings, source, project_id=project.id, current=built_in["lite"], device="cpu")
    assert judged_frames(source.videos[0]) == [0, 1, 2, 3, 4, 5]
    assert judged_frames(measured.source.videos[0]) == [0, 1, 2, 3]


def test_lite_is_the_start_where_the_file_of_demo_is_gone(
    database: Database, settings: Settings, built_in: dict[str, Checkpoint], tmp_path: Path
) -> None:
    checkpoint_path(settings, built_in["demo"]).unlink()
    project, source = project_of(database, settings, tmp_path, 1)
    found = start_of(database, settings, source, project_id=project.id, current=built_in["lite"], device="cpu")
    assert found == Start(built_in["lite"])


def test_a_comparison_can_be_cancelled(
    database: Database, settings: Settings, built_in: dict[str, Checkpoint], tmp_path: Path
) -> None:
    project, source = project_of(database, settings, tmp_path, 1)
    said: list[str] = []

    def check(message: str) -> None:
        said.append(message)
        raise Cancelled

    with pytest.raises(Cancelled):
        start_of(database, settings, source, project_id=project.id, current=built_in["lite"], device="cpu", check=check)
    assert said == ["Comparing the checkpoints to start from: lite, video 1 of 1"]


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30))
def test_few_and_short_videos_are_compared_and_at_least_one(frames: Sequence[int]) -> None:
    videos = [3 * number for number in range(len(frames))]
    chosen = compared(videos, frames)
    counts = [frames[video // 3] for video in chosen]
    assert 1 <= len(chosen) <= start.MOST_VIDEOS
    assert list(chosen) == sorted(set(chosen))
    assert len(chosen) == 1 or sum(counts) <= start.MOST_FRAMES
    assert max(counts) <= min([f for k, f in zip(videos, frames, strict=True) if k not in chosen], default=500)
