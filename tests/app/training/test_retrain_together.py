"""`retrain` under `torchrun`: two processes, one run."""

import json
import os
import subprocess
import sys
from pathlib import Path

from app.jobs import processes
from app.settings import Settings
from storage import checkpoints, jobs
from storage.database import Database
from storage.projects import Project
from storage.videos import Video
from tests.app.made import project_with, video_in
from tests.app.training.corrected_project import checkpoint_in, drawn
from tests.material import ROOT


def together(settings: Settings, project: Project, *flags: str) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    order = ["retrain", "--steps", "1", "--project", project.name, "--data", str(settings.data), "--device", "cpu"]
    return subprocess.run(
        [*start, "-m", "app.commands", *order, "--database", settings.database_url, *flags],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_two_processes_make_one_checkpoint_and_one_of_them_reports(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    made, categories = project_with(database, "cat")
    checkpoint_in(database, settings, made, classes=("cat", "dog"))
    for name in ("one", "two"):
        drawn(database, video_in(database, settings, made, tmp_path, name), categories["cat"].id)
    ran = together(settings, made, "--json")
    assert ran.returncode == 0, ran.stderr
    (result,) = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert result["name"] == "round 1" and len(result["per_video"]) == 2
    with database.read() as tx:
        (job,) = jobs.list_jobs(tx, made.id, kind="retrain")
        names = [found.name for found in checkpoints.list_checkpoints(tx)]
    assert "no golden set" in {reason["code"] for reason in result["decision"]["reasons"]}
    assert (job.status, names) == ("done", ["start", "round 1"])
    assert not list((settings.data / "retraining").iterdir())


def test_a_project_that_is_retraining_refuses_all_processes_with_one_reason(
    database: Database, settings: Settings, project: tuple[Project, list[Video]]
) -> None:
    with database.atomic() as tx:
        jobs.enqueue(tx, kind="retrain", project_id=project[0].id)
        jobs.claim(tx, worker=processes.own_name(), kinds=["retrain"])  # a queued one would get a worker
    ran = together(settings, project[0])
    assert ran.returncode != 0 and "already retraining" in ran.stderr
