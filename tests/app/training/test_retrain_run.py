"""Whole retrainings of a small project: the registered checkpoint, its figures, and a cancelled run."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from sqlalchemy import Connection

from app.jobs.reporter import JobReporter
from app.settings import DATABASE_NAME, Settings, make_settings
from app.training import agreement, golden, open_videos, retrain_run, retraining
from app.training.golden import golden_set
from app.training.project_clips import ProjectClips
from app.training.report import Decision
from model.adapting import confident_replay
from model.adapting.choice import Choice
from model.adapting.choosing import FoldNetwork
from model.adapting.classes import JointClasses
from model.adapting.procedural_replay import ProceduralClips
from model.thresholds import Thresholds
from model.training.trainer import StepReport
from model.weights import checkpoint
from model.weights.categories import with_categories
from model.weights.checkpoint import ModelCheckpoint
from storage import checkpoints, jobs
from storage.database import Database
from storage.projects import Project
from storage.video_roles import video_roles
from storage.videos import Video
from tests.app.made import project_with, video_in
from tests.app.training.corrected_project import checkpoint_in, corrected_project, drawn, small_sets
from tests.app.training.test_agreement import sure


def queued(database: Database, project: Project, **parameters: Any) -> str:
    with database.atomic() as tx:
        job = jobs.enqueue(tx, kind="retrain", project_id=project.id, parameters=parameters)
        jobs.claim(tx, worker="test", kinds=["retrain"])
    return job.id


def run(database: Database, settings: Settings, job_id: str, **more: Any) -> dict[str, Any]:
    with JobReporter(database, job_id, worker="test") as report:
        return retrain_run.run(database, settings, job_id=job_id, report=report, **more)


@dataclass(frozen=True)
class Finished:
    """A project after its first retraining, of two steps that a person gave; tests read it or copy its folder."""

    settings: Settings
    database: Database
    project: Project
    clips: list[Video]
    job: str
    result: dict[str, Any]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Iterator[Finished]:
    def refuse(*arguments: object, **more: object) -> Choice:
        raise AssertionError("the steps were given, so nothing is chosen")

    folder = tmp_path_factory.mktemp("finished")
    settings = make_settings(data=folder / "data", device="cpu", open_browser=False, environment={})
    settings.make_folders()
    shutil.copyfile(empty_database, settings.data / DATABASE_NAME)
    (settings.data / "retraining" / "gone").mkdir(parents=True)  # what a run of another job has left
    with Database.open(settings.database_url) as database, pytest.MonkeyPatch.context() as patch:
        small_sets(patch)
        patch.setattr(retraining, "choose", refuse)
        project, clips = corrected_project(database, settings, folder)
        job_id = queued(database, project, steps=2)
        result = retrain_run.run_job(database, settings, job_id=job_id, worker="test")
    with Database.open(settings.database_url) as database:  # the first one left its log beside the file until it closed
        yield Finished(settings, database, project, clips, job_id, result)


@pytest.fixture
def after_one(finished: Finished, settings: Settings) -> Iterator[tuple[Database, Project]]:
    """A copy of the finished project in the data folder of the test, for one more retraining."""
    shutil.copytree(finished.settings.checkpoints, settings.checkpoints, dirs_exist_ok=True)
    shutil.copyfile(finished.settings.data / DATABASE_NAME, settings.data / DATABASE_NAME)
    with Database.open(settings.database_url) as database:
        yield database, finished.project


def test_a_run_registers_a_checkpoint_and_says_before_and_after(finished: Finished) -> None:
    result, settings = finished.result, finished.settings
    with finished.database.read() as tx:
        made = checkpoints.get_checkpoint(tx, result["checkpoint"])
        start = checkpoints.find_checkpoint(tx, "start")
        curve = jobs.points(tx, finished.job)
        mapping = checkpoints.class_map(tx, made.id, finished.project.id)
        roles = video_roles(tx, finished.project.id)
        active = checkpoints.active_checkpoint(tx, finished.project.id)
    assert active is not None and active.name == "start", "not proven: the old one stays"
    assert not list((settings.data / "retraining").iterdir()), "what a run of another job left is cleared away too"
    assert start is not None and made.parent_sha256 == start.sha256 and made.name == result["name"] == "round 1"
    assert made.categories == ["fish", "crab"] and set(mapping) == {"fish", "crab"}
    assert {len(curve[name]) for name in ("fold 1", "fold 2", "loss")} == {2}
    assert result["evaluation"] == "k-fold" and result["proven"] is False
    assert (result["before_name"], result["steps"], result["parent"]) == ("start", 2, start.id)
    assert made.provenance["snapshot"] == result["snapshot"]
    assert made.provenance["kept_classes"] == ["star", "jelly", "wheel", "leaf"] and made.provenance["blend"] == 1.0
    wanted = {"AP", "AP50", "AP75", "AR1", "AR10", "AP_agnostic", "track_iou", "set"}
    assert wanted < set(result["before"]) == set(result["after"])
    assert {line["name"] for line in result["per_video"]} == {"one", "two"}
    assert {line["video"] for line in result["per_video"]} == {video.id for video in finished.clips}
    assert result["truth"] == {"drawn": 12, "imported": 0, "accepted": 0, "share": 1.0}
    assert result["golden"]["kind"] == "procedural" and result["golden"]["measure"] == "AP"
    assert result["decision"]["outcome"] != "proven" and result["factory"] is None
    lineage = result["lineage"]
    assert (lineage["parent"], lineage["before"], lineage["seed"], lineage["round"]) == (start.id, start.id, 1, 1)
    assert lineage["snapshot"] == result["snapshot"] and lineage["recipe"]["rate"] == 0.1
    assert set(result["pace"]) == {"train", "measure", "steady", "calibrate", "golden"}
    assert (result["recorded"]["gestures"], result["recorded"]["frames"]) == (2, 12)
    assert made.provenance["trained_on"] == sorted(roles) and set(roles.values()) == {"trained"}
    assert made.metrics is not None and made.metrics["after"] == result["after"]
    assert (made.metrics["set"], made.metrics["before_name"]) == ("2 videos by k-fold", "start")
    assert result["promoted"] is False and "2 videos by k-fold" in result["verdict"] and result["again"] == 0
    assert result["per_category"][0]["name"] == "fish" and result["per_category"][0]["tracks"] == 2
    stored = checkpoint.load(settings.data / made.path)
    assert stored.parent == start.sha256 and made.size_bytes < 1.1 * start.size_bytes, "16-bit numbers, like its parent"
    assert stored.categories == ("fish", "crab", "star", "jelly", "wheel", "leaf")
    review, published = result["rules"]["review"], result["rules"]["published"]
    assert review["thresholds_after"] == stored.thresholds.as_json() == made.provenance["thresholds"]
    assert review["thresholds_before"] == Thresholds().as_json()
    for figures in (review["before"], review["after"], published["before"], published["after"]):
        assert set(figures) == {"proposed", "true", "AP", "AP_without_classes", "best_iou"} and figures["true"] == 2
    assert made.metrics["rules"] == result["rules"]


@pytest.mark.parametrize(("steps", "blend"), [(2, 0.5), (0, 0.0)])
def test_steps_and_blend_are_chosen_where_nobody_gave_the_steps(
    database: Database,
    settings: Settings,
    project: tuple[Project, list[Video]],
    monkeypatch: pytest.MonkeyPatch,
    steps: int,
    blend: float,
) -> None:
    asked: list[dict[str, Any]] = []
    progress: list[str] = []
    monkeypatch.setattr(jobs, "reset_attempts", lambda tx, job_id: progress.append(job_id))

    def choosing(start: ModelCheckpoint, clips: Any, **more: Any) -> Choice:
        asked.append({**more, "videos": len(clips.videos)})
        names = JointClasses.of(start.categories, clips.categories).names
        for number in range(2):
            more["on_fold"](number, FoldNetwork(with_categories(start, names), 0, 0.0))
        more["on_mark"](50, {"AP": 0.25})
        with database.read() as tx:
            [start_of_line] = checkpoints.list_checkpoints(tx)
            assert jobs.get_job(tx, job_id).parameters["checkpoint"] == start_of_line.id, "nobody can delete it now"
        before = len(progress)
        more["on_step"](1, StepReport(7, 200, 1.5, {}, 0.1, 1.0, 3.0))
        assert progress[before:] == [job_id], "the networks of the folds are kept"
        return Choice(steps, blend, [{"steps": steps, "blend": blend}])

    monkeypatch.setattr(retraining, "choose", choosing)
    job_id = queued(database, project[0])
    result = run(database, settings, job_id)
    assert len(asked) == 1 and asked[0]["videos"] == 2 and job_id in str(asked[0]["state_folder"])
    assert asked[0]["budget"].marks[-1] == 200 and not asked[0]["settings"].stand_ins, "it knows fish"
    assert {(fold.taught, fold.held) for fold in asked[0]["folds"]} == {((0,), (1,)), ((1,), (0,))}
    with database.read() as tx:
        curves = jobs.points(tx, job_id)
        assert (curves.pop("validation"), curves.pop("fold 2")) == ([(50, 0.25)], [(7, 1.5)])
        assert set(curves) <= {"loss"}, "the networks of the folds come from choosing"
        made = checkpoints.get_checkpoint(tx, result["checkpoint"])
    assert made.provenance is not None
    assert (result["steps"], made.provenance["blend"]) == (steps, blend)
    named = {reason["code"] for reason in result["decision"]["reasons"]}
    assert ("untrained" in named) == (blend == 0)


def test_what_chooses_is_given_no_held_out_video_and_none_that_judges(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, categories = project_with(database, "fish", "crab")
    checkpoint_in(database, settings, made)
    for number in range(6):
        drawn(database, video_in(database, settings, made, tmp_path, f"v{number}"), categories["fish"].id, frames=2)
    read: list[tuple[object, int]] = []  # source and video
    for kind in (ProceduralClips, ProjectClips):
        monkeypatch.setattr(kind, "read_frames", noted(kind.read_frames, read))
    judging: list[object] = []
    monkeypatch.setattr(
        retraining, "golden_set", lambda *given, **more: judging.append(golden_set(*given, **more)) or judging[-1]
    )
    chosen_by: list[tuple[object, int]] = []

    def choosing(start: ModelCheckpoint, clips: Any, **more: Any) -> Choice:
        """Looks at all that it is given."""
        read.clear()
        for source in (clips, more["replay"]):
            for video, described in enumerate(source.videos):
                source.read_frames(video, range(described.count))
        network = with_categories(start, JointClasses.of(start.categories, clips.categories).names)
        assert more["forgotten"]([network, network]) == pytest.approx(0.0), "the base has forgotten nothing"
        for number in range(len(more["folds"])):
            more["on_fold"](number, FoldNetwork(network, 0, 0.0))
        chosen_by.extend(read)
        return Choice(1, 0.5)

    monkeypatch.setattr(retraining, "choose", choosing)
    result = run(database, settings, queued(database, made))
    [found] = judging
    sources = {id(source) for source, _ in chosen_by}
    assert id(found.source) not in sources and id(found.choosing.source) in sources
    with database.read() as tx:
        roles = video_roles(tx, made.id)
    [project] = [source for source, _ in chosen_by if isinstance(source, ProjectClips)][:1]
    held_out = {k for k, video in enumerate(project.corrected) if roles[video.content] == "held out"}
    learnt = {video for source, video in chosen_by if source is project}
    assert len(held_out) == 2 and learnt == set(range(6)) - held_out
    assert {id(source) for source, _ in read} >= {id(found.source)}, "these judge, later"
    assert result["lineage"]["recipe"]["blend"] == 0.5


def noted(read_frames: Any, read: list[tuple[object, int]]) -> Any:
    def reading(source: object, video: int, frames: Any) -> Any:
        read.append((source, video))
        return read_frames(source, video, frames)

    return reading


def test_the_trunk_stays_as_it_was(finished: Finished) -> None:
    settings = finished.settings
    with finished.database.read() as tx:
        made = checkpoints.get_checkpoint(tx, finished.result["checkpoint"])
    before = checkpoint.load(settings.checkpoints / "start.safetensors").state
    after = checkpoint.load(settings.data / made.path).state
    for key, value in before.items():
        if key.startswith(("backbone.", "neck.")) or "running_" in key:
            assert torch.equal(value, after[key]), key
    assert any(not torch.equal(before[key], after[key]) for key in before if ".dynamic_layer." in key)


def test_a_second_round_starts_from_the_first_checkpoint_again(
    after_one: tuple[Database, Project], settings: Settings, finished: Finished
) -> None:
    database, project = after_one
    with database.atomic() as tx:
        checkpoints.activate(tx, project.id, finished.result["checkpoint"])
    second = run(database, settings, queued(database, project, steps=1))
    with database.read() as tx:
        one, two = (checkpoints.get_checkpoint(tx, r["checkpoint"]) for r in (finished.result, second))
    assert two.name == "round 2" and two.parent_sha256 == one.parent_sha256 and second["before_name"] == "round 1"


def test_one_corrected_video_is_measured_on_its_last_third_and_a_foreign_network_on_golden_videos_of_the_project(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_videos, "SHARE", 1)
    for module in (open_videos, agreement):
        monkeypatch.setattr(module, "LEAST_VIDEOS", 1)
    monkeypatch.setattr(confident_replay, "_confident", sure)
    made, categories = project_with(database, "fish", name="single")
    checkpoint_in(database, settings, made, classes=("cat", "dog"))
    drawn(database, video_in(database, settings, made, tmp_path), categories["fish"].id, frames=9)
    video_in(database, settings, made, tmp_path, "other")
    result = run(database, settings, queued(database, made, steps=1))
    assert result["evaluation"] == "last-third" and result["proven"] is False
    shown = result["golden"]["kind"], result["golden"]["set"]
    assert shown == ("agreement", "1 mirrored video that nobody corrected")
    with database.read() as tx:
        assert sorted(video_roles(tx, made.id).values()) == ["golden", "trained"]


def test_a_checkpoint_is_registered_together_with_the_end_of_its_job_or_not_at_all(
    after_one: tuple[Database, Project], settings: Settings, finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    (database, project), result = after_one, finished.result
    with database.read() as tx:
        job = jobs.get_job(tx, finished.job)
    assert (job.status, job.result) == ("done", json.loads(json.dumps(result))) and result["plan"]["reason"] is None
    assert job.parameters["plan"] == result["plan"], "the page shows it while the run is under way"
    given_up = queued(database, project, steps=1)
    save = checkpoint.save

    def die(path: Path, made: Any, **options: Any) -> None:
        if path.is_relative_to(settings.checkpoints):
            with database.atomic() as tx:
                jobs.fail(tx, given_up, error="Its worker died.")
        save(path, made, **options)

    monkeypatch.setattr(checkpoint, "save", die)
    before = sorted(settings.checkpoints.iterdir())
    with pytest.raises(jobs.JobOver):
        retrain_run.run_job(database, settings, job_id=given_up, worker="test")
    assert sorted(settings.checkpoints.iterdir()) == before
    with database.read() as tx:
        assert [found.name for found in checkpoints.list_checkpoints(tx)] == ["start", "round 1"]


def counted_tracks(measured: list[int]) -> Any:
    find = golden.find_tracks

    def find_tracks(network: Any, source: Any, video: int) -> Any:
        measured.append(video)
        return find(network, source, video)

    return find_tracks


def test_what_is_proven_is_in_use_at_once_and_the_verdict_names_the_way_back(
    database: Database, settings: Settings, project: tuple[Project, list[Video]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retraining, "decide", lambda evidence: (Decision("proven", ()), {}))
    in_use: list[str] = []  # when what is proposed again is put into the queue

    def again(tx: Connection, project_id: str) -> int:
        active = checkpoints.active_checkpoint(tx, project_id)
        assert active is not None
        in_use.append(active.id)
        return 3

    result = run(database, settings, queued(database, project[0], steps=1), promoted=again)
    with database.read() as tx:
        active = checkpoints.active_checkpoint(tx, project[0].id)
    assert active is not None and active.id == result["checkpoint"] and result["promoted"] is True
    assert (in_use, result["again"]) == ([active.id], 3)
    assert result["verdict"].endswith("It is in use now; models activate 'start' takes it back.")
    monkeypatch.setattr(golden, "find_tracks", counted_tracks(measured := []))
    second = run(database, settings, queued(database, project[0], steps=1, again=False), promoted=again)
    assert len(in_use) == 1 and "again" not in second, "a person did not want it"
    assert len(measured) == 2, "the first checkpoint is measured once on the golden videos"
    assert second["golden"]["before"] == result["golden"]["before"]
    assert second["factory"]["set"] == second["set"] and second["lineage"]["before_name"] == "round 1"
    assert second["plan"]["before_learnt"] is True
